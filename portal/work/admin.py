"""The clock's page in Django admin: whether it is alive, what is due, and what it will do next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.accounts.admin_access import ModelAdmin, StaffReads
from portal.clock import business_now, machine_now
from portal.work.health import broker_reachable, clock_health
from portal.work.models import Heartbeat
from portal.work.timed import PreviewLine, backlogs, preview


@dataclass(frozen=True, slots=True)
class _Step:
    """One line of the dry run."""

    line: PreviewLine
    work: str | Promise
    is_due: bool


@admin.register(Heartbeat)
class HeartbeatAdmin(StaffReads, ModelAdmin):
    """One page instead of a list of rows; it changes nothing."""

    actions = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the clock."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = business_now()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Clock"),
            "opts": self.opts,
            "now": now,
            "health": clock_health(machine_now(), now),
            "is_broker_reachable": broker_reachable(),
            "backlogs": backlogs(now),
            "heartbeats": Heartbeat.objects.order_by("name"),
            "steps": _steps(now),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/work/clock.html", context)


def _steps(now: datetime) -> list[_Step]:
    """The steps of all works, soonest first."""
    steps = [
        _Step(line=line, work=work.label, is_due=line.due_at <= now)
        for work, lines in preview(now)
        for line in lines
    ]
    return sorted(steps, key=lambda step: step.line.due_at)
