"""What a license may have of the catalogue, and why (SPEC 4). Pure.

`availability()` is the only answer: pages show it, requests are refused by it, and staff grant by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from accelerators.kinds import Cell, Kind
from entitlements.add_ons import IN_UNITS, OF_THE_ACCOUNT, AddOn
from entitlements.plans import Plan


class State(StrEnum):
    """Whether something can be had: with the plan or what is held already, by asking, or not."""

    INCLUDED = "included"
    AVAILABLE = "available"
    NOT_AVAILABLE = "not-available"


class Reason(StrEnum):
    """Which rule says so."""

    PLAN_INCLUDES = "plan_includes"
    HELD = "held"
    BUNDLE_OPENS = "bundle_opens"
    CAN_BE_REQUESTED = "can_be_requested"
    NOT_OFFERED = "not_offered"
    NO_TERM = "no_term"
    OTHER_PRODUCT = "other_product"
    NEEDS_ULTIMATE = "needs_ultimate"
    NOT_UNDER_PLAN = "not_under_plan"
    NEEDS_ULTIMATE_OR_BUNDLE = "needs_ultimate_or_bundle"
    LAUNCH_UNDER_WAY = "launch_under_way"


class Way(StrEnum):
    """What would change it."""

    ULTIMATE = "ultimate"
    BUNDLE = "bundle"
    OTHER_LICENSE = "other_license"
    RENEWAL = "renewal"
    END_OF_LAUNCH = "end_of_launch"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the catalogue's row in force says of a thing.

    `products` are codes of products and names of families, empty for every product; the cells are those of
    an add-on. A row that is not offered withdraws the thing.
    """

    kind: Kind
    slug: str
    products: frozenset[str] = frozenset()
    expert: Cell | None = None
    ultimate: Cell | None = None
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Holder:
    """What a license has at an instant: the plan of the term in force, its product, and what is held.

    `add_ons` are those of the license and of its account, each with the instant at which it ends, exclusive;
    `account_plans` the plans in force of all the account's licenses.
    """

    at: datetime
    plan: Plan | None
    product: str
    family: str = ""
    add_ons: Mapping[AddOn, datetime] = field(default_factory=dict)
    account_plans: frozenset[Plan] = frozenset()
    is_launch_under_way: bool = False

    def holds(self, add_on: AddOn) -> bool:
        """Tell whether an add-on counts at the instant."""
        return add_on in self.add_ons and self.at < self.add_ons[add_on]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether, why, and what would change it; the last only of what cannot be had.

    `plan` is the one that says so, where a plan does. What works by itself comes with the plan and needs no
    asking.
    """

    state: State
    reason: Reason
    ways: tuple[Way, ...] = ()
    plan: Plan | None = None
    works_by_itself: bool = False

    @property
    def can_be_requested(self) -> bool:
        """Tell whether asking makes sense: most of what is included is asked for like what is available."""
        return self.state is not State.NOT_AVAILABLE and not self.works_by_itself


def availability(offer: Offer, holder: Holder) -> Availability:
    """Tell what a license may have of an offer. What no plan changes comes first among the reasons."""
    if not offer.is_offered or offer.kind is Kind.SERVICE_LEVEL:
        return Availability(State.NOT_AVAILABLE, Reason.NOT_OFFERED)
    if not is_for(offer.products, product=holder.product, family=holder.family):
        return Availability(State.NOT_AVAILABLE, Reason.OTHER_PRODUCT, (Way.OTHER_LICENSE,))
    plans = _deciding_plans(offer, holder)
    if not plans:
        return Availability(State.NOT_AVAILABLE, Reason.NO_TERM, (Way.RENEWAL,))
    rule = _RULES[offer.kind]
    return rule(offer, holder, Plan.ULTIMATE if Plan.ULTIMATE in plans else Plan.EXPERT)


def _deciding_plans(offer: Offer, holder: Holder) -> frozenset[Plan]:
    """Say whose plans decide: the whole account's for what it holds and learns, else the license's own."""
    own = frozenset({holder.plan} if holder.plan else ())
    is_of_account = offer.kind is Kind.LEARNING or offer.slug in set(OF_THE_ACCOUNT)
    return own | holder.account_plans if is_of_account else own


def is_for(products: frozenset[str], *, product: str, family: str) -> bool:
    """Tell whether something made for these products is for one: its code, or the family it belongs to."""
    return not products or product in products or (bool(family) and family in products)


def _of_add_on(offer: Offer, holder: Holder, plan: Plan) -> Availability:
    cell = offer.ultimate if plan is Plan.ULTIMATE else offer.expert
    if cell is Cell.INCLUDED:
        works_by_itself = AddOn(offer.slug) in _WORKS_BY_ITSELF
        return Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=plan, works_by_itself=works_by_itself)
    if holder.holds(AddOn(offer.slug)):
        return Availability(State.INCLUDED, Reason.HELD)
    if AddOn(offer.slug) in IN_UNITS and holder.holds(AddOn.PRIORITY_QUEUE_BUNDLE):
        # SPEC 4.1: they belong to what the bundle is.
        return _WITH_BUNDLE
    if cell is Cell.AVAILABLE:
        return _ON_REQUEST
    if plan is not Plan.ULTIMATE and offer.ultimate is not Cell.NOT_AVAILABLE:
        return _FOR_ULTIMATE
    return Availability(State.NOT_AVAILABLE, Reason.NOT_UNDER_PLAN, plan=plan)


def _of_accelerator(_offer: Offer, holder: Holder, plan: Plan) -> Availability:
    if plan is Plan.ULTIMATE:
        return _WITH_ULTIMATE
    if holder.holds(AddOn.PRIORITY_QUEUE_BUNDLE):
        return _WITH_BUNDLE
    ways = (Way.BUNDLE, Way.ULTIMATE)
    return Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE_OR_BUNDLE, ways)


def _of_field_service(_offer: Offer, holder: Holder, plan: Plan) -> Availability:
    if plan is not Plan.ULTIMATE:
        return _FOR_ULTIMATE
    if holder.is_launch_under_way:
        return Availability(State.NOT_AVAILABLE, Reason.LAUNCH_UNDER_WAY, (Way.END_OF_LAUNCH,))
    return _WITH_ULTIMATE


# Of the add-ons the order of the queue alone happens without anybody's doing.
_WORKS_BY_ITSELF = frozenset({AddOn.PRIORITY_QUEUE_BUNDLE})
_WITH_ULTIMATE = Availability(State.INCLUDED, Reason.PLAN_INCLUDES, plan=Plan.ULTIMATE)
_WITH_BUNDLE = Availability(State.INCLUDED, Reason.BUNDLE_OPENS)
_ON_REQUEST = Availability(State.AVAILABLE, Reason.CAN_BE_REQUESTED)
_FOR_ULTIMATE = Availability(State.NOT_AVAILABLE, Reason.NEEDS_ULTIMATE, (Way.ULTIMATE,))
_RULES: Mapping[Kind, Callable[[Offer, Holder, Plan], Availability]] = {
    Kind.ADD_ON: _of_add_on,
    Kind.ACCELERATOR: _of_accelerator,
    Kind.FIELD_SERVICE: _of_field_service,
    # SPEC 4.6: beside Ultimate.
    Kind.LEARNING: lambda _offer, _holder, plan: _ON_REQUEST if plan is Plan.ULTIMATE else _FOR_ULTIMATE,
    Kind.MAINTENANCE: lambda _offer, _holder, _plan: _ON_REQUEST,
}
