"""What the catalogue holds beside the two plans, with what one has marked."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accelerators.availability import Holder, Offer, Reason, State, Way, availability
from accelerators.kinds import OFFERED, Kind
from accelerators.models import CatalogueRow
from accelerators.queries import holders_of, offered_at
from accelerators.wording import CELL_NAMES, KIND_TITLES, OPENED_BY_BUNDLE, STATE_NAMES, said
from entitlements.models import AddOnGrant
from entitlements.plans import Plan
from entitlements.queries import HoldingState, add_ons_of, holdings_of
from entitlements.wording import PLAN_NAMES, Words
from portal.accounts.visitors import signed_in
from portal.clock import business_now


@dataclass(frozen=True)
class Line:
    """An add-on or a kind of thing, what each plan says of it, and what the account has of it."""

    name: str
    summary: str
    address: str
    # The name of each plan, with what it says.
    cells: tuple[tuple[str, Words], ...]
    grants: tuple[AddOnGrant, ...] = ()
    # Of these it comes with the plan, or is opened by what is held.
    products: tuple[str, ...] = ()
    # Of these it comes with the bundle alone.
    bundled: tuple[str, ...] = ()


@login_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """This will compare what the plans say of everything offered; staff see it with nothing marked."""
    user, now = signed_in(request), business_now()
    holdings = holdings_of(user, now)
    held = [one for one in holdings if one.state is HoldingState.IN_FORCE and one.term]
    grants = [grant for grant in add_ons_of(user, now) if grant.begins_at <= now]
    by_license = holders_of([one.license for one in holdings], now, grants=grants)
    holders = {one.license.product.name: by_license[one.license.pk] for one in held}
    rows = list(offered_at(now))
    kinds = [kind for kind in OFFERED if kind is not Kind.ADD_ON]
    context = {
        "columns": [
            (
                PLAN_NAMES[plan],
                [one.license.product.name for one in held if one.term and one.term.plan == plan],
            )
            for plan in Plan
        ],
        "lines": [_line_of_add_on(row, grants, holders) for row in rows if row.kind == Kind.ADD_ON],
        "kinds": [
            _line_of_kind(kind, [row.offer() for row in rows if row.kind == kind], holders, now)
            for kind in kinds
            if any(row.kind == kind for row in rows)
        ],
    }
    return render(request, "accelerators/compare.html", context)


def _line_of_add_on(row: CatalogueRow, grants: list[AddOnGrant], holders: dict[str, Holder]) -> Line:
    offer = row.offer()
    return Line(
        said(row.name),
        said(row.summary),
        reverse("accelerators:thing", args=[row.slug]),
        tuple((str(PLAN_NAMES[plan]), CELL_NAMES[getattr(row, plan.value)]) for plan in Plan),
        tuple(grant for grant in grants if grant.add_on == row.slug),
        _products_by(Reason.PLAN_INCLUDES, offer, holders),
        _products_by(Reason.BUNDLE_OPENS, offer, holders),
    )


def _products_by(reason: Reason, offer: Offer, holders: dict[str, Holder]) -> tuple[str, ...]:
    return tuple(name for name, holder in holders.items() if availability(offer, holder).reason is reason)


def _line_of_kind(kind: Kind, offers: list[Offer], holders: dict[str, Holder], now: datetime) -> Line:
    return Line(
        str(KIND_TITLES[kind]),
        "",
        f"{reverse('accelerators:catalogue')}?kind={kind.value}",
        tuple((str(PLAN_NAMES[plan]), _said_by(plan, offers[0], now)) for plan in Plan),
        products=tuple(
            name
            for name, holder in holders.items()
            if any(availability(offer, holder).state is State.INCLUDED for offer in offers)
        ),
    )


def _said_by(plan: Plan, offer: Offer, now: datetime) -> Words:
    """Say what a plan alone gives of a kind: the rule is one for all things of it that fit the product."""
    product = next(iter(sorted(offer.products)), "")
    bare = Holder(at=now, plan=plan, product=product, family=product, account_plans=frozenset({plan}))
    answer = availability(offer, bare)
    return OPENED_BY_BUNDLE if Way.BUNDLE in answer.ways else STATE_NAMES[answer.state]
