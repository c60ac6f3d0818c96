"""The model's rows, in the words and the order in which the database is read."""

from datetime import datetime
from typing import Any

from tests.machine.model import Letter, Model
from tests.machine.observing import Row
from tests.machine.table import CaseModel


def rows_of(model: Model, now: datetime) -> dict[str, list[Row]]:
    """What must stand in each table."""
    cases = model.cases
    periods = [(case, period) for case in cases for period in case.periods]
    return {
        "cases": [_case(case, now) for case in cases],
        "watchers": [(case.key, person.key) for case in cases for person in case.watchers],
        "periods": [
            (
                case.key,
                period.number,
                period.status,
                period.rules.key,
                period.started_at,
                period.ended_at,
                period.extended_at,
            )
            for case, period in periods
        ],
        "holds": [
            (case.key, period.number, hold.began_at, hold.until, hold.ended_at)
            for case, period in periods
            for hold in period.holds
        ],
        "steps": [
            (
                case.key,
                case.key,
                period.number,
                step.kind,
                step.ordinal,
                step.due_at,
                step.done_at,
                step.outcome,
            )
            for case, period in periods
            for step in period.done
        ],
        "decisions": [
            (
                case.key,
                promise.cause,
                promise.priority,
                promise.made_at,
                promise.opened_at,
                promise.warns_at,
                promise.due_at,
            )
            for case in cases
            for promise in case.promises
        ],
        "calls": [
            (
                case.key,
                call.asked_by,
                call.asked_at,
                call.starts_at,
                call.ends_at,
                call.ended_at,
                call.outcome,
            )
            for case in cases
            for call in case.calls
        ],
        "tags": [(case.key, tag) for case in cases for tag in case.tags],
        "links": [(case.key, other) for case in cases for other in case.links if case.key < other],
    }


def telling_of(model: Model) -> tuple[list[Row], list[Row]]:
    """What this step must have added to history, and to whom it must have written."""
    history = [
        (
            told.case,
            told.kind,
            told.actor,
            told.at,
            told.is_public,
            tuple((name, value) for name, value in told.facts if name not in _UNSTATED),
        )
        for told in model.history
    ]
    letters = sorted(_letter(letter) for letter in model.letters)
    return sorted(history, key=lambda row: row[0]), letters


# Facts whose words in history are judged by folding, not one by one.
_UNSTATED = frozenset({"owner", "from", "to"})


def letter_order(letter: Letter) -> tuple[int, str, int]:
    """The order in which letters are compared with notices."""
    return letter.case, letter.kind, letter.recipient.key


def _letter(letter: Letter) -> Row:
    return (*letter_order(letter), letter.at, letter.state, letter.facts)


def _case(case: CaseModel, now: datetime) -> Row:
    values: tuple[Any, ...] = (
        case.key,
        case.status,
        case.priority,
        case.license.key,
        case.requestor and case.requestor.key,
        case.filed_by.key,
        case.owner and case.owner.key,
        case.follows and case.follows.key,
        case.filed_at,
        case.first_responded_at,
        case.period and case.period.number,
        case.next_at(now),
        case.clock_failed_at,
        case.closed_at,
        case.resolution,
        case.reopen_until,
        case.escalated_at,
        case.escalation_reason,
        case.acknowledged_at,
        case.raised_at,
        case.promise.due_at if case.promises else None,
        case.missed_at,
        case.withdrawn_at,
        case.next_target_at,
        case.call and case.call.starts_at,
    )
    return values + case.last_event
