"""The task that beat wakes each minute."""

from celery import shared_task

from portal.clock import business_now
from portal.work.timed import run_tick


@shared_task(name="portal.work.tick", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def tick() -> None:
    """Do all that is due now."""
    run_tick(business_now())
