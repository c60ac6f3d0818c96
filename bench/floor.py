"""The floor that the sweep is measured against: the same rows by hand-written, set-based SQL."""

from datetime import datetime, timedelta

from django.db import transaction

from bench.filling import run

_REOPENING = timedelta(hours=336)


def carry_out_by_sql(now: datetime) -> None:
    """This will write in one transaction what the clock does with everything that `add_due` made due."""
    values = {
        "now": now,
        "now_text": now.isoformat(),
        "reopen_until": now + _REOPENING,
        "reopen_until_text": (now + _REOPENING).isoformat(),
        "iso": 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"',
    }
    with transaction.atomic():
        run("sweep", values)
