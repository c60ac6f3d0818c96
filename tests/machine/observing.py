"""Reads what the database says of the cases of one life, in the model's words: keys, codes, instants.

Statements are compiled once per life and run raw: the machine asks after every step.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, DateTimeField, Field, JSONField, QuerySet

from cases.models import (
    RECORDED_COLUMNS,
    Case,
    CaseEvent,
    CaseTag,
    FollowUpStep,
    Hold,
    RelatedLink,
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
_NOTICE_FACTS = ("ordinal", "closes_at", "reopen_until", "until", "before", "after")
_INSTANTS = frozenset({"due_at", "until", "closes_at", "reopen_until"})

_COLUMNS = {
    "cases": (
        "pk status priority license_id requestor_id filed_by_id owner_id follows_id filed_at"
        " first_responded_at period__number next_follow_up_at clock_failed_at closed_at resolution"
        " reopen_until escalated_at escalation_reason acknowledged_at raised_at"
        " last_event_at last_event_kind last_event_by_id"
    ),
    "watchers": "case_id user_id",
    "periods": "case_id number status policy_id started_at ended_at extended_at",
    "holds": "period__case_id period__number began_at until ended_at",
    "steps": "case_id period__case_id period__number kind ordinal due_at done_at outcome",
    "tags": "case_id name",
    "links": "first_id second_id",
    "state": " ".join(("pk", *RECORDED_COLUMNS)),
}


class Watch:
    """Looks at one life: at every case, period, hold, step, event and notice made since it began."""

    def __init__(self) -> None:
        self.seen = (_newest(CaseEvent), _newest(Notice))
        cases = Case.objects.filter(pk__gt=_newest(Case))
        keys = cases.values("pk")
        rows: dict[str, QuerySet[Any]] = {
            "cases": cases,
            "watchers": Watcher.objects.filter(case__in=keys),
            "periods": WaitingPeriod.objects.filter(case__in=keys),
            "holds": Hold.objects.filter(period__case__in=keys),
            "steps": FollowUpStep.objects.filter(case__in=keys),
            "tags": CaseTag.objects.filter(case__in=keys),
            "links": RelatedLink.objects.filter(first__in=keys),
            "state": cases,
        }
        self._tables = {name: _Table(rows[name], columns) for name, columns in _COLUMNS.items()}
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
        events, notices = self._events.rows(self.seen[0]), self._notices.rows(self.seen[1])
        self.seen = (
            events[-1][0] if events else self.seen[0],
            notices[-1][0] if notices else self.seen[1],
        )
        return Observed(
            tables={name: table.rows() for name, table in self._tables.items()},
            events=[_event(row) for row in events],
            changes=[(row[1], row[7]) for row in events],
            notices=[_notice(row) for row in notices],
            unsent=[key for (key,) in self._unsent.rows()],
        )

    def peek(self, name: str) -> list[Row]:
        """This will read one table."""
        return self._tables[name].rows()

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

    def rows(self, after: int | None = None) -> list[Row]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._params if after is None else (after,))
            return [
                tuple(
                    value if convert is None or value is None else convert(value)
                    for convert, value in zip(self._convert, row, strict=True)
                )
                for row in cursor.fetchall()
            ]


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
