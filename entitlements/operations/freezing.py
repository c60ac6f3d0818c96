"""Keeping a calendar as it stands, for the cases that are filed under it (SPEC 3.2)."""

import hashlib
import json

from entitlements.models import FrozenCalendar
from entitlements.queries import RegionCalendar


def freeze_calendar(when: RegionCalendar) -> FrozenCalendar:
    """Find the row of a calendar, or make it where none like it was kept yet; two at once make one."""
    days_off = {day.isoformat(): name for day, name in sorted(when.calendar.days_off.items())}
    kept = FrozenCalendar(hours=when.hours, zone=when.calendar.zone, days_off=days_off)
    content = json.dumps([when.hours.pk, kept.zone, days_off])
    kept.digest = hashlib.sha256(content.encode()).hexdigest()
    alike = FrozenCalendar.objects.filter(digest=kept.digest)
    if found := alike.first():
        return found
    FrozenCalendar.objects.bulk_create([kept], ignore_conflicts=True)
    return alike.get()
