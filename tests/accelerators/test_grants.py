"""Add-ons that are granted for a term: their effects, their end, and what is told (SPEC 4.1)."""

from datetime import date, datetime, timedelta

import pytest

from accelerators import operations
from accelerators.models import CatalogueRow
from accelerators.sweep import ADD_ONS
from accelerators.wording import refusal_text
from cases.models import Case
from cases.queries import in_queue_order
from entitlements import operations as entitlements
from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant, EntitlementEvent, License
from entitlements.plans import Plan
from entitlements.queries import add_ons_held, team_of
from entitlements.targets import Priority
from entitlements.teams import TeamRole
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.errors import DomainError
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.work import invariants
from portal.work.timed import works
from tests.accelerators.stage import DAY, HOUR, NOW, TODAY, ask, grant, refused, told
from tests.factories.cases import make_case
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_license,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db
US = timedelta.resolution


@pytest.fixture(autouse=True)
def _claims_hold() -> object:
    yield
    assert invariants.check() == []


def held(license_: License, at: datetime) -> set[str]:
    return {str(add_on) for add_on in add_ons_held(license_, at)}


def for_account(of: License, add_on: AddOn, **facts: object) -> AddOnGrant:
    said: dict[str, object] = {
        "license_": None,
        "first_on": TODAY,
        "last_on": date(2026, 12, 31),
        "actor": make_superuser(),
        "now": NOW,
        **facts,
    }
    return operations.grant_add_on(of.account, add_on, **said)  # type: ignore[arg-type]


def test_a_grant_counts_from_its_first_to_the_end_of_its_last_day_in_the_regions_zone(
    expert: License,
) -> None:
    made = grant(expert, last_on=date(2026, 3, 31))
    # Los Angeles: winter time at the beginning, summer time at the end.
    assert (made.begins_at.isoformat(), made.ends_at.isoformat()) == (
        "2026-03-02T08:00:00+00:00",
        "2026-04-01T07:00:00+00:00",
    )
    bundle = {"priority-queue-bundle"}
    at = [made.begins_at - US, made.begins_at, made.ends_at - US, made.ends_at]
    assert [held(expert, instant) for instant in at] == [set(), bundle, bundle, set()]
    assert EntitlementEvent.objects.latest("pk").kind == "add_on_granted"


def test_who_administers_and_who_may_request_is_told(expert: License, emil: User) -> None:
    make_administrator(expert, name="Anna Administrator")
    make_customer(expert, name="Nobody special")
    grant(expert)
    assert told("add_on_granted") == ["Emil Expert", "Anna Administrator"]


@pytest.mark.parametrize(
    ("add_on", "plan", "code"),
    [
        (AddOn.PRIORITY_QUEUE_BUNDLE, Plan.ULTIMATE, "nothing_to_grant"),
        (AddOn.ADVANCED_CLOUD_SUPPORT, Plan.EXPERT, "grant_not_available"),
    ],
)
def test_what_the_plan_says_decides(add_on: AddOn, plan: Plan, code: str) -> None:
    license_ = make_license(plan=plan)
    assert refused(lambda: grant(license_, add_on)) == (code, 409)
    assert AddOnGrant.objects.count() == 0


def edit_cells(slug: str, expert: str, ultimate: str) -> None:
    """What a row of staff says of an add-on once its instant has come."""
    row = CatalogueRow.objects.get(slug=slug)
    row.pk, row.in_force_from, row.expert, row.ultimate = None, NOW - DAY, expert, ultimate
    row.save(force_insert=True)


def test_a_refused_grant_names_the_plan_whose_cell_refuses_it(expert: License) -> None:
    edit_cells("event-management", "included", "not-available")
    with pytest.raises(DomainError) as refusal:
        for_account(expert, AddOn.EVENT_MANAGEMENT)
    assert refusal_text(refusal.value) == (
        "The Expert Success Plan includes it already: there is nothing to grant."
    )
    with pytest.raises(DomainError) as refusal:
        for_account(make_license(plan=Plan.ULTIMATE), AddOn.EVENT_MANAGEMENT)
    assert refusal_text(refusal.value) == (
        "On its first day it could not be held: It is not offered under the Ultimate Success Plan."
    )
    assert AddOnGrant.objects.count() == 0


def test_nobody_is_told_to_grant_what_comes_with_the_plan(expert: License, emil: User, pool: User) -> None:
    edit_cells("event-management", "included", "included")
    asked = ask(emil, expert, "event-management")
    assert operations.accept_request(asked, actor=pool, now=NOW + HOUR).status == "accepted"
    assert told("request_to_grant") == []


def test_the_director_is_for_accounts_with_an_ultimate_license(ultimate: License, expert: License) -> None:
    director = AddOn.TECHNICAL_ACCOUNT_DIRECTOR
    assert refused(lambda: for_account(expert, director)) == ("grant_not_available", 409)
    assert [place.role for place in team_of(ultimate.account, NOW)] == ["tam", "csm", "ssm"]
    made = for_account(ultimate, director)
    assert [place.role for place in team_of(ultimate.account, NOW)] == ["tam", "csm", "ssm", "tad"]
    assert len(team_of(ultimate.account, made.ends_at)) == 3
    second = make_license(ultimate.account, "target", plan=Plan.EXPERT)
    assert held(second, NOW) == {"technical-account-director"}


def test_an_account_without_any_license_holds_nothing(expert: License) -> None:
    account = make_account()
    act = lambda: operations.grant_add_on(  # noqa: E731 -- tried
        account,
        AddOn.EVENT_MANAGEMENT,
        license_=None,
        first_on=TODAY,
        last_on=TODAY,
        actor=make_superuser(),
        now=NOW,
    )
    assert refused(act) == ("grant_not_available", 409)


def test_the_holder_is_the_account_or_a_license_of_it(ultimate: License, expert: License) -> None:
    assert refused(lambda: for_account(expert, AddOn.PRIORITY_QUEUE_BUNDLE)) == ("grant_needs_a_license", 400)
    assert refused(lambda: for_account(expert, AddOn.EVENT_MANAGEMENT, license_=expert)) == (
        "grant_of_the_account",
        400,
    )
    foreign = lambda: for_account(ultimate, AddOn.PRIORITY_QUEUE_BUNDLE, license_=expert)  # noqa: E731 -- tried
    assert refused(foreign) == ("grant_of_another_account", 400)


def test_grants_of_one_add_on_never_overlap_and_may_follow_each_other(expert: License) -> None:
    first = grant(expert, last_on=date(2026, 6, 30))
    assert refused(lambda: grant(expert, first_on=date(2026, 6, 30))) == ("grant_overlaps", 409)
    assert grant(expert, first_on=date(2026, 7, 1)).pk != first.pk
    assert refused(lambda: grant(expert, last_on=date(2026, 3, 2))) == ("grant_overlaps", 409)


def test_a_grant_that_was_ended_leaves_its_days_free(expert: License) -> None:
    first = grant(expert)
    ended = operations.end_add_on(first, actor=make_superuser(), now=NOW + HOUR)
    assert (ended.ends_at, held(expert, NOW + HOUR)) == (NOW + HOUR, set())
    again = grant(expert, first_on=TODAY + DAY, now=NOW + 2 * HOUR)
    assert held(expert, again.begins_at) == {"priority-queue-bundle"}
    assert refused(lambda: operations.end_add_on(first, actor=make_superuser(), now=NOW + DAY)) == (
        "grant_is_over",
        409,
    )


def test_a_grant_that_was_taken_back_before_it_began_counts_for_nothing(expert: License) -> None:
    first = grant(expert, first_on=date(2026, 4, 1))
    operations.end_add_on(first, actor=make_superuser(), now=NOW)
    assert held(expert, first.begins_at) == set()
    assert grant(expert, first_on=date(2026, 3, 20)).pk != first.pk


def test_only_who_manages_entitlements_grants_and_ends(expert: License, emil: User) -> None:
    made = grant(expert)
    for person in (make_agent(), emil):
        assert refused(lambda person=person: operations.end_add_on(made, actor=person, now=NOW)) == (
            "not_for_your_role",
            403,
        )


# --- The queue --------------------------------------------------------------------------------------


def queue(now: datetime) -> list[str]:
    return [case.title for case in in_queue_order(Case.objects.all(), now)]


def test_the_bundle_moves_an_accounts_cases_up_within_their_priority_while_it_counts(
    expert: License, emil: User
) -> None:
    other = make_customer(make_license(plan=Plan.EXPERT))
    make_case(other, title="first", priority=Priority.P3)
    make_case(emil, title="bundle", priority=Priority.P3)
    make_case(other, title="urgent", priority=Priority.P2)
    assert queue(NOW) == ["urgent", "first", "bundle"]
    made = grant(expert)
    assert queue(NOW) == ["urgent", "bundle", "first"]
    assert queue(made.ends_at - US) == ["urgent", "bundle", "first"]
    assert queue(made.ends_at) == ["urgent", "first", "bundle"]


def test_ultimate_counts_as_holding_the_bundle_and_no_target_changes(
    expert: License, emil: User, ultimate: License, rita: User
) -> None:
    slow = make_case(emil, title="expert", priority=Priority.P3)
    make_case(rita, title="ultimate", priority=Priority.P3)
    due = slow.response_due_at
    assert queue(NOW) == ["ultimate", "expert"]
    grant(expert)
    slow.refresh_from_db()
    assert slow.response_due_at == due
    after = make_case(emil, title="after", priority=Priority.P3)
    assert after.response_due_at == due


# --- The clock --------------------------------------------------------------------------------------


def test_thirty_days_before_the_end_it_is_announced_and_at_the_end_it_is_noted(
    expert: License, emil: User, pool: User
) -> None:
    made = grant(expert, last_on=date(2026, 12, 31))
    warned_at = made.ends_at - timedelta(days=30)
    assert (made.next_step_at, ADD_ONS.carry_out(warned_at - US, 100)) == (warned_at, 0)
    assert (ADD_ONS.carry_out(warned_at, 100), ADD_ONS.carry_out(warned_at, 100)) == (1, 0)
    assert told("add_on_ending") == ["Emil Expert"]
    assert (ADD_ONS.carry_out(made.ends_at - US, 100), ADD_ONS.backlog(made.ends_at).count) == (0, 1)
    assert (ADD_ONS.carry_out(made.ends_at, 100), ADD_ONS.carry_out(made.ends_at + DAY, 100)) == (1, 0)
    made.refresh_from_db()
    assert (made.told_at, made.next_step_at, told("add_on_ended")) == (warned_at, None, ["Emil Expert"])
    last = EntitlementEvent.objects.latest("pk")
    assert (last.kind, last.actor, last.occurred_at) == ("add_on_ended", None, made.ends_at)


def test_the_technical_account_manager_hears_of_the_coming_end_too(
    ultimate: License, rita: User, tam: User
) -> None:
    made = for_account(ultimate, AddOn.EVENT_MANAGEMENT)
    ADD_ONS.carry_out(made.ends_at - timedelta(days=30), 100)
    assert told("add_on_ending") == ["Rita Requester", "Tess Technical"]


def ending_to(person: str) -> str:
    """The mail by which a person is told of a coming end."""
    notice = Notice.objects.get(kind="add_on_ending", recipient__name=person)
    return " ".join(kind_of(notice).mail(notice).text.split())


def test_the_coming_end_says_to_each_reader_what_they_can_do(
    expert: License, emil: User, ultimate: License, rita: User, tam: User
) -> None:
    make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager")
    sessions = grant(expert, AddOn.MENTOR_SESSIONS)
    event = for_account(ultimate, AddOn.EVENT_MANAGEMENT)
    ADD_ONS.carry_out(max(sessions.ends_at, event.ends_at) - timedelta(days=30), 100)
    assert sorted(told("add_on_ending")) == [
        "Emil Expert",
        "Mona Manager",
        "Rita Requester",
        "Tess Technical",
    ]
    assert "once it has ended, you can ask for it again." in ending_to("Emil Expert")
    assert "To keep it, ask for it again in the catalogue." in ending_to("Rita Requester")
    for person, made in (("Mona Manager", sessions), ("Tess Technical", event)):
        assert "it needs a grant that begins on the next day" in ending_to(person)
        assert f"/admin/entitlements/addongrant/{made.pk}/change/" in ending_to(person)


def test_who_decides_and_grants_is_told_of_the_end_once(ultimate: License) -> None:
    root = make_superuser()
    cloud = make_license(ultimate.account, "target", plan=Plan.EXPERT)
    entitlements.appoint_to_team(ultimate.account, TeamRole.TAM, root, actor=root, now=NOW)
    made = grant(cloud, AddOn.DEVELOPER_BOOST)
    ADD_ONS.carry_out(made.ends_at - timedelta(days=30), 100)
    assert told("add_on_ending") == ["Root"]


def test_after_an_outage_past_the_end_only_the_end_is_told(expert: License, emil: User) -> None:
    made = grant(expert, last_on=date(2026, 12, 31))
    assert ADD_ONS.carry_out(made.ends_at + DAY, 100) == 1
    assert (told("add_on_ending"), told("add_on_ended")) == ([], ["Emil Expert"])


def test_a_grant_of_less_than_thirty_days_announces_its_end_itself(expert: License, emil: User) -> None:
    made = grant(expert, last_on=TODAY + 3 * DAY)
    assert made.next_step_at == made.ends_at
    ADD_ONS.carry_out(made.ends_at, 100)
    assert (told("add_on_ending"), told("add_on_ended")) == ([], ["Emil Expert"])


def test_a_grant_that_another_follows_ends_without_a_word(expert: License, emil: User) -> None:
    first = grant(expert, last_on=date(2026, 6, 30))
    grant(expert, first_on=date(2026, 7, 1), last_on=date(2027, 6, 30))
    ADD_ONS.carry_out(first.ends_at - timedelta(days=30), 100)
    ADD_ONS.carry_out(first.ends_at, 100)
    assert (told("add_on_ending"), told("add_on_ended")) == ([], [])
    assert EntitlementEvent.objects.filter(kind="add_on_ended").count() == 1
    assert held(expert, first.ends_at) == {"priority-queue-bundle"}


def test_a_step_that_raises_is_put_off_for_an_hour_and_stops_no_other(expert: License, emil: User) -> None:
    bad = grant(expert, last_on=TODAY)
    other = make_customer(make_license(plan=Plan.EXPERT), name="Other One", may_request=True)
    good = grant(other.seats.get().license, last_on=TODAY)
    AddOnGrant.objects.filter(pk=bad.pk).update(next_step_at=good.ends_at - HOUR)
    # Its notice would be announced a second time, which is a fault.
    in_the_way = Notice.objects.create(
        key=f"{bad.about}:add_on_ended:u{emil.pk}", kind="add_on_granted", recipient=emil, created_at=NOW
    )
    now = good.ends_at
    assert ADD_ONS.carry_out(now, 100) == 2
    in_the_way.delete()
    bad.refresh_from_db()
    assert (bad.next_step_at, told("add_on_ended")) == (now + HOUR, ["Other One"])
    assert ADD_ONS.carry_out(now + HOUR, 100) == 1


def test_the_clock_knows_both_works_and_previews_them(expert: License, emil: User) -> None:
    made = grant(expert)
    grant(expert, AddOn.DEVELOPER_BOOST)
    operations.grant_units(
        expert,
        AddOn.DEVELOPER_BOOST,
        units=4,
        first_on=TODAY,
        last_on=TODAY,
        actor=make_superuser(),
        now=NOW,
    )
    lines = {work.name: list(work.preview(NOW)) for work in works() if work.name in {"add_ons", "units"}}
    assert [(line.due_at, line.what) for line in lines["add_ons"]] == [
        (made.ends_at - timedelta(days=30), "The end of the add-on is announced")
    ] * 2
    assert [line.what for line in lines["units"]] == ["Units that are left lapse"]


def test_an_idle_tick_asks_once_for_each_work(expert: License, django_assert_num_queries: object) -> None:
    grant(expert)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert ADD_ONS.carry_out(NOW, 100) == 0
