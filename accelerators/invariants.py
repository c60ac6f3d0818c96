"""What must be true of requests, add-ons and units, whatever crashed (SPEC 4)."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accelerators.models import EngagementRequest, RequestEvent, UnitEntry, UnitGrant
from accelerators.queries import lots, units_used_by
from entitlements.models import AddOnGrant, Seat
from portal.work.invariants import Invariant, Offence


def _status_not_as_recorded() -> Iterator[Offence]:
    events = RequestEvent.objects.filter(request=OuterRef("pk")).order_by("-pk")
    recorded = Subquery(events.values("detail__status")[:1])
    rows = EngagementRequest.objects.annotate(recorded=recorded).order_by("pk")
    for key, status, said in rows.values_list("pk", "status", "recorded"):
        if said != status:
            yield f"request:{key}", f"is {status}, where its history says {said}"


def _requester_from_elsewhere() -> Iterator[Offence]:
    foreign = EngagementRequest.objects.exclude(requester__account=F("license__account"))
    for request in foreign.order_by("pk"):
        yield request.about, f"requester {request.requester_id} is not of its account"


def _requester_without_a_seat() -> Iterator[Offence]:
    seats = Seat.objects.active().filter(license=OuterRef("license"), user=OuterRef("requester"))
    administrators = Q(requester=F("license__account__administrator"))
    orphans = EngagementRequest.objects.open().filter(~Exists(seats)).exclude(administrators)
    for request in orphans.order_by("pk"):
        yield request.about, f"is open, and its requester {request.requester_id} has no seat for it"


def _below_zero() -> Iterator[Offence]:
    for lot in lots(UnitGrant.objects.order_by("pk")):
        if lot.left < 0:
            yield f"units:{lot.grant.pk}", f"{lot.left} units are left"
        elif lot.left and lot.grant.next_step_at is None:
            yield f"units:{lot.grant.pk}", f"{lot.left} units are left after the end was noted"


def _used_by_what_is_over() -> Iterator[Offence]:
    using = EngagementRequest.objects.filter(pk__in=UnitEntry.objects.values("request"), status="cancelled")
    for request in using.order_by("pk"):
        if used := sum(units_used_by(request).values()):
            yield request.about, f"is cancelled, and still uses {used} units"


def _overlapping_grants() -> Iterator[Offence]:
    others = AddOnGrant.objects.filter(
        Q(license=OuterRef("license")) | Q(license__isnull=True, account=OuterRef("account")),
        add_on=OuterRef("add_on"),
        begins_at__gte=OuterRef("begins_at"),
        begins_at__lt=OuterRef("ends_at"),
        ends_at__gt=F("begins_at"),
    ).exclude(pk=OuterRef("pk"))
    for grant in AddOnGrant.objects.filter(Exists(others), ends_at__gt=F("begins_at")).order_by("pk"):
        yield grant.about, f"{grant.first_on} – {grant.last_on} overlaps a later grant"


INVARIANTS = (
    Invariant("A1", "a request stands where its history says", _status_not_as_recorded),
    Invariant("A2", "a requester is of the license's account", _requester_from_elsewhere),
    Invariant("A3", "an open request's requester has a seat, or administers", _requester_without_a_seat),
    Invariant("A4", "units never go below zero, and none are left after their end", _below_zero),
    Invariant("A5", "what is cancelled uses no units", _used_by_what_is_over),
    Invariant("A6", "grants of one add-on never overlap", _overlapping_grants),
)
