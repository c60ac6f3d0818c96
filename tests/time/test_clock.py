"""A clock that is set back or jumps ahead, a leap day, two hosts that disagree: no step early, none twice.

The one clock is that of the host that acts: a web process writes when a status was set, the sweeping host
compares that instant with its own time. The database's clock is not asked.
"""

from datetime import UTC, datetime, timedelta

import pytest

from cases import operations
from cases.follow_up import CatchUp
from cases.models import Case, FollowUpStep, Hold
from portal.errors import DomainError
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.work import invariants
from portal.work.health import clock_health
from portal.work.instance import adopt
from portal.work.models import Heartbeat
from portal.work.timed import run_tick
from tests.cases.records import snapshot
from tests.factories.cases import (
    ASKED,
    CLOSES,
    current,
    make_auto_closed_case,
    make_policy,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_agent

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
YEAR = timedelta(days=365)
FIRST, SECOND, THIRD = (ASKED + hours * HOUR for hours in (24, 72, 120))


def steps(case: Case) -> list[tuple[int, str, datetime]]:
    found = FollowUpStep.objects.filter(case=case).order_by("pk")
    return list(found.values_list("ordinal", "outcome", "done_at"))


ON_TIME = [(1, "sent", FIRST), (2, "sent", SECOND), (3, "sent", THIRD), (0, "closed", CLOSES)]


# --- Back an hour -----------------------------------------------------------------------------------


@pytest.mark.parametrize("instant", [FIRST, SECOND, THIRD, CLOSES])
def test_a_clock_set_back_an_hour_repeats_no_step_and_shifts_none(instant: datetime) -> None:
    case = make_waiting_case()
    reached = [due for due in (FIRST, SECOND, THIRD, CLOSES) if due <= instant]
    sweep_to(*reached)
    before = snapshot()

    for minutes in range(-60, 1, 5):
        assert sweep_to(instant + minutes * MINUTE) == 0
    assert snapshot() == before

    sweep_to(*(due for due in (FIRST, SECOND, THIRD, CLOSES) if due > instant))
    assert steps(case) == ON_TIME


def test_an_answer_given_on_a_clock_set_back_ends_the_period_all_the_same() -> None:
    case = make_waiting_case()
    sweep_to(FIRST)
    operations.reply_to_case(case, text="Here.", actor=case.requestor, now=FIRST - HOUR)
    assert (current(case).status, current(case).next_follow_up_at) == ("in_progress", None)
    assert sweep_to(SECOND, CLOSES) == 0


@pytest.mark.parametrize("act", ["release", "reply", "ask anew"])
def test_a_hold_that_ends_on_a_clock_set_back_before_it_began_brings_no_step_forward(act: str) -> None:
    agent = make_agent()
    case = make_waiting_case(agent=agent)
    began = ASKED + 10 * HOUR
    last_on = (ASKED + timedelta(days=5)).date()
    operations.hold_case(case, last_on=last_on, reason="Audit", actor=agent, now=began)
    earlier = began - 50 * MINUTE

    if act == "release":
        operations.release_hold(case, actor=agent, now=earlier)
        assert current(case).next_follow_up_at == FIRST
    elif act == "reply":
        operations.reply_to_case(case, text="Here.", actor=case.requestor, now=earlier)
    else:
        operations.request_information(case, text="And now?", actor=agent, now=earlier)

    assert Hold.objects.values_list("began_at", "ended_at").get() == (began, began)


def test_the_window_for_reopening_is_counted_from_the_recorded_closing_when_the_clock_goes_back() -> None:
    case = make_auto_closed_case()
    last = CLOSES + timedelta(days=14)
    assert current(case).reopen_until == last
    sweep_to(CLOSES - HOUR)
    with pytest.raises(DomainError, match="reopening_too_late"):
        operations.reopen_case(case, text="Again.", actor=case.requestor, now=last + TICK)
    operations.reopen_case(case, text="Again.", actor=case.requestor, now=CLOSES - HOUR)
    assert current(case).status == "in_progress"


def test_a_tick_on_a_clock_set_back_writes_the_sign_of_life_anew(time_machine) -> None:
    adopt()
    for at in (FIRST, FIRST - HOUR):
        time_machine.move_to(at, tick=False)
        run_tick(at)
        assert Heartbeat.objects.get(name="tick").at == at
        assert clock_health(at, at).ok


# --- A year ahead, and back -------------------------------------------------------------------------


def test_a_clock_a_year_ahead_closes_once_when_strict_and_its_return_changes_nothing() -> None:
    """Strict closes what looks overdue, with its notice; the customer may reopen at once."""
    case = make_waiting_case()
    sweep_to(FIRST)
    ahead = SECOND + YEAR

    assert (sweep_to(ahead), sweep_to(ahead)) == (1, 0)

    before = snapshot()
    assert sweep_to(SECOND, THIRD, CLOSES) == 0
    assert snapshot() == before
    assert steps(case) == [
        (1, "sent", FIRST),
        (2, "skipped", ahead),
        (3, "skipped", ahead),
        (0, "closed", ahead),
    ]
    assert Notice.objects.filter(kind="case_auto_closed").count() == 1
    operations.reopen_case(case, text="We are still here.", actor=case.requestor, now=SECOND + HOUR)
    assert (current(case).status, current(case).next_follow_up_at) == ("in_progress", None)


def test_a_clock_a_year_ahead_closes_nothing_under_notice_first() -> None:
    """The last reminder goes out once; the closure stays 24 h after it, by the clock that sent it."""
    make_policy(ASKED, catch_up=CatchUp.NOTICE_FIRST)
    case = make_waiting_case()
    sweep_to(FIRST)
    ahead = SECOND + YEAR

    assert (sweep_to(ahead), sweep_to(ahead)) == (1, 0)

    assert steps(case) == [(1, "sent", FIRST), (2, "skipped", ahead), (3, "sent", ahead)]
    assert sweep_to(SECOND, THIRD, CLOSES, CLOSES + 100 * HOUR, ahead + 24 * HOUR - TICK) == 0
    assert current(case).next_follow_up_at == ahead + 24 * HOUR
    operations.reply_to_case(case, text="Here.", actor=case.requestor, now=SECOND + HOUR)
    assert sweep_to(ahead + 24 * HOUR) == 0
    assert Notice.objects.filter(kind="case_reminder").count() == 2


# --- A leap day, the end of a year ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "closes", "reopens_until"),
    [
        ("2028-02-28T12:00", "2028-02-29T12:00", "2028-03-05T12:00", "2028-03-19T12:00"),
        ("2028-02-29T12:00", "2028-03-01T12:00", "2028-03-06T12:00", "2028-03-20T12:00"),
        ("2027-02-28T12:00", "2027-03-01T12:00", "2027-03-06T12:00", "2027-03-20T12:00"),
        ("2026-12-31T23:59", "2027-01-01T23:59", "2027-01-06T23:59", "2027-01-20T23:59"),
    ],
)
def test_a_leap_day_is_a_day_and_a_year_ends_like_a_day(
    asked: str, first: str, closes: str, reopens_until: str
) -> None:
    start, due, end, last = (
        datetime.fromisoformat(written).replace(tzinfo=UTC)
        for written in (asked, first, closes, reopens_until)
    )
    case = make_waiting_case(now=start)
    assert current(case).next_follow_up_at == due
    assert (sweep_to(due - TICK), sweep_to(due)) == (0, 1)
    sweep_to(start + 72 * HOUR, start + 120 * HOUR)
    assert (sweep_to(end - TICK), sweep_to(end)) == (0, 1)
    assert (current(case).closed_at, current(case).reopen_until) == (end, last)
    with pytest.raises(DomainError, match="reopening_too_late"):
        operations.reopen_case(case, text="Again.", actor=case.requestor, now=last + TICK)
    operations.reopen_case(case, text="Again.", actor=case.requestor, now=last)


# --- An extension, to the microsecond ---------------------------------------------------------------


@pytest.mark.parametrize("over", [-TICK, timedelta(0), TICK])
def test_an_extension_ends_after_72_hours_and_not_a_microsecond_before(over: timedelta) -> None:
    case = make_waiting_case()
    began = ASKED + 20 * HOUR
    operations.extend_waiting(case, actor=case.requestor, now=began)
    ends = began + 72 * HOUR

    assert sweep_to(ends + over) == (0 if over < timedelta(0) else 1)

    ended = None if over < timedelta(0) else ends
    assert Hold.objects.get().ended_at == ended
    assert current(case).next_follow_up_at == (ends if ended is None else FIRST + 72 * HOUR)


# --- Two hosts, five minutes apart ------------------------------------------------------------------

SKEW = timedelta(minutes=5)


@pytest.mark.parametrize("skew", [-SKEW, SKEW])
def test_no_case_closes_before_144_hours_by_the_clock_of_the_host_that_sweeps(skew: timedelta) -> None:
    """The web host's clock is `skew` ahead of the sweeping host's: the recorded instant counts for both."""
    case = make_waiting_case(now=ASKED + skew)
    due = [ASKED + skew + hours * HOUR for hours in (24, 72, 120)]
    sweep_to(*due)
    assert sweep_to(CLOSES + skew - TICK) == 0
    assert sweep_to(CLOSES + skew) == 1
    assert current(case).closed_at == CLOSES + skew


@pytest.mark.parametrize("skew", [-SKEW, SKEW])
def test_of_an_answer_and_a_closure_on_two_clocks_the_one_that_commits_first_counts(skew: timedelta) -> None:
    first, second = make_waiting_case(), make_waiting_case()
    sweep_to(FIRST, SECOND, THIRD)
    operations.reply_to_case(first, text="In time.", actor=first.requestor, now=CLOSES + skew)

    assert sweep_to(CLOSES) == 1
    with pytest.raises(DomainError):
        operations.reply_to_case(second, text="Too late.", actor=second.requestor, now=CLOSES + skew)

    assert (current(first).status, current(second).status) == ("in_progress", "auto_closed")
    assert invariants.check() == []


@pytest.mark.parametrize(("ahead", "copies"), [(4 * MINUTE, 1), (6 * MINUTE, 2)])
def test_a_mail_under_way_is_left_alone_by_a_host_whose_clock_is_less_than_a_lease_ahead(
    adopted: None, note, mailoutbox, ahead: timedelta, copies: int
) -> None:
    """Hosts have to agree to four minutes; beyond a lease a second copy goes out, under the same id."""
    notice = Notice.objects.create(
        key="k", kind="note", recipient=make_agent(), created_at=ASKED, next_attempt_at=ASKED, queued_at=ASKED
    )
    others: list[int] = []

    def other_host_looks(sending: Notice) -> str:
        if not others:
            others.append(0)
            others[0] = send_due(ASKED + ahead).sent
        return ""

    note("note", thread=other_host_looks)

    send_due(ASKED)

    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [notice.message_id] * copies
    notice.refresh_from_db()
    assert notice.state == "sent"
