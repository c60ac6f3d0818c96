"""Inviting, sending again, revoking, accepting and replacing: what happens, and every refusal."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from entitlements import operations
from entitlements.invitations import VALID_FOR
from entitlements.models import EntitlementEvent, Invitation, License, Seat
from entitlements.models.invitations import hash_of, token_for
from entitlements.plans import Plan
from entitlements.queries import Capacity, capacities_of, capacity_of, licenses_of
from entitlements.wording import refusal_text
from portal.accounts.models import Account, User
from portal.clock import machine_now
from portal.errors import DomainError
from portal.notices.models import Notice, mail_domain
from portal.notices.sender import send_due
from portal.work import invariants
from portal.work.instance import adopt
from tests.factories.people import (
    EPOCH,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STEP = timedelta(microseconds=1)
NEW = "new@customer.example"
PASSWORD = "a sentence nobody guesses"
WHO: dict[str, Any] = {
    "name": "Nora New",
    "password": PASSWORD,
    "language": "fr",
    "time_zone": "Europe/Paris",
}


@pytest.fixture
def license_() -> License:
    return make_license(plan=Plan.EXPERT)


@pytest.fixture
def anna(license_: License) -> User:
    """The account administrator."""
    return make_administrator(license_, name="Anna Administrator")


def invited(license_: License, anna: User, address: str = NEW, now: datetime = NOW) -> Invitation:
    made = operations.invite_contact(license_, address, actor=anna, now=now)
    assert isinstance(made, Invitation)
    return made


def token_of(invitation: Invitation) -> str:
    return token_for(Invitation.objects.get(pk=invitation.pk).nonce)


def fill(license_: License, seats: int) -> None:
    """Seats until so many are taken."""
    while license_.seats.filter(removed_at=None).count() < seats:
        make_seat(license_)


def state() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (Account, User, Invitation, Seat, EntitlementEvent, Notice)
    return [list(model.objects.order_by("pk").values()) for model in models]


def refused(act: Callable[[], object]) -> tuple[int, str]:
    """The refusal's status and code; proves that nothing changed and that it has words."""
    before = state()
    with pytest.raises(DomainError) as error:
        act()
    assert state() == before
    assert refusal_text(error.value)
    return error.value.http_status, error.value.code


def last_event() -> tuple[str, int | None, int | None, datetime, dict[str, Any]]:
    event = EntitlementEvent.objects.order_by("-pk")[0]
    return event.kind, event.license_id, event.actor_id, event.occurred_at, event.detail


# --- Inviting ---------------------------------------------------------------------------------------


def test_an_invitation_keeps_a_seat_for_seven_days_and_is_on_the_record(
    license_: License, anna: User
) -> None:
    invitation = invited(license_, anna, " NEW@customer.example ")
    stored = Invitation.objects.get(pk=invitation.pk)
    assert (stored.address, stored.invited_by, stored.made_at, stored.expires_at) == (
        NEW,
        anna,
        NOW,
        NOW + timedelta(days=7),
    )
    assert capacity_of(license_, NOW) == Capacity(1, 4, 1)
    assert last_event() == ("contact_invited", license_.pk, anna.pk, NOW, {"invitation": stored.pk})
    assert NEW not in str(last_event())


def test_an_invitation_keeps_its_seat_to_the_last_instant(license_: License, anna: User) -> None:
    invited(license_, anna)
    last = NOW + VALID_FOR - STEP
    assert [capacity_of(license_, at).invited for at in (last, last + STEP)] == [1, 0]


def test_the_mail_alone_has_the_token(
    license_: License, anna: User, mailoutbox: list[EmailMessage], time_machine: Any, settings: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    # The addresses are made once for the process, the demo's among them.
    assert resolve("/demo/reset/")
    settings.PORTAL_EMBEDDED = False
    adopt()
    invitation = invited(license_, anna)
    token = token_of(invitation)
    assert token not in str(state())
    send_due(machine_now())
    [mail] = [mail for mail in mailoutbox if mail.to == [NEW]]
    assert f"/entitlements/invitation/{token}/" in str(mail.body)
    assert "Anna Administrator" in str(mail.body)
    assert Invitation.objects.get().token_hash == hash_of(token)
    assert token not in str(state())


def test_the_mail_speaks_the_language_and_the_zone_of_the_account(
    license_: License, anna: User, mailoutbox: list[EmailMessage], time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    Account.objects.filter(pk=license_.account_id).update(language="fr", time_zone="Asia/Tokyo")
    adopt()
    invited(license_, anna)
    send_due(machine_now())
    [mail] = [mail for mail in mailoutbox if mail.to == [NEW]]
    assert "Accepter l’invitation" in str(mail.body)
    assert "JST" in str(mail.body)


def test_a_mail_whose_invitation_was_revoked_or_sent_again_is_cancelled(
    license_: License, anna: User, mailoutbox: list[EmailMessage], time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    adopt()
    twice, gone = invited(license_, anna), invited(license_, anna, "gone@customer.example")
    operations.send_invitation_again(twice, actor=anna, now=NOW)
    operations.revoke_invitation(gone, actor=anna, now=NOW)
    send_due(machine_now())
    notices = Notice.objects.filter(kind="invitation").order_by("pk")
    assert list(notices.values_list("state", "cancelled_because")) == [
        ("cancelled", "invitation_replaced"),
        ("cancelled", "invitation_over"),
        ("sent", ""),
    ]
    assert [mail.to for mail in mailoutbox if "invitation" in mail.subject] == [[NEW]]


def test_a_person_of_the_account_is_seated_at_once_and_may_sign_in_again(
    license_: License, anna: User
) -> None:
    colleague = make_person(license_.account)
    operations.set_sign_in(colleague, is_active=False, actor=anna, now=NOW)
    seat = operations.invite_contact(license_, colleague.email.upper(), actor=anna, now=NOW)
    assert isinstance(seat, Seat)
    assert (seat.user, seat.added_at, User.objects.get(pk=colleague.pk).is_active) == (colleague, NOW, True)
    assert Invitation.objects.count() == 0
    assert last_event() == ("contact_added", license_.pk, anna.pk, NOW, {"person": colleague.pk})


def test_the_last_seat_is_given_and_the_next_refused(license_: License, anna: User) -> None:
    fill(license_, 3)
    invited(license_, anna)
    person = make_person(license_.account)
    assert refused(lambda: invited(license_, anna, "more@customer.example")) == (409, "license_full")
    assert refused(lambda: operations.add_named_contact(license_, person, actor=anna, now=NOW)) == (
        409,
        "license_full",
    )
    assert refused(lambda: operations.invite_contact(license_, person.email, actor=anna, now=NOW)) == (
        409,
        "license_full",
    )


def test_a_full_license_says_how_many_invitations_hold_its_seats(license_: License, anna: User) -> None:
    fill(license_, 3)
    invited(license_, anna)
    with pytest.raises(DomainError) as error:
        invited(license_, anna, "more@customer.example")
    assert refusal_text(error.value) == (
        "Every seat is taken: the Expert Success Plan allows 4 named contacts per product, and there are 4."
        " Remove a contact first, or ask us about the plan. 1 of them is an open invitation, which can be"
        " revoked."
    )


def test_a_seat_whose_invitation_has_expired_is_free(license_: License, anna: User) -> None:
    fill(license_, 3)
    invited(license_, anna)
    invited(license_, anna, "more@customer.example", NOW + VALID_FOR)
    assert capacity_of(license_, NOW + VALID_FOR) == Capacity(3, 4, 1)


def test_an_invitation_out_of_date_is_made_anew_in_the_same_row(license_: License, anna: User) -> None:
    first = invited(license_, anna)
    old = token_of(first)
    again = invited(license_, anna, now=NOW + VALID_FOR)
    assert (again.pk, Invitation.objects.count()) == (first.pk, 1)
    assert again.expires_at == NOW + 2 * VALID_FOR
    assert token_of(again) != old


@pytest.mark.parametrize(
    ("address", "refusal"),
    [
        ("", (400, "email_invalid")),
        ("nobody", (400, "email_invalid")),
        ("a\x00b@customer.example", (400, "nul")),
        ("ö@customer.example", (400, "email_invalid")),
        (f"{'a' * 250}@customer.example", (400, "email_invalid")),
        ("a@b.example\r\nBcc: c@d.example", (400, "email_invalid")),
    ],
)
def test_what_is_no_address_is_refused(
    license_: License, anna: User, address: str, refusal: tuple[int, str]
) -> None:
    assert refused(lambda: invited(license_, anna, address)) == refusal


def test_who_is_invited_or_seated_already_is_said_so(license_: License, anna: User) -> None:
    invited(license_, anna)
    assert refused(lambda: invited(license_, anna)) == (409, "already_invited")
    assert refused(lambda: invited(license_, anna, anna.email)) == (409, "already_a_contact")


def test_without_a_term_nobody_is_invited(anna: User) -> None:
    bare = make_bare_license(anna.account, "target")
    assert refused(lambda: invited(bare, anna)) == (409, "seat_needs_a_term")


def test_over_capacity_nobody_is_invited_added_sent_again_or_accepted(anna: User, license_: License) -> None:
    account = license_.account
    falling = make_license(account, "target", plan=Plan.ULTIMATE, last_on=date(2026, 6, 30))
    operations.add_term(
        falling,
        Plan.EXPERT,
        first_on=date(2026, 7, 1),
        last_on=date(2027, 6, 30),
        actor=make_superuser(),
        now=EPOCH,
    )
    fill(falling, 4)
    before, after = datetime(2026, 6, 30, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)
    invitation = invited(falling, anna, now=before)
    token = token_of(invitation)
    assert capacity_of(falling, after) == Capacity(4, 4, 1)
    assert capacity_of(falling, after).over == 1
    facts = {"actor": anna, "now": after}
    person = make_person(account)
    assert refused(lambda: invited(falling, anna, "more@customer.example", after)) == (409, "over_capacity")
    assert refused(lambda: operations.add_named_contact(falling, person, **facts)) == (409, "over_capacity")
    # The one invitation is over: four contacts fill the plan without it.
    assert refused(lambda: operations.send_invitation_again(invitation, **facts)) == (409, "license_full")
    accept = lambda: operations.accept_invitation(token, **WHO, now=after)  # noqa: E731 -- said twice
    assert refused(accept) == (409, "invitation_without_a_seat")
    seat = falling.seats.exclude(user=anna).first()
    assert seat is not None
    operations.remove_named_contact(seat, **facts)
    accept()
    assert capacity_of(falling, after) == Capacity(4, 4, 0)


def outsiders() -> dict[str, str]:
    return {
        "staff": make_agent().email,
        "root": make_superuser().email,
        "another account": make_customer().email,
        "another account, removed": make_person().email,
        "the portal itself": f"help@{mail_domain()}",
    }


def test_whoever_cannot_be_invited_gets_one_answer_after_the_same_work(license_: License, anna: User) -> None:
    found = set()
    for address in outsiders().values():
        with CaptureQueriesContext(connection) as queries:
            refusal = refused_words(lambda to=address: invited(license_, anna, to))
        found.add((refusal, tuple(query["sql"].replace(address, "ADDRESS") for query in queries)))
    assert len({words for words, _work in found}) == 1
    assert {len(work) for _words, work in found} == {11}
    agent = make_agent()
    assert refused(lambda: invited(license_, anna, agent.email)) == (400, "cannot_be_invited")


def refused_words(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as error:
        act()
    return refusal_text(error.value)


def test_a_full_license_answers_alike_whoever_is_asked_for(license_: License, anna: User) -> None:
    fill(license_, 4)
    addresses = [NEW, *outsiders().values()]
    assert {refused(lambda to=address: invited(license_, anna, to)) for address in addresses} == {
        (409, "license_full")
    }


def test_only_the_administrator_and_staff_invite(license_: License, anna: User) -> None:
    contact, stranger = make_customer(license_), make_administrator()
    invitation = invited(license_, anna)
    seat = contact.seats.get()
    acts: list[Callable[..., object]] = [
        lambda **facts: operations.invite_contact(license_, "x@customer.example", **facts),
        lambda **facts: operations.send_invitation_again(invitation, **facts),
        lambda **facts: operations.revoke_invitation(invitation, **facts),
        lambda **facts: operations.replace_contact(seat, "x@customer.example", **facts),
    ]
    for actor in (contact, stranger, make_agent()):
        answers = [refused(partial(act, actor=actor, now=NOW)) for act in acts]
        assert answers == [(403, "not_the_administrator")] * 4
    operations.invite_contact(license_, "x@customer.example", actor=make_superuser(), now=NOW)


# --- Sending again, revoking ------------------------------------------------------------------------


def test_sending_again_gives_seven_more_days_and_kills_the_old_link(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    old = token_of(invitation)
    later = NOW + timedelta(days=3)
    operations.send_invitation_again(invitation, actor=anna, now=later)
    stored = Invitation.objects.get()
    assert (stored.sent_again_at, stored.expires_at) == (later, later + VALID_FOR)
    assert refused(lambda: operations.accept_invitation(old, **WHO, now=later)) == (
        409,
        "invitation_replaced",
    )
    operations.accept_invitation(token_of(invitation), **WHO, now=later)


def test_an_old_invitation_comes_alive_only_where_a_seat_is_free(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    fill(license_, 3)
    late = NOW + VALID_FOR
    other = invited(license_, anna, "other@customer.example", late)
    again = lambda: operations.send_invitation_again(invitation, actor=anna, now=late)  # noqa: E731
    assert refused(again) == (409, "license_full")
    operations.revoke_invitation(other, actor=anna, now=late)
    again()
    assert capacity_of(license_, late) == Capacity(3, 4, 1)


def test_sending_again_seats_who_is_of_the_account_by_now(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    person = make_person(license_.account, email=NEW)
    seat = operations.send_invitation_again(invitation, actor=anna, now=NOW)
    assert isinstance(seat, Seat)
    assert seat.user == person
    stored = Invitation.objects.get()
    assert (stored.accepted_at, stored.accepted_by) == (NOW, person)


def test_sending_again_to_who_has_gone_elsewhere_is_refused(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    make_person(email=NEW)
    again = lambda: operations.send_invitation_again(invitation, actor=anna, now=NOW)  # noqa: E731
    assert refused(again) == (400, "cannot_be_invited")


def test_a_revoked_invitation_frees_its_seat_and_is_dead(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    token = token_of(invitation)
    operations.revoke_invitation(invitation, actor=anna, now=NOW)
    assert capacity_of(license_, NOW) == Capacity(1, 4, 0)
    assert last_event() == ("invitation_revoked", license_.pk, anna.pk, NOW, {"invitation": invitation.pk})
    facts = {"actor": anna, "now": NOW}
    assert refused(lambda: operations.revoke_invitation(invitation, **facts)) == (409, "invitation_revoked")
    assert refused(lambda: operations.send_invitation_again(invitation, **facts)) == (
        409,
        "invitation_revoked",
    )
    assert refused(lambda: operations.accept_invitation(token, **WHO, now=NOW)) == (409, "invitation_revoked")


# --- Accepting --------------------------------------------------------------------------------------


def test_who_accepts_is_a_person_of_the_account_with_the_seat(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    later = NOW + VALID_FOR - STEP
    person = operations.accept_invitation(token_of(invitation), **WHO, now=later)
    stored = User.objects.get(email=NEW)
    assert (stored.pk, stored.account, stored.name, stored.language, stored.time_zone) == (
        person.pk,
        license_.account,
        "Nora New",
        "fr",
        "Europe/Paris",
    )
    assert (stored.may_file_cases, stored.sees_account_cases, stored.is_staff) == (True, False, False)
    assert stored.check_password(PASSWORD)
    assert stored.email_verified_at == later
    assert Seat.objects.active().get(user=stored).added_at == later
    assert capacity_of(license_, later) == Capacity(2, 4, 0)
    detail = {"invitation": invitation.pk, "person": person.pk}
    assert last_event() == ("invitation_accepted", license_.pk, person.pk, later, detail)
    assert invariants.check() == []


def test_a_link_is_refused_when_it_does_not_hold(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    token = token_of(invitation)

    def accepting(text: str, now: datetime = NOW) -> tuple[int, str]:
        return refused(lambda: operations.accept_invitation(text, **WHO, now=now))

    unreadable = [
        "",
        ":",
        token[:-1],
        token + "x",
        f"x{token}",
        token.swapcase(),
        "x" * 5000,
        "ö:ö",
        token[::-1],
    ]
    assert {accepting(text) for text in unreadable} == {(409, "invitation_unreadable")}
    assert accepting(token_for("never made")) == (409, "invitation_replaced")
    assert accepting(token, NOW + VALID_FOR) == (409, "invitation_expired")
    operations.accept_invitation(token, **WHO, now=NOW)
    assert accepting(token) == (409, "invitation_used")


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, (400, "name_missing")),
        ({"name": "a" * 201}, (400, "name_too_long")),
        ({"name": "a\x00"}, (400, "nul")),
        ({"language": "tlh"}, (400, "unknown_language")),
        ({"time_zone": "Mars/Olympus"}, (400, "unknown_zone")),
    ],
)
def test_a_fact_that_cannot_be_leaves_the_invitation_open(
    license_: License, anna: User, wrong: dict[str, str], refusal: tuple[int, str]
) -> None:
    token = token_of(invited(license_, anna))
    assert refused(lambda: operations.accept_invitation(token, **WHO | wrong, now=NOW)) == refusal


def test_who_has_a_sign_in_by_then_takes_the_seat_with_it(license_: License, anna: User) -> None:
    token = token_of(invited(license_, anna))
    person = make_person(license_.account, email=NEW)
    assert refused(lambda: operations.accept_invitation(token, **WHO, now=NOW)) == (
        409,
        "invitation_has_login",
    )
    for other in (anna, make_customer(), make_agent()):
        act = lambda who=other: operations.accept_invitation_as(token, person=who, now=NOW)  # noqa: E731
        assert refused(act) == (409, "invitation_for_another")
    seat = operations.accept_invitation_as(token, person=person, now=NOW)
    assert User.objects.get(pk=person.pk).email_verified_at == NOW
    assert seat.user == person
    assert refused(lambda: operations.accept_invitation_as(token, person=person, now=NOW)) == (
        409,
        "invitation_used",
    )
    assert invariants.check() == []


def test_who_went_elsewhere_cannot_take_the_seat(license_: License, anna: User) -> None:
    token = token_of(invited(license_, anna))
    person = make_person(email=NEW)
    assert refused(lambda: operations.accept_invitation_as(token, person=person, now=NOW)) == (
        409,
        "invitation_for_another",
    )


def test_a_seat_given_by_staff_uses_the_invitation_up(license_: License, anna: User) -> None:
    fill(license_, 3)
    invited(license_, anna)
    person = make_person(license_.account, email=NEW)
    operations.add_named_contact(license_, person, actor=make_superuser(), now=NOW)
    assert capacity_of(license_, NOW) == Capacity(4, 4, 0)
    assert Invitation.objects.get().accepted_by == person
    assert invariants.check() == []


def test_a_contact_who_takes_an_invited_address_frees_its_seat(license_: License, anna: User) -> None:
    invited(license_, anna)
    contact = make_customer(license_)
    facts = {"name": "Chris", "language": "en", "time_zone": "", "actor": make_superuser(), "now": NOW}
    operations.change_person(contact, email=NEW, **facts)
    assert Invitation.objects.get().revoked_at == NOW
    assert invariants.check() == []


# --- Replacing --------------------------------------------------------------------------------------


def test_a_contact_is_replaced_by_a_colleague_where_every_seat_is_taken(
    license_: License, anna: User
) -> None:
    fill(license_, 4)
    seat = license_.seats.exclude(user=anna).earliest("pk")
    colleague = make_person(license_.account)
    after = operations.replace_contact(seat, colleague.email, actor=anna, now=NOW)
    assert isinstance(after, Seat)
    assert (after.user, Seat.objects.get(pk=seat.pk).removed_at) == (colleague, NOW)
    assert capacity_of(license_, NOW) == Capacity(4, 4, 0)
    assert User.objects.get(pk=seat.user_id).is_active is False
    detail = {"person": seat.user_id, "replacement": colleague.pk, "successor": None, "ends_sign_in": True}
    assert last_event() == ("contact_replaced", license_.pk, anna.pk, NOW, detail)


def test_a_contact_is_replaced_by_somebody_new_who_is_invited(license_: License, anna: User) -> None:
    fill(license_, 4)
    seat = license_.seats.exclude(user=anna).earliest("pk")
    made = operations.replace_contact(seat, NEW, actor=anna, now=NOW, keeps_sign_in=True)
    assert isinstance(made, Invitation)
    assert capacity_of(license_, NOW) == Capacity(3, 4, 1)
    assert User.objects.get(pk=seat.user_id).is_active is True
    operations.accept_invitation(token_of(made), **WHO, now=NOW)
    assert capacity_of(license_, NOW) == Capacity(4, 4, 0)


def test_a_replacement_is_refused_when_it_cannot_be(license_: License, anna: User) -> None:
    contact, other = make_customer(license_), make_customer(license_)
    agent, stranger = make_agent(), make_customer()
    seat = contact.seats.get()
    invited(license_, anna)

    def replacing(which: Seat, address: str, **facts: Any) -> tuple[int, str]:
        return refused(lambda: operations.replace_contact(which, address, actor=anna, now=NOW, **facts))

    assert replacing(seat, NEW) == (409, "already_invited")
    assert replacing(seat, other.email) == (409, "already_a_contact")
    assert replacing(seat, contact.email) == (409, "already_a_contact")
    assert replacing(seat, agent.email) == (400, "cannot_be_invited")
    assert replacing(seat, "nobody") == (400, "email_invalid")
    assert replacing(seat, "x@customer.example", successor=stranger) == (
        400,
        "successor_not_a_contact",
    )
    assert replacing(anna.seats.get(), "x@customer.example") == (409, "administrator_needs_a_seat")
    operations.remove_named_contact(seat, actor=anna, now=NOW)
    assert replacing(seat, "x@customer.example") == (409, "already_removed")


# --- Asking for a seat ------------------------------------------------------------------------------


def asked() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind="seat_asked").order_by("pk").select_related("recipient")
    return [(str(row.recipient), row.params["product"]) for row in rows]


def test_the_administrator_is_asked_once_in_24_hours_and_product(license_: License, anna: User) -> None:
    colleague = make_person(license_.account, name="Cora Colleague")
    target = make_license(license_.account, "target")
    operations.ask_for_seat(license_, actor=colleague, now=NOW)
    day = timedelta(hours=24)
    again = lambda: operations.ask_for_seat(license_, actor=colleague, now=NOW + day - STEP)  # noqa: E731
    assert refused(again) == (409, "already_asked")
    operations.ask_for_seat(target, actor=colleague, now=NOW)
    operations.ask_for_seat(license_, actor=colleague, now=NOW + day)
    assert asked() == [(str(anna), "Analytics"), (str(anna), "Target"), (str(anna), "Analytics")]


def test_staff_are_asked_where_there_is_no_administrator(license_: License) -> None:
    root = make_superuser()
    operations.ask_for_seat(license_, actor=make_person(license_.account), now=NOW)
    assert asked() == [(str(root), "Analytics")]


def test_who_needs_no_seat_asks_for_none(license_: License, anna: User) -> None:
    contact = make_customer(license_)
    target = make_license(license_.account, "target")
    assert refused(lambda: operations.ask_for_seat(license_, actor=contact, now=NOW)) == (
        409,
        "already_a_contact",
    )
    assert refused(lambda: operations.ask_for_seat(target, actor=anna, now=NOW)) == (409, "ask_nobody")
    for stranger in (make_customer(), make_agent()):
        act = lambda who=stranger: operations.ask_for_seat(license_, actor=who, now=NOW)  # noqa: E731
        assert refused(act) == (400, "not_of_the_account")


def test_the_notice_of_a_wished_seat_reads_well_and_is_dropped_once_there_is_one(
    license_: License, anna: User, mailoutbox: list[EmailMessage], time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    adopt()
    cora, dora = (make_person(license_.account, name=name) for name in ("Cora", "Dora"))
    for person in (cora, dora):
        operations.ask_for_seat(license_, actor=person, now=NOW)
    operations.add_named_contact(license_, dora, actor=anna, now=NOW)
    send_due(machine_now())
    subjects = [mail.subject for mail in mailoutbox if mail.to == [anna.email]]
    assert subjects == ["Cora asks for a seat for Analytics"]
    assert Notice.objects.get(params__person=dora.pk).cancelled_because == "seat_taken"


# --- What the database holds ------------------------------------------------------------------------


def test_one_pending_invitation_for_an_address_on_a_license(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    twin = {"license": license_, "address": NEW, "invited_by": anna, "nonce": "n", "made_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(**twin, token_hash="other", expires_at=NOW + VALID_FOR)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            **twin | {"address": "x@y.example"}, token_hash=invitation.token_hash, expires_at=NOW + VALID_FOR
        )
    Invitation.objects.filter(pk=invitation.pk).update(revoked_at=NOW)
    Invitation.objects.create(**twin, token_hash="other", expires_at=NOW + VALID_FOR)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": ""},
        {"expires_at": NOW},
        {"accepted_at": NOW},
        {"accepted_at": NOW, "revoked_at": NOW},
    ],
)
def test_an_invitation_that_cannot_be_is_refused_by_the_database(
    license_: License, anna: User, wrong: dict[str, Any]
) -> None:
    invitation = invited(license_, anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=invitation.pk).update(**wrong)


def test_an_account_has_one_administrator_and_nobody_two_accounts(anna: User, license_: License) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.exclude(pk=license_.account_id).create(
            name="Second", country=license_.account.country, administrator=anna, created_at=NOW
        )


def test_all_licenses_are_counted_in_a_few_statements(
    anna: User, license_: License, django_assert_num_queries: Any
) -> None:
    target = make_license(license_.account, "target", plan=Plan.ULTIMATE)
    bare = make_bare_license(license_.account, "campaign")
    invited(target, anna)
    licenses = licenses_of(anna)
    with django_assert_num_queries(2):
        found = capacities_of(licenses, NOW)
    assert found == {
        license_.pk: Capacity(1, 4, 0),
        target.pk: Capacity(0, 15, 1),
        bare.pk: Capacity(0, None, 0),
    }
    assert found == {each.pk: capacity_of(each, NOW) for each in licenses}


def test_whose_invitations_are_whose_to_see(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    contact, stranger = make_customer(license_), make_administrator()
    seen = {who: list(Invitation.objects.visible_to(who)) for who in (anna, contact, stranger, make_agent())}
    assert list(seen.values()) == [[invitation], [], [], [invitation]]
