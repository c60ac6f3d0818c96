"""Invitations and replacements in the admin: what the manager does, what is refused, what is never shown."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from cases.lifecycle import Resolution
from cases.models import Case
from cases.operations import close_case
from entitlements import operations
from entitlements.invitations import VALID_FOR
from entitlements.models import EntitlementEvent, Invitation, License, Seat
from entitlements.models.invitations import token_for
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Account, User
from portal.notices.models import Notice
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_seat,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)
LIST, ADD = "/admin/entitlements/invitation/", "/admin/entitlements/invitation/add/"
NEW = "new@customer.example"
_TOTALS = ("TOTAL", "INITIAL")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def license_() -> License:
    """Four seats, two of them taken."""
    made = make_license(make_account("Northwind", country="US"), plan=Plan.EXPERT)
    make_administrator(made, email="boss@northwind.example")
    make_customer(made, email="contact@northwind.example")
    return made


@pytest.fixture
def manager() -> Client:
    return client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager"))


def invited(license_: License, address: str = NEW, now: datetime = NOW) -> Invitation:
    made = operations.invite_contact(license_, address, actor=make_superuser(), now=now)
    assert isinstance(made, Invitation)
    return made


def page_of(row: Model) -> str:
    return reverse(f"admin:entitlements_{row._meta.model_name}_change", args=[row.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


def state() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (Invitation, Seat, EntitlementEvent, Notice, Case)
    people = list(User.objects.order_by("pk").values("pk", "email", "is_active"))
    return [people, *(list(model.objects.order_by("pk").values()) for model in models)]


# --- The administrator's role -----------------------------------------------------------------------


def test_a_manager_lets_the_role_rest_after_the_last_term_and_appoints_another(manager: Client) -> None:
    license_ = make_license(make_account("Northwind", country="US"), last_on=date(2026, 5, 20))
    boss = make_administrator(license_, email="boss@northwind.example")
    case, seat = make_case(boss), license_.seats.get()
    refused = manager.post(page_of(seat), {"is_sure": "on"})
    assert refused.status_code == 409
    assert "add another contact of the product first, or close what is open." in text(refused)
    assert Account.objects.get().administrator == boss
    close_case(case, resolution=Resolution.OBSOLETE, actor=make_agent(), now=NOW, reason="Over.")
    assert manager.post(page_of(seat), {"is_sure": "on"}).status_code == 302
    assert Account.objects.get().administrator is None
    assert not User.objects.get(pk=boss.pk).is_active
    colleague = make_customer(license_, email="colleague@northwind.example")
    account_page = reverse("admin:accounts_account_change", args=[license_.account_id])
    tables = {f"{name}-{total}_FORMS": 0 for name in ("licenses", "team", "people") for total in _TOTALS}
    facts = {"name": "Northwind", "country": "US", "time_zone": "", "language": "", **tables}
    assert manager.post(account_page, facts | {"administrator": ""}).status_code == 302
    assert Account.objects.get().administrator is None
    assert manager.post(account_page, facts | {"administrator": colleague.pk}).status_code == 302
    assert Account.objects.get().administrator == colleague
    history = text(client_of(colleague).get(reverse("entitlements:history")))
    assert "The role of account administrator rests" in history


# --- Inviting ---------------------------------------------------------------------------------------


def test_a_manager_invites_an_address_from_the_license(license_: License, manager: Client) -> None:
    assert f"{ADD}?license={license_.pk}" in text(manager.get(page_of(license_)))
    form = text(manager.get(ADD, {"license": license_.pk}))
    assert f'<option value="{license_.pk}" selected>' in form
    response = manager.post(ADD, {"license": license_.pk, "address": "New@Customer.example"})
    made = Invitation.objects.get()
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert (made.license, made.address, made.expires_at) == (license_, NEW, NOW + VALID_FOR)
    assert made.invited_by.name == "Mona Manager"
    assert EntitlementEvent.objects.latest("pk").kind == "contact_invited"
    assert Notice.objects.get(kind="invitation").address == NEW


def test_a_colleague_is_seated_at_once_and_the_answer_leads_to_the_seat(
    license_: License, manager: Client
) -> None:
    colleague = make_person(license_.account, email="ada@northwind.example", name="Ada Colleague")
    typed = {"license": license_.pk, "address": colleague.email}
    response = manager.post(ADD, typed, follow=True)
    seat = Seat.objects.get(user=colleague)
    assert response.redirect_chain == [(page_of(seat), 302)]
    assert "Ada Colleague has the seat now." in text(response)
    assert not Invitation.objects.exists()


def test_an_invitation_is_refused_with_the_rule_and_what_was_typed(
    license_: License, manager: Client
) -> None:
    make_agent(email="agent@portal.example")
    invited(license_)
    before = state()
    for address, status, words in (
        ("agent@portal.example", 400, "This address cannot be invited."),
        ("contact@northwind.example", 409, "already a named contact of Analytics"),
        (NEW, 409, "is invited for Analytics already"),
        ("nobody", 200, "Enter a valid email address."),
    ):
        response = manager.post(ADD, {"license": license_.pk, "address": address})
        assert (response.status_code, words in text(response)) == (status, True), address
        assert f'value="{address}"' in text(response)
    assert state() == before


def test_an_invitation_beyond_the_plan_is_refused_to_staff_too(license_: License, manager: Client) -> None:
    make_seat(license_)
    invited(license_)
    before = state()
    response = manager.post(ADD, {"license": license_.pk, "address": "fifth@customer.example"})
    assert response.status_code == 409
    assert "allows 4 named contacts per product, and there are 4" in text(response)
    assert state() == before


# --- Sending again and revoking ---------------------------------------------------------------------


def test_an_invitation_is_sent_again_with_a_link_of_its_own(license_: License, manager: Client) -> None:
    made = invited(license_, now=NOW - timedelta(days=8))
    assert "out of date" in text(manager.get(page_of(made)))
    response = manager.post(page_of(made), {"decision": "again"})
    after = Invitation.objects.get()
    assert (response.status_code, response["Location"]) == (302, LIST)
    assert (after.sent_again_at, after.expires_at) == (NOW, NOW + VALID_FOR)
    assert after.token_hash != made.token_hash
    assert EntitlementEvent.objects.latest("pk").kind == "invitation_sent_again"


def test_who_became_a_colleague_is_seated_when_their_invitation_is_sent_again(
    license_: License, manager: Client
) -> None:
    made = invited(license_)
    colleague = make_person(license_.account, email=NEW)
    response = manager.post(page_of(made), {"decision": "again"}, follow=True)
    assert response.redirect_chain == [(page_of(Seat.objects.get(user=colleague)), 302)]
    assert Invitation.objects.get().accepted_by == colleague


def test_an_invitation_is_revoked_and_decided_only_once(license_: License, manager: Client) -> None:
    made = invited(license_)
    assert manager.post(page_of(made), {"decision": "revoke"}).status_code == 302
    assert Invitation.objects.get().revoked_at == NOW
    assert EntitlementEvent.objects.latest("pk").kind == "invitation_revoked"
    page = text(manager.get(page_of(made)))
    assert ("revoked" in page, 'name="_save"' in page) == (True, False)
    before = state()
    for decision in ("again", "revoke"):
        assert manager.post(page_of(made), {"decision": decision}).status_code == 403
    assert state() == before


def test_nothing_is_decided_without_a_decision(license_: License, manager: Client) -> None:
    made = invited(license_)
    before = state()
    for sent in ({}, {"decision": ""}, {"decision": "accept"}):
        response = manager.post(page_of(made), sent)
        assert (response.status_code, "errornote" in text(response)) == (200, True)
    assert state() == before


def test_whoever_only_reads_sees_invitations_and_decides_nothing(license_: License) -> None:
    made = invited(license_)
    readers = [make_agent(), make_lead(), *map(make_staff, set(StaffGroup) - _ENTITLERS)]
    before = state()
    for person in readers:
        client = client_of(person)
        assert NEW in text(client.get(LIST))
        page = text(client.get(page_of(made)))
        assert (NEW in page, "decision" in page, 'name="_save"' in page) == (True, False, False)
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, {"license": license_.pk, "address": "x@new.example"}).status_code == 403
        assert client.post(page_of(made), {"decision": "revoke"}).status_code == 403
    assert state() == before


_ENTITLERS = {StaffGroup.ENTITLEMENT_MANAGER}


# --- The list ---------------------------------------------------------------------------------------


def test_invitations_are_listed_by_state(license_: License, manager: Client) -> None:
    other = make_license(license_.account, "target", plan=Plan.ULTIMATE)
    invited(license_, "open@new.example")
    invited(other, "expired@new.example", NOW - VALID_FOR)
    revoked = invited(other, "revoked@new.example")
    operations.revoke_invitation(revoked, actor=make_superuser(), now=NOW)
    invited(other, "accepted@new.example")
    colleague = make_person(license_.account, email="accepted@new.example")
    operations.add_named_contact(other, colleague, actor=make_superuser(), now=NOW)
    addresses = [f"{each}@new.example" for each in ("open", "expired", "revoked", "accepted")]
    for chosen in ("open", "expired", "revoked", "accepted"):
        found = manager.get(LIST, {"state": chosen}).context["cl"].queryset
        assert [row.address for row in found] == [f"{chosen}@new.example"]
    for chosen in ("", "x"):
        shown = text(manager.get(LIST, {"state": chosen}))
        assert all(address in shown for address in addresses)


def test_no_page_shows_the_link_or_what_finds_it(license_: License, manager: Client) -> None:
    made = invited(license_)
    pages = [text(manager.get(path)) for path in (LIST, page_of(made), page_of(license_))]
    for secret in (made.nonce, made.token_hash, token_for(made.nonce)):
        assert [page for page in pages if secret in page] == []
        assert manager.get(LIST, {"token_hash__startswith": secret[:4]}).status_code in (302, 400)
        assert NEW not in text(manager.get(LIST, {"q": secret}))


# --- Replacing --------------------------------------------------------------------------------------


def test_a_colleague_takes_a_seat_over_with_the_open_cases(license_: License, manager: Client) -> None:
    seat = license_.seats.get(user__email="contact@northwind.example")
    case = make_case(seat.user)
    colleague = make_person(license_.account, email="ada@northwind.example", name="Ada Colleague")
    typed = {"is_sure": "on", "address": colleague.email}
    response = manager.post(page_of(seat), typed, follow=True)
    seat.refresh_from_db()
    assert response.redirect_chain == [(page_of(Seat.objects.get(user=colleague)), 302)]
    assert "Ada Colleague has the seat now." in text(response)
    assert (seat.removed_at, seat.user.is_active) == (NOW, False)
    assert Case.objects.get(pk=case.pk).requestor == colleague
    assert EntitlementEvent.objects.latest("pk").kind == "contact_replaced"


def test_a_stranger_is_invited_in_the_place_of_a_contact_where_every_seat_is_taken(
    license_: License, manager: Client
) -> None:
    make_seat(license_)
    make_seat(license_)
    seat = license_.seats.get(user__email="contact@northwind.example")
    response = manager.post(page_of(seat), {"is_sure": "on", "address": NEW, "keeps_sign_in": "on"})
    made, seat = Invitation.objects.get(), Seat.objects.select_related("user").get(pk=seat.pk)
    assert (response.status_code, response["Location"]) == (302, page_of(made))
    assert (made.address, seat.removed_at, seat.user.is_active) == (NEW, NOW, True)


def test_a_replacement_is_refused_beside_what_was_typed(license_: License, manager: Client) -> None:
    seat = license_.seats.get(user__email="contact@northwind.example")
    boss = User.objects.get(email="boss@northwind.example")
    make_case(seat.user)
    make_agent(email="agent@portal.example")
    before = state()
    for typed, status, words in (
        ({"address": "agent@portal.example"}, 400, "This address cannot be invited."),
        ({"address": boss.email}, 409, "already a named contact of Analytics"),
        ({"address": NEW}, 409, "Choose another contact of the product to take over."),
        ({"address": "nobody"}, 200, "Enter a valid email address."),
    ):
        response = manager.post(page_of(seat), {"is_sure": "on", **typed})
        assert (response.status_code, words in text(response)) == (status, True), typed
        assert f'value="{typed["address"]}"' in text(response)
    assert manager.post(page_of(seat), {"address": NEW}).status_code == 200
    assert state() == before
