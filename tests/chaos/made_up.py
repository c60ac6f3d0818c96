"""A short run made up by hand in which all is right; tests spoil one thing of it each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.chaos import checking_answers, checking_notices, checking_operations
from tests.chaos.history import OK, REFUSED, UNKNOWN, Answer, Fault, History, Operation
from tests.chaos.model import Event
from tests.chaos.sink import Delivery
from tests.chaos.stored import Stored, StoredCase, StoredNotice, StoredText

CUSTOMER, COLLEAGUE = "contact@customer.example", "colleague@customer.example"
AGENT, LEAD = "agent@staff.example", "lead@staff.example"
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ASKED = BEGAN + timedelta(minutes=3)
CASE = 7


def hours(number: float) -> datetime:
    """An instant so many hours after the question."""
    return ASKED + timedelta(hours=number)


def operation(number: int, kind: str, *, actor: str = CUSTOMER, **facts: Any) -> Operation:
    """An operation of the made-up run: each takes a second, one every ten."""
    marked = kind in ("file", "request-information", "reply")
    began = number * 10.0
    made = Operation(
        number=number,
        actor=actor,
        kind=kind,
        case=None if kind == "file" else CASE,
        token=f"token{number}",
        began=began,
        ended=began + 1,
        result=OK,
        marker=f"mark-{number}-" if marked else "",
        status=302,
    )
    return replace(made, **facts)


def event(pk: int, kind: str, at: datetime, *, actor: str = "", **facts: Any) -> Event:
    """A line of the case's history."""
    return Event(pk=pk, case=CASE, kind=kind, actor=actor, at=at, **facts)


def notice(pk: int, key: str, recipient: str, **facts: Any) -> StoredNotice:
    """A row of the outbox whose mail was sent."""
    made = StoredNotice(pk, f"case:{CASE}:{key}", recipient, recipient, "sent", f"<{pk}@portal.example>")
    return replace(made, **facts)


def run() -> tuple[History, Stored]:
    """Filed, claimed, asked, reminded three times, closed by the clock; two forms refused, one lost."""
    history = History(
        operations=[
            operation(1, "file", case=CASE),
            operation(2, "claim", actor=AGENT),
            operation(3, "claim", actor=LEAD, result=REFUSED, status=409),
            operation(4, "request-information", actor=AGENT, file="log.txt"),
            operation(5, "reply", result=UNKNOWN, status=0),
            operation(90, "reply", result=REFUSED, status=409),
        ],
        answers=[Answer(10, 11, "POST", "/cases/new/", 302), Answer(501, 502, "GET", "/cases/", 503)],
        faults=[Fault("database restarted", "database", 500, 503), Fault("mail hangs", "mail", 700, 711)],
    )
    events = [
        event(1, "filed", BEGAN, actor=CUSTOMER, status="awaiting_assignment"),
        event(2, "claimed", BEGAN, actor=AGENT, status="in_progress", status_before="awaiting_assignment"),
        event(
            3,
            "information_requested",
            ASKED,
            actor=AGENT,
            status="pending_response",
            status_before="in_progress",
            message=2,
        ),
        *(
            event(3 + ordinal, "reminded", hours(after), period=1, ordinal=ordinal, due_at=hours(after))
            for ordinal, after in ((1, 24), (2, 72), (3, 120))
        ),
        event(
            7,
            "auto_closed",
            hours(144),
            period=1,
            due_at=hours(144),
            status="auto_closed",
            status_before="pending_response",
        ),
    ]
    notices = [
        notice(1, "e1:acknowledgement:u1", CUSTOMER),
        notice(2, "e1:acknowledgement:u2", COLLEAGUE),
        notice(3, "e3:information_requested:u1", CUSTOMER),
        notice(4, "e3:information_requested:u2", COLLEAGUE),
    ]
    for part in ("reminder-1:reminder", "reminder-2:reminder", "reminder-3:reminder", "closure:auto_closed"):
        for person, key in ((CUSTOMER, 1), (COLLEAGUE, 2)):
            notices.append(notice(len(notices) + 1, f"w1:{part}:u{key}", person))
    stored = Stored(
        cases={CASE: StoredCase(CASE, "auto_closed", AGENT, CUSTOMER, CUSTOMER, (COLLEAGUE,))},
        events=events,
        texts=[
            StoredText(1, CASE, CUSTOMER, "It fails. mark-1-"),
            StoredText(2, CASE, AGENT, "About it: mark-4-", ("log.txt",)),
        ],
        tokens={"token1": "/cases/E-000000007/", "token2": "/x/", "token4": "/x/"},
        steps=[(CASE, 1, "reminder", ordinal) for ordinal in (1, 2, 3)] + [(CASE, 1, "closure", 0)],
        notices=notices,
        deliveries=[Delivery(600.0 + row.pk, row.message_id, (row.recipient,)) for row in notices],
        people={CUSTOMER: 1, COLLEAGUE: 2, AGENT: 3, LEAD: 4},
        leads=(LEAD,),
        now=hours(150),
    )
    return history, stored


def wrong_rows(history: History, stored: Stored) -> set[str]:
    """What the checker finds wrong, by the names of its rows, without their figures."""
    verdicts = [
        *checking_operations.verdicts(history, stored),
        *checking_notices.verdicts(history, stored),
        *checking_answers.verdicts(history),
    ]
    return {verdict.what.partition(" (")[0] for verdict in verdicts if not verdict.is_right}
