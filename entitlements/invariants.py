"""What must be true of licenses and seats (SPEC 1 and 3.4)."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef

from entitlements.models import Seat, Term
from portal.work.invariants import Invariant, Offence


def _overlapping_terms() -> Iterator[Offence]:
    later = Term.objects.filter(
        license=OuterRef("license"), first_on__gte=OuterRef("first_on"), first_on__lte=OuterRef("last_on")
    ).exclude(pk=OuterRef("pk"))
    for term in Term.objects.filter(Exists(later)).order_by("pk"):
        yield f"license:{term.license_id}", f"{term.first_on} – {term.last_on} overlaps a later term"


def _seated_twice() -> Iterator[Offence]:
    seated = Seat.objects.active().values("license_id", "user_id").annotate(rows=Count("pk"))
    for row in seated.filter(rows__gt=1).order_by("license_id", "user_id"):
        yield f"license:{row['license_id']}", f"person {row['user_id']} has {row['rows']} active seats"


def _seated_elsewhere() -> Iterator[Offence]:
    foreign = Seat.objects.active().exclude(user__account=F("license__account"))
    for seat in foreign.order_by("pk"):
        yield f"license:{seat.license_id}", f"person {seat.user_id} is not of its account"


INVARIANTS = (
    Invariant("E1", "terms of a license never overlap", _overlapping_terms),
    Invariant("E2", "a person has one active seat on a license", _seated_twice),
    Invariant("E3", "seats are held by people of the license's account", _seated_elsewhere),
)
