"""The task that beat wakes every few seconds, and every commit that announces something."""

from celery import shared_task

from portal.clock import machine_now
from portal.notices.sender import send_due


@shared_task(name="portal.notices.send", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def send() -> None:
    """Send the mail that is due."""
    send_due(machine_now())
