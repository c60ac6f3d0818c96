"""The list of cases: mine or my account's, by state, newest change first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.lifecycle import Status
from cases.models import Case
from cases.queries import count_views, for_list, policy_in_force, views_at
from cases.response import time_left
from cases.timeline import closing_instant, reopening_ends_in
from cases.wording import STATUS_NAMES, event_name, span
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now

PAGE_SIZE = 25
VIEW_NAMES = {
    "open": _("Open"),
    "waiting": _("Needs my answer"),
    "reopenable": _("Can be reopened"),
    "closed": _("Closed"),
    "all": _("All"),
}
WHOSE = {"mine": _("Mine"), "account": _("My account’s")}


@login_required
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """This will show one page of the cases that the person may see; unknown filters count as none."""
    context = list_context(signed_in(request), request.GET, business_now())
    return render(request, "cases/list.html", context)


def list_context(user: User, asked: QueryDict, now: datetime) -> dict[str, Any]:
    """This will gather what the list shows a person who asked for a view, a status, a page."""
    views = {view.key: view for view in views_at(now)}
    view = views.get(asked.get("view", ""), views["open"])
    whose = asked.get("whose") if asked.get("whose") in WHOSE else "account"
    status = asked.get("status") if asked.get("status") in set(Status) else ""
    cases = Case.objects.visible_to(user)
    if whose == "mine":
        cases = cases.filter(requestor=user)
    counts = count_views(cases, now)
    chosen = cases.filter(view.condition).filter(Q(status=status) if status else Q())
    pages = Paginator(for_list(chosen), PAGE_SIZE)
    if not status:
        pages.count = counts[view.key]  # known already
    page = pages.get_page(asked.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "rows": [row_of(case, now) for case in page.object_list],
        "views": [
            {"key": key, "name": VIEW_NAMES[key], "count": counts[key], "is_current": key == view.key}
            for key in views
        ],
        "view": view.key,
        "whose": whose,
        "whose_choices": WHOSE.items(),
        "status": status,
        "statuses": STATUS_NAMES.items(),
        "waiting": counts["waiting"],
        "total": counts["all"],
        "now": now,
    }
    if view.key == "reopenable" and not page.object_list:
        context["reopening"] = span(policy_in_force(now).rules().reopen_within)
    return context


@dataclass(frozen=True)
class Row:
    """A case as a line of a list: its deadline, and what happened last."""

    case: Case
    closes_at: datetime | None
    left: timedelta | None
    is_reopenable: bool
    answer_in: timedelta | None
    last_event: str


def row_of(case: Case, now: datetime) -> Row:
    """This will gather what a line of a list shows beside the case."""
    closes_at = closing_instant(case, now=now)
    return Row(
        case=case,
        closes_at=closes_at,
        left=closes_at - now if closes_at else None,
        is_reopenable=reopening_ends_in(case, now=now) is not None,
        answer_in=time_left(case.target(), now=now),
        last_event=event_name(case.last_event_kind),
    )
