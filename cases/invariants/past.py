"""History: it leads to the case as it stands, and every reopening was in time."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.utils.dateparse import parse_datetime

from cases.folding import BrokenHistory, fold, recorded
from cases.lifecycle import ENDED
from cases.models import RECORDED_COLUMNS, Case, CaseEvent, CaseTag, WaitingPeriod, Watcher
from portal.work.invariants import Invariant, Offence

_CASES_AT_ONCE = 1000
_RESPONSES = ("answered", "information_requested", "resolution_provided", "acknowledged")


def history_faults(keys: Iterable[int] | None = None) -> Iterator[Offence]:
    """This will fold the events of these cases, or of all, and yield where they lead elsewhere."""
    cases = Case.objects.order_by("pk").only("pk", *RECORDED_COLUMNS)
    if keys is not None:
        cases = cases.filter(pk__in=list(keys))
    chunk: list[Case] = []
    for case in cases.iterator(chunk_size=_CASES_AT_ONCE):
        chunk.append(case)
        if len(chunk) == _CASES_AT_ONCE:
            yield from _faults_of(chunk)
            chunk = []
    yield from _faults_of(chunk)


def _faults_of(cases: list[Case]) -> Iterator[Offence]:
    stand = {case.pk: case.state() for case in cases}
    for name, rows in _lists(stand.keys()).items():
        for key, values in rows.items():
            stand[key][name] = recorded(values)
    events = CaseEvent.objects.filter(case__in=stand).order_by("case_id", "pk")
    pairs = events.values_list("case_id", "changes").iterator(chunk_size=_CASES_AT_ONCE)
    said = {key: [changes for _key, changes in rows] for key, rows in groupby(pairs, itemgetter(0))}
    for key, state in stand.items():
        try:
            folded = fold(said.get(key, []))
        except BrokenHistory as broken:
            yield f"case:{key}", str(broken)
            continue
        now = {column: value for column, value in state.items() if value is not None}
        for column in sorted(folded.keys() | now.keys()):
            if folded.get(column) != now.get(column):
                yield (
                    f"case:{key}",
                    f"{column} is {now.get(column)!r}, and history led to {folded.get(column)!r}",
                )


def _lists(keys: Iterable[int]) -> dict[str, dict[int, list[object]]]:
    """Watchers and tags of cases."""
    found: dict[str, dict[int, list[object]]] = {"watchers": {}, "tags": {}}
    for case_id, user_id in Watcher.objects.filter(case__in=keys).values_list("case_id", "user_id"):
        found["watchers"].setdefault(case_id, []).append(user_id)
    for case_id, name in CaseTag.objects.filter(case__in=keys).values_list("case_id", "name"):
        found["tags"].setdefault(case_id, []).append(name)
    return found


def _reopened_too_late() -> Iterator[Offence]:
    reopened = CaseEvent.objects.filter(kind="reopened", actor__is_staff=False)
    for event in reopened.order_by("pk").iterator():
        until = parse_datetime(event.changes["reopen_until"][0])
        if until is None or event.occurred_at > until:
            yield f"case:{event.case_id}", "the customer reopened it after the window's last instant"


def _old_remains() -> Iterator[Offence]:
    """Nothing of an opening survives its end (SPEC 2): escalation and resolution belong to one opening."""
    reopened = CaseEvent.objects.filter(case=OuterRef("pk"), kind="reopened")
    after_it = CaseEvent.objects.filter(
        case=OuterRef("case"), kind="escalated", occurred_at=OuterRef("case__escalated_at")
    )
    again = reopened.filter(~Exists(after_it.filter(pk__gt=OuterRef("pk"))))
    stale = Case.objects.filter(Exists(again), escalated_at__isnull=False).exclude(status__in=ENDED)
    for case in stale.order_by("pk"):
        yield case.about, "an escalation survived its reopening"


def _misnumbered() -> Iterator[Offence]:
    numbered = WaitingPeriod.objects.values("case_id").annotate(
        rows=Count("pk"), first=Min("number"), last=Max("number")
    )
    for row in numbered.exclude(first=1, last=F("rows")).order_by("case_id"):
        yield f"case:{row['case_id']}", "its waiting periods are not numbered from 1 without a gap"


def _response_faults() -> Iterator[Offence]:
    answered = CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=_RESPONSES)
    first = answered.order_by("pk").values("occurred_at")[:1]
    responded = Q(first_responded_at__isnull=False)
    wrong = Q(~responded & Exists(answered)) | Q(responded & ~Exists(answered))
    wrong |= responded & ~Q(first_responded_at=first)
    for case in Case.objects.filter(wrong).order_by("pk"):
        yield case.about, "its first response is not the first public answer"


INVARIANTS = (
    Invariant("I12", "reopening by the customer is within the window", _reopened_too_late),
    Invariant("I12b", "nothing of the old opening survives a reopening", _old_remains),
    Invariant("I12c", "waiting periods are numbered from 1 without a gap", _misnumbered),
    Invariant("I16", "folding a case's events gives the case as it stands", history_faults),
    Invariant("I20", "the first response is the first public answer, and never changes", _response_faults),
)
