"""A chunk of the clock's work is one transaction; where it raises, its cases are tried one by one."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Min

from cases.folding import changes_between, recorded
from cases.models import Case, CaseEvent, CaseQuerySet, case_number
from cases.operations.changing import lock_cases
from portal.work.timed import Backlog

logger = logging.getLogger(__name__)

# DESIGN 2: a case whose step raises goes this far ahead and stops no other.
RETRY_AFTER = timedelta(hours=1)
# These say that the database cannot work just now, never that a case is at fault.
_DATABASE_AWAY = (OperationalError, InterfaceError)
# Nor does the end of the time that a task is given.
_NO_CASE_TO_BLAME = (SoftTimeLimitExceeded, *_DATABASE_AWAY)


def carry_out_due(column: str, *, now: datetime, limit: int, carry_out: Callable[[CaseQuerySet], int]) -> int:
    """This will carry out what is due in up to `limit` cases, oldest first, and say in how many.

    `column` is the instant of a case's next step; `carry_out` locks the cases it is given and does what is
    due. A case that raises is put off for an hour and recorded. Where the database is busy or away, or time
    is up, no case is to blame: the next tick tries again.
    """
    due = _due(column, now)[:limit]
    try:
        if not due.exists():
            return 0  # most ticks: no transaction for nothing
        with transaction.atomic():
            return carry_out(due)
    except _NO_CASE_TO_BLAME:
        raise
    except Exception:
        logger.exception("A chunk of steps failed; its cases are tried one by one.")
    keys = list(due.values_list("pk", flat=True))
    for key in keys:
        _carry_out_one(_due(column, now).filter(pk=key), key, column, now=now, carry_out=carry_out)
    return len(keys)


def _due(column: str, now: datetime) -> CaseQuerySet:
    return Case.objects.filter(**{f"{column}__lte": now}).order_by(column, "pk")


def backlog_of(column: str, now: datetime) -> Backlog:
    """This will count the cases whose next step is due, and find the oldest."""
    due = Case.objects.filter(**{f"{column}__lte": now})
    figures = due.aggregate(count=Count("pk"), oldest=Min(column))
    return Backlog(count=figures["count"], oldest_due=figures["oldest"])


def _carry_out_one(
    still_due: CaseQuerySet,
    key: int,
    column: str,
    *,
    now: datetime,
    carry_out: Callable[[CaseQuerySet], int],
) -> None:
    try:
        with transaction.atomic():
            carry_out(still_due)
    except _NO_CASE_TO_BLAME:
        raise
    except Exception:
        logger.exception("A step of %s failed; it is tried again in an hour.", case_number(key))
        with transaction.atomic():
            _put_off(lock_cases(still_due, skip_locked=True), column, now)


def _put_off(cases: Sequence[Case], column: str, now: datetime) -> None:
    for case in cases:
        columns = {column: now + RETRY_AFTER, "clock_failed_at": now}
        Case.objects.filter(pk=case.pk).update(**columns)
        CaseEvent.objects.create(
            case=case,
            kind="clock_failed",
            occurred_at=now,
            is_public=False,
            changes=changes_of(case, columns),
        )


def changes_of(case: object, columns: Mapping[str, object]) -> dict[str, list[object]]:
    """This will give what history holds of a case whose columns are set to these values."""
    before = {column: recorded(getattr(case, column)) for column in columns}
    after = {column: recorded(value) for column, value in columns.items()}
    return changes_between(before, after)
