"""`manage.py tick`: a report that a person can read, and a dry run that changes nothing."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from cases.models import Case, FollowUpStep
from portal.work.models import Heartbeat
from tests.factories.cases import ASKED, make_waiting_case

pytestmark = pytest.mark.django_db
FIRST_REMINDER = ASKED + timedelta(hours=24)


def report(*options: str) -> list[str]:
    """What the command prints at the instant of the first reminder."""
    out = StringIO()
    with time_machine.travel(FIRST_REMINDER, tick=False):
        call_command("tick", *options, stdout=out)
    return out.getvalue().splitlines()


def test_a_dry_run_names_what_is_due_and_changes_nothing() -> None:
    case = make_waiting_case()
    before = Case.objects.values().get(pk=case.pk)
    lines = report("--dry-run")
    assert lines[0] == f"Business time: {FIRST_REMINDER:%Y-%m-%d %H:%M:%S} UTC"
    assert "Reminders and auto-closures: 1 due" in lines
    assert f"  due      {FIRST_REMINDER:%Y-%m-%d %H:%M:%S} UTC  {case.number}  1st reminder" in lines
    assert lines[-1] == "Dry run: nothing was changed."
    assert Case.objects.values().get(pk=case.pk) == before
    assert (FollowUpStep.objects.count(), Heartbeat.objects.count()) == (0, 0)


def test_a_dry_run_tells_planned_steps_from_due_ones() -> None:
    case = make_waiting_case()
    out = StringIO()
    with time_machine.travel(FIRST_REMINDER - timedelta(microseconds=1), tick=False):
        call_command("tick", "--dry-run", stdout=out)
    lines = out.getvalue().splitlines()
    assert "Reminders and auto-closures: 0 due" in lines
    assert f"  planned  {FIRST_REMINDER:%Y-%m-%d %H:%M:%S} UTC  {case.number}  1st reminder" in lines


def test_a_tick_reports_what_it_did() -> None:
    case = make_waiting_case()
    lines = report()
    assert "Reminders and auto-closures: 1 done" in lines
    assert lines[-1].endswith("nothing left.")
    assert [(step.case_id, step.ordinal) for step in FollowUpStep.objects.all()] == [(case.pk, 1)]
