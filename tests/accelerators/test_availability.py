"""What a license may have: every thing × plan × bundle × product, against tables by hand (SPEC 4)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product as every

import pytest

from accelerators.availability import Availability, Holder, Offer, Reason, State, Way, availability
from accelerators.kinds import Cell, Kind
from accelerators.published import PUBLISHED
from entitlements.add_ons import AddOn
from entitlements.plans import Plan
from entitlements.products import PRODUCTS

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
END = AT + timedelta(days=30)

# SPEC 4.1, as it stands there: Expert, Ultimate.
ADD_ONS = {
    "event-management": ("available", "available"),
    "technical-account-director": ("not available", "available"),
    "advanced-cloud-support": ("available", "available"),
    "mentor-sessions": ("available", "included"),
    "developer-boost": ("available", "included"),
    "priority-queue-bundle": ("available", "included"),
}
_A, _AM, _T, _C, _EM, _EMC = (
    "analytics",
    "audience-manager",
    "target",
    "campaign",
    "experience-manager",
    "experience-manager-cloud",
)
_CO, _CMS, _M = "commerce", "commerce-managed", "marketo-engage"
_FIVE = {_A, _AM, _T, _C, _EM, _EMC}
_SIX = _FIVE | {_CO, _CMS}
# SPEC 4.3: a name of a family stands for each of its products.
FIELD_SERVICES = {
    "health-assessment": _SIX | {_M},
    "feature-implementation-and-integration": _FIVE,
    "solution-troubleshooting-custom": _SIX,
    "experience-manager-cloud-adoption-advisory": {_EM, _EMC},
    "basic-use-case-development": _SIX | {_M},
    "solution-reporting-and-analysis": {_A, _AM, _T},
    "maturity-roadmap": _SIX | {_M},
    "deskside-coaching-field": _SIX,
}
ACCELERATORS = 14
MAINTENANCE = {
    "maintenance-fixed-capacity",
    "maintenance-sla-hotfix",
    "maintenance-sla-dedicated",
    "maintenance-managed",
}


def expected(slug: str, kind: Kind, plan: Plan, *, has_bundle: bool, code: str) -> str:
    """The state by SPEC's tables alone."""
    is_ultimate = plan is Plan.ULTIMATE
    if kind is Kind.ADD_ON:
        if slug == "advanced-cloud-support" and code != _EMC:
            return "not available"
        if slug == "priority-queue-bundle" and has_bundle:
            return "included"
        # The bundle's "extra Mentor Sessions and Developer Boost".
        if slug in {"mentor-sessions", "developer-boost"} and has_bundle:
            return "included"
        return ADD_ONS[slug][is_ultimate]
    if kind is Kind.ACCELERATOR:
        return "included" if is_ultimate or has_bundle else "not available"
    if kind is Kind.FIELD_SERVICE:
        return "included" if is_ultimate and code in FIELD_SERVICES[slug] else "not available"
    if kind is Kind.LEARNING:
        return "available" if is_ultimate else "not available"
    if kind is Kind.MAINTENANCE:
        return "available" if code in {_CO, _CMS} else "not available"
    return "not available"


def cells() -> Iterator[tuple[str, str, Plan, bool, str]]:
    for item, plan, has_bundle, row in every(PUBLISHED, Plan, (False, True), PRODUCTS):
        yield item.slug, str(item.kind), plan, has_bundle, row.code


def offer_of(slug: str) -> Offer:
    item = next(item for item in PUBLISHED if item.slug == slug)
    return Offer(
        kind=item.kind,
        slug=item.slug,
        products=frozenset(item.products),
        expert=Cell(item.expert) if item.expert else None,
        ultimate=Cell(item.ultimate) if item.ultimate else None,
    )


def holder(code: str = _A, plan: Plan | None = Plan.EXPERT, **facts: object) -> Holder:
    row = next(row for row in PRODUCTS if row.code == code)
    return Holder(at=AT, plan=plan, product=row.code, family=row.family, **facts)  # type: ignore[arg-type]


def test_every_cell_is_as_the_published_tables_say() -> None:
    wrong, count = [], 0
    for slug, kind, plan, has_bundle, code in cells():
        held = {AddOn.PRIORITY_QUEUE_BUNDLE: END} if has_bundle else {}
        answer = availability(
            offer_of(slug), holder(code, plan, add_ons=held, account_plans=frozenset({plan}))
        )
        said = answer.state.value.replace("-", " ")
        if said != expected(slug, Kind(kind), plan, has_bundle=has_bundle, code=code):
            wrong.append((slug, plan, has_bundle, code, said))
        count += 1
    assert wrong == []
    assert count == len(PUBLISHED) * 2 * 2 * len(PRODUCTS)


def test_the_published_catalogue_has_what_the_specification_lists_and_no_more() -> None:
    slugs = {kind: [item.slug for item in PUBLISHED if item.kind is kind] for kind in Kind}
    assert set(slugs[Kind.ADD_ON]) == set(ADD_ONS) == {add_on.value for add_on in AddOn}
    assert set(slugs[Kind.FIELD_SERVICE]) == set(FIELD_SERVICES)
    assert set(slugs[Kind.MAINTENANCE]) == MAINTENANCE
    assert (len(slugs[Kind.ACCELERATOR]), len(slugs[Kind.LEARNING])) == (ACCELERATORS, 1)
    assert len({item.slug for item in PUBLISHED}) == len(PUBLISHED)


def test_what_is_not_published_stays_empty() -> None:
    unpublished = {item.slug for item in PUBLISHED if item.kind is Kind.ACCELERATOR and not item.duration}
    assert unpublished == {
        "solution-review",
        "adoption-review",
        "event-planning-and-monitoring",
        "use-case-and-kpi-development",
        "tool-and-feature-governance",
    }
    assert all(not item.effort for item in PUBLISHED if item.slug in unpublished | {"deskside-coaching"})


@pytest.mark.parametrize(
    ("slug", "held_by", "answer"),
    [
        (
            "environment-review",
            holder(),
            Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE_OR_BUNDLE, (Way.BUNDLE, Way.ULTIMATE)),
        ),
        (
            "environment-review",
            holder(add_ons={AddOn.PRIORITY_QUEUE_BUNDLE: END}),
            Availability(State.INCLUDED, Reason.BUNDLE_OPENS),
        ),
        (
            "environment-review",
            holder(plan=Plan.ULTIMATE),
            Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=Plan.ULTIMATE),
        ),
        (
            "technical-account-director",
            holder(),
            Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE, (Way.ULTIMATE,)),
        ),
        # The whole account holds it: another license's Ultimate plan opens it.
        (
            "technical-account-director",
            holder(account_plans=frozenset({Plan.EXPERT, Plan.ULTIMATE})),
            Availability(State.AVAILABLE, Reason.CAN_BE_REQUESTED),
        ),
        # A license's own: another license's plan does not.
        (
            "mentor-sessions",
            holder(account_plans=frozenset({Plan.EXPERT, Plan.ULTIMATE})),
            Availability(State.AVAILABLE, Reason.CAN_BE_REQUESTED),
        ),
        (
            "mentor-sessions",
            holder(add_ons={AddOn.PRIORITY_QUEUE_BUNDLE: END}),
            Availability(State.INCLUDED, Reason.BUNDLE_OPENS),
        ),
        (
            "advanced-cloud-support",
            holder(plan=Plan.ULTIMATE),
            Availability(State.NOT_AVAILABLE, Reason.OTHER_PRODUCT, (Way.OTHER_LICENSE,)),
        ),
        (
            "health-assessment",
            holder(plan=Plan.ULTIMATE, is_launch_under_way=True),
            Availability(State.NOT_AVAILABLE, Reason.LAUNCH_UNDER_WAY, (Way.END_OF_LAUNCH,)),
        ),
        # An accelerator does not wait for the launch.
        (
            "environment-review",
            holder(plan=Plan.ULTIMATE, is_launch_under_way=True),
            Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=Plan.ULTIMATE),
        ),
        (
            "environment-review",
            holder(plan=None),
            Availability(State.NOT_AVAILABLE, Reason.NO_TERM, (Way.RENEWAL,)),
        ),
        (
            "event-management",
            holder(add_ons={AddOn.EVENT_MANAGEMENT: END}),
            Availability(State.INCLUDED, Reason.HELD),
        ),
    ],
)
def test_the_reason_says_which_rule_and_what_would_change_it(
    slug: str, held_by: Holder, answer: Availability
) -> None:
    assert availability(offer_of(slug), held_by) == answer


def test_a_grant_counts_until_its_end_exclusive() -> None:
    held = {AddOn.PRIORITY_QUEUE_BUNDLE: END}
    states = [
        availability(
            offer_of("environment-review"),
            Holder(at=at, plan=Plan.EXPERT, product=_A, add_ons=held),
        ).state
        for at in (END - timedelta.resolution, END, END + timedelta.resolution)
    ]
    assert states == [State.INCLUDED, State.NOT_AVAILABLE, State.NOT_AVAILABLE]


def test_a_row_that_is_not_offered_withdraws_the_thing() -> None:
    withdrawn = Offer(kind=Kind.ACCELERATOR, slug="environment-review", is_offered=False)
    answer = availability(withdrawn, holder(plan=Plan.ULTIMATE))
    assert (answer.state, answer.reason, answer.can_be_requested) == (
        State.NOT_AVAILABLE,
        Reason.NOT_OFFERED,
        False,
    )


def test_only_what_works_with_the_plan_alone_is_not_asked_for() -> None:
    ultimate = holder(plan=Plan.ULTIMATE, account_plans=frozenset({Plan.ULTIMATE}))
    answers = {item.slug: availability(offer_of(item.slug), ultimate) for item in PUBLISHED}
    assert [slug for slug, answer in answers.items() if answer.works_by_itself] == ["priority-queue-bundle"]
    assert not answers["priority-queue-bundle"].can_be_requested
    assert answers["mentor-sessions"].can_be_requested


# --- Edited cells -----------------------------------------------------------------------------------

_INCLUDED, _AVAILABLE, _NOT = Cell.INCLUDED, Cell.AVAILABLE, Cell.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("cells_", "plan", "answer"),
    [
        (
            (_NOT, _AVAILABLE),
            Plan.EXPERT,
            Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE, (Way.ULTIMATE,)),
        ),
        (
            (_NOT, _INCLUDED),
            Plan.EXPERT,
            Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE, (Way.ULTIMATE,)),
        ),
        (
            (_NOT, _NOT),
            Plan.EXPERT,
            Availability(State.NOT_AVAILABLE, Reason.NOT_UNDER_PLAN, plan=Plan.EXPERT),
        ),
        (
            (_AVAILABLE, _NOT),
            Plan.ULTIMATE,
            Availability(State.NOT_AVAILABLE, Reason.NOT_UNDER_PLAN, plan=Plan.ULTIMATE),
        ),
        (
            (_INCLUDED, _NOT),
            Plan.EXPERT,
            Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=Plan.EXPERT),
        ),
        (
            (_AVAILABLE, _INCLUDED),
            Plan.ULTIMATE,
            Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=Plan.ULTIMATE),
        ),
    ],
)
def test_edited_cells_are_said_of_the_plan_whose_they_are(
    cells_: tuple[Cell, Cell], plan: Plan, answer: Availability
) -> None:
    expert, ultimate = cells_
    edited = Offer(kind=Kind.ADD_ON, slug="event-management", expert=expert, ultimate=ultimate)
    assert availability(edited, holder(plan=plan)) == answer


def test_an_edited_add_on_that_comes_with_the_plan_is_asked_for_but_the_bundle() -> None:
    edited = {
        add_on: availability(
            Offer(kind=Kind.ADD_ON, slug=add_on, expert=_INCLUDED, ultimate=_INCLUDED), holder()
        )
        for add_on in AddOn
    }
    assert [add_on for add_on, answer in edited.items() if not answer.can_be_requested] == [
        AddOn.PRIORITY_QUEUE_BUNDLE
    ]
