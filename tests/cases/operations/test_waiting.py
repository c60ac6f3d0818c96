"""Holds and the customer's extension: the follow-up clock stands still (SPEC 2.1)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases import operations
from cases.lifecycle import Status
from cases.models import Case, Hold, WaitingPeriod
from cases.operations.waiting import end_of_day
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import keys, kinds, newest, recorded, refused, telling
from tests.factories.cases import ASKED, current, make_case, make_closed_case, make_waiting_case, sweep_to
from tests.factories.people import make_account, make_customer, make_license

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
# ASKED is Tuesday 3 March 2026, 07:00 in Los Angeles; its evening ends at 08:00 UTC.
TUESDAY = date(2026, 3, 3)
TUESDAY_ENDS = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
HELD = ASKED + HOUR


def holds() -> list[tuple[datetime, datetime, datetime | None, str]]:
    return list(Hold.objects.order_by("pk").values_list("began_at", "until", "ended_at", "reason"))


def hold(
    case: Case, last_on: date, agent: User, *, now: datetime = HELD, reason: str = "Release week"
) -> Case:
    return operations.hold_case(case, last_on=last_on, reason=reason, actor=agent, now=now)


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (TUESDAY, "America/Los_Angeles", TUESDAY_ENDS),
        # The night in which clocks go forward ends an hour sooner in UTC.
        (date(2026, 3, 7), "America/Los_Angeles", datetime(2026, 3, 8, 8, 0, tzinfo=UTC)),
        (date(2026, 3, 8), "America/Los_Angeles", datetime(2026, 3, 9, 7, 0, tzinfo=UTC)),
        (TUESDAY, "Asia/Tokyo", datetime(2026, 3, 3, 15, 0, tzinfo=UTC)),
        (TUESDAY, "UTC", datetime(2026, 3, 4, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_in_its_zone(day: date, zone: str, instant: datetime) -> None:
    assert end_of_day(day, ZoneInfo(zone)) == instant


def test_a_hold_lasts_until_the_end_of_the_day_in_the_accounts_zone(
    waiting: Case, agent: User, requestor: User, watcher: User
) -> None:
    with telling() as told:
        hold(waiting, TUESDAY, agent)

    after = current(waiting)
    assert holds() == [(HELD, TUESDAY_ENDS, None, "Release week")]
    assert (after.status, after.next_follow_up_at) == (Status.PENDING_RESPONSE, TUESDAY_ENDS)
    assert recorded(waiting) == (
        "held",
        agent,
        True,
        {
            "status_before": "pending_response",
            "status": "pending_response",
            "until": "2026-03-04T08:00:00+00:00",
            "reason": "Release week",
        },
    )
    assert told == keys(newest(waiting), "hold_set", requestor, watcher)


def test_the_accounts_own_zone_comes_before_the_regions(agent: User) -> None:
    person = make_customer(make_license(make_account(country="US", time_zone="Asia/Tokyo")))
    waiting = make_waiting_case(person, agent=agent)
    hold(waiting, date(2026, 3, 4), agent)
    assert holds() == [(HELD, datetime(2026, 3, 4, 15, 0, tzinfo=UTC), None, "Release week")]


def test_a_day_that_has_ended_is_refused_at_its_end_and_not_a_microsecond_before(
    waiting: Case, agent: User
) -> None:
    with refused(FieldRefused, "hold_in_the_past"):
        hold(waiting, TUESDAY, agent, now=TUESDAY_ENDS)
    hold(waiting, TUESDAY, agent, now=TUESDAY_ENDS - TICK)
    assert holds() == [(TUESDAY_ENDS - TICK, TUESDAY_ENDS, None, "Release week")]


def test_a_hold_reaches_thirty_days_ahead_and_no_further(waiting: Case, agent: User) -> None:
    with refused(FieldRefused, "hold_too_long"):
        hold(waiting, date(2026, 4, 3), agent)
    hold(waiting, date(2026, 4, 2), agent)
    assert holds() == [(HELD, datetime(2026, 4, 3, 7, 0, tzinfo=UTC), None, "Release week")]


def test_the_thirty_days_count_from_today_in_the_accounts_zone(waiting: Case, agent: User) -> None:
    with refused(FieldRefused, "hold_too_long"):
        hold(waiting, date(2026, 4, 3), agent, now=TUESDAY_ENDS - TICK)
    hold(waiting, date(2026, 4, 3), agent, now=TUESDAY_ENDS)


def test_every_step_moves_by_the_time_really_held(waiting: Case, agent: User) -> None:
    hold(waiting, TUESDAY, agent)
    sweep_to(TUESDAY_ENDS)
    held = TUESDAY_ENDS - HELD
    assert current(waiting).next_follow_up_at == ASKED + 24 * HOUR + held
    sweep_to(ASKED + 24 * HOUR + held)
    assert current(waiting).next_follow_up_at == ASKED + 72 * HOUR + held
    sweep_to(ASKED + 72 * HOUR + held, ASKED + 120 * HOUR + held, ASKED + 144 * HOUR + held - TICK)
    assert current(waiting).status == Status.PENDING_RESPONSE
    sweep_to(ASKED + 144 * HOUR + held)
    assert current(waiting).status == Status.AUTO_CLOSED


@pytest.mark.parametrize("day", [date(2026, 3, 10), date(2026, 3, 4)])
def test_a_second_hold_replaces_the_end_of_the_first(waiting: Case, agent: User, day: date) -> None:
    hold(waiting, date(2026, 3, 6), agent)
    hold(waiting, day, agent, now=HELD + HOUR, reason="Audit")
    until = end_of_day(day, ZoneInfo("America/Los_Angeles"))
    assert holds() == [(HELD, until, None, "Audit")]
    assert current(waiting).next_follow_up_at == until


def test_a_hold_after_one_that_has_run_out_unseen_begins_anew(waiting: Case, agent: User) -> None:
    hold(waiting, TUESDAY, agent)
    hold(waiting, date(2026, 3, 4), agent, now=TUESDAY_ENDS + HOUR)
    wednesday_ends = TUESDAY_ENDS + 24 * HOUR
    assert holds() == [
        (HELD, TUESDAY_ENDS, TUESDAY_ENDS, "Release week"),
        (TUESDAY_ENDS + HOUR, wednesday_ends, None, "Release week"),
    ]


def test_releasing_lets_the_clock_go_on_from_where_it_stood(
    waiting: Case, agent: User, requestor: User, watcher: User
) -> None:
    hold(waiting, date(2026, 3, 10), agent)
    now = HELD + 10 * HOUR
    with telling() as told:
        operations.release_hold(waiting, actor=agent, now=now)

    after = current(waiting)
    assert holds() == [(HELD, datetime(2026, 3, 11, 7, 0, tzinfo=UTC), now, "Release week")]
    assert (after.status, after.next_follow_up_at) == (Status.PENDING_RESPONSE, ASKED + 34 * HOUR)
    assert recorded(waiting) == (
        "released",
        agent,
        True,
        {"status_before": "pending_response", "status": "pending_response"},
    )
    assert told == keys(newest(waiting), "hold_ended", requestor, watcher)


def test_releasing_without_a_hold_is_refused(waiting: Case, agent: User) -> None:
    with refused(DomainError, "not_on_hold"):
        operations.release_hold(waiting, actor=agent, now=HELD)
    hold(waiting, TUESDAY, agent)
    operations.release_hold(waiting, actor=agent, now=HELD + HOUR)
    with refused(DomainError, "not_on_hold", last_kind="released", last_by=agent, last_at=HELD + HOUR):
        operations.release_hold(waiting, actor=agent, now=HELD + 2 * HOUR)


def test_holding_and_releasing_are_the_staffs_and_for_waiting_cases(
    waiting: Case, requestor: User, agent: User
) -> None:
    in_progress = make_case(requestor)
    with refused(NotAllowed, "wrong_role"):
        hold(waiting, TUESDAY, requestor)
    with refused(NotAllowed, "wrong_role"):
        operations.release_hold(waiting, actor=requestor, now=HELD)
    with refused(DomainError, "wrong_status", status=Status.AWAITING_ASSIGNMENT):
        hold(in_progress, TUESDAY, agent)


def test_an_extension_holds_for_72_hours_from_now(waiting: Case, requestor: User, watcher: User) -> None:
    with telling() as told:
        operations.extend_waiting(waiting, actor=requestor, now=HELD)

    until = HELD + 72 * HOUR
    after = current(waiting)
    assert holds() == [(HELD, until, None, "")]
    assert (after.status, after.next_follow_up_at) == (Status.PENDING_RESPONSE, until)
    assert WaitingPeriod.objects.get().extended_at == HELD
    assert recorded(waiting) == (
        "extended",
        requestor,
        True,
        {
            "status_before": "pending_response",
            "status": "pending_response",
            "until": "2026-03-06T16:00:00+00:00",
        },
    )
    assert told == keys(newest(waiting), "hold_set", watcher)


def test_an_extension_of_a_running_hold_counts_from_its_end(
    waiting: Case, requestor: User, agent: User
) -> None:
    hold(waiting, TUESDAY, agent)
    operations.extend_waiting(waiting, actor=requestor, now=HELD + HOUR)
    assert holds() == [(HELD, TUESDAY_ENDS + 72 * HOUR, None, "Release week")]


def test_an_extension_after_a_hold_that_has_run_out_unseen_counts_from_now(
    waiting: Case, requestor: User, agent: User
) -> None:
    hold(waiting, TUESDAY, agent)
    operations.extend_waiting(waiting, actor=requestor, now=TUESDAY_ENDS)
    assert holds() == [
        (HELD, TUESDAY_ENDS, TUESDAY_ENDS, "Release week"),
        (TUESDAY_ENDS, TUESDAY_ENDS + 72 * HOUR, None, ""),
    ]


def test_a_period_is_extended_once(waiting: Case, requestor: User, colleague: User) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=HELD)
    with refused(DomainError, "already_extended", last_kind="extended", last_by=requestor, last_at=HELD):
        operations.extend_waiting(waiting, actor=colleague, now=HELD + 100 * HOUR)


def test_the_next_period_can_be_extended_again(waiting: Case, requestor: User, agent: User) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=HELD)
    operations.request_information(waiting, text="And this?", actor=agent, now=HELD + HOUR)
    operations.extend_waiting(waiting, actor=requestor, now=HELD + 2 * HOUR)
    assert list(WaitingPeriod.objects.order_by("number").values_list("extended_at", flat=True)) == [
        HELD,
        HELD + 2 * HOUR,
    ]


def test_extending_is_the_customers_and_for_waiting_cases(
    waiting: Case, requestor: User, watcher: User, agent: User
) -> None:
    closed = make_closed_case(requestor)
    for person in (agent, watcher):
        with refused(NotAllowed, "wrong_role"):
            operations.extend_waiting(waiting, actor=person, now=HELD)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        operations.extend_waiting(closed, actor=requestor, now=HELD)


def test_a_hold_that_runs_out_goes_on_record_and_the_clock_goes_on(
    waiting: Case, agent: User, requestor: User, watcher: User
) -> None:
    hold(waiting, TUESDAY, agent)
    running = Hold.objects.get()
    assert sweep_to(TUESDAY_ENDS - TICK) == 0
    with telling() as told:
        assert sweep_to(TUESDAY_ENDS) == 1
    assert holds() == [(HELD, TUESDAY_ENDS, TUESDAY_ENDS, "Release week")]
    assert kinds(waiting)[-2:] == ["held", "hold_ended"]
    assert told == {
        f"case:{waiting.pk}:h{running.pk}:ended:hold_ended:u{person.pk}" for person in (requestor, watcher)
    }


def test_a_reply_and_resuming_end_the_hold(requestor: User, agent: User) -> None:
    replied, resumed = make_waiting_case(requestor), make_waiting_case(requestor)
    for case in (replied, resumed):
        hold(case, date(2026, 3, 10), agent)
    now = HELD + 2 * HOUR
    operations.reply_to_case(replied, text="Here.", actor=requestor, now=now)
    operations.resume_case(resumed, reason="Set by mistake", actor=agent, now=now)
    assert [hold.ended_at for hold in Hold.objects.all()] == [now, now]
