"""How the target of a first response is shown: before the filing for every priority, and on the case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.models import Case
from cases.response import TargetCause, TargetState, late_by, state_of, time_left
from entitlements.models import License
from entitlements.queries import ResponseBasis, ResponsePromise, bases_of
from entitlements.wording import SERVICE_NAMES, Ledger, Words, coverage_name, ledger_in_words, target_text

# What a case's page joins for it.
SHOWN_WITH = ("response__target", "response__calendar__hours__region")


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """The target of a case as its page shows it; `left` until it is due, `late` by how much it was missed."""

    state: TargetState
    due_at: datetime
    left: timedelta | None
    late: timedelta | None
    responded_at: datetime | None
    target: str
    # When such cases are worked: another thing than when the target's minutes count.
    coverage: Words
    service: Words
    region: str
    cause: str
    # Of the decision: an earlier target of a lower priority may hold.
    priority: int
    ledger: Ledger
    # Somebody is still to answer, in time or late.
    is_awaited: bool


def first_response_of(case: Case, *, now: datetime) -> FirstResponse | None:
    """This will gather what a page shows of a case's target; None for one from before targets were kept.

    No statement of its own where the case was loaded with SHOWN_WITH.
    """
    decision, target = case.response, case.target()
    if decision is None:
        return None
    return FirstResponse(
        state=state_of(target, now=now),
        due_at=decision.due_at,
        left=time_left(target, now=now),
        late=late_by(target, now=now),
        responded_at=case.first_responded_at,
        target=target_text(decision.target.clock, decision.target.minutes),
        coverage=coverage_name(decision.service, case.priority),
        service=SERVICE_NAMES[decision.service],
        region=decision.calendar.hours.region.name,
        cause=decision.get_cause_display() if decision.cause != TargetCause.FILED else "",
        priority=decision.priority,
        ledger=ledger_in_words(decision.lines(), decision.calendar.zone),
        is_awaited=case.is_open and case.first_responded_at is None,
    )


@dataclass(frozen=True, slots=True)
class Promised:
    """Until when a case filed now is answered first, at one priority."""

    priority: int
    due_at: datetime
    left: timedelta
    target: str
    coverage: Words
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class PromisedFor:
    """What is promised alike for some products: their names, and their places among those offered, from 1."""

    products: tuple[str, ...]
    places: tuple[int, ...]
    region: str
    rows: tuple[Promised, ...]


def promised_for(licenses: Sequence[License], *, now: datetime) -> list[PromisedFor]:
    """This will list what a case filed now is promised, for all priorities of each license offered.

    Licenses of one account, loaded by `licenses_of`; costs three statements.
    """
    bases = bases_of(licenses, now)
    alike: dict[object, list[int]] = {}
    for place, license_ in enumerate(licenses, start=1):
        if license_.pk in bases:
            alike.setdefault(bases[license_.pk].service, []).append(place)
    return [_promised_for(licenses, places, bases, now) for places in alike.values()]


def _promised_for(
    licenses: Sequence[License], places: Iterable[int], bases: dict[int, ResponseBasis], now: datetime
) -> PromisedFor:
    chosen = [licenses[place - 1] for place in places]
    basis = bases[chosen[0].pk]
    return PromisedFor(
        products=tuple(license_.product.name for license_ in chosen),
        places=tuple(places),
        region=basis.when.region.name,
        rows=tuple(_promised(promise, now) for promise in basis.promises(now)),
    )


def _promised(promise: ResponsePromise, now: datetime) -> Promised:
    return Promised(
        priority=promise.priority.value,
        due_at=promise.due_at,
        left=promise.due_at - now,
        target=target_text(promise.target.clock, promise.target.minutes),
        coverage=coverage_name(promise.service, promise.priority),
        ledger=ledger_in_words(promise.ledger(), promise.when.calendar.zone),
    )
