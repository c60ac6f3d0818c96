"""Tries of what can be guessed, counted in a table of their own: they outlive every cache (SPEC 6).

A try is counted before it is looked at, so that many at once are no more than the limit allows; one that
turns out well, or that was refused, is taken back.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from portal.work.models import Try

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Counted:
    """One try under all its keys."""

    keys: tuple[int, ...]

    def take_back(self) -> None:
        """Count it no longer: it was right, or it was not looked at."""
        Try.objects.filter(pk__in=self.keys).delete()


def key_of(kind: str, text: str) -> str:
    """Name what tries are counted by; the address or source itself is not stored."""
    return hashlib.sha256(f"{kind}:{text}".encode("utf-8", "replace")).hexdigest()


def count_try(limits: Mapping[str, int], *, now: datetime) -> Counted | None:
    """Count one try under each key of `limits`; None where one has had its limit within 15 minutes.

    `now` is machine time. What lies more than 15 minutes ahead was left by a clock that ran ahead.
    """
    rows = Try.objects.bulk_create([Try(key=key, at=now) for key in limits])
    counted = Counted(tuple(row.pk for row in rows))
    recent = Try.objects.filter(key__in=list(limits), at__gt=now - WINDOW, at__lt=now + WINDOW)
    numbers = recent.order_by().values_list("key").annotate(number=Count("pk"))
    if all(number <= limits[key] for key, number in numbers):
        return counted
    counted.take_back()
    return None


def is_first_use(key: str, *, now: datetime) -> bool:
    """Whether something that counts once, such as a code, is used for the first time in 15 minutes."""
    return count_try({key: 1}, now=now) is not None


def forget_old(now: datetime) -> int:
    """Remove tries that count no longer; return how many."""
    removed, _tables = Try.objects.filter(at__lte=now - WINDOW).delete()
    return removed
