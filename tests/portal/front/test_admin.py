"""The links to a provider in the admin."""

import pytest
from django.test import Client

from portal.accounts.models import Identity, User
from portal.notices.models import Notice
from tests.factories.people import EPOCH, make_agent, make_superuser

pytestmark = pytest.mark.django_db


def test_staff_read_the_links_and_only_the_superuser_ends_one(ann: User) -> None:
    ann.identities.create(issuer="https://login.example", subject="ann-1", linked_at=EPOCH, used_at=EPOCH)
    row = f"/admin/accounts/identity/{Identity.objects.get().pk}"
    agent, root = Client(), Client()
    agent.force_login(make_agent())
    root.force_login(make_superuser())
    for client in (agent, root):
        page = client.get("/admin/accounts/identity/", {"q": "ann@"}).content.decode()
        assert "https://login.example" in page
        assert client.get(f"{row}/change/").status_code == 200
        assert client.get("/admin/accounts/identity/add/").status_code == 403
        assert client.post(f"{row}/change/", {"subject": "x"}).status_code == 403
    assert agent.post(f"{row}/delete/", {"post": "yes"}).status_code == 403
    assert Identity.objects.get().subject == "ann-1"
    assert root.get(f"{row}/delete/").status_code == 200
    assert root.post(f"{row}/delete/", {"post": "yes"}).status_code == 302
    assert Identity.objects.count() == 0
    assert [(notice.recipient, notice.params) for notice in Notice.objects.all()] == [
        (ann, {"what": "identity_removed"})
    ]


@pytest.mark.parametrize("model", ["socialaccount", "socialapp", "socialtoken"])
def test_no_table_of_the_library_is_edited_by_hand(model: str) -> None:
    root = Client()
    root.force_login(make_superuser())
    assert root.get(f"/admin/socialaccount/{model}/").status_code == 404
