"""The plans side by side, with one's own marked for each product."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from entitlements.plans import Plan
from entitlements.queries import HoldingState, holdings_of, service_under, targets_in_force
from entitlements.targets import Service
from entitlements.wording import COMPARISON, PLAN_NAMES, SERVICE_NAMES, about_managed_services, target_rows
from portal.accounts.visitors import signed_in
from portal.clock import business_now


@dataclass(frozen=True)
class PlanColumn:
    """A plan, and the products that the account has under it."""

    name: str
    products: tuple[str, ...]

    @property
    def label(self) -> str:
        """Its name where a narrow page repeats it beside each cell, and shows no head with the products."""
        return _("%(plan)s (yours)") % {"plan": self.name} if self.products else self.name


@login_required
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """This will compare the plans and their targets; staff see it with nothing marked."""
    user, now = signed_in(request), business_now()
    held = [one for one in holdings_of(user, now) if one.state is HoldingState.IN_FORCE and one.term]
    in_force = targets_in_force(now)
    mine: dict[Service, list[str]] = {service: [] for service in Service}
    for one in held:
        if one.term:
            mine[service_under(one.license, one.term)].append(one.license.product.name)
    services = [PlanColumn(str(SERVICE_NAMES[service]), tuple(mine[service])) for service in Service]
    context = {
        "columns": [
            PlanColumn(
                str(PLAN_NAMES[plan]),
                tuple(one.license.product.name for one in held if one.term and one.term.plan == plan),
            )
            for plan in Plan
        ],
        "comparison": COMPARISON,
        "services": services,
        "about_managed_services": about_managed_services(),
        "targets": [
            (row, [(service, target) for service, (_name, target) in zip(services, row.cells, strict=True)])
            for row in target_rows(in_force)
        ],
    }
    return render(request, "entitlements/plans.html", context)
