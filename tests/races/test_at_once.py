"""Two do the same at once, or what excludes each other: one does it, the other is told why not."""

from collections import Counter
from datetime import timedelta

import pytest

from accelerators.models import UnitEntry
from cases import operations
from cases.models import Case, ResponseDecision
from cases.sweep import carry_out_steps
from entitlements.models import DayOff
from entitlements.targets import Priority
from portal.accounts.models import User
from tests.factories.cases import ASKED
from tests.kills.footprint import look, what_became
from tests.races.catalogue_verbs import CATALOGUE, THE_CLOCK
from tests.races.house_verbs import HOUSE
from tests.races.scenes import NOW, Scene, fresh
from tests.races.stage import (
    FIRST_WRITE,
    Actor,
    in_turn,
    on_postgresql,
    overtaken,
    passed_over,
    refused_as,
    was_locked_out,
)
from tests.races.verbs import CASES, ENTITLEMENTS

pytestmark = pytest.mark.usefixtures("committed")

VERBS = {**CASES, **ENTITLEMENTS, **HOUSE, **CATALOGUE}
CLOSES = ASKED + timedelta(hours=144)


def scene_of(name: str) -> Scene:
    """A scene whose own staff alone are told of it."""
    User.objects.filter(is_staff=True, is_superuser=False).update(is_active=False)
    return VERBS[name].scene()


def acting(name: str, scene: Scene) -> Actor:
    return Actor(name, lambda: VERBS[name].run(scene))


def written_first(first: Actor, second: Actor) -> None:
    """`first` stands where it has begun to write, `second` has to wait for it; then both end."""
    first.go_until(after=FIRST_WRITE)
    second.go_until_blocked_by(first)
    first.finish()
    second.finish()


def at_once(scene: Scene, *names: str) -> list[Actor]:
    """Two who act at once, the earlier first."""
    actors = [acting(name, scene) for name in names]
    written_first(*actors)
    return actors


# Of what two can do at once: what the second one is told.
TWICE = {
    "accept_request": "wrong_status",
    "cancel_request": "wrong_status",
    "grant_add_on": "grant_overlaps",
    "end_add_on": "grant_is_over",
    "request_thing": "already_requested",
    "add_day_off": "day_off_taken",
    "add_region_hours": "row_taken",
    "add_response_target": "row_taken",
    "appoint_to_team": "already_in_the_team",
    "confirm_day_off": "day_off_is_certain",
    "end_term": "no_term_on_day",
    "leave_team": "left_the_team",
    "request_call": "call_awaited",
    "revoke_access": "access_is_over",
    "strike_day_off": "day_off_struck",
}


@pytest.mark.parametrize("name", TWICE)
def test_of_two_who_do_the_same_at_once_the_second_is_told(name: str) -> None:
    [first, second] = at_once(scene_of(name), name, name)

    assert (first.error, refused_as(second)) == (None, TWICE[name])


def test_two_imports_at_once_bring_every_holiday_once() -> None:
    scene = scene_of("import_holidays")
    before, columns = look()

    [first, second] = at_once(scene, "import_holidays", "import_holidays")

    # Region by region, whoever comes first.
    brought = [(found.added, found.confirmed, found.struck) for found in (first.outcome, second.outcome)]
    assert [sum(numbers) for numbers in zip(*brought, strict=True)] == [48, 1, 1]
    became = what_became(before, look()[0], columns)
    changed = Counter({("confirmed_at",): 1, ("struck_at",): 1})
    assert became == {"entitlements_dayoff": (48, 0, changed)}


# What excludes each other: who comes first, who second, and what the second is told.
EXCLUDING = [
    ("cancel_call", "decline_call", "no_call_awaited"),
    ("strike_day_off", "confirm_day_off", "day_off_struck"),
    ("close_case", "request_call", "wrong_status"),
]


@pytest.mark.parametrize(("earlier", "later", "code"), EXCLUDING)
def test_what_came_first_holds_and_what_it_excludes_is_refused(earlier: str, later: str, code: str) -> None:
    [first, second] = at_once(scene_of(later), earlier, later)

    assert (first.error, refused_as(second)) == (None, code)


def test_a_holiday_that_was_confirmed_first_can_still_be_struck() -> None:
    scene = scene_of("confirm_day_off")

    [first, second] = at_once(scene, "confirm_day_off", "strike_day_off")

    assert (first.error, second.error) == (None, None)
    [day] = DayOff.objects.filter(name="Moon")
    assert (day.confirmed_at, day.struck_at, day.counts) == (NOW, NOW, False)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_call_is_cancelled_and_declined() -> None:
    scene = scene_of("cancel_call")
    cancelling, declining = acting("cancel_call", scene), acting("decline_call", scene)

    overtaken(cancelling, declining)

    told = list(scene.case.events.filter(kind__contains="call_").values_list("kind", flat=True))
    if not on_postgresql():
        assert was_locked_out(cancelling)
        assert "call_cancelled" not in told
        return
    assert (cancelling.error, declining.error) == (None, None)
    assert {"call_cancelled", "call_declined"} <= set(told)


# --- A caller's case --------------------------------------------------------------------------------


def taking_over(scene: Scene, name: str) -> Actor:
    person = fresh(getattr(scene, name))
    facts = {"description": "Since noon.", "priority": Priority.P3, "actor": person}
    return Actor(name, lambda: operations.take_over_case(scene.case, "Slow", **facts, now=NOW))


def test_of_two_contacts_who_take_a_caller_over_at_once_one_is_the_requestor() -> None:
    scene = scene_of("take_over_case")
    rita, carl = taking_over(scene, "rita"), taking_over(scene, "carl")

    in_turn(rita, carl)

    assert (rita.error, refused_as(carl)) == (None, "wrong_status")
    case = Case.objects.get(pk=scene.case.pk)
    assert (case.status, case.requestor) == ("awaiting_assignment", scene.rita)
    assert ResponseDecision.objects.filter(case=case).count() == 1
    assert list(case.events.values_list("kind", flat=True).order_by("pk")) == ["caller_logged", "taken_over"]


def test_a_caller_who_was_taken_over_first_is_not_closed() -> None:
    scene = scene_of("take_over_case")
    rita, clock = taking_over(scene, "rita"), Actor("the sweep", lambda: carry_out_steps(CLOSES, 200))

    passed_over(rita, clock)

    assert rita.error is None
    case = Case.objects.get(pk=scene.case.pk)
    assert (case.status, case.requestor, case.closed_at) == ("awaiting_assignment", scene.rita, None)
    assert not case.steps.exists()


def test_a_caller_whose_case_was_closed_first_is_not_taken_over() -> None:
    scene = scene_of("take_over_case")
    rita, clock = taking_over(scene, "rita"), Actor("the sweep", lambda: carry_out_steps(CLOSES, 200))

    in_turn(clock, rita)

    assert refused_as(rita) == "nobody_took_over"
    case = Case.objects.get(pk=scene.case.pk)
    assert (case.status, case.requestor, case.closed_at) == ("auto_closed", None, CLOSES)


# --- Who files meanwhile ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["add_day_off", "add_response_target"])
def test_whoever_files_a_case_does_not_wait_for_staff_who_change_the_calendar(name: str) -> None:
    scene = scene_of(name)
    staff, filing = acting(name, scene), acting("file_case", scene)

    staff.go_until(after=FIRST_WRITE)
    if on_postgresql():
        filing.finish()
    else:
        filing.go_until_blocked_by(staff)
    staff.finish()
    filing.finish()

    assert (staff.error, filing.error) == (None, None)


# --- Units: used or lapsed, never both ---------------------------------------------------------------


def _ledger(scene: Scene) -> Counter[str]:
    ledger: Counter[str] = Counter()
    for kind, units in UnitEntry.objects.filter(grant__license=scene.license).values_list("kind", "units"):
        ledger[kind] += units
    return ledger


def _lapsing() -> Actor:
    return Actor("the clock", lambda: THE_CLOCK["units lapse"].run(None))  # type: ignore[arg-type]  # it asks for no scene


def test_units_that_are_used_first_do_not_lapse() -> None:
    scene = scene_of("accept_request")
    accepting, lapsing = acting("accept_request", scene), _lapsing()

    written_first(accepting, lapsing)

    assert (accepting.error, lapsing.error) == (None, None)
    assert _ledger(scene) == {"granted": 8, "used": 6, "expired": 2}


def test_units_that_lapse_first_are_not_used() -> None:
    scene = scene_of("accept_request")
    lapsing, accepting = _lapsing(), acting("accept_request", scene)

    written_first(lapsing, accepting)

    assert (lapsing.error, refused_as(accepting)) == (None, "units_short")
    assert _ledger(scene)["used"] == 0


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_units_lapse_and_are_used_all_the_same() -> None:
    scene = scene_of("accept_request")
    accepting, lapsing = acting("accept_request", scene), _lapsing()

    overtaken(accepting, lapsing)

    if not on_postgresql():
        assert was_locked_out(accepting)
        return
    found = _ledger(scene)
    assert found["used"] + found["expired"] > found["granted"]
