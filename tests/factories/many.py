"""Hundreds of waiting cases at once: one made by the real operations, and copies of its rows."""

from django.db.models import Model, OuterRef, Subquery

from cases.lifecycle import Status
from cases.models import Case, CaseEvent, Message, ResponseDecision, WaitingPeriod, case_number
from portal.notices.models import Notice, new_message_id
from portal.notices.states import MailState

_CHUNK = 500


def copies_of(case: Case, how_many: int) -> list[int]:
    """Make copies of a waiting case with its conversation, history, target and period; return their keys.

    What was told of it stands in the inboxes; no mail of that goes out.
    """
    waits = {
        "status": case.status,
        "next_follow_up_at": case.next_follow_up_at,
        "response_due_at": case.response_due_at,
    }
    # A waiting case needs its period, and the period its case: it begins to wait at the end.
    resting = {"status": Status.IN_PROGRESS, "period": None, "response": None}
    resting |= dict.fromkeys(("next_follow_up_at", "response_due_at"))
    keys = [row.pk for row in _copied(case, how_many, **resting)]
    copied = {pk: Case(pk=pk) for pk in keys}
    questions: dict[int, Message] = {}
    for message in Message.objects.filter(case=case).order_by("pk"):
        for row in _copied_to(copied.values(), message):
            if case.period is not None and message.pk == case.period.question_id:
                questions[row.case_id] = row
    periods = [_copy(case.period, case=row, question=questions[row.pk]) for row in copied.values()]
    WaitingPeriod.objects.bulk_create(periods, batch_size=_CHUNK)
    decision = ResponseDecision.objects.get(pk=case.response_id)
    decided = {row.case_id: row.pk for row in _copied_to(copied.values(), decision)}
    for event in CaseEvent.objects.filter(case=case).order_by("pk"):
        told = [
            _copy(event, case=period.case, changes=_changes_of(event, period, decided[period.case_id]))
            for period in periods
        ]
        CaseEvent.objects.bulk_create(told, batch_size=_CHUNK)
    periods_of, decisions_of = (
        rows.filter(case=OuterRef("pk")).values("pk")[:1]
        for rows in (WaitingPeriod.objects.all(), ResponseDecision.objects.all())
    )
    for start in range(0, how_many, _CHUNK):
        chunk = Case.objects.filter(pk__in=keys[start : start + _CHUNK])
        chunk.update(period=Subquery(periods_of), response=Subquery(decisions_of), **waits)
    _copy_notices(case, keys)
    return keys


def _copy_notices(case: Case, keys: list[int]) -> None:
    for notice in Notice.objects.filter(about=case.about, recipient__isnull=False).order_by("pk"):
        event = notice.key.removeprefix(case.about)
        rows = [
            _copy(
                notice,
                key=f"case:{key}{event}",
                about=f"case:{key}",
                params={**notice.params, "case": key, "number": case_number(key)},
                state=MailState.QUIET,
                message_id=new_message_id(),
            )
            for key in keys
        ]
        Notice.objects.bulk_create(rows, batch_size=_CHUNK)


def _changes_of(event: CaseEvent, period: WaitingPeriod, decision: int) -> dict[str, list[object]]:
    """What the event changed, with the copy's own period and target in it."""
    own = {"period_id": [None, period.pk], "response_id": [None, decision]}
    return {name: own.get(name, change) for name, change in event.changes.items()}


def _copy(row: Model, **changes: object) -> Model:
    values = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changes
    }
    return type(row)(**values, **changes)


def _copied(row: Model, how_many: int, **changes: object) -> list[Model]:
    rows = [_copy(row, **changes) for _ in range(how_many)]
    return type(row)._base_manager.bulk_create(rows, batch_size=_CHUNK)


def _copied_to(cases, row: Model) -> list[Model]:
    rows = [_copy(row, case=case) for case in cases]
    return type(row)._base_manager.bulk_create(rows, batch_size=_CHUNK)
