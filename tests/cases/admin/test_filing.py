"""Staff file cases and follow-ups for a contact."""

from typing import Any

import pytest

from cases.models import Case
from entitlements.models import License
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.cases.admin.pages import ADD, page_of
from tests.factories.browsers import client_of
from tests.factories.cases import (
    make_closed_case,
)
from tests.factories.people import (
    make_customer,
    make_license,
)

pytestmark = pytest.mark.django_db


def filing(contact: User, **data: Any) -> dict[str, Any]:
    return {
        "form_token": new_token(),
        "requestor": contact.pk,
        "channel": "phone",
        "title": "Segments are empty",
        "description": "Since noon.",
        "environment": "Production",
        "priority": "3",
        **data,
    }


def test_staff_file_for_a_contact_who_called(license_: License, requestor: User, agent: User) -> None:
    client = client_of(agent)
    found = client.get(f"{ADD}?q={requestor.email}").content.decode()
    assert f"?license={license_.pk}" in found
    address = f"{ADD}?license={license_.pk}"
    assert requestor.name in client.get(address).content.decode()
    response = client.post(address, filing(requestor))
    case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(case))
    assert (case.requestor, case.filed_by, case.channel) == (requestor, agent, "phone")


def test_contacts_who_may_not_file_are_not_offered_nor_taken(
    license_: License, requestor: User, agent: User
) -> None:
    barred = make_customer(license_, name="Barred Barry", may_file_cases=False)
    stranger = make_customer(make_license(license_.account, "target"))
    client, address = client_of(agent), f"{ADD}?license={license_.pk}"
    assert "Barred Barry" not in client.get(address).content.decode()
    for person in (barred, stranger, agent):
        assert client.post(address, filing(person)).status_code == 400
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{"priority": "1"}, {"title": ""}, {"title": "x" * 201}, {"channel": "portal"}, {"requestor": "x"}],
)
def test_incomplete_filing_keeps_what_was_typed(
    license_: License, requestor: User, agent: User, data: dict[str, str]
) -> None:
    response = client_of(agent).post(f"{ADD}?license={license_.pk}", filing(requestor, **data))
    assert response.status_code == 400
    assert "Since noon." in response.content.decode()
    assert not Case.objects.exists()


def test_nothing_is_filed_without_a_license_or_a_contact(license_: License, agent: User) -> None:
    client = client_of(agent)
    for query in ("license=x", "license=99999999999999999", "follows=", "follows=x", "license=" + "9" * 30):
        assert client.get(f"{ADD}?{query}").status_code == 404
    assert client.post(ADD, {}).status_code == 404
    assert client.get(f"{ADD}?license={license_.pk}").status_code == 409  # nobody has a seat


def test_staff_file_a_follow_up_of_a_closed_case(requestor: User, agent: User) -> None:
    old = make_closed_case(requestor, agent=agent, title="Old question")
    client, address = client_of(agent), f"{ADD}?follows={old.pk}"
    assert "Old question" in client.get(address).content.decode()
    response = client.post(address, filing(requestor, title="Again"))
    case = Case.objects.get(title="Again")
    assert (response.status_code, case.follows, case.requestor, case.filed_by) == (302, old, requestor, agent)
    assert case.number in client.get(page_of(old)).content.decode()
    assert "follows this one already" in client.get(address).content.decode()
