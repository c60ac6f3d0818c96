"""What the clock does with waiting cases (SPEC 2.1, DESIGN 2)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases import operations
from cases.follow_up import CatchUp
from cases.lifecycle import Resolution, Status
from cases.models import Case, FollowUpPolicy, FollowUpStep, Hold, WaitingPeriod
from cases.sweep import FOLLOW_UP, carry_out_steps
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.timed import Backlog
from tests.cases.records import kinds, newest, recorded, snapshot, telling
from tests.factories.cases import (
    ASKED,
    CLOSES,
    current,
    make_case,
    make_closed_case,
    make_policy,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_customer, make_license, make_person

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
REMINDERS = (ASKED + 24 * HOUR, ASKED + 72 * HOUR, ASKED + 120 * HOUR)


def steps(case: Case) -> list[tuple[str, int, datetime, datetime, str]]:
    return list(
        FollowUpStep.objects.filter(case=case)
        .order_by("pk")
        .values_list("kind", "ordinal", "due_at", "done_at", "outcome")
    )


def reminder_keys(case: Case, ordinal: int, *people: User, period: int = 1) -> set[str]:
    return {f"case:{case.pk}:w{period}:reminder-{ordinal}:reminder:u{person.pk}" for person in people}


# --- The series -------------------------------------------------------------------------------------


@pytest.mark.parametrize("ordinal", [1, 2, 3])
def test_a_reminder_goes_out_at_its_instant_and_not_a_microsecond_before(
    waiting: Case, requestor: User, watcher: User, ordinal: int
) -> None:
    sweep_to(*REMINDERS[: ordinal - 1])
    due = REMINDERS[ordinal - 1]
    before = snapshot()
    assert sweep_to(due - TICK) == 0
    assert snapshot() == before

    with telling() as told:
        assert sweep_to(due) == 1

    after = current(waiting)
    assert steps(waiting)[-1] == ("reminder", ordinal, due, due, "sent")
    assert recorded(waiting) == (
        "reminded",
        None,
        True,
        {"period": 1, "due_at": due.isoformat(), "ordinal": ordinal},
    )
    assert told == reminder_keys(waiting, ordinal, requestor, watcher)
    assert (after.status, after.next_follow_up_at) == (
        Status.PENDING_RESPONSE,
        (*REMINDERS, CLOSES)[ordinal],
    )
    assert (after.last_event_at, after.last_event_kind, after.last_event_by) == (due, "reminded", None)


def test_a_reminder_carries_the_computed_closing_instant(waiting: Case, requestor: User) -> None:
    sweep_to(REMINDERS[0])
    notice = Notice.objects.get(kind="case_reminder", recipient=requestor)
    assert notice.params == {
        "case": waiting.pk,
        "number": waiting.number,
        "title": waiting.title,
        "period": waiting.period_id,
        "ordinal": 1,
        "closes_at": CLOSES.isoformat(),
    }


def test_the_case_closes_at_its_instant_and_not_a_microsecond_before(
    waiting: Case, requestor: User, watcher: User, agent: User
) -> None:
    sweep_to(*REMINDERS)
    before = snapshot()
    assert sweep_to(CLOSES - TICK) == 0
    assert snapshot() == before

    with telling() as told:
        assert sweep_to(CLOSES) == 1

    after = current(waiting)
    assert (after.status, after.resolution, after.closed_at, after.reopen_until) == (
        Status.AUTO_CLOSED,
        "",
        CLOSES,
        CLOSES + timedelta(days=14),
    )
    assert (after.period, after.next_follow_up_at, after.owner) == (None, None, agent)
    assert WaitingPeriod.objects.get().ended_at == CLOSES
    assert steps(waiting)[-1] == ("closure", 0, CLOSES, CLOSES, "closed")
    assert recorded(waiting) == (
        "auto_closed",
        None,
        True,
        {
            "period": 1,
            "due_at": CLOSES.isoformat(),
            "status_before": "pending_response",
            "status": "auto_closed",
        },
    )
    assert told == {
        f"case:{waiting.pk}:w1:closure:auto_closed:u{person.pk}" for person in (requestor, watcher)
    }
    assert (after.last_event_kind, after.last_event_by) == ("auto_closed", None)


def test_both_waiting_statuses_run_the_same_series(requestor: User) -> None:
    asked = make_waiting_case(requestor)
    solved = make_waiting_case(requestor, status=Status.RESOLUTION_PROVIDED)
    sweep_to(*REMINDERS, CLOSES)
    assert steps(asked) == steps(solved)
    assert steps(asked) == [
        *(("reminder", ordinal, due, due, "sent") for ordinal, due in enumerate(REMINDERS, start=1)),
        ("closure", 0, CLOSES, CLOSES, "closed"),
    ]
    assert current(asked).status == current(solved).status == Status.AUTO_CLOSED


def test_a_late_clock_never_shifts_later_steps(waiting: Case) -> None:
    sweep_to(REMINDERS[0] + 30 * HOUR)
    assert steps(waiting) == [("reminder", 1, REMINDERS[0], REMINDERS[0] + 30 * HOUR, "sent")]
    assert current(waiting).next_follow_up_at == REMINDERS[1]


def test_cases_that_do_not_wait_are_left_alone(requestor: User) -> None:
    make_case(requestor)
    make_closed_case(requestor)
    before = snapshot()
    assert sweep_to(CLOSES + 10_000 * HOUR) == 0
    assert snapshot() == before


# --- After an outage --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "outcomes"),
    [
        (REMINDERS[1], ["skipped", "sent"]),
        (REMINDERS[2], ["skipped", "skipped", "sent"]),
        (CLOSES - TICK, ["skipped", "skipped", "sent"]),
        (CLOSES, ["skipped", "skipped", "skipped", "closed"]),
        (CLOSES + 500 * HOUR, ["skipped", "skipped", "skipped", "closed"]),
    ],
)
def test_strict_catching_up_sends_the_latest_reminder_or_closes(
    waiting: Case, requestor: User, watcher: User, now: datetime, outcomes: list[str]
) -> None:
    with telling() as told:
        assert sweep_to(now) == 1
    assert [step[4] for step in steps(waiting)] == outcomes
    assert {step[3] for step in steps(waiting)} == {now}
    event_kinds = {"skipped": "reminder_skipped", "sent": "reminded", "closed": "auto_closed"}
    assert kinds(waiting)[2:] == [event_kinds[outcome] for outcome in outcomes]
    assert len(told) == 2
    if outcomes[-1] == "sent":
        assert told == reminder_keys(waiting, len(outcomes), requestor, watcher)


def test_notice_first_sends_the_last_reminder_and_closes_a_day_after_it(requestor: User) -> None:
    make_policy(ASKED, catch_up=CatchUp.NOTICE_FIRST)
    waiting = make_waiting_case(requestor)
    late = CLOSES + 100 * HOUR
    sweep_to(late)
    after = current(waiting)
    assert (after.status, after.next_follow_up_at) == (Status.PENDING_RESPONSE, late + 24 * HOUR)
    assert [step[4] for step in steps(waiting)] == ["skipped", "skipped", "sent"]
    notice = Notice.objects.get(kind="case_reminder", recipient=requestor)
    assert notice.params["closes_at"] == (late + 24 * HOUR).isoformat()
    assert sweep_to(late + 24 * HOUR - TICK) == 0
    assert sweep_to(late + 24 * HOUR) == 1
    assert current(waiting).status == Status.AUTO_CLOSED


def test_notice_first_closes_as_published_where_the_last_reminder_went_out_in_time(requestor: User) -> None:
    make_policy(ASKED, catch_up=CatchUp.NOTICE_FIRST)
    waiting = make_waiting_case(requestor)
    sweep_to(*REMINDERS)
    assert current(waiting).next_follow_up_at == CLOSES
    sweep_to(CLOSES + 100 * HOUR)
    assert (current(waiting).status, steps(waiting)[-1][2]) == (Status.AUTO_CLOSED, CLOSES)


# --- Holds ------------------------------------------------------------------------------------------


def test_a_hold_that_lapses_is_noted_and_the_next_step_follows(waiting: Case, agent: User) -> None:
    began = ASKED + 20 * HOUR
    operations.hold_case(waiting, last_on=date(2026, 3, 4), reason="Audit", actor=agent, now=began)
    until = Hold.objects.get().until
    assert sweep_to(until - TICK) == 0
    assert sweep_to(until) == 1
    held = until - began
    assert Hold.objects.get().ended_at == until
    assert current(waiting).next_follow_up_at == REMINDERS[0] + held
    assert steps(waiting) == []


def test_a_hold_seen_late_ends_when_it_was_to_end(waiting: Case, requestor: User) -> None:
    began = ASKED + 20 * HOUR
    operations.extend_waiting(waiting, actor=requestor, now=began)
    late = began + 80 * HOUR
    sweep_to(late)
    assert Hold.objects.get().ended_at == began + 72 * HOUR
    assert steps(waiting) == [("reminder", 1, REMINDERS[0] + 72 * HOUR, late, "sent")]
    assert kinds(waiting)[-2:] == ["hold_ended", "reminded"]


def test_a_hold_that_ends_with_a_closure_brings_only_the_closure_notice(
    waiting: Case, requestor: User, watcher: User
) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + HOUR)
    with telling() as told:
        sweep_to(CLOSES + 1000 * HOUR)
    assert told == {
        f"case:{waiting.pk}:w1:closure:auto_closed:u{person.pk}" for person in (requestor, watcher)
    }
    assert Hold.objects.get().ended_at == ASKED + 73 * HOUR


def test_a_step_due_at_the_instant_a_hold_began_falls_due_with_the_holds_end(
    waiting: Case, requestor: User
) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=REMINDERS[0])
    end = REMINDERS[0] + 72 * HOUR
    assert sweep_to(end - TICK) == 0
    assert sweep_to(end) == 1
    assert steps(waiting) == [("reminder", 1, end, end, "sent")]
    assert sweep_to(end) == 0


# --- Once, whatever happens -------------------------------------------------------------------------


@pytest.mark.parametrize("now", [*REMINDERS, CLOSES, CLOSES + 10 * HOUR])
def test_sweeping_twice_at_one_instant_changes_nothing_the_second_time(
    waiting: Case, requestor: User, agent: User, now: datetime
) -> None:
    held = make_waiting_case(requestor, agent=agent)
    operations.extend_waiting(held, actor=requestor, now=ASKED + HOUR)
    sweep_to(now)
    before = snapshot()
    assert sweep_to(now) == 0
    assert snapshot() == before


@pytest.mark.parametrize(
    "act",
    [
        lambda case: operations.reply_to_case(case, text="Hi", actor=case.requestor, now=CLOSES - TICK),
        lambda case: operations.close_case(
            case, resolution=Resolution.OBSOLETE, actor=case.requestor, now=CLOSES - TICK
        ),
        lambda case: operations.resume_case(case, reason="x", actor=case.owner, now=CLOSES - TICK),
    ],
)
def test_nothing_is_recorded_after_the_customers_answer(waiting: Case, act: Callable[[Case], object]) -> None:
    act(waiting)
    before = snapshot()
    assert sweep_to(CLOSES, CLOSES + 1000 * HOUR) == 0
    assert snapshot() == before


def test_a_case_without_anybody_to_tell_is_carried_on_all_the_same(requestor: User) -> None:
    waiting = make_waiting_case(requestor)
    User.objects.filter(pk=requestor.pk).update(is_active=False)
    with telling() as told:
        sweep_to(REMINDERS[0])
    assert (told, steps(waiting)) == (set(), [("reminder", 1, REMINDERS[0], REMINDERS[0], "sent")])
    sweep_to(CLOSES)
    assert current(waiting).status == Status.AUTO_CLOSED


def test_the_chunk_takes_the_longest_due_first(requestor: User) -> None:
    late, early = make_waiting_case(requestor, now=ASKED + HOUR), make_waiting_case(requestor)
    assert carry_out_steps(REMINDERS[0] + HOUR, 1) == 1
    assert (len(steps(early)), len(steps(late))) == (1, 0)
    assert carry_out_steps(REMINDERS[0] + HOUR, 1) == 1
    assert carry_out_steps(REMINDERS[0] + HOUR, 1) == 0
    assert (len(steps(early)), len(steps(late))) == (1, 1)


# --- One case that fails ----------------------------------------------------------------------------


def break_policy_of(case: Case) -> FollowUpPolicy:
    """Gives the case's period a policy whose reminders nobody can read; no operation could."""
    broken = FollowUpPolicy.objects.create(
        in_force_from=ASKED - 400 * HOUR,
        reminder_hours=["soon"],
        closure_hours=144,
        reopening_hours=336,
        catch_up="strict",
    )
    WaitingPeriod.objects.filter(pk=case.period_id).update(policy=broken)
    return broken


def test_a_case_that_raises_is_put_off_for_an_hour_and_stops_no_other(
    requestor: User, caplog: pytest.LogCaptureFixture
) -> None:
    first, broken, last = (make_waiting_case(requestor) for _ in range(3))
    break_policy_of(broken)
    now = REMINDERS[0] + 5 * HOUR

    assert carry_out_steps(now, 200) == 3

    assert len(steps(first)) == len(steps(last)) == 1
    assert steps(broken) == []
    after = current(broken)
    assert (after.status, after.next_follow_up_at, after.clock_failed_at) == (
        Status.PENDING_RESPONSE,
        now + HOUR,
        now,
    )
    assert recorded(broken) == ("clock_failed", None, False, {})
    assert (after.last_event_kind, after.last_event_at) == ("information_requested", ASKED)
    assert f"A step of {broken.number} failed" in caplog.text
    assert carry_out_steps(now, 200) == 0
    assert carry_out_steps(now + HOUR - TICK, 200) == 0


@pytest.mark.parametrize("at", [1, 2])
def test_no_case_is_put_off_because_the_time_of_the_tick_is_up(waiting: Case, at: int) -> None:
    """In a chunk, and while the cases of a chunk that failed are tried one by one."""
    tried = 0

    def time_is_up(execute: Callable[..., object], sql: str, *rest: object) -> object:
        nonlocal tried
        if sql.startswith('INSERT INTO "cases_followupstep"'):
            tried += 1
            raise ZeroDivisionError if tried < at else SoftTimeLimitExceeded
        return execute(sql, *rest)

    before = snapshot()
    with connection.execute_wrapper(time_is_up), pytest.raises(SoftTimeLimitExceeded):
        carry_out_steps(REMINDERS[0], 200)

    assert (tried, snapshot()) == (at, before)
    assert sweep_to(REMINDERS[0]) == 1


def test_a_case_that_failed_goes_on_once_its_cause_is_gone(requestor: User) -> None:
    waiting = make_waiting_case(requestor)
    broken = break_policy_of(waiting)
    sweep_to(REMINDERS[0])
    FollowUpPolicy.objects.filter(pk=broken.pk).update(reminder_hours=[24, 72, 120])
    assert sweep_to(REMINDERS[0] + HOUR) == 1
    after = current(waiting)
    assert (after.clock_failed_at, after.next_follow_up_at) == (None, REMINDERS[1])
    assert steps(waiting) == [("reminder", 1, REMINDERS[0], REMINDERS[0] + HOUR, "sent")]


def test_a_case_that_failed_and_was_answered_is_no_longer_shown_as_failing(requestor: User) -> None:
    waiting = make_waiting_case(requestor)
    broken = break_policy_of(waiting)
    sweep_to(REMINDERS[0])
    FollowUpPolicy.objects.filter(pk=broken.pk).update(reminder_hours=[24, 72, 120])

    operations.reply_to_case(waiting, text="2.7", actor=requestor, now=REMINDERS[0] + TICK)

    assert current(waiting).clock_failed_at is None


def test_a_case_that_failed_and_closed_by_itself_is_no_longer_shown_as_failing(requestor: User) -> None:
    waiting = make_waiting_case(requestor)
    broken = break_policy_of(waiting)
    sweep_to(REMINDERS[0])
    FollowUpPolicy.objects.filter(pk=broken.pk).update(reminder_hours=[24, 72, 120])

    sweep_to(CLOSES)

    after = current(waiting)
    assert (after.status, after.clock_failed_at) == (Status.AUTO_CLOSED, None)


def test_a_step_s_event_says_what_it_changed_and_a_closure_s_all_that_ended(waiting: Case) -> None:
    sweep_to(*REMINDERS)
    last = newest(waiting)
    period = waiting.period_id
    sweep_to(CLOSES)

    assert last.changes == {"next_follow_up_at": [REMINDERS[2].isoformat(), CLOSES.isoformat()]}
    assert newest(waiting).changes == {
        "status": ["pending_response", "auto_closed"],
        "period_id": [period, None],
        "next_follow_up_at": [CLOSES.isoformat(), None],
        "closed_at": [None, CLOSES.isoformat()],
        "reopen_until": [None, (CLOSES + 14 * 24 * HOUR).isoformat()],
    }


def test_a_case_that_failed_can_still_be_answered(requestor: User) -> None:
    waiting = make_waiting_case(requestor)
    break_policy_of(waiting)
    sweep_to(REMINDERS[0])
    operations.reply_to_case(waiting, text="Here.", actor=requestor, now=REMINDERS[0] + HOUR)
    assert current(waiting).status == Status.IN_PROGRESS


# --- What it costs ----------------------------------------------------------------------------------


def statements(act: Callable[[], object]) -> list[str]:
    """The statements of an act, without the marks of its transactions.

    SQLite takes 999 values in one statement, so that Django splits a long INSERT: it counts as one.
    """
    with CaptureQueriesContext(connection) as captured:
        act()
    made: list[str] = []
    for query in captured.captured_queries:
        sql = query["sql"]
        is_mark = sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        goes_on = made and sql.startswith("INSERT") and made[-1].split("(")[0] == sql.split("(")[0]
        if not is_mark and not goes_on:
            made.append(sql)
    return made


def test_a_sweep_with_nothing_due_writes_nothing_and_asks_once(waiting: Case) -> None:
    made = statements(lambda: carry_out_steps(REMINDERS[0] - TICK, 200))
    assert len(made) == 1
    assert made[0].startswith("SELECT")


def make_many(requestor: User, count: int, *, watchers: tuple[User, ...] = ()) -> list[Case]:
    return [make_waiting_case(requestor, watchers=watchers) for _ in range(count)]


@pytest.mark.parametrize(
    ("earlier", "instant", "expected"), [((), REMINDERS[0], 11), (REMINDERS, CLOSES, 13)]
)
@pytest.mark.parametrize("count", [10, 50])
def test_a_chunk_costs_the_same_for_ten_and_for_fifty_cases(
    requestor: User,
    watcher: User,
    count: int,
    earlier: tuple[datetime, ...],
    instant: datetime,
    expected: int,
) -> None:
    make_many(requestor, count, watchers=(watcher,))
    sweep_to(*earlier)
    with telling() as told:
        made = statements(lambda: carry_out_steps(instant, 200))
    assert len(made) == expected
    assert FollowUpStep.objects.filter(done_at=instant).count() == count
    assert len(told) == 2 * count


def test_fifty_mixed_cases_are_one_chunk_of_a_fixed_number_of_statements(
    requestor: User, watcher: User
) -> None:
    """Ten each: 1st reminder, 2nd, 3rd, closure, and a hold that lapses; two people each."""
    now = CLOSES
    for back in (24, 72, 120, 144):
        for _ in range(10):
            case = make_waiting_case(requestor, now=now - back * HOUR, watchers=[watcher])
            sweep_to(*(now - back * HOUR + after * HOUR for after in (24, 72, 120) if after < back))
            assert current(case).next_follow_up_at == now
    for _ in range(10):
        case = make_waiting_case(requestor, now=now - 73 * HOUR, watchers=[watcher])
        operations.extend_waiting(case, actor=requestor, now=now - 72 * HOUR)
    before = set(Notice.objects.values_list("pk", flat=True))

    made = statements(lambda: carry_out_steps(now, 50))

    assert len(made) == 17
    assert sweep_to(now) == 0
    told = Notice.objects.exclude(pk__in=before).values_list("kind", flat=True)
    assert {kind: list(told).count(kind) for kind in set(told)} == {
        "case_reminder": 60,
        "case_auto_closed": 20,
        "case_hold_ended": 20,
    }


# --- Backlog and preview ----------------------------------------------------------------------------


def test_the_backlog_counts_what_is_due_and_since_when(requestor: User) -> None:
    make_waiting_case(requestor)
    make_waiting_case(requestor, now=ASKED + HOUR)
    assert FOLLOW_UP.backlog(REMINDERS[0] - TICK) == Backlog(0, None)
    assert FOLLOW_UP.backlog(REMINDERS[0]) == Backlog(1, REMINDERS[0])
    assert FOLLOW_UP.backlog(REMINDERS[0] + HOUR) == Backlog(2, REMINDERS[0])


def test_the_preview_lists_the_next_steps_and_carries_none_out(requestor: User) -> None:
    first = make_waiting_case(requestor)
    second = make_waiting_case(requestor, now=ASKED + HOUR)
    before = snapshot()
    lines = [(line.due_at, line.about, line.what) for line in FOLLOW_UP.preview(ASKED + 2 * HOUR)]
    assert lines == [
        (REMINDERS[0], first.number, "1st reminder"),
        (REMINDERS[0] + HOUR, second.number, "1st reminder"),
    ]
    late = [(line.due_at, line.about, line.what) for line in FOLLOW_UP.preview(REMINDERS[1])]
    assert late == [
        (REMINDERS[0], first.number, "1st reminder, left out"),
        (REMINDERS[1], first.number, "2nd reminder"),
        (REMINDERS[0] + HOUR, second.number, "1st reminder"),
    ]
    assert snapshot() == before


def test_the_preview_leads_to_the_staffs_page_of_each_case(requestor: User) -> None:
    case = make_waiting_case(requestor)
    assert [line.path for line in FOLLOW_UP.preview(ASKED)] == [f"/admin/cases/case/{case.pk}/change/"]


# --- What the database holds ------------------------------------------------------------------------


def violates(name: str, act: Callable[[], object]) -> None:
    """The database refuses an act by the rule of this name."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    if connection.vendor == "postgresql":
        assert name in str(caught.value)


def test_a_step_is_recorded_once_per_period(waiting: Case) -> None:
    def record(ordinal: int, kind: str = "reminder", period: WaitingPeriod | None = None) -> FollowUpStep:
        return FollowUpStep.objects.create(
            case=waiting,
            period=period or waiting.period,
            kind=kind,
            ordinal=ordinal,
            due_at=ASKED,
            done_at=ASKED,
            outcome="sent",
        )

    record(1)
    violates("step_once_per_period", lambda: record(1))
    record(2)
    record(1, "closure")
    other = make_waiting_case(waiting.requestor)
    record(1, period=other.period)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"next_follow_up_at": None}, "case_waits_with_a_clock"),
        ({"period": None}, "case_waits_with_a_clock"),
        ({"status": "in_progress"}, "case_waits_with_a_clock"),
        ({"closed_at": ASKED}, "case_ended_with_an_instant"),
        ({"resolution": "issue_obsolete"}, "case_closed_with_a_resolution"),
        ({"priority": 0}, "case_priority_known"),
        ({"priority": 5}, "case_priority_known"),
    ],
)
def test_a_waiting_case_has_its_clock_and_no_end(waiting: Case, facts: dict[str, object], name: str) -> None:
    violates(name, lambda: Case.objects.filter(pk=waiting.pk).update(**facts))
    assert Case.objects.filter(pk=waiting.pk).update(priority=4, next_follow_up_at=CLOSES) == 1


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"next_follow_up_at": ASKED}, "case_waits_with_a_clock"),
        ({"closed_at": None}, "case_ended_with_an_instant"),
        ({"reopen_until": None}, "case_ended_with_an_instant"),
        ({"resolution": ""}, "case_closed_with_a_resolution"),
        ({"status": "auto_closed"}, "case_closed_with_a_resolution"),
        ({"status": "in_progress", "resolution": ""}, "case_ended_with_an_instant"),
        ({"status": "lost", "resolution": "", "closed_at": None, "reopen_until": None}, "case_status_known"),
    ],
)
def test_a_closed_case_has_its_instant_and_its_resolution(
    requestor: User, facts: dict[str, object], name: str
) -> None:
    closed = make_closed_case(requestor)
    violates(name, lambda: Case.objects.filter(pk=closed.pk).update(**facts))
    auto = {"status": "auto_closed", "resolution": ""}
    assert Case.objects.filter(pk=closed.pk).update(**auto) == 1


def test_a_case_has_one_running_period_and_numbers_them_once(waiting: Case) -> None:
    assert waiting.period is not None
    old = waiting.period

    def begin(
        number: int, *, ended_at: datetime | None = None, status: str = "pending_response"
    ) -> WaitingPeriod:
        return WaitingPeriod.objects.create(
            case=waiting,
            number=number,
            status=status,
            policy=old.policy,
            question=old.question,
            started_at=ASKED,
            ended_at=ended_at,
        )

    violates("period_one_running", lambda: begin(2))
    violates("period_numbered_once", lambda: begin(1, ended_at=ASKED))
    violates("period_of_a_waiting_status", lambda: begin(2, ended_at=ASKED, status="in_progress"))
    begin(2, ended_at=ASKED)


def test_a_period_has_one_running_hold_that_ends_after_it_began(waiting: Case) -> None:
    def hold(until: datetime, *, ended_at: datetime | None = None) -> Hold:
        return Hold.objects.create(
            period=waiting.period, began_at=ASKED, until=until, ended_at=ended_at, reason=""
        )

    violates("hold_ends_after_it_began", lambda: hold(ASKED))
    hold(ASKED + TICK)
    violates("hold_one_running", lambda: hold(ASKED + HOUR))
    hold(ASKED + HOUR, ended_at=ASKED + HOUR)


def test_a_policys_hours_are_positive(db: None) -> None:
    def policy(**hours: int) -> FollowUpPolicy:
        facts = {"closure_hours": 1, "reopening_hours": 1, **hours}
        return FollowUpPolicy.objects.create(
            in_force_from=ASKED, reminder_hours=[], catch_up="strict", **facts
        )

    violates("policy_closure_positive", lambda: policy(closure_hours=0))
    violates("policy_reopening_positive", lambda: policy(reopening_hours=0))
    policy()


def test_people_of_every_account_are_told_of_their_own_cases_alone(db: None) -> None:
    """A chunk spans accounts; nobody is told of another's."""
    one, two = make_customer(), make_customer(make_license(product="target"))
    guest = make_person(two.account)
    first, second = make_waiting_case(one), make_waiting_case(two, watchers=[guest])
    with telling() as told:
        sweep_to(REMINDERS[0])
    assert told == reminder_keys(first, 1, one) | reminder_keys(second, 1, two, guest)
