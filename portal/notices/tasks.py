"""The tasks that beat wakes every few seconds, and every commit that announces something."""

from celery import shared_task

from portal.clock import machine_now
from portal.notices.pager import page_due
from portal.notices.sender import send_due


@shared_task(name="portal.notices.send", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def send() -> None:
    """Send the mail that is due."""
    send_due(machine_now())


@shared_task(name="portal.notices.page", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery brings no types
def page() -> None:
    """Send the pages that are due."""
    page_due(machine_now())
