"""A task for the tests that takes its time."""

import time
from pathlib import Path

from celery import shared_task


@shared_task(name="tests.sleep")
def sleep(seconds: float, folder: str, name: str) -> None:
    """Leave a file at the beginning, wait, and leave another one at the end."""
    (Path(folder) / f"{name}-began").touch()
    time.sleep(seconds)
    (Path(folder) / f"{name}-ended").touch()
