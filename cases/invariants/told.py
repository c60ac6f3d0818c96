"""What history called for notices of, and whether they stand in the inboxes (SPEC 2.2)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from cases.follow_up import Outcome, StepKind
from cases.models import CaseEvent, FollowUpStep
from entitlements.models import Seat
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.invariants import Invariant, Offence

# The event in history, and the kind of notice by which requestor and watchers hear of it.
TOLD_AS: Mapping[str, str] = {
    "filed": "acknowledgement",
    "taken_over": "acknowledgement",
    "caller_logged": "caller_logged",
    "answered": "answered",
    "acknowledged": "answered",
    "information_requested": "information_requested",
    "resolution_provided": "resolution_provided",
    "reminded": "reminder",
    "auto_closed": "auto_closed",
    "confirmed": "closed",
    "closed": "closed",
    "reopened": "reopened",
    "urgency_raised": "priority_changed",
    "priority_changed": "priority_changed",
    "priority_lowered": "priority_changed",
    "held": "hold_set",
    "extended": "hold_set",
    "released": "hold_ended",
    "hold_ended": "hold_ended",
    "requestor_changed": "requestor_changed",
    "followed_up": "follow_up_filed",
    "call_declined": "call_declined",
}
_WITH_WHO_ACTED = frozenset({"filed", "taken_over"})
_OTHERS = frozenset(TOLD_AS) - {"reminded", "auto_closed"}
_PEOPLE = ("requestor_id", "watchers")
_AT_ONCE = 1000
# Who leaves while a step is written may have left before it was, though their instant is the later one.
_OVERLAP = timedelta(minutes=5)


class Telling(NamedTuple):
    """A notice that an event calls for; without a person: to one at least of those who could take it over."""

    case: int
    kind: str
    at: datetime
    person: int | None


def untold(kinds: Collection[str]) -> Iterator[Offence]:
    """This will yield the notices that events of these kinds called for, and that nobody wrote.

    Asked are the requestor and the watchers whom history had led to, save who acted and who may have had no
    sign-in then. Costs a few statements for every thousand notices.
    """
    of_people = Q(changes__has_any_keys=[*_PEOPLE])
    events = CaseEvent.objects.filter(Q(kind__in={*kinds, "auto_closed"}) | of_people)
    columns = ("case_id", "kind", "actor_id", "actor__is_staff", "occurred_at", "detail", "changes")
    rows = events.order_by("case_id", "pk").values_list(*columns)
    called_for: Counter[Telling] = Counter()
    for case_id, history in groupby(rows.iterator(chunk_size=_AT_ONCE), itemgetter(0)):
        called_for.update(_called_for(case_id, list(history), kinds))
        if len(called_for) >= _AT_ONCE:
            yield from _missing(called_for)
            called_for.clear()
    yield from _missing(called_for)


def _called_for(case_id: int, history: list[tuple[Any, ...]], kinds: Collection[str]) -> Iterator[Telling]:
    """Events are written under the case's lock: their order says who was whom, and their instants may not."""
    closures = {row[4] for row in history if row[1] == "auto_closed"}
    people: dict[str, Any] = {}
    for _case, kind, actor, is_by_staff, at, detail, changes in history:
        people |= {column: changes[column][1] for column in _PEOPLE if column in changes}
        # A hold that ends together with a closure goes without a notice of its own.
        if kind not in kinds or (kind == "hold_ended" and at in closures):
            continue
        told = {people.get("requestor_id"), *(people.get("watchers") or [])}
        if kind not in _WITH_WHO_ACTED:
            told.discard(actor)
        if kind == "requestor_changed":
            told.discard(detail.get("before"))  # who leaves is told nothing, though they watch it still
        if actor is not None and not is_by_staff:
            told.discard(None)  # perhaps nobody else could take it over
        for person in told:
            yield Telling(case_id, f"case_{TOLD_AS[kind]}", at, person)


def _missing(called_for: Counter[Telling]) -> Iterator[Offence]:
    abouts = {f"case:{telling.case}" for telling in called_for}
    rows = Notice.objects.filter(about__in=abouts, kind__in={telling.kind for telling in called_for})
    found: Counter[Telling] = Counter()
    columns = ("about", "kind", "created_at", "recipient_id")
    for about, kind, at, person in rows.values_list(*columns).iterator(chunk_size=_AT_ONCE):
        telling = Telling(int(about.removeprefix("case:")), kind, at, person)
        found.update((telling, telling._replace(person=None)))
    missing = [telling for telling, count in called_for.items() if found[telling] < count]
    for telling in _without_the_departed(missing):
        whom = "nobody was" if telling.person is None else f"person {telling.person} was not"
        yield f"case:{telling.case}", f"{whom} told: {telling.kind} of {telling.at.isoformat()}"


def _without_the_departed(missing: Sequence[Telling]) -> Iterator[Telling]:
    """A sign-in ends with the last seat or, without one, when it is taken away.

    A closed case keeps its requestor, and staff may reopen it.
    """
    if not missing:
        return
    people = {telling.person for telling in missing if telling.person is not None}
    inactive = set(User.objects.filter(pk__in=people, is_active=False).values_list("pk", flat=True))
    of_people = _seats_ended("user", people)
    nobodys = {telling.case for telling in missing if telling.person is None}
    of_cases = _seats_ended("license__account__cases", nobodys)
    for telling in missing:
        ended = of_cases[telling.case] if telling.person is None else of_people[telling.person]
        had_left = any(at <= telling.at + _OVERLAP for at in ended)
        if not had_left and (ended or telling.person not in inactive):
            yield telling


def _seats_ended(whose: str, keys: Collection[int]) -> defaultdict[int, list[datetime]]:
    """When seats of these people, or of the accounts of these cases, were removed."""
    ended: defaultdict[int, list[datetime]] = defaultdict(list)
    rows = Seat.objects.filter(**{f"{whose}__in": keys}, removed_at__isnull=False)
    for key, removed_at in rows.values_list(whose, "removed_at"):
        ended[key].append(removed_at)
    return ended


def _reminders_untold() -> Iterator[Offence]:
    event = CaseEvent.objects.filter(case=OuterRef("case"), kind="reminded", occurred_at=OuterRef("done_at"))
    sent = FollowUpStep.objects.filter(kind=StepKind.REMINDER, outcome=Outcome.SENT)
    for step in sent.filter(~Exists(event)).order_by("pk"):
        yield f"case:{step.case_id}", f"reminder {step.ordinal} stands in no history"
    yield from untold(["reminded"])


def _events_untold() -> Iterator[Offence]:
    yield from untold(_OTHERS)


INVARIANTS = (
    Invariant(
        "I9",
        "every reminder that was sent stands in the inboxes of requestor and watchers",
        _reminders_untold,
    ),
    Invariant(
        "I9d",
        "whatever else requestor and watchers are told of stands in their inboxes, save who did it",
        _events_untold,
    ),
)
