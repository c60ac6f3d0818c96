"""Reads what the database says of the cases of one life, in the model's words: keys, codes, instants.

Statements are compiled once per life and run raw: the machine asks after every step.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models
from django.db.models import BooleanField, DateTimeField, Field, JSONField, QuerySet

from cases.models import (
    RECORDED_COLUMNS,
    CallRequest,
    Case,
    CaseEvent,
    CaseTag,
    FollowUpStep,
    Hold,
    RelatedLink,
    ResponseDecision,
    WaitingPeriod,
    Watcher,
)
from portal.notices.models import Notice

Row = tuple[Any, ...]


@dataclass(slots=True)
class Observed:
    """What stands now, as rows in the order of their keys; of history and notices only what is new."""

    tables: dict[str, list[Row]]
    events: list[Row]
    changes: list[tuple[int, dict[str, Any]]]
    notices: list[Row]
    unsent: list[int]


# The facts of a line of history, and of a notice, that the model knows as well.
_EVENT_FACTS = ("status_before", "status", "period", "ordinal", "due_at", "until")
_NOTICE_FACTS = (
    "ordinal",
    "closes_at",
    "reopen_until",
    "until",
    "before",
    "after",
    "response_due_at",
    "call_at",
)
_INSTANTS = frozenset({"due_at", "until", "closes_at", "reopen_until", "response_due_at", "call_at"})

_TABLES: dict[str, tuple[type[models.Model], str]] = {
    "cases": (
        Case,
        "pk status priority license_id requestor_id filed_by_id owner_id follows_id filed_at"
        " first_responded_at period__number next_follow_up_at clock_failed_at closed_at resolution"
        " reopen_until escalated_at escalation_reason acknowledged_at raised_at"
        " response_due_at response_missed_at response_withdrawn_at next_response_step_at"
        " call__starts_at"
        " last_event_at last_event_kind last_event_by_id",
    ),
    "watchers": (Watcher, "case_id user_id"),
    "periods": (WaitingPeriod, "case_id number status policy_id started_at ended_at extended_at"),
    "holds": (Hold, "period__case_id period__number began_at until ended_at"),
    "steps": (
        FollowUpStep,
        "case_id period__case_id period__number kind ordinal due_at done_at outcome",
    ),
    "decisions": (ResponseDecision, "case_id cause priority made_at opened_at warns_at due_at"),
    "calls": (CallRequest, "case_id requested_by_id requested_at starts_at ends_at ended_at outcome"),
    "tags": (CaseTag, "case_id name"),
    "links": (RelatedLink, "first_id second_id"),
    "state": (Case, " ".join(("pk", *RECORDED_COLUMNS))),
}


class Watch:
    """Looks at one life: at every case, period, hold, step, event and notice made since it began."""

    def __init__(self) -> None:
        self.seen = (_newest(CaseEvent), _newest(Notice))
        # All that was made since the life began is the life's: keys alone find it, without a join.
        self._tables = {
            name: _Table(model._base_manager.filter(pk__gt=_newest(model)), columns)
            for name, (model, columns) in _TABLES.items()
        }
        self._events = _Table(
            CaseEvent.objects.filter(pk__gt=0),
            "pk case_id kind actor_id occurred_at is_public detail changes",
        )
        self._notices = _Table(
            Notice.objects.filter(pk__gt=0), "pk about kind recipient_id created_at state params"
        )
        self._unsent = _Table(Notice.objects.unsent().filter(pk__gt=self.seen[1]), "pk")

    def look(self) -> Observed:
        """This will read it all; what is new now is old at the next look."""
        asked = [table.asked() for table in self._tables.values()]
        asked += [self._events.asked(self.seen[0]), self._notices.asked(self.seen[1]), self._unsent.asked()]
        *tables, events, notices, unsent = _rows_of(asked)
        self.seen = (
            events[-1][0] if events else self.seen[0],
            notices[-1][0] if notices else self.seen[1],
        )
        return Observed(
            tables=dict(zip(self._tables, tables, strict=True)),
            events=[_event(row) for row in events],
            changes=[(row[1], row[7]) for row in events],
            notices=[_notice(row) for row in notices],
            unsent=[key for (key,) in unsent],
        )

    def peek(self, name: str) -> list[Row]:
        """This will read one table."""
        [rows] = _rows_of([self._tables[name].asked()])
        return rows

    def states(self, keys: list[int]) -> dict[int, tuple[str, str]]:
        """This will say what became of the mail of these notices."""
        rows = Notice.objects.filter(pk__in=keys).values_list("pk", "state", "cancelled_because")
        return {key: (state, because) for key, state, because in rows}


class _Table:
    def __init__(self, rows: QuerySet[Any], columns: str) -> None:
        names = columns.split()
        query = rows.order_by("pk").values_list(*names).query
        self._sql, self._params = query.sql_with_params()
        self._convert = [_converter(rows.model, name) for name in names]

    def asked(self, after: int | None = None) -> "_Asked":
        return _Asked(self._sql, self._params if after is None else (after,), self._convert)


@dataclass(frozen=True, slots=True)
class _Asked:
    sql: str
    params: tuple[Any, ...]
    convert: list[Callable[[Any], Any] | None]

    def converted(self, rows: list[Row]) -> list[Row]:
        return [
            tuple(
                value if convert is None or value is None else convert(value)
                for convert, value in zip(self.convert, row, strict=True)
            )
            for row in rows
        ]


def _rows_of(asked: list[_Asked]) -> list[list[Row]]:
    """The rows of each statement; PostgreSQL answers all of them in one go."""
    found: list[list[Row]] = []
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            for each in asked:
                cursor.execute(each.sql, each.params)
                found.append(each.converted(cursor.fetchall()))
            return found
        cursor.execute(
            "; ".join(each.sql for each in asked), [param for each in asked for param in each.params]
        )
        for each in asked:
            found.append(each.converted(cursor.fetchall()))
            cursor.nextset()
    return found


def _newest(model: type[Any]) -> int:
    newest: int | None = model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def _converter(model: type[Any], path: str) -> Callable[[Any], Any] | None:
    field: Field[Any, Any] | None = None
    for name in path.split("__"):
        field = model._meta.pk if name == "pk" else model._meta.get_field(name.removesuffix("_id"))
        model = field.related_model or model
    kinds = {DateTimeField: _moment, BooleanField: bool, JSONField: _json}
    return next((convert for kind, convert in kinds.items() if isinstance(field, kind)), None)


def _moment(value: datetime) -> datetime:
    """SQLite holds instants in UTC without saying so."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _facts(stated: dict[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        sorted(
            (name, datetime.fromisoformat(stated[name]) if name in _INSTANTS else stated[name])
            for name in names
            if name in stated
        )
    )


def _event(row: Row) -> Row:
    _pk, case, kind, actor, occurred_at, is_public, detail, _changes = row
    return case, kind, actor, occurred_at, is_public, _facts(detail, _EVENT_FACTS)


def _notice(row: Row) -> Row:
    pk, about, kind, recipient, created_at, state, params = row
    case = int(about.removeprefix("case:"))
    return case, kind.removeprefix("case_"), recipient, created_at, state, _facts(params, _NOTICE_FACTS), pk
