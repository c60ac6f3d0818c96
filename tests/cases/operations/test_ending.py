"""How a case ends by a person, and how it is reopened (SPEC 2, 2.1)."""

from datetime import date, timedelta

import pytest

from cases import operations
from cases.lifecycle import EscalationReason, Resolution, Status
from cases.models import Case, Message, WaitingPeriod
from entitlements.models import License
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from portal.errors import DomainError, NotAllowed
from tests.cases.records import keys, newest, recorded, refused, telling
from tests.factories.cases import (
    ASKED,
    CLOSES,
    current,
    make_auto_closed_case,
    make_case,
    make_closed_case,
    make_owned_case,
    make_policy,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_customer, make_superuser

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
WINDOW = timedelta(days=14)


def ending(case: Case) -> tuple[object, ...]:
    """How a case stands with regard to its end."""
    after = current(case)
    return after.status, after.resolution, after.closed_at, after.reopen_until


# --- Closing ----------------------------------------------------------------------------------------


def test_confirming_closes_with_the_customers_resolution(requestor: User, watcher: User, agent: User) -> None:
    case = make_waiting_case(requestor, agent=agent, status=Status.RESOLUTION_PROVIDED, watchers=[watcher])
    now = ASKED + 5 * HOUR
    with telling() as told:
        operations.confirm_resolution(case, actor=requestor, now=now)

    after = current(case)
    assert ending(case) == (Status.CLOSED, "resolution_confirmed", now, now + WINDOW)
    assert (after.period, after.next_follow_up_at, after.owner) == (None, None, agent)
    assert WaitingPeriod.objects.get().ended_at == now
    assert recorded(case) == (
        "confirmed",
        requestor,
        True,
        {
            "status_before": "resolution_provided",
            "status": "closed",
            "resolution": "resolution_confirmed",
        },
    )
    assert told == keys(newest(case), "closed", watcher)
    assert sweep_to(CLOSES + HOUR) == 0


def test_confirming_what_is_no_longer_resolution_provided_is_refused_with_who_did_what(
    requestor: User, colleague: User, agent: User
) -> None:
    case = make_waiting_case(requestor, agent=agent, status=Status.RESOLUTION_PROVIDED)
    operations.reply_to_case(case, text="It does not help.", actor=colleague, now=ASKED + HOUR)
    with refused(
        DomainError,
        "wrong_status",
        status=Status.IN_PROGRESS,
        allowed=frozenset({Status.RESOLUTION_PROVIDED}),
        last_kind="replied",
        last_by=colleague,
        last_at=ASKED + HOUR,
    ):
        operations.confirm_resolution(case, actor=requestor, now=ASKED + 2 * HOUR)


def test_staff_and_readers_do_not_confirm(requestor: User, watcher: User, agent: User) -> None:
    case = make_waiting_case(requestor, agent=agent, status=Status.RESOLUTION_PROVIDED, watchers=[watcher])
    for person in (agent, watcher):
        with refused(NotAllowed, "wrong_role"):
            operations.confirm_resolution(case, actor=person, now=ASKED + HOUR)


@pytest.mark.parametrize("resolution", list(Resolution))
def test_the_customer_closes_with_any_resolution(
    requestor: User, agent: User, resolution: Resolution
) -> None:
    case = make_owned_case(requestor, agent=agent)
    operations.close_case(case, resolution=resolution, actor=requestor, now=ASKED)
    assert ending(case) == (Status.CLOSED, resolution.value, ASKED, ASKED + WINDOW)
    assert recorded(case) == (
        "closed",
        requestor,
        True,
        {"status_before": "in_progress", "status": "closed", "resolution": resolution.value, "reason": ""},
    )


def test_staff_close_with_a_reason_and_the_customer_is_told(
    waiting: Case, requestor: User, watcher: User, agent: User
) -> None:
    with telling() as told:
        operations.close_case(
            waiting,
            resolution=Resolution.IRRELEVANT,
            reason="Asked twice",
            actor=agent,
            now=ASKED + HOUR,
        )
    assert ending(waiting) == (
        Status.CLOSED,
        "resolution_irrelevant",
        ASKED + HOUR,
        ASKED + HOUR + WINDOW,
    )
    assert told == keys(newest(waiting), "closed", requestor, watcher)
    assert newest(waiting).detail["reason"] == "Asked twice"
    assert WaitingPeriod.objects.get().ended_at == ASKED + HOUR


def test_staff_claim_a_confirmation_only_in_resolution_provided(requestor: User, agent: User) -> None:
    asked = make_waiting_case(requestor, agent=agent)
    solved = make_waiting_case(requestor, agent=agent, status=Status.RESOLUTION_PROVIDED)
    with refused(DomainError, "only_customer_confirms", status=Status.PENDING_RESPONSE):
        operations.close_case(
            asked, resolution=Resolution.CONFIRMED, reason="Said so", actor=agent, now=ASKED + HOUR
        )
    operations.close_case(
        solved, resolution=Resolution.CONFIRMED, reason="Said so", actor=agent, now=ASKED + HOUR
    )
    assert ending(solved)[:2] == (Status.CLOSED, "resolution_confirmed")


def test_a_closed_case_is_not_closed_again(requestor: User, colleague: User) -> None:
    closed = make_closed_case(requestor)
    with refused(DomainError, "wrong_status", last_kind="closed", last_by=requestor, last_at=ASKED):
        operations.close_case(closed, resolution=Resolution.OBSOLETE, actor=colleague, now=ASKED + HOUR)


def test_a_watcher_without_a_seat_closes_nothing(case: Case, watcher: User) -> None:
    with refused(NotAllowed, "wrong_role"):
        operations.close_case(case, resolution=Resolution.OBSOLETE, actor=watcher, now=ASKED)


# --- The reopening window ---------------------------------------------------------------------------


def test_closing_by_hand_takes_the_window_of_the_policy_in_force_at_the_closing(requestor: User) -> None:
    changes_at = ASKED + 10 * HOUR
    before, after = (make_waiting_case(requestor) for _ in range(2))
    make_policy(changes_at, reopening_hours=48)
    operations.close_case(before, resolution=Resolution.OBSOLETE, actor=requestor, now=changes_at - TICK)
    operations.close_case(after, resolution=Resolution.OBSOLETE, actor=requestor, now=changes_at)
    assert ending(before)[3] == changes_at - TICK + WINDOW
    assert ending(after)[3] == changes_at + 48 * HOUR


def test_auto_closing_takes_the_window_of_the_periods_policy(requestor: User) -> None:
    old = make_waiting_case(requestor)
    make_policy(ASKED + HOUR, reopening_hours=48, closure_hours=120, reminder_hours=[24])
    new = make_waiting_case(requestor, now=ASKED + HOUR)
    sweep_to(ASKED + 121 * HOUR)
    assert ending(new) == (
        Status.AUTO_CLOSED,
        "",
        ASKED + 121 * HOUR,
        ASKED + 169 * HOUR,
    )
    assert ending(old)[0] == Status.PENDING_RESPONSE
    sweep_to(CLOSES)
    assert ending(old) == (Status.AUTO_CLOSED, "", CLOSES, CLOSES + WINDOW)


def test_the_window_counts_from_when_the_status_changed_not_from_the_planned_instant(
    requestor: User,
) -> None:
    case = make_waiting_case(requestor)
    late = CLOSES + 7 * HOUR
    sweep_to(late)
    assert ending(case) == (Status.AUTO_CLOSED, "", late, late + WINDOW)


# --- Reopening --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_closed_case, make_auto_closed_case])
def test_the_customer_reopens_until_the_windows_last_instant(requestor: User, make: type[Case]) -> None:
    case = make(requestor)
    last = case.reopen_until
    assert last is not None
    with refused(DomainError, "reopening_too_late", until=last):
        operations.reopen_case(case, text="Again.", actor=requestor, now=last + TICK)
    operations.reopen_case(case, text="Again.", actor=requestor, now=last)
    assert ending(case) == (Status.IN_PROGRESS, "", None, None)


def test_reopening_brings_the_case_back_to_its_owner_with_the_message(
    requestor: User, watcher: User, agent: User
) -> None:
    case = make_closed_case(requestor, agent=agent, watchers=[watcher])
    now = ASKED + 24 * HOUR
    with telling() as told:
        message = operations.reopen_case(case, text="It is back.", actor=requestor, now=now)

    after = current(case)
    assert (after.status, after.owner, after.period, after.next_follow_up_at) == (
        Status.IN_PROGRESS,
        agent,
        None,
        None,
    )
    assert (message.body, message.purpose, message.written_at) == ("It is back.", "reply", now)
    assert recorded(case) == (
        "reopened",
        requestor,
        True,
        {"status_before": "closed", "status": "in_progress", "message": message.pk},
    )
    assert told == keys(newest(case), "reopened", watcher) | keys(newest(case), "customer_replied", agent)


def test_a_case_that_nobody_owns_is_reopened_to_await_assignment(requestor: User) -> None:
    case = make_case(requestor)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=ASKED)
    operations.reopen_case(case, text="After all.", actor=requestor, now=ASKED + HOUR)
    assert current(case).status == Status.AWAITING_ASSIGNMENT


def test_a_case_whose_owner_has_left_is_reopened_to_await_assignment(requestor: User, agent: User) -> None:
    case = make_closed_case(requestor, agent=agent)
    set_staff_sign_in(agent, is_active=False, actor=make_superuser(), now=ASKED + HOUR)
    assert current(case).owner == agent
    operations.reopen_case(case, text="After all.", actor=requestor, now=ASKED + 2 * HOUR)
    after = current(case)
    assert (after.status, after.owner) == (Status.AWAITING_ASSIGNMENT, None)


def test_nothing_of_the_old_period_hold_extension_or_escalation_survives(
    waiting: Case, requestor: User, agent: User
) -> None:
    operations.hold_case(waiting, last_on=date(2026, 3, 4), reason="Audit", actor=agent, now=ASKED + HOUR)
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + 2 * HOUR)
    operations.escalate_case(
        waiting,
        reason=EscalationReason.UPDATE,
        text="Nobody calls.",
        actor=requestor,
        now=ASKED + 3 * HOUR,
    )
    operations.acknowledge_escalation(waiting, text="We call.", actor=agent, now=ASKED + 4 * HOUR)
    operations.close_case(waiting, resolution=Resolution.OBSOLETE, actor=requestor, now=ASKED + 5 * HOUR)
    operations.reopen_case(waiting, text="Back.", actor=requestor, now=ASKED + 6 * HOUR)

    after = current(waiting)
    assert (after.period, after.next_follow_up_at) == (None, None)
    assert (after.escalated_at, after.escalation_reason, after.acknowledged_at) == (None, "", None)
    assert sweep_to(ASKED + 1000 * HOUR) == 0
    operations.request_information(waiting, text="New question", actor=agent, now=ASKED + 7 * HOUR)
    again = current(waiting)
    assert again.period is not None
    assert (again.period.number, again.next_follow_up_at) == (2, ASKED + 31 * HOUR)
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + 8 * HOUR)
    operations.escalate_case(
        waiting,
        reason=EscalationReason.UPDATE,
        text="Again.",
        actor=requestor,
        now=ASKED + 9 * HOUR,
    )


def test_the_window_counts_from_the_latest_closure(requestor: User) -> None:
    case = make_closed_case(requestor)
    operations.reopen_case(case, text="Back.", actor=requestor, now=ASKED + WINDOW)
    again = ASKED + WINDOW + HOUR
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=again)
    assert ending(case) == (Status.CLOSED, "issue_obsolete", again, again + WINDOW)


def test_staff_reopen_at_any_time_and_the_customer_is_told(
    requestor: User, watcher: User, agent: User
) -> None:
    case = make_closed_case(requestor, agent=agent, watchers=[watcher])
    with telling() as told:
        message = operations.reopen_case(case, text="We were wrong.", actor=agent, now=ASKED + WINDOW + TICK)
    assert (message.purpose, message.is_from_staff) == (Message.Purpose.ANSWER, True)
    assert told == keys(newest(case), "reopened", requestor, watcher)
    assert ending(case) == (Status.IN_PROGRESS, "", None, None)


def test_an_open_case_is_not_reopened_nor_a_closed_one_by_a_reader(
    case: Case, requestor: User, watcher: User
) -> None:
    with refused(DomainError, "wrong_status", status=Status.AWAITING_ASSIGNMENT):
        operations.reopen_case(case, text="Hm.", actor=requestor, now=ASKED)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=ASKED)
    with refused(NotAllowed, "wrong_role"):
        operations.reopen_case(case, text="Hm.", actor=watcher, now=ASKED + HOUR)


def test_an_ended_term_leaves_reply_confirm_close_extend_and_reopen(license_: License) -> None:
    """SPEC 3.4: open cases run to their end."""
    person = make_customer(license_)
    term = license_.terms.get()
    term.last_on = date(2026, 3, 2)
    term.save()
    case = make_waiting_case(person, status=Status.RESOLUTION_PROVIDED)
    operations.extend_waiting(case, actor=person, now=ASKED + 24 * HOUR)
    operations.confirm_resolution(case, actor=person, now=ASKED + 25 * HOUR)
    operations.reopen_case(case, text="Back.", actor=person, now=ASKED + 26 * HOUR)
    operations.reply_to_case(case, text="More.", actor=person, now=ASKED + 27 * HOUR)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=person, now=ASKED + 28 * HOUR)
    assert ending(case)[0] == Status.CLOSED
