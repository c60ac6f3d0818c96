"""Units of Mentor Sessions and Developer Boost: used, returned, lapsed, never below zero (SPEC 4.1)."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from accelerators import operations
from accelerators.models import EngagementRequest, UnitEntry, UnitGrant
from accelerators.queries import lots_of, units_left
from accelerators.sweep import UNITS
from accelerators.units import Kind
from entitlements.add_ons import AddOn
from entitlements.models import EntitlementEvent, License
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.work import invariants
from tests.accelerators.stage import DAY, HOUR, NOW, TODAY, ask, grant, refused, told
from tests.factories.people import make_agent, make_staff, make_superuser

pytestmark = pytest.mark.django_db

SLUG = "mentor-sessions"


@pytest.fixture(autouse=True)
def _claims_hold() -> object:
    yield
    assert invariants.check() == []


def units(
    license_: License, many: int = 8, *, last_on: date = date(2026, 12, 31), **facts: object
) -> UnitGrant:
    said = {"first_on": TODAY, "actor": make_superuser(), "now": NOW, **facts}
    return operations.grant_units(license_, AddOn.MENTOR_SESSIONS, units=many, last_on=last_on, **said)  # type: ignore[arg-type]


def ledger(grant: UnitGrant) -> list[tuple[str, int]]:
    return list(grant.entries.order_by("pk").values_list("kind", "units"))


def accept(request: EngagementRequest, many: int | None, actor: User, **facts: object) -> EngagementRequest:
    return operations.accept_request(request, units=many, actor=actor, **{"now": NOW + HOUR, **facts})  # type: ignore[arg-type]


def test_granted_units_stand_in_the_ledger_and_in_the_history(ultimate: License) -> None:
    grant = units(ultimate)
    assert ledger(grant) == [("granted", 8)]
    assert units_left(ultimate, SLUG, NOW) == 8
    assert EntitlementEvent.objects.latest("pk").detail == {
        "after": {
            "add_on": SLUG,
            "units": 8,
            "first_on": "2026-03-02",
            "last_on": "2026-12-31",
        }
    }


def test_accepting_uses_units_of_the_grant_that_lapses_first(
    ultimate: License, rita: User, tam: User
) -> None:
    later, sooner = units(ultimate, 5), units(ultimate, 2, last_on=date(2026, 4, 1))
    asked = accept(ask(rita, ultimate, SLUG), 3, tam)
    assert (ledger(sooner), ledger(later)) == (
        [("granted", 2), ("used", 2)],
        [("granted", 5), ("used", 1)],
    )
    assert [(lot.granted, lot.used, lot.left) for lot in lots_of(ultimate, SLUG, NOW)] == [
        (2, 2, 0),
        (5, 1, 4),
    ]
    operations.cancel_request(asked, actor=rita, now=NOW + 2 * HOUR)
    assert (ledger(sooner)[-1], ledger(later)[-1]) == (("returned", 2), ("returned", 1))
    assert units_left(ultimate, SLUG, NOW) == 7


def test_more_than_are_left_are_refused_and_the_request_stays_undecided(
    ultimate: License, rita: User, tam: User
) -> None:
    units(ultimate, 2)
    asked = ask(rita, ultimate, SLUG)
    assert refused(lambda: accept(asked, 3, tam)) == ("units_short", 409)
    assert refused(lambda: accept(asked, None, tam)) == ("units_missing", 400)
    assert refused(lambda: accept(asked, 0, tam)) == ("units_out_of_range", 400)
    asked.refresh_from_db()
    assert (asked.status, units_left(ultimate, SLUG, NOW)) == ("requested", 2)
    assert accept(asked, 2, tam).status == "accepted"
    assert units_left(ultimate, SLUG, NOW) == 0


def test_what_is_not_counted_takes_no_units(ultimate: License, rita: User, tam: User) -> None:
    assert refused(lambda: accept(ask(rita, ultimate), 1, tam)) == ("units_not_asked", 400)


def test_units_count_from_their_first_day_to_the_end_of_their_last(ultimate: License) -> None:
    grant = units(ultimate, first_on=TODAY + DAY, last_on=TODAY + 2 * DAY)
    at = [
        grant.begins_at - timedelta.resolution,
        grant.begins_at,
        grant.ends_at - timedelta.resolution,
        grant.ends_at,
    ]
    assert [units_left(ultimate, SLUG, instant) for instant in at] == [0, 8, 8, 0]
    assert (grant.begins_at.isoformat(), grant.ends_at.isoformat()) == (
        "2026-03-03T08:00:00+00:00",
        "2026-03-05T08:00:00+00:00",
    )


def test_what_is_left_lapses_at_the_end_once(ultimate: License, rita: User, tam: User) -> None:
    grant = units(ultimate, last_on=TODAY + DAY)
    accept(ask(rita, ultimate, SLUG), 3, tam)
    before, at = grant.ends_at - timedelta.resolution, grant.ends_at
    assert (UNITS.carry_out(before, 100), UNITS.backlog(before).count) == (0, 0)
    assert (UNITS.backlog(at).count, UNITS.carry_out(at, 100), UNITS.carry_out(at, 100)) == (1, 1, 0)
    assert ledger(grant) == [("granted", 8), ("used", 3), ("expired", 5)]


def test_units_that_come_back_after_the_end_lapse_at_once(ultimate: License, rita: User, tam: User) -> None:
    grant = units(ultimate, last_on=TODAY + DAY)
    asked = accept(ask(rita, ultimate, SLUG), 3, tam)
    UNITS.carry_out(grant.ends_at, 100)
    operations.cancel_request(asked, actor=rita, now=grant.ends_at + HOUR)
    assert ledger(grant)[-3:] == [("expired", 5), ("returned", 3), ("expired", 3)]


def test_units_that_come_back_between_the_end_and_the_clock_lapse_with_the_rest(
    ultimate: License, rita: User, tam: User
) -> None:
    grant = units(ultimate, last_on=TODAY + DAY)
    asked = accept(ask(rita, ultimate, SLUG), 3, tam)
    operations.cancel_request(asked, actor=rita, now=grant.ends_at + HOUR)
    UNITS.carry_out(grant.ends_at + 2 * HOUR, 100)
    assert ledger(grant) == [("granted", 8), ("used", 3), ("returned", 3), ("expired", 8)]


def test_all_used_nothing_lapses(ultimate: License, rita: User, tam: User) -> None:
    grant = units(ultimate, 3, last_on=TODAY + DAY)
    accept(ask(rita, ultimate, SLUG), 3, tam)
    UNITS.carry_out(grant.ends_at, 100)
    assert ledger(grant) == [("granted", 3), ("used", 3)]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"many": 0}, "units_out_of_range"),
        ({"many": 10_001}, "units_out_of_range"),
        ({"last_on": TODAY - DAY}, "term_ends_before_it_begins"),
        ({"first_on": TODAY - 9 * DAY, "last_on": TODAY - DAY}, "grant_in_the_past"),
        ({"last_on": date(2200, 1, 1)}, "term_outside_calendar"),
    ],
)
def test_grants_that_make_no_sense_are_refused(
    ultimate: License, facts: dict[str, object], code: str
) -> None:
    assert refused(lambda: units(ultimate, **facts)) == (code, 400)  # type: ignore[arg-type]
    assert UnitGrant.objects.count() == 0


def test_only_units_of_what_is_counted_and_only_by_who_manages_entitlements(ultimate: License) -> None:
    facts = {"units": 1, "first_on": TODAY, "last_on": TODAY, "now": NOW}
    bundle = lambda: operations.grant_units(  # noqa: E731 -- tried
        ultimate, AddOn.PRIORITY_QUEUE_BUNDLE, actor=make_superuser(), **facts
    )
    by_agent = lambda: operations.grant_units(  # noqa: E731 -- tried
        ultimate, AddOn.MENTOR_SESSIONS, actor=make_agent(), **facts
    )
    assert (refused(bundle), refused(by_agent)) == (("not_in_units", 400), ("not_for_your_role", 403))


def test_the_ledger_is_only_added_to(ultimate: License) -> None:
    entry = units(ultimate).entries.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        UnitEntry.objects.filter(pk=entry.pk).update(units=99)
    with pytest.raises(DatabaseError), transaction.atomic():
        UnitEntry.objects.filter(pk=entry.pk).delete()
    assert UnitEntry.objects.get(pk=entry.pk).units == 8


def test_the_claim_finds_a_ledger_below_zero(ultimate: License, rita: User, tam: User) -> None:
    grant = units(ultimate, 2)
    asked = accept(ask(rita, ultimate, SLUG), 2, tam)
    with transaction.atomic():
        UnitEntry.objects.create(grant=grant, kind=Kind.USED, units=1, request=asked, occurred_at=NOW)
        found = [str(violation) for violation in invariants.check()]
        transaction.set_rollback(True)
    assert found == [f"A4 units:{grant.pk}: -1 units are left"]


def test_units_are_granted_where_the_add_on_comes_with_the_plan_or_is_held(
    ultimate: License, expert: License
) -> None:
    assert refused(lambda: units(expert)) == ("units_without_add_on", 409)
    held = grant(expert, AddOn.MENTOR_SESSIONS, first_on=TODAY + DAY)
    assert refused(lambda: units(expert)) == ("units_without_add_on", 409)
    units(expert, first_on=TODAY + DAY)
    units(ultimate)
    assert refused(lambda: units(expert, first_on=held.last_on + DAY, last_on=held.last_on + 2 * DAY)) == (
        "units_without_add_on",
        409,
    )


def test_units_are_granted_and_used_where_the_bundle_is_held(expert: License, emil: User, pool: User) -> None:
    bundle = grant(expert)
    asked = ask(emil, expert, SLUG)
    assert told("request_lacks_units") == ["Root"]
    lot = units(expert, 2)
    accept(asked, 1, pool)
    assert ledger(lot) == [("granted", 2), ("used", 1)]
    assert told("request_to_grant") == []
    after = bundle.last_on + DAY
    assert refused(lambda: units(expert, first_on=after, last_on=after)) == ("units_without_add_on", 409)


def test_an_add_on_is_accepted_first_and_its_units_are_used_once_it_is_held(
    expert: License, emil: User, pool: User
) -> None:
    first = ask(emil, expert, "mentor-sessions")
    assert refused(lambda: accept(first, 2, pool)) == ("units_not_asked", 400)
    accept(first, None, pool)
    assert told("request_to_grant") == ["Root"]
    grant(expert, AddOn.MENTOR_SESSIONS)
    lot = units(expert)
    second = ask(emil, expert, "mentor-sessions")
    assert refused(lambda: accept(second, None, pool)) == ("units_missing", 400)
    accept(second, 2, pool)
    assert ("used", 2) in ledger(lot)
    assert told("request_to_grant") == ["Root"]


def test_who_grants_is_told_of_a_request_for_which_no_unit_is_left(
    ultimate: License, rita: User, tam: User
) -> None:
    make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager")
    lot = units(ultimate, 2)
    accept(ask(rita, ultimate, SLUG), 2, tam)
    assert told("request_lacks_units") == []
    asked = ask(rita, ultimate, SLUG, now=NOW + HOUR)
    assert (told("request_lacks_units"), told("request_received")[-1]) == (["Mona Manager"], "Tess Technical")
    notice = Notice.objects.get(kind="request_lacks_units")
    kind = kind_of(notice)
    assert kind.headline(notice) == f"{ultimate.account.name} has no unit left of Mentor Sessions"
    assert kind.path(notice) == f"/admin/accelerators/unitgrant/add/?license={ultimate.pk}&add_on={SLUG}"
    assert kind.obsolete_because(notice) is None
    assert lot.entries.count() == 2
    units(ultimate, 1, now=NOW + 2 * HOUR)
    assert kind.obsolete_because(notice) == "units_granted"
    assert accept(asked, 1, tam, now=NOW + 2 * HOUR).status == "accepted"
    assert kind.obsolete_because(notice) == "request_went_on"


def test_who_grants_is_not_told_where_the_add_on_is_to_be_accepted_first(expert: License, emil: User) -> None:
    ask(emil, expert, SLUG)
    assert told("request_lacks_units") == []
