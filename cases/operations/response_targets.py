"""The target of a case's first response: decided at the filing, recomputed with the priority (SPEC 3.2).

Each of these changes the locked case in memory; the operation that calls it records and saves.
"""

from datetime import datetime

from cases.models import Case, ResponseDecision
from cases.models.response import ledger_kept
from cases.response import TargetCause, TargetState, first_step_at, state_of
from entitlements.models import FrozenCalendar
from entitlements.operations.freezing import freeze_calendar
from entitlements.queries import ResponsePromise, basis_kept, response_basis
from entitlements.targets import Priority, Service


def begin_target(case: Case, *, now: datetime) -> None:
    """This will decide the target of a case that is filed now, under the term in force."""
    basis = response_basis(case.license, now)
    assert basis is not None  # nobody files without a term in force
    promise = basis.promise(Priority(case.priority), now)
    _decide(
        case,
        promise,
        cause=TargetCause.FILED,
        calendar=freeze_calendar(basis.when),
        opened_at=now,
        now=now,
    )


def renew_target(case: Case, *, was: Priority, now: datetime) -> None:
    """This will recompute a running target after a change of priority; one that has ended stays as it is.

    Lowered, it counts from the filing; raised, from now, and the earlier of the old and the new one holds.
    """
    if state_of(case.target(), now=now) is not TargetState.RUNNING:
        return
    kept = _kept(case)
    is_raised = case.priority < was
    promise = _promise(case, kept, since=now if is_raised else kept.opened_at)
    if is_raised and kept.due_at <= promise.due_at:
        return
    _decide(
        case,
        promise,
        cause=TargetCause.RAISED if is_raised else TargetCause.LOWERED,
        calendar=kept.calendar,
        opened_at=kept.opened_at,
        now=now,
    )


def restart_target(case: Case, *, now: datetime) -> None:
    """This will give a reopened case a fresh target, if it was closed in time before any response."""
    if case.response_withdrawn_at is None:
        return
    case.response_withdrawn_at = None
    kept = _kept(case)
    _decide(
        case,
        _promise(case, kept, since=now),
        cause=TargetCause.REOPENED,
        calendar=kept.calendar,
        opened_at=now,
        now=now,
    )


def settle_target(case: Case, *, now: datetime) -> None:
    """This will end the target by the first response: met at its due instant or before, else missed."""
    _end_target(case, now)


def withdraw_target(case: Case, *, now: datetime) -> None:
    """This will end the target of a case that is closed without a response: neither met nor missed."""
    if _end_target(case, now) is TargetState.RUNNING:
        case.response_withdrawn_at = now


def _end_target(case: Case, now: datetime) -> TargetState | None:
    """Stops the clock of a running target, missed where it is late; says how it stood, None if none ran."""
    if case.next_response_step_at is None:
        return None
    state = state_of(case.target(), now=now)
    if state is TargetState.MISSED:
        case.response_missed_at = now
    case.next_response_step_at = None
    return state


def target_stated(case: Case) -> dict[str, str]:
    """This will give what a notice says of a target that runs: until when."""
    if case.next_response_step_at is None or case.response_due_at is None:
        return {}
    return {"response_due_at": case.response_due_at.isoformat()}


def _kept(case: Case) -> ResponseDecision:
    rows = ResponseDecision.objects.select_related("term", "calendar__hours__region")
    assert case.response_id is not None  # a target runs, or was withdrawn
    return rows.get(pk=case.response_id)


def _promise(case: Case, kept: ResponseDecision, *, since: datetime) -> ResponsePromise:
    """What the priority promises by the plan, targets, region and calendar of the filing."""
    basis = basis_kept(kept.term, Service(kept.service), kept.calendar, case.filed_at)
    return basis.promise(Priority(case.priority), since)


def _decide(
    case: Case,
    promise: ResponsePromise,
    *,
    cause: TargetCause,
    calendar: FrozenCalendar,
    opened_at: datetime,
    now: datetime,
) -> None:
    case.response = ResponseDecision.objects.create(
        case=case,
        cause=cause,
        made_at=now,
        priority=promise.priority,
        term=promise.term,
        service=promise.service,
        target=promise.target,
        calendar=calendar,
        opened_at=opened_at,
        counts_from=promise.counts_from,
        warns_at=promise.warns_at,
        due_at=promise.due_at,
        ledger=ledger_kept(promise.ledger()),
    )
    case.response_due_at = promise.due_at
    case.next_response_step_at = first_step_at(warns_at=promise.warns_at, due_at=promise.due_at)
