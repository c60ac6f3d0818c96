"""Bad input over the forms and addresses of the named contacts: a clear status, nothing half-written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from entitlements.models import AccessGrant, EntitlementEvent, Invitation, License, Seat
from entitlements.models.invitations import token_for
from entitlements.operations import invite_contact
from portal.accounts.models import Account, User
from portal.clock import business_now
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.factories.people import make_administrator, make_customer, make_license
from tests.walks.test_bad_input import FORM, HOSTILE, encoded

pytestmark = pytest.mark.django_db

CONTACTS = "/entitlements/contacts/"
TABLES: tuple[Any, ...] = (AccessGrant, Account, User, Invitation, Seat, EntitlementEvent, Notice)


def rows() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.fixture
def license_() -> License:
    return make_license()


@pytest.fixture
def anna(license_: License) -> User:
    return make_administrator(license_)


@pytest.fixture
def bert(license_: License) -> User:
    return make_customer(license_)


@pytest.fixture
def browser(anna: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(anna)
    return client


Form = tuple[str, dict[str, str]]
FORMS: dict[str, Callable[[License, User], Form]] = {
    "invite": lambda license_, bert: (
        f"{CONTACTS}invite/",
        {"address": "new@customer.example", "license": str(license_.pk)},
    ),
    "remove": lambda license_, bert: (
        f"{CONTACTS}people/{bert.pk}/remove/",
        {"seat": str(bert.seats.get().pk), "successor": ""},
    ),
    "replace": lambda license_, bert: (
        f"{CONTACTS}people/{bert.pk}/replace/",
        {"seat": str(bert.seats.get().pk), "address": "new@customer.example", "successor": ""},
    ),
    "hand over": lambda license_, bert: (
        f"{CONTACTS}hand-over/",
        {"administrator": str(bert.pk), "is_sure": "on"},
    ),
    "grant access": lambda license_, bert: (
        "/entitlements/access/",
        {
            "license": str(license_.pk),
            "environment": "Stage",
            "scope": "Logs",
            "last_on": (business_now() + timedelta(days=30)).date().isoformat(),
        },
    ),
}
FIELDS = [
    ("invite", "address"),
    ("invite", "license"),
    ("remove", "seat"),
    ("remove", "successor"),
    ("replace", "seat"),
    ("replace", "address"),
    ("replace", "successor"),
    ("hand over", "administrator"),
    ("grant access", "license"),
    ("grant access", "last_on"),
    *[(form, "form_token") for form in FORMS],
]


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize(("form", "field"), FIELDS)
def test_a_bad_field_is_refused_and_nothing_is_written(
    browser: Client, license_: License, bert: User, form: str, field: str, name: str
) -> None:
    if field == "successor" and name in ("empty", "blank"):
        pytest.skip("a successor is optional")
    address, data = FORMS[form](license_, bert)
    before = rows()
    sent = {"form_token": new_token(), **data, field: HOSTILE[name]}
    response = browser.post(address, encoded(sent), content_type=FORM)
    assert response.status_code == 400
    assert rows() == before


@pytest.mark.parametrize("name", ["nul", "too long", "empty", "blank", "emoji"])
@pytest.mark.parametrize("field", ["environment", "scope"])
def test_a_bad_text_of_a_grant_is_refused_and_nothing_is_written(
    browser: Client, license_: License, bert: User, field: str, name: str
) -> None:
    address, data = FORMS["grant access"](license_, bert)
    before = rows()
    sent = {"form_token": new_token(), **data, field: HOSTILE[name]}
    response = browser.post(address, encoded(sent), content_type=FORM)
    assert (response.status_code, rows() == before) == (400, True)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_bad_tick_changes_nothing(browser: Client, bert: User, name: str) -> None:
    before = rows()
    data = {"form_token": new_token(), "person": HOSTILE[name], "page": HOSTILE[name]}
    response = browser.post(f"{CONTACTS}permissions/", encoded(data), content_type=FORM)
    assert response.status_code in (302, 404)
    assert response.headers.get("Location", CONTACTS).startswith(CONTACTS)
    assert rows() == before


ACCEPTING = {"name": "Nora", "password": "a sentence nobody guesses", "language": "en", "time_zone": ""}


@pytest.mark.parametrize(
    ("field", "name"),
    [
        *[("name", name) for name in ("nul", "too long", "empty", "blank", "emoji", "huge number")],
        *[("password", name) for name in ("nul", "too long", "empty", "negative", "list")],
        *[("language", name) for name in HOSTILE],
        *[("time_zone", name) for name in HOSTILE if name not in ("empty", "blank")],
    ],
)
def test_a_bad_field_of_an_acceptance_is_refused(
    license_: License, anna: User, field: str, name: str
) -> None:
    invitation = invite_contact(license_, "new@customer.example", actor=anna, now=business_now())
    assert isinstance(invitation, Invitation)
    before = rows()
    link = f"/entitlements/invitation/{token_for(invitation.nonce)}/"
    response = Client().post(link, encoded(ACCEPTING | {field: HOSTILE[name]}), content_type=FORM)
    assert response.status_code == 400
    assert rows() == before


@pytest.mark.parametrize("tail", ["x", "%C3%B6:%C3%B6", ":", "x" * 3000, "%0D%0A", "..%2F", "%F0%9F%91%A9"])
def test_a_strange_link_is_refused(tail: str) -> None:
    assert Client().get(f"/entitlements/invitation/{tail}/").status_code in (404, 409)
    assert Client().get("/entitlements/invitation/a%00b/").status_code == 400


@pytest.mark.parametrize(
    "path", ["people/0/remove/", f"people/{2**63}/remove/", f"people/{'9' * 400}/replace/", f"ask/{2**63}/"]
)
def test_a_key_that_no_row_has_is_not_found(browser: Client, path: str) -> None:
    assert browser.get(CONTACTS + path).status_code == 404


@pytest.mark.parametrize("path", ["", "history/"])
@pytest.mark.parametrize(
    "query",
    [
        "page=99999999999999999999",
        "page=-1",
        "page=abc",
        "license=x&person=x",
        f"person={'9' * 400}",
        "person=１",
        "administrator__password=x",
    ],
)
def test_a_strange_query_shows_a_page(browser: Client, path: str, query: str) -> None:
    assert browser.get(f"{CONTACTS}{path}?{query}").status_code == 200
