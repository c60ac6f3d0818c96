"""The add-ons beside the two plans, with what one has marked."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerators.kinds import Kind
from accelerators.queries import offered_at
from accelerators.wording import CELL_NAMES, said
from entitlements.models import AddOnGrant
from entitlements.plans import Plan
from entitlements.queries import HoldingState, add_ons_of, holdings_of
from entitlements.wording import PLAN_NAMES, Words
from portal.accounts.visitors import signed_in
from portal.clock import business_now


@dataclass(frozen=True)
class AddOnLine:
    """An add-on, what each plan says of it, and the grants of it that the account holds."""

    slug: str
    name: str
    summary: str
    # The name of each plan, with what it says.
    cells: tuple[tuple[str, Words], ...]
    grants: tuple[AddOnGrant, ...]


@login_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """This will compare what the plans say of add-ons and services; staff see it with nothing marked."""
    user, now = signed_in(request), business_now()
    held = [one for one in holdings_of(user, now) if one.state is HoldingState.IN_FORCE and one.term]
    grants = [grant for grant in add_ons_of(user, now) if grant.begins_at <= now]
    rows = [row for row in offered_at(now) if row.kind == Kind.ADD_ON]
    context = {
        "columns": [
            (
                PLAN_NAMES[plan],
                [one.license.product.name for one in held if one.term and one.term.plan == plan],
            )
            for plan in Plan
        ],
        "lines": [
            AddOnLine(
                row.slug,
                said(row.name),
                said(row.summary),
                tuple((str(PLAN_NAMES[plan]), CELL_NAMES[getattr(row, plan.value)]) for plan in Plan),
                tuple(grant for grant in grants if grant.add_on == row.slug),
            )
            for row in rows
        ],
    }
    return render(request, "accelerators/compare.html", context)
