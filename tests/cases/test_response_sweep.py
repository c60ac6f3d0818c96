"""What the clock does with targets: staff hear at 75 % and when it is missed; once, whatever happens."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import operations
from cases.models import Case, CaseEvent
from cases.sweep import RESPONSE_TARGETS, carry_out_targets
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.work.timed import Backlog
from tests.cases.records import kinds, recorded, snapshot
from tests.factories.cases import FILED, current, make_case, make_owned_case, make_p1_case
from tests.factories.people import make_account, make_agent, make_customer, make_duty, make_license

TICK = timedelta(microseconds=1)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Ultimate's P3 is one business hour; Los Angeles has been open since an hour before FILED.
WARNS, DUE = FILED + 45 * MINUTE, FILED + HOUR
MISSED = DUE + TICK


@pytest.fixture
def on_duty(db: None) -> User:
    agent = make_agent(name="Dora Duty")
    make_duty(agent, "AMER", time(0), time(23, 59))
    return agent


def told(kind: str) -> list[tuple[str, int | None]]:
    rows = Notice.objects.filter(kind=f"case_{kind}").order_by("pk")
    return list(rows.values_list("about", "recipient"))


def step_of(case: Case) -> tuple[datetime | None, datetime | None]:
    after = current(case)
    return after.next_response_step_at, after.response_missed_at


def test_the_people_on_duty_hear_at_three_quarters_and_again_when_it_is_missed(
    case: Case, on_duty: User
) -> None:
    assert (carry_out_targets(WARNS - TICK, 10), step_of(case)) == (0, (WARNS, None))

    assert (carry_out_targets(WARNS, 10), step_of(case)) == (1, (MISSED, None))
    assert told("target_warned") == [(case.about, on_duty.pk)]
    decision = current(case).response_id
    assert recorded(case) == (
        "target_warned",
        None,
        False,
        {"decision": decision, "due_at": DUE.isoformat()},
    )
    assert (carry_out_targets(DUE, 10), told("target_missed")) == (0, [])

    assert (carry_out_targets(MISSED, 10), step_of(case)) == (1, (None, MISSED))
    assert told("target_missed") == [(case.about, on_duty.pk)]
    assert recorded(case)[0::2] == ("target_missed", True)
    after = current(case)
    assert (after.last_event_kind, after.last_event_at) == ("target_missed", MISSED)
    assert carry_out_targets(MISSED + 100 * HOUR, 10) == 0


def test_the_owner_hears_of_it_and_nobody_else(requestor: User, agent: User, on_duty: User) -> None:
    case = current(make_owned_case(requestor, agent=agent, priority=Priority.P4))
    assert case.response is not None
    carry_out_targets(case.response.warns_at, 10)
    assert told("target_warned") == [(case.about, agent.pk)]


def test_after_an_outage_only_the_missed_target_is_told(case: Case, on_duty: User) -> None:
    carry_out_targets(MISSED + 3 * HOUR, 10)
    assert (kinds(case), told("target_warned"), len(told("target_missed"))) == (
        ["filed", "target_missed"],
        [],
        1,
    )


def test_an_answer_in_time_leaves_the_clock_nothing_to_do(case: Case, agent: User) -> None:
    operations.answer_case(case, text="Like this.", actor=agent, now=WARNS)
    before = snapshot()
    assert carry_out_targets(MISSED, 10) == 0
    assert snapshot() == before


def test_a_notice_whose_case_was_answered_meanwhile_is_not_mailed(
    case: Case, agent: User, on_duty: User
) -> None:
    carry_out_targets(WARNS, 10)
    notice = Notice.objects.get(kind="case_target_warned")
    assert kind_of(notice).obsolete_because(notice) is None
    operations.answer_case(case, text="Like this.", actor=agent, now=WARNS + MINUTE)
    assert kind_of(notice).obsolete_because(notice) == "answered"


def test_a_new_target_warns_anew(requestor: User, agent: User, on_duty: User) -> None:
    case = make_case(requestor, priority=Priority.P2)
    carry_out_targets(FILED + 23 * MINUTE, 10)
    operations.lower_priority(case, priority=Priority.P3, actor=agent, now=FILED + 24 * MINUTE)
    carry_out_targets(WARNS, 10)
    assert told("target_warned") == [(case.about, on_duty.pk)] * 2


def test_a_case_whose_step_raises_is_put_off_for_an_hour_and_stops_no_other(
    requestor: User, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = make_case(requestor), make_case(requestor)

    def breaks(execute, sql, params, many, context):
        # The missed target cannot be written with the event of the broken case.
        if sql.startswith('INSERT INTO "cases_caseevent"') and _is_about(broken, params):
            raise ZeroDivisionError
        return execute(sql, params, many, context)

    with connection.execute_wrapper(breaks):
        assert carry_out_targets(MISSED, 10) == 2

    assert step_of(sound) == (None, MISSED)
    assert (step_of(broken), current(broken).clock_failed_at) == ((MISSED + HOUR, None), MISSED)
    assert f"A step of {broken.number} failed" in caplog.text
    carry_out_targets(MISSED + HOUR, 10)
    assert (step_of(broken), current(broken).clock_failed_at) == ((None, MISSED + HOUR), None)


def _is_about(case: Case, params) -> bool:
    """Whether an event of the clock's step belongs to a case, as the two databases are told of it."""
    said = str(params)
    # PostgreSQL gets one document; SQLite gets values, of which only keys are whole numbers.
    is_named = f'"case_id": {case.pk},' in said or any(type(one) is int and one == case.pk for one in params)
    return "target_missed" in said and is_named


def test_what_is_due_is_counted_and_foreseen(case: Case, requestor: User) -> None:
    p1 = make_p1_case(requestor)
    assert RESPONSE_TARGETS.backlog(FILED) == Backlog(0, None)
    assert RESPONSE_TARGETS.backlog(WARNS) == Backlog(2, FILED + timedelta(minutes=11, seconds=15))
    lines = list(RESPONSE_TARGETS.preview(FILED))
    assert [(line.due_at, line.about) for line in lines] == [
        (FILED + timedelta(minutes=11, seconds=15), p1.number),
        (WARNS, case.number),
    ]


def test_the_cost_of_a_chunk_does_not_grow_with_its_cases(requestor: User, on_duty: User) -> None:
    def cost(cases: int) -> int:
        for _ in range(cases):
            make_case(requestor)
        with CaptureQueriesContext(connection) as captured:
            assert carry_out_targets(MISSED, 1000) == cases
        return len(captured)

    assert cost(1) == cost(30)
    with CaptureQueriesContext(connection) as idle:
        assert carry_out_targets(MISSED, 1000) == 0
    assert len(idle) <= 3
    assert CaseEvent.objects.filter(kind="target_missed").count() == 31


def test_people_of_several_regions_hear_of_their_own_only(on_duty: User, requestor: User) -> None:
    tokyo = make_agent(name="Taro Duty")
    make_duty(tokyo, "JP", time(0), time(23, 59))
    case = make_case(make_customer(make_license(make_account(country="JP"))), now=FILED)
    at_home = make_case(requestor)
    carry_out_targets(FILED + timedelta(days=3), 10)
    assert sorted(told("target_missed")) == sorted([(case.about, tokyo.pk), (at_home.about, on_duty.pk)])
