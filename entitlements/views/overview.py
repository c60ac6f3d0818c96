"""What an account has: its licenses with plan and targets, its success team, and when its region works."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from entitlements.models import ResponseTarget
from entitlements.queries import (
    Holding,
    HoldingState,
    add_ons_of,
    calendar_of,
    holdings_of,
    hours_now,
    service_under,
    targets_in_force,
    team_of,
)
from entitlements.targets import Service
from entitlements.wording import (
    TEAM_ROLE_MEANINGS,
    TEAM_ROLE_NAMES,
    Words,
    coverage_name,
    target_text,
    week_lines,
)
from portal.accounts.visitors import signed_in
from portal.clock import business_now

_SHOWN_DAYS_OFF = 4


@dataclass(frozen=True)
class PromisedIn:
    """A priority, how soon its first response comes and when its cases are worked, in words."""

    priority: int
    target: str
    coverage: Words


@dataclass(frozen=True)
class HoldingRow:
    """A license with what its term in force promises; nothing while none is."""

    holding: Holding
    promises: tuple[PromisedIn, ...]


@dataclass(frozen=True)
class TeamRow:
    """A place in the success team: what it is called, what it is for, and who holds it, if anybody."""

    name: Words
    meaning: Words
    member: str


@login_required
@require_safe
def what_we_have(request: HttpRequest) -> HttpResponse:
    """This will show a customer what their account has."""
    user, now = signed_in(request), business_now()
    if user.is_staff or user.account is None:
        return redirect("admin:index")
    in_force = targets_in_force(now)
    when = calendar_of(user.account.country.region, now)
    hours = hours_now(when, now)
    context = {
        "account": user.account,
        "now": now,
        "rows": [HoldingRow(one, _promises(one, in_force)) for one in holdings_of(user, now)],
        "hours": hours,
        "left": hours.changes_at - now,
        "zone": when.calendar.zone,
        "week": week_lines(when.hours.week),
        "team": [
            TeamRow(TEAM_ROLE_NAMES[place.role], TEAM_ROLE_MEANINGS[place.role], str(place.member or ""))
            for place in team_of(user.account, now)
        ],
        "add_ons": add_ons_of(user, now),
        "coming_days_off": when.coming_days_off(now, _SHOWN_DAYS_OFF),
    }
    return render(request, "entitlements/overview.html", context)


def _promises(
    holding: Holding, in_force: Mapping[Service, tuple[ResponseTarget, ...]]
) -> tuple[PromisedIn, ...]:
    if holding.term is None or holding.state is not HoldingState.IN_FORCE:
        return ()
    service = service_under(holding.license, holding.term)
    return tuple(
        PromisedIn(row.priority, target_text(row.clock, row.minutes), coverage_name(service, row.priority))
        for row in in_force[service]
    )
