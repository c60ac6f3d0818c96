"""Accounts, people, licenses, terms and seats in the admin: who reads, who changes, how a refusal looks."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entitlements import operations, ports
from entitlements.models import EntitlementEvent, Invitation, License, Product, Seat, Term
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Account, User
from portal.clock import machine_now
from tests.factories.browsers import client_of, saved_after_a_look
from tests.factories.people import (
    EPOCH,
    make_account,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_seat,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

MODELS = [
    "accounts_account",
    "entitlements_entitlementevent",
    "entitlements_invitation",
    "entitlements_license",
    "entitlements_person",
    "entitlements_product",
    "entitlements_seat",
    "entitlements_term",
]
ADDED_BY_HAND = [
    name for name in MODELS if name not in {"entitlements_entitlementevent", "entitlements_product"}
]


@pytest.fixture
def license_() -> License:
    """A license with an administrator and one more contact."""
    made = make_license(make_account("Northwind", country="US"))
    make_administrator(made, email="boss@northwind.example")
    make_customer(made, email="contact@northwind.example")
    return made


@pytest.fixture
def manager() -> Client:
    return client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager"))


def _list(name: str) -> str:
    return reverse(f"admin:{name}_changelist")


def _add(name: str) -> str:
    return reverse(f"admin:{name}_add")


def _change(row: Model, name: str = "") -> str:
    return reverse(f"admin:{name or f'{row._meta.app_label}_{row._meta.model_name}'}_change", args=[row.pk])


def _invitation(license_: License) -> Invitation:
    """An invitation that stands; each is of another address."""
    address = f"invited{Invitation.objects.count()}@new.example"
    made = operations.invite_contact(license_, address, actor=make_superuser(), now=machine_now())
    assert isinstance(made, Invitation)
    return made


def _rows(license_: License) -> dict[str, Model]:
    return {
        "accounts_account": license_.account,
        "entitlements_entitlementevent": EntitlementEvent.objects.order_by("pk")[0],
        "entitlements_invitation": _invitation(license_),
        "entitlements_license": license_,
        "entitlements_person": license_.seats.order_by("pk")[0].user,
        "entitlements_product": license_.product,
        "entitlements_seat": license_.seats.order_by("-pk")[0],
        "entitlements_term": license_.terms.get(),
    }


# Read-only tables of rows post these four figures each, as the browser does.
_TABLES = {
    f"{prefix}-{figure}": value
    for prefix in ("invitations", "licenses", "people", "seats", "team", "terms")
    for figure, value in {
        "TOTAL_FORMS": "0",
        "INITIAL_FORMS": "0",
        "MIN_NUM_FORMS": "0",
        "MAX_NUM_FORMS": "0",
    }.items()
}


def _state() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (Account, License, Term, Seat, Invitation, EntitlementEvent)
    people = list(User.objects.order_by("pk").values("pk", "email", "name", "is_active", "may_file_cases"))
    return [people, *(list(model.objects.order_by("pk").values()) for model in models)]


@pytest.mark.parametrize("name", MODELS)
def test_agents_and_leads_read_and_change_nothing(license_: License, name: str) -> None:
    address = _change(_rows(license_)[name], name)
    for person in (make_agent(), make_lead()):
        client = client_of(person)
        before = _state()
        assert client.get(_list(name)).status_code == 200
        page = client.get(address)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.get(_add(name)).status_code == 403
        assert client.post(_add(name), {"name": "x"}).status_code == 403
        assert client.post(address, {"name": "x"}).status_code == 403
        assert client.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert _state() == before


@pytest.mark.parametrize("name", MODELS)
def test_customers_and_strangers_see_nothing_of_the_admin(license_: License, name: str) -> None:
    address = _change(_rows(license_)[name], name)
    for client in (Client(), client_of(license_.seats.order_by("pk")[0].user)):
        for wanted in (_list(name), _add(name), address):
            assert client.get(wanted).status_code in {302, 403, 404}
            assert client.post(wanted).status_code in {302, 403, 404}


@pytest.mark.parametrize("name", MODELS)
def test_entitlement_managers_open_every_page_and_delete_nothing(
    license_: License, manager: Client, name: str
) -> None:
    address = _change(_rows(license_)[name], name)
    assert manager.get(_list(name)).status_code == 200
    assert manager.get(_list(name), {"q": "north"}).status_code == 200
    assert manager.get(address).status_code == 200
    assert manager.get(_add(name)).status_code == (200 if name in ADDED_BY_HAND else 403)
    assert manager.post(address.replace("change", "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", MODELS)
def test_a_list_answers_whatever_is_asked(license_: License, manager: Client, name: str) -> None:
    questions = (
        {"p": "99999999999", "o": "99.x", "q": "'\"<\\"},
        {"p": "-1"},
        {"id__exact": "9" * 30},
        {"nonsense": "1"},
    )
    for query in questions:
        assert manager.get(_list(name), query, follow=True).status_code in {200, 400}


@pytest.mark.parametrize("name", MODELS)
def test_a_row_that_is_not_there_leads_back_to_the_index(manager: Client, name: str) -> None:
    for key in ("0", "999999999", "9" * 30, "x", "-1"):
        response = manager.get(reverse(f"admin:{name}_change", args=[key]))
        assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))


@pytest.mark.parametrize("name", ADDED_BY_HAND)
def test_an_added_row_is_refused_field_by_field(license_: License, manager: Client, name: str) -> None:
    before = _state()
    fields = ("account", "country", "name", "email", "language", "time_zone", "product", "license", "user")
    for value in ("", "x" * 33_000, "9" * 5_000, "FR\x00", "𝕏\u202e'\"<script>"):
        typed = dict.fromkeys((*fields, "address", "plan", "first_on", "last_on"), value)
        response = manager.post(_add(name), typed)
        assert response.status_code == 200
        assert "errornote" in response.content.decode()
    assert _state() == before


# --- Accounts ---------------------------------------------------------------------------------------


def _account(**facts: str) -> dict[str, str]:
    return {"name": "Southwind", "country": "FR", "time_zone": "", **facts}


def test_an_account_is_opened(manager: Client) -> None:
    response = manager.post(_add("accounts_account"), _account())
    account = Account.objects.get()
    assert (response.status_code, response["Location"]) == (302, _list("accounts_account"))
    assert (account.name, account.country_id) == ("Southwind", "FR")
    assert EntitlementEvent.objects.get().kind == "account_opened"


def test_a_refused_account_keeps_what_was_typed(license_: License, manager: Client) -> None:
    before = _state()
    response = manager.post(_add("accounts_account"), _account(name="Northwind"))
    page = response.content.decode()
    assert response.status_code == 400
    assert "There is already an account named “Northwind”" in page
    assert 'value="Northwind"' in page
    assert '<option value="FR" selected>' in page
    assert _state() == before


def test_an_account_is_changed_and_its_role_handed_over(license_: License, manager: Client) -> None:
    contact = User.objects.get(email="contact@northwind.example")
    typed = _account(name="Northwind Ltd", administrator=str(contact.pk))
    response = manager.post(_change(license_.account), {**typed, **_TABLES})
    account = Account.objects.get()
    assert response.status_code == 302
    assert (account.name, account.country_id, account.administrator) == ("Northwind Ltd", "FR", contact)
    kinds = EntitlementEvent.objects.order_by("-pk").values_list("kind", flat=True)
    assert list(kinds[:2]) == ["administrator_appointed", "account_changed"]


def test_an_account_is_not_left_without_its_administrator(license_: License, manager: Client) -> None:
    for administrator in ("", str(make_customer().pk)):
        before = _state()
        response = manager.post(
            _change(license_.account), {**_account(administrator=administrator), **_TABLES}
        )
        assert response.status_code == 200
        assert "errornote" in response.content.decode()
        assert _state() == before


def test_nothing_is_carried_out_when_the_tables_of_a_page_are_missing(
    license_: License, manager: Client
) -> None:
    before = _state()
    administrator = str(license_.account.administrator_id)
    response = manager.post(_change(license_.account), _account(administrator=administrator))
    assert response.status_code == 200
    assert _state() == before


def test_countries_are_offered_by_name(manager: Client) -> None:
    page = manager.get(_add("accounts_account")).content.decode()
    assert page.index(">Afghanistan<") < page.index(">France<") < page.index(">Åland Islands<")
    assert page.count('<option value="FR">France</option>') == 1


# --- People -----------------------------------------------------------------------------------------


def _person(**facts: str) -> dict[str, str]:
    return {"email": "ada@northwind.example", "name": "Ada", "language": "en", "time_zone": "", **facts}


def test_a_person_is_added_to_an_account(license_: License, manager: Client) -> None:
    response = manager.post(_add("entitlements_person"), _person(account=str(license_.account_id)))
    assert response.status_code == 302
    person = User.objects.get(email="ada@northwind.example")
    assert (person.account, person.is_staff, person.has_usable_password()) == (license_.account, False, False)


def test_a_person_is_refused_when_somebody_uses_the_address_in_any_case(
    license_: License, manager: Client
) -> None:
    before = _state()
    typed = _person(account=str(license_.account_id), email="CONTACT@Northwind.example")
    response = manager.post(_add("entitlements_person"), typed)
    assert response.status_code == 400
    assert "Somebody already uses this e-mail address" in response.content.decode()
    contact = User.objects.get(email="contact@northwind.example")
    typed = _person(email="Boss@northwind.example", may_file_cases="on", is_active="on")
    response = manager.post(_change(contact, "entitlements_person"), {**typed, **_TABLES})
    assert response.status_code == 400
    assert "Somebody already uses this e-mail address" in response.content.decode()
    assert 'value="Boss@northwind.example"' in response.content.decode()
    assert _state() == before


def test_a_persons_facts_and_permissions_are_set(license_: License, manager: Client) -> None:
    contact = User.objects.get(email="contact@northwind.example")
    typed = _person(sees_account_cases="on", is_active="on", time_zone="Asia/Tokyo")
    response = manager.post(_change(contact, "entitlements_person"), {**typed, **_TABLES})
    assert response.status_code == 302
    contact.refresh_from_db()
    assert (contact.email, contact.may_file_cases, contact.sees_account_cases, contact.time_zone) == (
        "ada@northwind.example",
        False,
        True,
        "Asia/Tokyo",
    )


def test_a_contacts_sign_in_is_not_ended_while_they_hold_a_seat(license_: License, manager: Client) -> None:
    contact = User.objects.get(email="contact@northwind.example")
    before = _state()
    response = manager.post(_change(contact, "entitlements_person"), {**_person(), **_TABLES})
    assert response.status_code == 409
    assert "The person still has 1 seat." in response.content.decode()
    assert _state() == before


def test_a_password_is_set_by_the_superuser_on_its_own_page(license_: License) -> None:
    root = client_of(make_superuser())
    contact = User.objects.get(email="contact@northwind.example")
    address = _change(contact, "entitlements_person")
    assert "../password/" in root.get(address).content.decode()
    secret = "a-long-and-new-secret"
    typed = {"password1": secret, "password2": secret, "usable_password": "true", "set-password": "1"}
    page = address.replace("change", "password")
    assert root.get(page).status_code == 200
    for typed_wrong in ({}, {**typed, "password2": "another"}, {**typed, "password1": "1", "password2": "1"}):
        assert root.post(page, typed_wrong).status_code == 200
    response = root.post(page, typed)
    assert (response.status_code, response["Location"]) == (302, address)
    contact.refresh_from_db()
    assert contact.check_password(secret)
    for person in map(make_staff, StaffGroup):
        assert client_of(person).get(page).status_code == 403
        assert "../password/" not in client_of(person).get(address).content.decode()


def test_people_of_staff_are_not_listed_among_customers(license_: License, manager: Client) -> None:
    agent = make_agent(email="agent@staff.example")
    assert "agent@staff.example" not in manager.get(_list("entitlements_person")).content.decode()
    assert manager.get(_change(agent, "entitlements_person")).status_code == 302


# --- Licenses and terms -----------------------------------------------------------------------------


def test_a_license_and_a_term_of_the_past_are_added_and_then_only_shown(
    license_: License, manager: Client
) -> None:
    account, target = license_.account, Product.objects.get(code="target")
    typed = {"account": str(account.pk), "product": str(target.pk)}
    assert manager.post(_add("entitlements_license"), typed).status_code == 302
    added = License.objects.get(product=target)
    response = manager.post(_add("entitlements_license"), typed)
    assert response.status_code == 400
    assert "The account already has a license for Target." in response.content.decode()

    term = {"license": str(added.pk), "plan": "expert", "first_on": "2020-01-01", "last_on": "2020-12-31"}
    assert saved_after_a_look(manager, _add("entitlements_term"), term).status_code == 302
    stored = Term.objects.get(license=added)
    assert (stored.plan, stored.first_on, stored.last_on) == ("expert", date(2020, 1, 1), date(2020, 12, 31))
    for row in (added, stored):
        page = manager.get(_change(row)).content.decode()
        assert 'name="_save"' not in page
        assert manager.post(_change(row), term).status_code == 403
    assert f"{_add('entitlements_term')}?license={added.pk}" in manager.get(_change(added)).content.decode()


@pytest.mark.parametrize(
    ("first_on", "last_on", "status", "text"),
    [
        ("2026-06-30", "2026-07-31", 409, "there is one for 1 Jun 2026 – 30 Jun 2026"),
        ("2026-07-02", "2026-07-01", 400, "The last day lies before the first, 2 Jul 2026"),
        ("1989-12-31", "1990-01-01", 400, "A term lies within 1 Jan 1990 – 31 Dec 2199"),
        ("0001-01-01", "9999-12-31", 400, "A term lies within"),
        ("2026-02-30", "2026-03-01", 200, "Enter a valid date"),
    ],
)
def test_a_term_is_refused_with_the_rule_and_what_was_typed(
    manager: Client, first_on: str, last_on: str, status: int, text: str
) -> None:
    license_ = make_license(first_on=date(2026, 6, 1), last_on=date(2026, 6, 30))
    before = _state()
    typed = {"license": str(license_.pk), "plan": "ultimate", "first_on": first_on, "last_on": last_on}
    response = saved_after_a_look(manager, _add("entitlements_term"), typed)
    page = response.content.decode()
    assert response.status_code == status
    assert text in page
    assert f'value="{first_on}"' in page
    assert _state() == before


# --- Seats ------------------------------------------------------------------------------------------


def test_a_seat_is_added_from_the_license_with_its_own_people_on_offer(
    license_: License, manager: Client
) -> None:
    colleague, stranger = make_person(license_.account), make_person()
    page = manager.get(_add("entitlements_seat"), {"license": license_.pk}).content.decode()
    assert colleague.email in page
    assert stranger.email not in page
    typed = {"license": str(license_.pk), "user": str(colleague.pk)}
    assert manager.post(_add("entitlements_seat"), typed).status_code == 302
    assert license_.seats.active().filter(user=colleague).exists()
    response = manager.post(_add("entitlements_seat"), typed)
    assert response.status_code == 409
    assert "already a named contact of Analytics" in response.content.decode()


def test_the_page_for_a_seat_opens_whatever_the_address_says(manager: Client) -> None:
    for key in ("", "x", "-1", "9" * 5_000, "²"):
        assert manager.get(_add("entitlements_seat"), {"license": key}).status_code == 200


def test_a_seat_beyond_the_plan_is_refused(manager: Client) -> None:
    license_ = make_license(plan=Plan.EXPERT)
    for _ in range(4):
        make_seat(license_)
    person = make_person(license_.account)
    before = _state()
    typed = {"license": str(license_.pk), "user": str(person.pk)}
    response = manager.post(_add("entitlements_seat"), typed)
    assert response.status_code == 409
    assert "allows 4 named contacts per product, and there are 4" in response.content.decode()
    assert _state() == before


def test_a_seat_is_refused_while_no_term_is_in_force(manager: Client) -> None:
    license_ = make_bare_license()
    typed = {"license": str(license_.pk), "user": str(make_person(license_.account).pk)}
    response = manager.post(_add("entitlements_seat"), typed)
    assert response.status_code == 409
    assert "No term of Analytics is in force" in response.content.decode()


class _Work:
    """Everybody has one open case; remembers who took over."""

    def __init__(self) -> None:
        self.handed_to: list[int] = []

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        return 1

    def open_requests_by(self, user_ids: Iterable[int]) -> dict[int, int]:
        return {}

    def let_go(self, user_id: int, license_id: int, *, successor: User | None, **_rest: Any) -> None:
        self.handed_to += [successor.pk] if successor else []


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> _Work:
    filled = _Work()
    monkeypatch.setattr(ports, "_open_work", filled)
    return filled


def test_a_seat_is_removed_once_somebody_takes_over(license_: License, manager: Client, work: _Work) -> None:
    seat = license_.seats.get(user__email="contact@northwind.example")
    boss = User.objects.get(email="boss@northwind.example")
    before = _state()
    unsure = manager.post(_change(seat), {"successor": str(boss.pk)})
    unnamed = manager.post(_change(seat), {"is_sure": "on"})
    wrong = manager.post(_change(seat), {"is_sure": "on", "successor": str(seat.user_id)})
    assert (unsure.status_code, unnamed.status_code, wrong.status_code) == (200, 409, 200)
    assert "The contact still has 1 open case or request." in unnamed.content.decode()
    assert (_state(), work.handed_to) == (before, [])
    assert manager.post(_change(seat), {"is_sure": "on", "successor": str(boss.pk)}).status_code == 302
    seat.refresh_from_db()
    assert (seat.removed_at is not None, seat.user.is_active, work.handed_to) == (True, False, [boss.pk])
    page = manager.get(_change(seat)).content.decode()
    assert 'name="_save"' not in page
    assert manager.post(_change(seat), {"is_sure": "on"}).status_code == 403


def test_the_last_seat_of_the_administrator_stays(license_: License, manager: Client) -> None:
    seat = license_.seats.get(user__email="boss@northwind.example")
    response = manager.post(_change(seat), {"is_sure": "on"})
    assert response.status_code == 409
    assert "The account administrator is always an active named contact" in response.content.decode()
    assert Seat.objects.get(pk=seat.pk).removed_at is None


# --- Statements -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_list_takes_as_many_statements_for_one_row_as_for_six(manager: Client, name: str) -> None:
    license_ = make_license()
    make_administrator(license_)
    _invitation(license_)
    first = _statements(manager, _list(name))
    for _ in range(5):
        license_ = make_license()
        make_administrator(license_)
        _invitation(license_)
    assert _statements(manager, _list(name)) == first


@pytest.mark.parametrize("name", MODELS)
def test_a_page_takes_as_many_statements_for_one_row_as_for_six(manager: Client, name: str) -> None:
    license_ = make_license()
    make_administrator(license_)
    address = _change(_rows(license_)[name], name)
    first = _statements(manager, address)
    for code in ("target", "campaign", "workfront"):
        other = make_license(license_.account, code)
        make_seat(other, license_.seats.order_by("pk")[0].user, now=EPOCH)
        make_customer(license_, other)
    assert _statements(manager, address) == first


def _statements(client: Client, address: str) -> int:
    client.get(address)  # so that what Django remembers for good is there each time
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
