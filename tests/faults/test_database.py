"""The database goes away in the middle: nothing half-written, a clean answer, and the next one is right."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError
from django.test import Client

from cases.models import Attachment, Case, CaseEvent, FollowUpStep, Message
from portal.files.models import StoredFile
from portal.files.storing import remove_orphans
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from portal.work.models import FormToken
from portal.work.timed import run_tick
from tests.factories.cases import ASKED, CLOSES, make_waiting_case, sweep_to
from tests.factories.people import make_customer
from tests.faults.database import broken_at

HOUR = timedelta(hours=1)
REMINDERS = [ASKED + hours * HOUR for hours in (24, 72, 120)]

pytestmark = pytest.mark.django_db(transaction=True)


def facts() -> dict[str, object]:
    """What a reply writes."""
    models = (Message, CaseEvent, Attachment, StoredFile, Notice, FormToken)
    found: dict[str, object] = {model.__name__: model._base_manager.count() for model in models}
    return {**found, "status": Case.objects.get().status}


def on_disk(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_reply_whose_session_ends_at_any_statement_is_kept_whole_or_not_at_all(
    store_folder, monkeypatch, time_machine
):
    time_machine.move_to(ASKED + HOUR, tick=False)
    requestor = make_customer()
    case = make_waiting_case(requestor)
    browser = Client(raise_request_exception=False)
    browser.force_login(requestor)
    address = f"/cases/{case.number}/reply/"
    text = "The answer that must not be lost."
    token = new_token()
    before = facts()
    answers, states, shown = [], [], []
    for number in count():
        upload = SimpleUploadedFile("a.log", b"one line\n")
        with broken_at(number, monkeypatch) as breaker:
            answer = browser.post(address, {"form_token": token, "text": text, "files": upload})
        answers.append((answer.status_code, answer.get("Retry-After")))
        states.append(facts())
        if not breaker.has_fired:
            break
        shown.append(text in answer.content.decode())
        assert browser.get(f"/cases/{case.number}/").status_code == 200

    assert answers == [(503, "5")] * number + [(302, None)]
    after = {
        **before,
        **{
            name: before[name] + 1
            for name in ("Message", "CaseEvent", "Attachment", "StoredFile", "FormToken")
        },
        "Notice": before["Notice"] + 1,
        "status": "in_progress",
    }
    assert [state for state in states if state not in (before, after)] == []
    assert (states[0], states[-1]) == (before, after)
    # Only while nobody knows yet who sends the form is its text not shown again.
    assert (number > 20, shown) == (True, [False] * shown.count(False) + [True] * shown.count(True))
    assert shown.count(False) <= 6
    remove_orphans(datetime.now(UTC) + timedelta(days=2))
    assert on_disk(store_folder) == [StoredFile.objects.get().blob]


def due_cases(requestor) -> tuple[Case, Case]:
    """One whose first reminder is due at CLOSES, and one that closes then."""
    closing = make_waiting_case(requestor)
    sweep_to(*REMINDERS)
    return make_waiting_case(requestor, now=CLOSES - 24 * HOUR), closing


def steps(*cases: Case) -> list[list[tuple[str, int, str]]]:
    return [
        list(FollowUpStep.objects.filter(case=case).order_by("pk").values_list("kind", "ordinal", "outcome"))
        for case in cases
    ]


def test_a_tick_whose_session_ends_at_any_statement_writes_all_or_nothing_and_the_next_one_does_the_rest(
    monkeypatch,
):
    requestor = make_customer()
    reminders = [("reminder", ordinal, "sent") for ordinal in (1, 2, 3)]
    undone = [[], reminders]
    done = [[("reminder", 1, "sent")], [*reminders, ("closure", 0, "closed")]]
    seen = set()
    for number in count():
        pair = due_cases(requestor)
        assert steps(*pair) == undone
        with broken_at(number, monkeypatch) as breaker, suppress(OperationalError, InterfaceError):
            run_tick(CLOSES)
        seen.add(str(steps(*pair)))
        assert steps(*pair) in (undone, done)

        report = run_tick(CLOSES)

        assert (steps(*pair), report.failed, report.is_complete) == (done, {}, True)
        if not breaker.has_fired:
            break

    assert number > 10
    assert seen == {str(undone), str(done)}
    assert not Case.objects.exclude(clock_failed_at=None).exists()
    assert not CaseEvent.objects.filter(kind="clock_failed").exists()
    keys = list(Notice.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
