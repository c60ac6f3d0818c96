"""Bad input over the forms and addresses of the catalogue: a clear status, nothing half-written (SPEC 6)."""

from typing import Any

import pytest
from django.test import Client

from accelerators.models import EngagementRequest, RequestEvent
from entitlements.models import License
from portal.accounts.models import User
from portal.clock import business_now
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.accelerators.stage import ask
from tests.factories.people import make_customer, make_license
from tests.walks.test_bad_input import FORM, HARMLESS_TEXT, HOSTILE, encoded

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once("what a form takes is decided in Python; its operations are tried on each"),
]

TABLES: tuple[Any, ...] = (EngagementRequest, RequestEvent, Notice)
ASKING = "/catalogue/environment-review/request/"


def rows() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def license_() -> License:
    return make_license()


@pytest.fixture
def rita(license_: License) -> User:
    return make_customer(license_, may_request=True)


@pytest.fixture
def browser(rita: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(rita)
    return client


REFUSED = [
    *[("goal", name) for name in ("nul", "too long", "empty", "blank")],
    *[
        (field, name)
        for field in ("wished_from", "wished_until")
        for name in HOSTILE
        if name not in ("empty", "blank")
    ],
    *[("form_token", name) for name in HOSTILE],
]


@pytest.mark.parametrize(("field", "name"), REFUSED)
def test_a_bad_field_of_a_request_is_refused_and_nothing_is_written(
    browser: Client, license_: License, field: str, name: str
) -> None:
    before = rows()
    sent = {"form_token": new_token(), "goal": "My goal", "wished_from": "", "wished_until": ""}
    sent[field] = HOSTILE[name]
    response = browser.post(f"{ASKING}?license={license_.pk}", encoded(sent), content_type=FORM)
    assert (response.status_code, rows() == before) == (400, True)
    if field != "goal":
        assert "My goal" in response.content.decode()


@pytest.mark.parametrize("name", sorted(HARMLESS_TEXT))
def test_strange_text_is_text(browser: Client, license_: License, name: str) -> None:
    sent = {"form_token": new_token(), "goal": HOSTILE[name], "wished_from": "", "wished_until": ""}
    response = browser.post(f"{ASKING}?license={license_.pk}", sent)
    assert response.status_code == 302
    assert "<script>alert" not in browser.get(response["Location"]).content.decode()


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize(("action", "field"), [("cancel", "form_token"), ("hand-to-colleague", "colleague")])
def test_a_bad_field_of_an_action_is_refused(
    browser: Client, license_: License, rita: User, action: str, field: str, name: str
) -> None:
    made = ask(rita, license_, now=business_now())
    before = rows()
    sent = {"form_token": new_token(), "answer": "", "colleague": "", field: HOSTILE[name]}
    response = browser.post(f"/requests/{made.pk}/{action}/", encoded(sent), content_type=FORM)
    assert (response.status_code, rows() == before) == (400, True)


@pytest.mark.parametrize("path", ["0", str(2**63), "9" * 400])
def test_a_key_that_no_row_has_is_not_found(browser: Client, path: str) -> None:
    assert browser.get(f"/requests/{path}/").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "license=x",
        f"license={'9' * 400}",
        "license=１",
        "kind=%00x",
        "category=x&state=x",
        "page=-1",
        "view=x",
    ],
)
def test_a_strange_query_shows_a_page(browser: Client, query: str) -> None:
    status = 400 if "%00" in query else 200
    for path in ("/catalogue/", "/requests/", "/catalogue/environment-review/"):
        assert browser.get(f"{path}?{query}").status_code == status
