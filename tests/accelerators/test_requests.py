"""Requests from the catalogue: asked, decided, cancelled, handed over (SPEC 4.5)."""

from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accelerators import operations
from accelerators.lifecycle import Status
from accelerators.models import EngagementRequest, RequestEvent
from accelerators.queries import requests_of
from entitlements import operations as entitlements
from entitlements.add_ons import AddOn
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.teams import TeamRole
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.errors import FieldRefused
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.notices.states import MailState
from portal.work import invariants
from portal.work.instance import adopt
from tests.accelerators.stage import DAY, HOUR, NOW, TODAY, ask, grant, refused, row, told
from tests.factories.people import (
    make_administrator,
    make_agent,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _claims_hold() -> object:
    yield
    assert invariants.check() == []


def events(request: EngagementRequest) -> list[tuple[str, int | None, dict[str, object]]]:
    return [(event.kind, event.actor_id, event.detail) for event in request.events.order_by("pk")]


def test_a_contact_asks_and_the_technical_account_manager_is_told(
    ultimate: License, rita: User, tam: User
) -> None:
    first, last = TODAY + 7 * DAY, TODAY + 14 * DAY
    asked = ask(rita, ultimate, wished_from=first, wished_until=last)

    assert (asked.status, asked.requester, asked.asked_by, asked.asked_at) == (
        Status.REQUESTED,
        rita,
        rita,
        NOW,
    )
    assert (asked.row.slug, asked.wished_from, asked.wished_until) == ("environment-review", first, last)
    assert events(asked) == [("requested", rita.pk, {"status": "requested", "requester": rita.pk})]
    assert told("request_received") == ["Tess Technical"]


def test_without_a_team_every_success_manager_of_the_pool_is_told(
    expert: License, emil: User, pool: User, tam: User
) -> None:
    ask(emil, expert, "priority-queue-bundle")
    assert told("request_received") == ["Paul Pool", "Tess Technical"]


def test_without_any_success_manager_the_superuser_is_told(expert: License, emil: User) -> None:
    ask(emil, expert, "priority-queue-bundle")
    assert told("request_received") == ["Root"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"goal": "   \n "}, "goal_missing"),
        ({"goal": "x" * 4001}, "goal_too_long"),
        ({"goal": "a\x00b"}, "nul"),
        ({"wished_from": TODAY - DAY}, "wish_in_the_past"),
        ({"wished_from": TODAY + timedelta(days=731)}, "wish_too_far"),
        ({"wished_until": TODAY + DAY}, "wish_without_start"),
        ({"wished_from": TODAY + 2 * DAY, "wished_until": TODAY + DAY}, "wishes_descend"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_kept(
    ultimate: License, rita: User, facts: dict[str, object], code: str
) -> None:
    assert refused(lambda: ask(rita, ultimate, **facts)) == (code, 400)
    assert (EngagementRequest.objects.count(), Notice.objects.filter(kind="request_received").count()) == (
        0,
        0,
    )


def test_a_day_too_far_is_refused_with_the_last_one_that_is_taken(ultimate: License, rita: User) -> None:
    with pytest.raises(FieldRefused) as refusal:
        ask(rita, ultimate, wished_from=TODAY + timedelta(days=731))
    assert refusal.value.values == {"last_on": TODAY + timedelta(days=730)}


def test_the_longest_goal_and_the_outermost_days_are_taken(ultimate: License, rita: User) -> None:
    last = TODAY + timedelta(days=730)
    asked = ask(rita, ultimate, goal="x" * 4000, wished_from=TODAY, wished_until=last)
    assert (len(asked.goal), asked.wished_from, asked.wished_until) == (4000, TODAY, last)


def test_who_may_not_ask_reads_why(ultimate: License, expert: License, emil: User) -> None:
    without_permission = make_customer(ultimate)
    without_seat = make_person(ultimate.account)
    elsewhere = make_customer(make_license(ultimate.account, "target"), may_request=True)

    assert refused(lambda: ask(without_permission, ultimate)) == ("may_not_request", 403)
    assert refused(lambda: ask(without_seat, ultimate)) == ("no_seat_for_requests", 403)
    assert refused(lambda: ask(elsewhere, ultimate)) == ("no_seat_for_requests", 403)
    assert refused(lambda: ask(emil, ultimate)) == ("no_seat_for_requests", 403)
    assert refused(lambda: ask(emil, expert)) == ("not_available", 409)
    assert EngagementRequest.objects.count() == 0


def test_after_the_last_term_nothing_is_asked(rita: User) -> None:
    ended = make_license(
        rita.account, "campaign", first_on=date(2020, 1, 1), last_on=TODAY - timedelta(days=2)
    )
    make_seat(ended, rita)
    assert refused(lambda: ask(rita, ended)) == ("term_ended", 409)


def test_the_same_thing_is_asked_once_until_it_is_decided(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    assert refused(lambda: ask(rita, ultimate)) == ("already_requested", 409)
    operations.accept_request(asked, actor=tam, now=NOW + HOUR)
    assert ask(rita, ultimate, now=NOW + 2 * HOUR).status == Status.REQUESTED


def test_what_the_whole_account_holds_is_asked_once_for_all_its_licenses(
    ultimate: License, rita: User, tam: User
) -> None:
    target = make_license(ultimate.account, "target")
    make_seat(target, rita)
    asked = ask(rita, ultimate, "event-management")
    assert refused(lambda: ask(rita, target, "event-management")) == ("already_requested_for_account", 409)
    assert EngagementRequest.objects.count() == 1
    # A license's own is asked for each.
    ask(rita, ultimate, "mentor-sessions")
    assert ask(rita, target, "mentor-sessions").status == Status.REQUESTED
    operations.accept_request(asked, actor=tam, now=NOW + HOUR)
    assert ask(rita, target, "event-management", now=NOW + HOUR).status == Status.REQUESTED
    foreign = make_license()
    stranger = make_customer(foreign, may_request=True)
    assert ask(stranger, foreign, "event-management", now=NOW + HOUR).status == Status.REQUESTED


def test_the_database_keeps_one_undecided_request_for_a_thing(ultimate: License, rita: User) -> None:
    asked = ask(rita, ultimate)
    asked.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.save(force_insert=True)


def test_the_technical_account_manager_accepts_and_the_requester_reads_it(
    ultimate: License, rita: User, tam: User
) -> None:
    asked = ask(rita, ultimate)
    accepted = operations.accept_request(asked, answer=" Gladly.\r\n", actor=tam, now=NOW + HOUR)

    assert (accepted.status, accepted.decided_by, accepted.decided_at, accepted.answer) == (
        Status.ACCEPTED,
        tam,
        NOW + HOUR,
        "Gladly.",
    )
    assert (accepted.ended_at, told("request_accepted")) == (None, ["Rita Requester"])
    assert events(accepted)[-1] == ("accepted", tam.pk, {"status": "accepted", "units": None})


def test_a_request_is_declined_with_a_reason_only(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    assert refused(lambda: operations.decline_request(asked, reason=" ", actor=tam, now=NOW)) == (
        "reason_missing",
        400,
    )
    declined = operations.decline_request(asked, reason="Too early", actor=tam, now=NOW + HOUR)
    assert (declined.status, declined.answer, declined.ended_at) == (
        Status.DECLINED,
        "Too early",
        NOW + HOUR,
    )
    assert told("request_declined") == ["Rita Requester"]
    again = lambda: operations.accept_request(asked, actor=tam, now=NOW + HOUR)  # noqa: E731 -- said once more
    assert refused(again) == ("wrong_status", 409)


def test_only_who_decides_for_the_account_decides(
    ultimate: License, rita: User, tam: User, pool: User
) -> None:
    asked = ask(rita, ultimate)
    ssm = make_staff(StaffGroup.SUCCESS_MANAGER, name="Sven Service")
    root = make_superuser()
    entitlements.appoint_to_team(ultimate.account, TeamRole.SSM, ssm, actor=root, now=NOW)
    agent, catalogue = make_agent(), make_staff(StaffGroup.CATALOGUE_MANAGER)

    for person in (ssm, agent):
        assert refused(lambda person=person: operations.accept_request(asked, actor=person, now=NOW)) == (
            "wrong_role",
            403,
        )
    for person in (pool, catalogue):
        with pytest.raises(EngagementRequest.DoesNotExist):
            operations.accept_request(asked, actor=person, now=NOW)
    assert refused(lambda: operations.accept_request(asked, actor=rita, now=NOW)) == ("wrong_role", 403)
    assert operations.accept_request(asked, actor=root, now=NOW).status == Status.ACCEPTED


def test_the_pool_decides_where_nobody_holds_the_place(expert: License, emil: User, pool: User) -> None:
    asked = ask(emil, expert, "priority-queue-bundle")
    assert operations.accept_request(asked, actor=pool, now=NOW + HOUR).decided_by == pool


def test_the_pool_decides_once_no_license_is_under_ultimate_any_more(
    rita: User, ultimate: License, tam: User, pool: User
) -> None:
    """SPEC 4.7: an account has its designated team while one license is Ultimate."""
    wish = ask(rita, ultimate)
    term = ultimate.terms.get()
    over = datetime.combine(term.last_on + DAY, time(12), tzinfo=UTC)
    decide = partial(operations.decline_request, wish, reason="Too late")
    assert EngagementRequest.objects.visible_to(pool, NOW).count() == 0
    assert EngagementRequest.objects.visible_to(pool, over).count() == 1
    assert EngagementRequest.objects.visible_to(tam, over).count() == 1
    assert decide(actor=pool, now=over).status == Status.DECLINED


def test_a_field_service_waits_while_a_launch_is_under_way(ultimate: License, rita: User, tam: User) -> None:
    launch = ask(rita, ultimate, "launch-advisory")
    health = ask(rita, ultimate, "health-assessment")
    operations.accept_request(launch, actor=tam, now=NOW + HOUR)

    assert refused(lambda: ask(rita, ultimate, "maturity-roadmap", now=NOW + HOUR)) == ("not_available", 409)
    assert refused(lambda: operations.accept_request(health, actor=tam, now=NOW + HOUR)) == (
        "not_available",
        409,
    )
    other = make_license(ultimate.account, "target")
    make_seat(other, rita)
    assert ask(rita, other, "maturity-roadmap", now=NOW + HOUR).status == Status.REQUESTED
    operations.cancel_request(launch, reason="Stopped", actor=tam, now=NOW + 2 * HOUR)
    assert operations.accept_request(health, actor=tam, now=NOW + 2 * HOUR).status == Status.ACCEPTED


def test_what_was_accepted_goes_on_when_the_bundle_ends(expert: License, emil: User, pool: User) -> None:
    held = grant(expert)
    asked = ask(emil, expert)
    operations.accept_request(asked, actor=pool, now=NOW + HOUR)
    waiting = ask(emil, expert, "solution-review")
    operations.end_add_on(held, actor=make_superuser(), now=NOW + 2 * HOUR)

    asked.refresh_from_db()
    assert asked.status == Status.ACCEPTED
    assert refused(lambda: ask(emil, expert, "adoption-review", now=NOW + 2 * HOUR)) == ("not_available", 409)
    late = NOW + 3 * HOUR
    assert refused(lambda: operations.accept_request(waiting, actor=pool, now=late)) == ("not_available", 409)


def test_the_customer_cancels_and_who_decides_is_told(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    cancelled = operations.cancel_request(asked, actor=rita, now=NOW + HOUR)
    assert (cancelled.status, cancelled.ended_at, cancelled.answer, cancelled.cancel_reason) == (
        Status.CANCELLED,
        NOW + HOUR,
        "",
        "",
    )
    assert (told("request_taken_back"), told("request_cancelled")) == (["Tess Technical"], [])
    assert refused(lambda: operations.cancel_request(asked, actor=rita, now=NOW + HOUR)) == (
        "wrong_status",
        409,
    )


def test_staff_cancel_with_a_reason_and_the_requester_is_told(
    ultimate: License, rita: User, tam: User
) -> None:
    asked = ask(rita, ultimate)
    assert refused(lambda: operations.cancel_request(asked, actor=tam, now=NOW)) == ("reason_missing", 400)
    operations.cancel_request(asked, reason="Not this year", actor=tam, now=NOW + HOUR)
    assert (told("request_cancelled"), told("request_taken_back")) == (["Rita Requester"], [])


def test_what_a_colleague_says_on_cancelling_stands_beside_the_answer_under_their_name(
    ultimate: License, rita: User, tam: User
) -> None:
    asked = ask(rita, ultimate)
    operations.accept_request(asked, answer="Gladly", actor=tam, now=NOW + HOUR)
    carl = make_customer(ultimate, name="Carl Colleague", may_request=True)
    send()
    cancelled = operations.cancel_request(asked, reason="No time", actor=carl, now=NOW + HOUR)
    assert (cancelled.answer, cancelled.decided_by, cancelled.cancel_reason) == ("Gladly", tam, "No time")
    assert set(send()) == {
        f"{asked.number} Your request is cancelled: Environment Review",
        f"{asked.number} {ultimate.account.name} no longer asks for Environment Review",
    }
    for message in mail.outbox:
        assert "What Carl Colleague says" in message.body
        assert "No time" in message.body
        assert "What your success team says" not in message.body


def test_what_staff_say_on_cancelling_is_the_teams_word(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    send()
    operations.cancel_request(asked, reason="Not this year", actor=tam, now=NOW + HOUR)
    send()
    [message] = mail.outbox
    assert "What your success team says" in message.body
    assert "Not this year" in message.body


def test_a_colleague_of_the_account_without_a_seat_cancels_nothing(ultimate: License, rita: User) -> None:
    asked = ask(rita, ultimate)
    overseer = make_customer(make_license(ultimate.account, "target"), sees_account_cases=True)
    assert refused(lambda: operations.cancel_request(asked, actor=overseer, now=NOW)) == ("wrong_role", 403)


def test_a_request_is_handed_to_a_contact_of_the_product(ultimate: License, rita: User) -> None:
    asked = ask(rita, ultimate)
    carl = make_customer(ultimate, name="Carl Colleague")
    handed = operations.hand_request_to_colleague(asked, colleague=carl, actor=rita, now=NOW + HOUR)

    assert (handed.requester, handed.asked_by) == (carl, rita)
    assert told("request_handed_over") == ["Carl Colleague"]
    assert events(handed)[-1][2] == {"status": "requested", "before": rita.pk, "after": carl.pk}
    stranger, itself = make_person(ultimate.account), carl
    root = make_superuser()
    for person, code in ((stranger, "not_a_contact_of_the_product"), (itself, "already_requester")):
        act = lambda person=person: operations.hand_request_to_colleague(  # noqa: E731 -- each is tried
            asked, colleague=person, actor=root, now=NOW
        )
        assert refused(act) == (code, 400)


def test_a_leaving_contacts_requests_go_to_the_successor(ultimate: License, rita: User, tam: User) -> None:
    administrator = make_administrator(ultimate, name="Anna Administrator")
    carl = make_customer(ultimate, name="Carl Colleague")
    mine = ask(rita, ultimate)
    over = ask(rita, ultimate, "solution-review")
    operations.decline_request(over, reason="No", actor=tam, now=NOW)
    seat = rita.seats.get()

    alone = lambda: entitlements.remove_named_contact(seat, actor=administrator, now=NOW + HOUR)  # noqa: E731 -- tried
    assert refused(alone) == ("name_a_successor", 409)
    entitlements.remove_named_contact(seat, successor=carl, actor=administrator, now=NOW + HOUR)

    mine.refresh_from_db()
    over.refresh_from_db()
    assert (mine.requester, mine.asked_by, over.requester) == (carl, rita, rita)
    assert told("request_handed_over") == ["Carl Colleague"]
    assert list(requests_of(User.objects.get(pk=rita.pk), NOW)) == []


def test_a_leaving_contacts_requests_go_to_the_administrator_where_nobody_else_is(
    ultimate: License, rita: User
) -> None:
    administrator = make_administrator(make_license(ultimate.account, "target"))
    mine = ask(rita, ultimate)
    entitlements.remove_named_contact(rita.seats.get(), actor=administrator, now=NOW + HOUR)
    mine.refresh_from_db()
    assert mine.requester == administrator


def test_a_replacement_takes_the_requests_over(ultimate: License, rita: User) -> None:
    administrator = make_administrator(ultimate)
    nora = make_person(ultimate.account, name="Nora New")
    mine = ask(rita, ultimate)
    seat = rita.seats.get()
    entitlements.replace_contact(seat, nora.email, actor=administrator, now=NOW + HOUR)
    mine.refresh_from_db()
    assert mine.requester == nora


# --- Who sees what ----------------------------------------------------------------------------------


def test_each_sees_the_requests_that_are_theirs_to_see(
    ultimate: License, expert: License, rita: User, emil: User, tam: User, pool: User
) -> None:
    ask(rita, ultimate)
    ask(emil, expert, "priority-queue-bundle")
    target = make_license(ultimate.account, "target")
    seen = {
        "requester": rita,
        "contact with the permission": make_customer(ultimate, may_request=True),
        "contact without it": make_customer(ultimate),
        "contact of another product": make_customer(target, may_request=True),
        "who sees all": make_customer(target, sees_account_cases=True),
        "administrator": make_administrator(target),
        "of another account": emil,
        "her own manager": tam,
        "the pool": pool,
        "agent": make_agent(),
        "catalogue manager": make_staff(StaffGroup.CATALOGUE_MANAGER),
        "entitlement manager": make_staff(StaffGroup.ENTITLEMENT_MANAGER),
    }
    found = {
        name: sorted(EngagementRequest.objects.visible_to(person, NOW).values_list("slug", flat=True))
        for name, person in seen.items()
    }
    hers, his = "environment-review", "priority-queue-bundle"
    assert found == {
        "requester": [hers],
        "contact with the permission": [hers],
        "contact without it": [],
        "contact of another product": [],
        "who sees all": [hers],
        "administrator": [hers],
        "of another account": [his],
        "her own manager": [hers, his],
        "the pool": [his],
        "agent": [hers, his],
        "catalogue manager": [],
        "entitlement manager": [his],
    }


# --- Mail -------------------------------------------------------------------------------------------


def send() -> list[str]:
    adopt()
    mail.outbox.clear()
    send_due(NOW + HOUR)
    return [message.subject for message in mail.outbox]


def test_the_mails_say_what_happened_and_where_it_stands(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    account, number = ultimate.account.name, asked.number
    assert send() == [f"{number} {account} asks for Environment Review"]
    assert "Find out why deployments are slow" in mail.outbox[0].body
    operations.accept_request(asked, answer="Next week", actor=tam, now=NOW + HOUR)
    assert send() == [f"{number} Your request is accepted: Environment Review"]
    assert "Next week" in mail.outbox[0].body
    assert f"/requests/{asked.pk}/" in mail.outbox[0].body


def test_a_mail_about_what_has_gone_on_is_not_sent(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    operations.cancel_request(asked, actor=rita, now=NOW)
    assert send() == [f"{asked.number} {ultimate.account.name} no longer asks for Environment Review"]
    received = Notice.objects.get(kind="request_received")
    assert (received.state, received.cancelled_because) == (MailState.CANCELLED, "request_went_on")


# --- The permission ---------------------------------------------------------------------------------


def test_who_grants_is_told_once_and_not_of_what_is_granted_by_then(
    expert: License, emil: User, pool: User
) -> None:
    make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager")
    wish = ask(emil, expert, "priority-queue-bundle")
    operations.accept_request(wish, actor=pool, now=NOW)
    assert told("request_to_grant") == ["Mona Manager"]
    [mail_] = [subject for subject in send() if "is to get" in subject]
    assert mail_ == f"{wish.number} {expert.account.name} is to get Priority Queue Bundle"
    again = ask(emil, expert, "event-management")
    operations.accept_request(again, actor=pool, now=NOW)
    operations.grant_add_on(
        expert.account,
        AddOn.EVENT_MANAGEMENT,
        license_=None,
        first_on=TODAY,
        last_on=TODAY,
        actor=make_superuser(),
        now=NOW,
    )
    assert [subject for subject in send() if "is to get" in subject] == []


def test_who_may_not_request_asks_the_administrator_once_a_day(ultimate: License) -> None:
    administrator = make_administrator(ultimate, name="Anna Administrator")
    wish = make_customer(ultimate, name="Willy Wish")
    operations.ask_for_permission(actor=wish, now=NOW)
    assert told("permission_asked") == ["Anna Administrator"]
    assert refused(lambda: operations.ask_for_permission(actor=wish, now=NOW + DAY - HOUR)) == (
        "permission_asked",
        409,
    )
    operations.ask_for_permission(actor=wish, now=NOW + DAY)
    entitlements.set_contact_permissions(
        wish,
        may_file_cases=True,
        sees_account_cases=False,
        may_request=True,
        actor=administrator,
        now=NOW + DAY,
    )
    assert refused(lambda: operations.ask_for_permission(actor=wish, now=NOW + 3 * DAY)) == (
        "permission_already",
        409,
    )


def test_a_stored_decision_names_nobody_by_text(ultimate: License, rita: User, tam: User) -> None:
    asked = ask(rita, ultimate)
    operations.accept_request(asked, actor=tam, now=NOW)
    stored = str(list(RequestEvent.objects.values_list("detail", flat=True)))
    assert not {"Rita", "Tess", rita.email, tam.email} & {word.strip("'\",") for word in stored.split()}


def test_a_plan_is_asked_as_it_stands_at_the_request(rita: User) -> None:
    """A term of Expert that follows closes what Ultimate had opened."""
    license_ = make_license(
        rita.account, "campaign", plan=Plan.ULTIMATE, first_on=date(2020, 1, 1), last_on=TODAY
    )
    entitlements.add_term(
        license_,
        Plan.EXPERT,
        first_on=TODAY + DAY,
        last_on=date(2099, 1, 1),
        actor=make_superuser(),
        now=NOW,
    )
    make_seat(license_, rita)
    assert ask(rita, license_).status == Status.REQUESTED
    assert refused(lambda: ask(rita, license_, "solution-review", now=NOW + 2 * DAY)) == (
        "not_available",
        409,
    )
    assert row(AddOn.PRIORITY_QUEUE_BUNDLE).ultimate == "included"
