"""The target of a first response: decided at the filing, frozen, recomputed with the priority (SPEC 3.2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases import operations
from cases.lifecycle import EscalationReason, Resolution
from cases.models import Case, ResponseDecision
from cases.response import TargetState, state_of
from cases.sweep import carry_out_targets
from entitlements import operations as entitlements
from entitlements.business_time import ClockKind
from entitlements.calendars import PUBLISHED_HOURS
from entitlements.models import FrozenCalendar, License
from entitlements.plans import Plan
from entitlements.queries import response_promises
from entitlements.targets import Priority, Service
from portal.accounts.models import Country, Region, User
from portal.errors import DomainError
from portal.notices.models import Notice
from tests.cases.records import kinds, newest, recorded, refused
from tests.factories.cases import current, make_case, make_p1_case
from tests.factories.people import make_account, make_customer, make_license, make_superuser

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
TICK = timedelta(microseconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# A Friday; Monday, 25 May 2026, is Memorial Day.
FRIDAY_16_40 = datetime(2026, 5, 22, 16, 40, tzinfo=LOS_ANGELES)
TUESDAY_7_10 = datetime(2026, 5, 26, 7, 10, tzinfo=LOS_ANGELES)
# A Monday at nine: two hours of Expert's P2 end at eleven.
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=LOS_ANGELES)
COMMITMENT = {"phone": "+1 555 0100", "impact": "No orders.", "is_reachable": True}


@pytest.fixture(autouse=True)
def _holidays(db: None) -> None:
    entitlements.import_holidays([2025, 2026, 2027], now=datetime(2025, 1, 1, tzinfo=UTC))


@pytest.fixture
def license_(db: None) -> License:
    """Analytics under Expert, in the Americas."""
    return make_license(make_account(country="US"), plan=Plan.EXPERT)


def filed(requestor: User, priority: Priority = Priority.P2, *, now: datetime = NINE) -> Case:
    return current(make_case(requestor, priority=priority, now=now))


def standing(case: Case) -> dict[str, object]:
    """The columns of the target."""
    after = current(case)
    return {
        "due": after.response_due_at,
        "missed": after.response_missed_at,
        "withdrawn": after.response_withdrawn_at,
        "step": after.next_response_step_at,
    }


def decision(case: Case) -> ResponseDecision:
    found = current(case).response
    assert found is not None
    return found


# --- At the filing ----------------------------------------------------------------------------------


def test_a_p2_filed_on_a_friday_before_a_holiday_is_due_on_tuesday_and_its_ledger_says_why(
    requestor: User,
) -> None:
    case = filed(requestor, now=FRIDAY_16_40 + timedelta(seconds=59, microseconds=999_999))
    kept = decision(case)
    assert standing(case) == {"due": TUESDAY_7_10, "missed": None, "withdrawn": None, "step": kept.warns_at}
    # 90 of 120 minutes: 50 on Friday, 40 on Tuesday.
    assert kept.warns_at == datetime(2026, 5, 26, 6, 40, tzinfo=LOS_ANGELES)
    lines = [(line.kind.value, line.counted // MINUTE, line.name) for line in kept.lines()]
    assert lines == [
        ("counted", 50, ""),
        ("weekend", 0, ""),
        ("day_off", 0, "Memorial Day"),
        ("counted", 70, ""),
    ]
    assert (kept.cause, kept.priority, kept.service, kept.term.plan) == ("filed", 2, "expert", "expert")
    assert (kept.calendar.zone, kept.calendar.hours.region_id) == ("America/Los_Angeles", "AMER")
    assert (kept.target.clock, kept.target.minutes) == ("business", 120)


@pytest.mark.parametrize("priority", [Priority.P2, Priority.P3, Priority.P4])
def test_case_and_preview_come_from_one_computation(
    license_: License, requestor: User, priority: Priority
) -> None:
    promise = response_promises(License.objects.for_display().get(pk=license_.pk), filed_at=NINE)[
        priority - 1
    ]
    case = filed(requestor, priority)
    kept = decision(case)
    assert (kept.due_at, kept.lines(), kept.warns_at) == (promise.due_at, promise.ledger(), promise.warns_at)
    acknowledged = Notice.objects.get(kind="case_acknowledgement", recipient=requestor)
    assert acknowledged.params["response_due_at"] == promise.due_at.astimezone(UTC).isoformat()


def test_alike_calendars_are_kept_once(license_: License, requestor: User) -> None:
    first, second = filed(requestor), filed(requestor)
    region = Region.objects.get(pk="AMER")
    entitlements.add_day_off(region, date(2026, 6, 1), "Stocktaking", actor=make_superuser(), now=NINE)
    third = filed(requestor, now=NINE + MINUTE)
    calendars = [decision(case).calendar_id for case in (first, second, third)]
    assert (calendars[0] == calendars[1], calendars[0] == calendars[2]) == (True, False)
    assert FrozenCalendar.objects.count() == 2


def test_a_decision_is_never_changed(requestor: User) -> None:
    kept = decision(filed(requestor))
    with pytest.raises(Exception, match="append-only"):
        ResponseDecision.objects.filter(pk=kept.pk).update(due_at=NINE)


# --- Frozen -----------------------------------------------------------------------------------------


def _target(license_: License) -> None:
    entitlements.add_response_target(
        Service.EXPERT,
        Priority.P3,
        clock=ClockKind.BUSINESS,
        minutes=5,
        in_force_from=NINE + 2 * MINUTE,
        actor=make_superuser(),
        now=NINE + MINUTE,
    )


def _day_off(license_: License) -> None:
    region = Region.objects.get(pk="AMER")
    entitlements.add_day_off(region, NINE.date(), "Storm", actor=make_superuser(), now=NINE + MINUTE)


def _struck(license_: License) -> None:
    for day in Region.objects.get(pk="AMER").days_off.in_force():
        entitlements.strike_day_off(day, actor=make_superuser(), now=NINE + MINUTE)


def _hours(license_: License) -> None:
    entitlements.add_region_hours(
        Region.objects.get(pk="AMER"),
        in_force_from=NINE + 2 * MINUTE,
        week=[[[0, 60]]] * 7,
        full_day_minutes=60,
        actor=make_superuser(),
        now=NINE + MINUTE,
    )


def _zone(license_: License) -> None:
    entitlements.add_region_hours(
        Region.objects.get(pk="AMER"),
        in_force_from=NINE + 2 * MINUTE,
        week=PUBLISHED_HOURS["AMER"].week,
        full_day_minutes=690,
        zone="Asia/Tokyo",
        actor=make_superuser(),
        now=NINE + MINUTE,
    )


def _country(license_: License) -> None:
    account = license_.account
    entitlements.change_account(
        account,
        name=account.name,
        country=Country.objects.get(pk="JP"),
        language="",
        time_zone="",
        actor=make_superuser(),
        now=NINE + MINUTE,
    )


@pytest.mark.parametrize("change", [_target, _day_off, _struck, _hours, _zone, _country])
def test_no_row_entered_after_the_filing_moves_a_case_not_even_with_a_new_priority(
    license_: License, requestor: User, agent: User, change: Callable[[License], None]
) -> None:
    undisturbed, case = filed(requestor, Priority.P4), filed(requestor, Priority.P4)
    before = standing(case)
    operations.change_priority(
        undisturbed, priority=Priority.P3, reason="Launch", actor=agent, now=NINE + 3 * MINUTE
    )

    change(license_)

    assert standing(case) == before
    operations.change_priority(
        case, priority=Priority.P3, reason="Launch", actor=agent, now=NINE + 3 * MINUTE
    )
    assert standing(case) == standing(undisturbed)
    assert decision(case).ledger == decision(undisturbed).ledger


def test_a_plan_of_the_next_day_changes_no_earlier_case(agent: User) -> None:
    license_ = make_license(make_account(country="US"), plan=Plan.EXPERT, last_on=NINE.date())
    case = filed(make_customer(license_), Priority.P4)
    next_day = NINE.date() + DAY
    root = make_superuser()
    entitlements.add_term(
        license_, Plan.ULTIMATE, first_on=next_day, last_on=next_day, actor=root, now=NINE + MINUTE
    )
    at_six = NINE + 21 * HOUR
    operations.change_priority(case, priority=Priority.P3, reason="Launch", actor=agent, now=at_six)
    # Ultimate's hour would end at seven; Expert's four hours end after the business day of P4.
    assert (standing(case)["due"], decision(case).service) == (NINE + DAY, "expert")
    assert filed(case.requestor, Priority.P3, now=at_six).response_due_at == at_six + HOUR


# --- Met or missed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("late", "state"), [(-TICK, "met"), (0 * TICK, "met"), (TICK, "missed")])
def test_a_first_response_at_the_due_instant_is_in_time(
    requestor: User, agent: User, late: timedelta, state: str
) -> None:
    case = filed(requestor)
    at = NINE + 2 * HOUR + late
    operations.answer_case(case, text="Like this.", actor=agent, now=at)
    after = current(case)
    assert state_of(after.target(), now=at + DAY).value == state
    assert (after.response_missed_at, after.next_response_step_at) == (
        at if state == "missed" else None,
        None,
    )
    operations.answer_case(case, text="And this.", actor=agent, now=at + DAY)
    assert standing(case)["missed"] == after.response_missed_at


@pytest.mark.parametrize("respond", [operations.request_information, operations.provide_resolution])
def test_a_question_and_a_resolution_are_responses_too(
    requestor: User, agent: User, respond: Callable[..., object]
) -> None:
    case = filed(requestor)
    respond(case, text="Which version?", actor=agent, now=NINE + HOUR)
    assert state_of(current(case).target(), now=NINE + DAY) is TargetState.MET


def test_claiming_handing_on_and_the_customers_words_are_no_response(requestor: User, agent: User) -> None:
    case = filed(requestor)
    before = standing(case)
    operations.claim_case(case, actor=agent, now=NINE + MINUTE)
    operations.hand_to_engineering(case, actor=agent, now=NINE + 2 * MINUTE)
    operations.reply_to_case(case, text="More.", actor=requestor, now=NINE + 3 * MINUTE)
    operations.add_note(case, text="Hm.", actor=agent, now=NINE + 4 * MINUTE)
    assert standing(case) == before


# --- Priority ---------------------------------------------------------------------------------------


def test_a_lowered_priority_counts_from_the_filing(requestor: User, agent: User) -> None:
    case = filed(requestor)
    operations.lower_priority(case, priority=Priority.P3, actor=agent, now=NINE + HOUR)
    assert (standing(case)["due"], decision(case).cause) == (NINE + 4 * HOUR, "lowered")
    changed = newest(case).changes
    assert sorted(changed) == ["next_response_step_at", "priority", "response_due_at", "response_id"]
    told = Notice.objects.get(kind="case_priority_changed", recipient=requestor)
    assert told.params["response_due_at"] == (NINE + 4 * HOUR).astimezone(UTC).isoformat()


@pytest.mark.parametrize(
    ("after", "due", "cause"),
    [
        # P3 is four hours from nine; P2 two hours from the change.
        (HOUR, NINE + 3 * HOUR, "raised"),
        (2 * HOUR - MINUTE, NINE + 4 * HOUR - MINUTE, "raised"),
        (2 * HOUR, NINE + 4 * HOUR, "filed"),
        (3 * HOUR, NINE + 4 * HOUR, "filed"),
    ],
)
def test_a_raised_priority_counts_from_the_change_and_the_earlier_target_holds(
    requestor: User, after: timedelta, due: datetime, cause: str
) -> None:
    case = filed(requestor, Priority.P3)
    operations.raise_urgency(case, justification="Launch", actor=requestor, now=NINE + after)
    assert (standing(case)["due"], decision(case).cause) == (due, cause)


def test_a_missed_target_stays_missed_whether_the_clock_has_noted_it_or_not(
    requestor: User, agent: User
) -> None:
    noted, unnoted = filed(requestor), filed(requestor)
    late = NINE + 2 * HOUR + TICK
    before = standing(unnoted)
    operations.lower_priority(unnoted, priority=Priority.P4, actor=agent, now=late)
    assert standing(unnoted) == before
    assert carry_out_targets(late, 10) == 2
    missed = standing(noted)
    operations.lower_priority(noted, priority=Priority.P4, actor=agent, now=late + HOUR)
    assert (
        standing(noted) == missed == {"due": NINE + 2 * HOUR, "missed": late, "withdrawn": None, "step": None}
    )


def test_after_the_first_response_a_new_priority_changes_no_target(requestor: User, agent: User) -> None:
    case = filed(requestor)
    operations.answer_case(case, text="Like this.", actor=agent, now=NINE + HOUR)
    before = standing(case)
    operations.lower_priority(case, priority=Priority.P4, actor=agent, now=NINE + HOUR)
    assert (standing(case), ResponseDecision.objects.filter(case=case).count()) == (before, 1)


def test_raised_to_p1_it_counts_around_the_clock(requestor: User, agent: User) -> None:
    case = filed(requestor, Priority.P4, now=FRIDAY_16_40)
    at = FRIDAY_16_40 + 5 * HOUR
    operations.change_priority(case, priority=Priority.P1, reason="Down", actor=agent, now=at, **COMMITMENT)
    assert standing(case)["due"] == at + HOUR


# --- Closing and reopening --------------------------------------------------------------------------


def close(case: Case, now: datetime) -> Case:
    return operations.close_case(case, resolution=Resolution.OBSOLETE, actor=case.requestor, now=now)


def test_closed_in_time_without_a_response_it_is_withdrawn_and_a_reopening_starts_a_fresh_one(
    requestor: User,
) -> None:
    case = filed(requestor)
    close(case, NINE + 2 * HOUR)
    assert standing(case) == {
        "due": NINE + 2 * HOUR,
        "missed": None,
        "withdrawn": NINE + 2 * HOUR,
        "step": None,
    }
    assert carry_out_targets(NINE + 9 * HOUR, 10) == 0
    operations.reopen_case(case, text="Again.", actor=requestor, now=NINE + DAY)
    kept = decision(case)
    assert (kept.cause, kept.due_at) == ("reopened", NINE + DAY + 2 * HOUR)
    assert standing(case) == {"due": kept.due_at, "missed": None, "withdrawn": None, "step": kept.warns_at}
    operations.lower_priority(case, priority=Priority.P3, actor=make_superuser(), now=NINE + DAY + HOUR)
    assert standing(case)["due"] == NINE + DAY + 4 * HOUR


def test_closed_late_without_a_response_it_is_missed_and_a_reopening_brings_no_other(requestor: User) -> None:
    case = filed(requestor)
    late = NINE + 2 * HOUR + TICK
    close(case, late)
    missed = {"due": NINE + 2 * HOUR, "missed": late, "withdrawn": None, "step": None}
    assert standing(case) == missed
    operations.reopen_case(case, text="Again.", actor=requestor, now=NINE + DAY)
    assert standing(case) == missed


def test_a_case_answered_once_gets_no_other_target(requestor: User, agent: User) -> None:
    case = filed(requestor)
    operations.answer_case(case, text="Like this.", actor=agent, now=NINE + HOUR)
    before = standing(case)
    close(case, NINE + 2 * HOUR)
    operations.reopen_case(case, text="Again.", actor=requestor, now=NINE + DAY)
    assert (standing(case), ResponseDecision.objects.filter(case=case).count()) == (before, 1)


# --- Escalation -------------------------------------------------------------------------------------


def escalate(case: Case, now: datetime) -> Case:
    return operations.escalate_case(
        case, reason=EscalationReason.UPDATE, text="Call me.", actor=case.requestor, now=now
    )


def test_a_case_is_escalated_only_once_its_target_has_passed(requestor: User) -> None:
    case = filed(requestor)
    due = NINE + 2 * HOUR
    with refused(DomainError, "target_still_runs", due_at=due):
        escalate(case, due)
    escalate(case, due + TICK)
    assert recorded(case)[0] == "escalated"


def test_a_case_is_escalated_at_once_after_its_first_response(requestor: User, agent: User) -> None:
    case = filed(requestor)
    operations.answer_case(case, text="Like this.", actor=agent, now=NINE + MINUTE)
    escalate(case, NINE + MINUTE)
    assert kinds(case) == ["filed", "answered", "escalated"]


def test_a_case_without_a_target_is_escalated_at_once(requestor: User) -> None:
    case = filed(requestor)
    Case.objects.filter(pk=case.pk).update(response=None, response_due_at=None, next_response_step_at=None)
    escalate(case, NINE)
    assert current(case).escalated_at == NINE


def test_a_p1_at_night_is_due_an_hour_later(license_: License) -> None:
    at = datetime(2026, 5, 24, 3, 0, tzinfo=LOS_ANGELES)
    case = make_p1_case(make_customer(license_), now=at)
    assert standing(case)["due"] == at + HOUR
