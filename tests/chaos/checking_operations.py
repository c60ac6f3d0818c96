"""Operations against rows: what was answered is there once, what was refused is not, as the model says."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.chaos.history import OK, REFUSED, UNKNOWN, History, Operation
from tests.chaos.model import ENDED, EVENT_OF, WAITING, CaseModel, Event
from tests.chaos.stored import Stored
from tests.chaos.verdict import Verdict

# SPEC 2.1: the customer may reopen for so long; later the refusal is right.
_REOPENING = timedelta(hours=14 * 24)
_SKEW_SECONDS = 0.05


def verdicts(history: History, stored: Stored) -> list[Verdict]:
    """Everything about operations."""
    effects = _effects(stored)
    matched = _match(history.operations, stored, effects)
    return [
        _once(history.operations, stored, effects, OK),
        _once(history.operations, stored, effects, UNKNOWN),
        _once(history.operations, stored, effects, REFUSED),
        _explained(history.operations, stored),
        _model(stored),
        _in_order(history.operations, matched),
        _refusals(history.operations, stored, matched),
        _files(history.operations, stored),
    ]


def _effects(stored: Stored) -> Mapping[str, list[str]]:
    """Marker -> where it stands: texts, and reasons in the history."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in stored.texts:
        found[_marker_in(text.body)].append(f"{'note' if text.is_note else 'message'} {text.pk}")
    for event in stored.events:
        if event.reason:
            found[_marker_in(event.reason)].append(f"event {event.pk}")
    return found


def _marker_in(text: str) -> str:
    return next((word for word in text.split() if word.startswith("mark-")), text)


def _once(
    operations: Sequence[Operation], stored: Stored, effects: Mapping[str, list[str]], result: str
) -> Verdict:
    """A form's token and its text are there both or neither, and as often as its answer said."""
    of_result = [operation for operation in operations if operation.result == result]
    faults, done = [], 0
    for operation in of_result:
        has_token = operation.token in stored.tokens
        places = effects.get(operation.marker, []) if operation.marker else ["token"] * has_token
        allowed = {OK: (1,), UNKNOWN: (0, 1), REFUSED: (0,)}[result]
        done += has_token
        if len(places) not in allowed or has_token != bool(places):
            faults.append(f"{operation.name}: token {'kept' if has_token else 'not kept'}, found in {places}")
    expected, found = {
        OK: (f"{len(of_result)} once", f"{done} once"),
        UNKNOWN: (f"{len(of_result)} at most once", f"{done} once, {len(of_result) - done} not at all"),
        REFUSED: (f"{len(of_result)} not at all", f"{len(of_result) - done} not at all"),
    }[result]
    what = {OK: "operations answered", UNKNOWN: "operations without an answer", REFUSED: "operations refused"}
    return Verdict(what[result], expected, f"{found}, {len(faults)} otherwise", faults)


def _explained(operations: Sequence[Operation], stored: Stored) -> Verdict:
    """Each act in the history is one form's; where a form has no text, their numbers are compared."""
    events = Counter((event.case, event.kind, event.actor) for event in stored.events if event.actor)
    forms = Counter(
        (_case_of(operation, stored), EVENT_OF[operation.kind], operation.actor)
        for operation in operations
        if operation.token in stored.tokens
    )
    faults = [
        f"case {case}: {actor} {kind} {events[case, kind, actor]} times, by {forms[case, kind, actor]} forms"
        for case, kind, actor in sorted(events | forms, key=str)
        if events[case, kind, actor] != forms[case, kind, actor]
    ]
    acts = sum(events.values())
    return Verdict(
        "acts in the history", f"{sum(forms.values())} forms kept", f"{acts} acts by people", faults
    )


def _case_of(operation: Operation, stored: Stored) -> int | None:
    """A filing without an answer led where its token says."""
    if operation.case is None and (address := stored.tokens.get(operation.token)):
        return int(address.rstrip("/").rpartition("E-")[2])
    return operation.case


def _by_case(stored: Stored) -> Mapping[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    for event in sorted(stored.events, key=lambda event: event.pk):
        found[event.case].append(event)
    return found


def _model(stored: Stored) -> Verdict:
    """Every history is one that the rules allow, and leads to what the row says."""
    faults: list[str] = []
    histories = _by_case(stored)
    for case, row in stored.cases.items():
        model = CaseModel()
        for event in histories.get(case, []):
            faults += model.apply(event)
        said = (row.status, row.owner, row.period)
        expected = (model.status, model.owner, model.period if model.status in WAITING else None)
        if said != expected:
            faults.append(f"case {case}: the row says {said}, its history {expected}")
        if (row.next_step_at is not None) != (row.status in WAITING):
            faults.append(f"case {case}: {row.status} with a next step at {row.next_step_at}")
    wrong = len({fault.split(",")[0] for fault in faults})
    cases = len(stored.cases)
    return Verdict("cases as the model says", str(cases), f"{cases - wrong} of {cases}", faults)


@dataclass(frozen=True)
class _Matched:
    """Which line of the history an operation wrote."""

    event_of: Mapping[int, Event]

    def events(self, operations: Sequence[Operation]) -> Iterator[tuple[Operation, Event]]:
        for operation in operations:
            if event := self.event_of.get(operation.number):
                yield operation, event


def _match(operations: Sequence[Operation], stored: Stored, effects: Mapping[str, list[str]]) -> _Matched:
    """By the text where there is one; else one person's same acts on a case come in their order."""
    by_message = {event.message: event for event in stored.events if event.message}
    by_key = {event.pk: event for event in stored.events}
    waiting: dict[tuple[int, str, str], list[Event]] = defaultdict(list)
    for event in sorted(stored.events, key=lambda event: event.pk):
        waiting[event.case, event.kind, event.actor].append(event)
    filed = {event.case: event for event in stored.events if event.kind == "filed"}
    found: dict[int, Event] = {}
    for operation in sorted(operations, key=lambda operation: operation.began):
        if operation.token not in stored.tokens:
            continue
        if operation.kind == "file":
            event = filed.get(_case_of(operation, stored) or 0)
        else:
            event = _event_by_text(effects.get(operation.marker, []), by_message, by_key)
        if event is None:
            queue = waiting[operation.case or 0, EVENT_OF[operation.kind], operation.actor]
            event = queue.pop(0) if queue else None
        if event is not None:
            found[operation.number] = event
    return _Matched(found)


def _event_by_text(
    places: Sequence[str], by_message: Mapping[int | None, Event], by_key: Mapping[int, Event]
) -> Event | None:
    for place in places:
        kind, _, key = place.partition(" ")
        if kind != "note":
            return (by_key if kind == "event" else by_message).get(int(key))
    return None


def _in_order(operations: Sequence[Operation], matched: _Matched) -> Verdict:
    """What was answered before another act was begun stands before it in the case's history."""
    by_case: dict[int, list[tuple[Operation, Event]]] = defaultdict(list)
    for operation, event in matched.events(operations):
        by_case[event.case].append((operation, event))
    faults, compared = [], 0
    for pairs in by_case.values():
        pairs.sort(key=lambda pair: pair[1].pk)
        latest_begin = 0.0
        latest = None
        for operation, _event in pairs:
            compared += 1
            if (
                latest is not None
                and operation.result == OK
                and operation.ended < latest_begin - _SKEW_SECONDS
            ):
                faults.append(
                    f"{operation.name} was answered before {latest.name} began, and stands after it"
                )
            if operation.began > latest_begin:
                latest_begin, latest = operation.began, operation
    return Verdict("acts in the order of their answers", str(compared), f"{compared - len(faults)}", faults)


def _refusals(operations: Sequence[Operation], stored: Stored, matched: _Matched) -> Verdict:
    """A refusal is right if the case was in a state that forbids the act at some instant of the request."""
    histories = _by_case(stored)
    times = {event.pk: operation for operation, event in matched.events(operations)}
    refused = [operation for operation in operations if operation.result == REFUSED]
    faults = []
    for operation in refused:
        states = _possible_states(histories.get(operation.case or 0, []), times, operation)
        if not any(_is_right_refusal(operation, model, event) for model, event in states):
            faults.append(f"{operation.name}: nothing forbade it in {[model.status for model, _ in states]}")
    return Verdict(
        "refusals with a reason in the model", str(len(refused)), str(len(refused) - len(faults)), faults
    )


def _possible_states(
    events: Sequence[Event], times: Mapping[int, Operation], operation: Operation
) -> list[tuple[CaseModel, Event]]:
    """The states in which the case may have been while the request was on its way."""
    first, last = 0, len(events)
    for position, event in enumerate(events):
        by = times.get(event.pk)
        if by is None:
            continue
        if by.result == OK and by.ended < operation.began:
            first = position
        if by.began > operation.ended:
            last = min(last, position)
    states, model = [], CaseModel()
    for position, event in enumerate(events[:last]):
        model.apply(event)
        if position >= first:
            states.append((CaseModel(**{**vars(model), "reminded": [*model.reminded]}), event))
    return states


def _is_right_refusal(operation: Operation, model: CaseModel, event: Event) -> bool:
    if operation.status == 409 and operation.kind != "file":
        if model.refusal(EVENT_OF[operation.kind]):
            return True
        # Until its last instant the window is open: the closing event is the newest of its case.
        until = event.at + _REOPENING
        is_late = datetime.fromtimestamp(operation.business_ended, UTC) > until
        return operation.kind == "reopen" and model.status in ENDED and is_late
    # The day of a hold may have ended while its form was on its way.
    return operation.status == 400 and operation.kind == "hold"


def _files(operations: Sequence[Operation], stored: Stored) -> Verdict:
    """A file is there, whole and once, exactly where its message is."""
    sent = [operation for operation in operations if operation.file and operation.token in stored.tokens]
    expected = Counter(operation.file for operation in sent)
    found = Counter(name for text in stored.texts for name in text.files)
    faults = [
        f"{name}: {found[name]} times, sent with {expected[name]} messages"
        for name in sorted(expected | found)
        if expected[name] != found[name]
    ]
    faults += [f"{damaged}: its bytes are not those of its row" for damaged in stored.damaged_files]
    return Verdict("files whole, with their messages", str(len(expected)), str(len(found)), faults)
