"""What the clock does with add-ons and units: announce the end of a grant, and note it (SPEC 4.1).

A grant stops counting by its instant, whatever the clock does; the steps tell people and keep the record.
A tick costs one index probe each when nothing is due.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators import notices
from accelerators.models import UnitEntry, UnitGrant
from accelerators.queries import lots
from accelerators.units import Kind
from entitlements.models import AddOnGrant
from entitlements.operations.changing import locked_account, locked_license, record
from portal.work.timed import Backlog, PreviewLine, TimedWork

logger = logging.getLogger(__name__)

# DESIGN 2: a row whose step raises goes this far ahead and stops no other.
_RETRY_AFTER = timedelta(hours=1)
_NOTHING_TO_BLAME = (SoftTimeLimitExceeded, OperationalError, InterfaceError)
_PREVIEW_ROWS = 50

Step = Callable[[int, datetime], None]


def _carry_out(rows: QuerySet[Any], now: datetime, limit: int, step: Step) -> int:
    """Do one step of each row that is due, oldest first, a transaction each; say of how many."""
    due = rows.filter(next_step_at__lte=now).order_by("next_step_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:limit])
    for key in keys:
        try:
            with transaction.atomic():
                step(key, now)
        except _NOTHING_TO_BLAME:
            raise
        except Exception:
            logger.exception(
                "A step of %s %s failed; it is tried again in an hour.", rows.model.__name__, key
            )
            rows.filter(pk=key, next_step_at__lte=now).update(next_step_at=now + _RETRY_AFTER)
    return len(keys)


def _backlog(rows: QuerySet[Any], now: datetime) -> Backlog:
    figures = rows.filter(next_step_at__lte=now).aggregate(count=Count("pk"), oldest=Min("next_step_at"))
    return Backlog(count=figures["count"], oldest_due=figures["oldest"])


# --- Add-ons ----------------------------------------------------------------------------------------


def _step_of_add_on(key: int, now: datetime) -> None:
    """Announce the end of a grant, or note it; of both overdue the end alone is told."""
    grant = AddOnGrant.objects.get(pk=key)
    locked_account(grant.account_id)
    locked = AddOnGrant.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    grant = locked.get(pk=key)
    if grant.next_step_at is None or grant.next_step_at > now:
        return
    if now < grant.ends_at:
        _announce_end(grant, now)
    else:
        _note_end(grant, now)


def _announce_end(grant: AddOnGrant, now: datetime) -> None:
    grant.told_at, grant.next_step_at = now, grant.ends_at
    grant.save(update_fields=["told_at", "next_step_at"])
    if not _goes_on(grant):
        notices.tell_of_add_on(grant, notices.ENDING, event=None, now=now)


def _note_end(grant: AddOnGrant, now: datetime) -> None:
    grant.next_step_at = None
    grant.save(update_fields=["next_step_at"])
    before = {"add_on": grant.add_on, "last_on": grant.last_on.isoformat()}
    event = record(
        "add_on_ended",
        grant.account,
        actor=None,
        now=now,
        detail={"before": before},
        license_=grant.license,
    )
    if not _goes_on(grant):
        notices.tell_of_add_on(grant, notices.ENDED, event=event, now=now)


def _goes_on(grant: AddOnGrant) -> bool:
    """Tell whether another grant takes over at the end of this one: nothing ends then for its holder."""
    others = AddOnGrant.objects.filter(
        account=grant.account_id, license=grant.license_id, add_on=grant.add_on
    )
    return others.filter(begins_at__lte=grant.ends_at, ends_at__gt=grant.ends_at).exists()


def _preview_add_ons(now: datetime) -> Iterator[PreviewLine]:
    nearest = AddOnGrant.objects.filter(next_step_at__isnull=False).select_related("account")
    for grant in nearest.order_by("next_step_at", "pk")[:_PREVIEW_ROWS]:
        assert grant.next_step_at is not None
        ends = max(now, grant.next_step_at) >= grant.ends_at
        yield PreviewLine(
            due_at=grant.next_step_at,
            about=f"{grant.get_add_on_display()}, {grant.account.name}",
            what=_("The add-on ends") if ends else _("The end of the add-on is announced"),
            path=reverse("admin:entitlements_addongrant_change", args=[grant.pk]),
        )


ADD_ONS = TimedWork(
    name="add_ons",
    label=gettext_lazy("Add-ons"),
    backlog=lambda now: _backlog(AddOnGrant.objects.all(), now),
    carry_out=lambda now, limit: _carry_out(AddOnGrant.objects.all(), now, limit, _step_of_add_on),
    preview=_preview_add_ons,
)


# --- Units ------------------------------------------------------------------------------------------


def _step_of_units(key: int, now: datetime) -> None:
    """Let what is left of a grant lapse."""
    locked_license(UnitGrant.objects.get(pk=key).license_id)
    grant = UnitGrant.objects.select_for_update(no_key=True).get(pk=key)
    if grant.next_step_at is None or grant.next_step_at > now:
        return
    [lot] = lots([grant])
    if lot.left:
        UnitEntry.objects.create(grant=grant, kind=Kind.LAPSED, units=lot.left, occurred_at=now)
    grant.next_step_at = None
    grant.save(update_fields=["next_step_at"])


def _preview_units(_now: datetime) -> Iterator[PreviewLine]:
    nearest = UnitGrant.objects.filter(next_step_at__isnull=False)
    nearest = nearest.select_related("license__account", "license__product")
    for grant in nearest.order_by("next_step_at", "pk")[:_PREVIEW_ROWS]:
        assert grant.next_step_at is not None
        yield PreviewLine(
            due_at=grant.next_step_at,
            about=str(grant),
            what=_("Units that are left lapse"),
            path=reverse("admin:accelerators_unitgrant_change", args=[grant.pk]),
        )


UNITS = TimedWork(
    name="units",
    label=gettext_lazy("Units of add-ons"),
    backlog=lambda now: _backlog(UnitGrant.objects.all(), now),
    carry_out=lambda now, limit: _carry_out(UnitGrant.objects.all(), now, limit, _step_of_units),
    preview=_preview_units,
)
