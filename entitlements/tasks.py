"""The task that beat wakes each hour: holidays that come into view."""

from celery import shared_task

from entitlements.reference import bring_holidays
from portal.clock import machine_now


@shared_task(name="entitlements.holidays", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def holidays() -> None:
    """Import the holidays of last year to two years ahead that are not there yet."""
    bring_holidays(machine_now())
