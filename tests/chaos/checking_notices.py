"""The clock's steps, the notices that the history calls for, and the mail against the mail server's log."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from tests.chaos.history import Fault, History
from tests.chaos.model import CLOSURE, REMINDERS, TARGETS, CaseModel, Event
from tests.chaos.sink import Delivery
from tests.chaos.stored import Outbox, Stored, StoredCase, WaitingMail
from tests.chaos.verdict import Verdict

# Between the server's acceptance and our note of it lies less than this.
_ACKNOWLEDGED_WITHIN_SECONDS = 2.0
_SENDERS = ("worker", "database")

# The history's word -> the notice to the customer's side, and the one to staff.
_TO_CUSTOMER = {
    "answered": "answered",
    "information_requested": "information_requested",
    "resolution_provided": "resolution_provided",
    "confirmed": "closed",
    "closed": "closed",
    "reopened": "reopened",
    "held": "hold_set",
    "extended": "hold_set",
    "released": "hold_ended",
}


def verdicts(history: History, stored: Stored) -> list[Verdict]:
    """Everything about steps, notices and mail."""
    return [
        _steps(stored),
        _nothing_due(stored),
        _notices(stored),
        _settled(stored),
        _sent_arrived(stored),
        _arrived_belongs(stored),
        _second_copies(history, stored),
    ]


def _steps(stored: Stored) -> Verdict:
    """One row for each step in the history, at most one per period and step."""
    rows = Counter(stored.steps)
    told: Counter[tuple[int, int, str, int]] = Counter()
    for event in stored.events:
        if event.kind in ("reminded", "reminder_skipped") and event.ordinal:
            told[event.case, event.period or 0, "reminder", event.ordinal] += 1
        elif event.kind == "auto_closed":
            told[event.case, event.period or 0, "closure", 0] += 1
    faults = [
        f"case {key[0]}, period {key[1]}, {key[2]} {key[3]}: {rows[key]} rows, {told[key]} in the history"
        for key in sorted(rows | told)
        if rows[key] != 1 or told[key] != 1
    ]
    closures = sum(count for key, count in rows.items() if key[2] == "closure")
    figures = f"{sum(rows.values())} ({closures} closures)"
    return Verdict("steps, once per period and step", str(len(told)), figures, faults)


def _nothing_due(stored: Stored) -> Verdict:
    """At the end nothing that was due is left, and no running period lacks a step."""
    assert stored.now is not None
    late = [
        f"case {case.pk}: due at {at}"
        for case in stored.cases.values()
        for at in (case.next_step_at, case.target_step_at)
        if at and at <= stored.now
    ]
    models: dict[int, CaseModel] = defaultdict(CaseModel)
    for event in sorted(stored.events, key=lambda event: event.pk):
        models[event.case].apply(event)
    missing = [
        f"case {case}: {what} of period {model.period} is not there"
        for case, model in sorted(models.items())
        for what in _missing(model, stored.now)
    ]
    return Verdict("steps due at the end", "0", str(len(late) + len(missing)), [*late, *missing])


def _missing(model: CaseModel, now: datetime) -> Iterator[str]:
    if model.waits_since is None or model.was_held:
        return
    for ordinal, after in REMINDERS.items():
        if model.waits_since + after <= now and ordinal not in model.reminded:
            yield f"reminder {ordinal}"
    if model.waits_since + CLOSURE <= now:
        yield "closure"


def _notices(stored: Stored) -> Verdict:
    """Exactly one row for each event and recipient, neither more nor other ones."""
    expected = Counter(_expected_keys(stored))
    found = Counter(re.sub(r":h\d+:ended:", ":h:ended:", notice.key) for notice in stored.notices)
    faults = [
        f"{key}: {found[key]} rows, {expected[key]} called for"
        for key in sorted(expected | found)
        if found[key] != expected[key]
    ]
    # A hold's own number is not in the history: its notices are counted above, and must differ.
    twice = [key for key, count in Counter(notice.key for notice in stored.notices).items() if count > 1]
    faults += [f"{key}: several rows with this key" for key in twice]
    rows = sum(found.values())
    return Verdict("notices, one per event and recipient", str(sum(expected.values())), str(rows), faults)


def _expected_keys(stored: Stored) -> Iterator[str]:
    models: dict[int, CaseModel] = defaultdict(CaseModel)
    events = sorted(stored.events, key=lambda event: event.pk)
    closing = {(event.case, event.at) for event in events if event.kind == "auto_closed"}
    for event in events:
        model = models[event.case]
        model.apply(event)
        case = stored.cases.get(event.case)
        if case is None:
            continue
        for part, kind, people in _called_for(event, case, model, stored, closing):
            for person in people:
                yield f"case:{event.case}:{part}:{kind}:u{stored.people[person]}"


def _called_for(
    event: Event,
    case: StoredCase,
    model: CaseModel,
    stored: Stored,
    closing: set[tuple[int, datetime]],
) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Which notices SPEC 2.2 wants of one event, and to whom."""
    customers = list(dict.fromkeys([case.requestor, *case.watchers]))
    own = f"e{event.pk}"
    if event.kind == "filed":
        yield own, "acknowledgement", list(dict.fromkeys([*customers, case.filed_by]))
    elif event.kind == "reminded":
        yield f"w{event.period}:reminder-{event.ordinal}", "reminder", customers
    elif event.kind == "auto_closed":
        yield f"w{event.period}:closure", "auto_closed", customers
    elif event.kind == "hold_ended" and (event.case, event.at) not in closing:
        yield "h:ended", "hold_ended", customers
    elif event.kind in TARGETS:
        yield f"t{event.decision}", event.kind, [model.owner] if model.owner else stored.leads
    elif event.kind in _TO_CUSTOMER:
        yield own, _TO_CUSTOMER[event.kind], [person for person in customers if person != event.actor]
    if event.kind == "replied" or (event.kind == "reopened" and not event.is_by_staff):
        yield own, "customer_replied", [model.owner] if model.owner else stored.leads


def _settled(stored: Stored) -> Verdict:
    """At the end every mail is sent, or cancelled with a reason; none is given up or forgotten."""
    states = Counter(notice.state for notice in stored.notices)
    faults = [
        f"{notice.key}: {notice.state} {notice.last_error}"
        for notice in stored.notices
        if notice.state not in ("sent", "cancelled") or (notice.state == "cancelled" and not notice.because)
    ]
    figures = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return Verdict("mail settled", "sent, or cancelled with a reason", figures or "none", faults)


def waiting(outbox: Outbox) -> Verdict:
    """With every sender ended, each row is let go in time: none is put off, or kept by a sender, for ever."""
    faults = [
        f"{row.key}: {row.state} until {row.next_attempt_at}, kept until {row.lease_until}, now {outbox.now}"
        for row in outbox.rows
        if not _is_let_go(row, outbox)
    ]
    states = Counter(row.state for row in outbox.rows)
    figures = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return Verdict("mail that waits after the faults", "let go in time", figures or "none", faults)


def _is_let_go(row: WaitingMail, outbox: Outbox) -> bool:
    if row.state == "sending":
        last = outbox.now + outbox.lease
        return row.lease_until is not None and row.lease_until <= last and row.next_attempt_at <= last
    return row.next_attempt_at <= outbox.now + outbox.longest_delay


def _sent_arrived(stored: Stored) -> Verdict:
    """What a row calls sent, the server has, under the row's id and for the row's recipient alone."""
    by_id = _by_id(stored.deliveries)
    sent = [notice for notice in stored.notices if notice.state == "sent"]
    faults = []
    for notice in sent:
        to = {delivery.recipients for delivery in by_id.get(notice.message_id, [])}
        if to != {(notice.recipient,)} or notice.address != notice.recipient:
            faults.append(f"{notice.key}, to {notice.address} under {notice.message_id}: the server has {to}")
    return Verdict("rows sent, with their mail", str(len(sent)), str(len(sent) - len(faults)), faults)


def _arrived_belongs(stored: Stored) -> Verdict:
    """What the server took carries a row's id and goes to that row's recipient."""
    recipients = {notice.message_id: (notice.recipient,) for notice in stored.notices}
    faults = [
        f"{delivery.message_id} to {delivery.recipients}: {'another' if known else 'no'} row's"
        for delivery in stored.deliveries
        if (known := recipients.get(delivery.message_id)) != delivery.recipients
    ]
    arrived = len(stored.deliveries)
    return Verdict("mail that arrived, with its row", str(arrived), str(arrived - len(faults)), faults)


def _second_copies(history: History, stored: Stored) -> Verdict:
    """A mail came again only where its acceptance could not be learned or noted."""
    faults, copies = [], 0
    for message_id, of_id in sorted(_by_id(stored.deliveries).items()):
        ordered = sorted(of_id, key=lambda delivery: delivery.at)
        copies += len(ordered) - 1
        faults += [
            f"{message_id}: accepted {delivery.at:.1f} and answered {delivery.answer}, then sent again"
            for delivery in ordered[:-1]
            if delivery.answer == "250" and not _was_cut_short(delivery, history.faults)
        ]
    expected = "only in the gap before the note"
    return Verdict("second copies", expected, f"{copies}, {len(faults)} elsewhere", faults)


def _was_cut_short(delivery: Delivery, faults: Sequence[Fault]) -> bool:
    """The sender, its database or the mail server went away before the acceptance was noted."""
    noted_by = delivery.at + _ACKNOWLEDGED_WITHIN_SECONDS
    if any(fault.part in _SENDERS and fault.covers(delivery.at, noted_by, grace=1.0) for fault in faults):
        return True
    return any(fault.part == "mail" and delivery.at <= fault.began <= noted_by for fault in faults)


def _by_id(deliveries: Sequence[Delivery]) -> Mapping[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        found[delivery.message_id].append(delivery)
    return found
