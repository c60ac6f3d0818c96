"""What must be true of licenses, seats and invitations (SPEC 1 and 3.4)."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q

from entitlements.models import Invitation, License, Seat, Term
from entitlements.plans import Plan, capacity
from entitlements.queries import capacities_of
from portal.accounts.models import Account
from portal.clock import business_now
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


def _beyond_every_plan() -> Iterator[Offence]:
    """A plan that fell keeps its contacts: what none of the terms allows is too much at any time."""
    licenses = list(License.objects.for_display().prefetch_related("terms").order_by("pk"))
    taken = capacities_of(licenses, business_now())
    for license_ in licenses:
        plans = [Plan(term.plan) for term in license_.terms.all()]
        most, found = max(map(capacity, plans), default=0), taken[license_.pk]
        if found.taken > most:
            what = (
                f"{found.contacts} contacts and {found.invited} invitations, where {most} were ever allowed"
            )
            yield f"license:{license_.pk}", what


def _accepted_without_a_seat() -> Iterator[Offence]:
    seats = Seat.objects.filter(
        license=OuterRef("license"), user=OuterRef("accepted_by"), added_at=OuterRef("accepted_at")
    )
    for invitation in Invitation.objects.filter(~Exists(seats), accepted_at__isnull=False).order_by("pk"):
        yield invitation.about, "was accepted, and nobody took a seat then"


def _invited_and_seated() -> Iterator[Offence]:
    seated = Seat.objects.active().filter(license=OuterRef("license"), user__email=OuterRef("address"))
    for invitation in Invitation.objects.pending().filter(Exists(seated)).order_by("pk"):
        yield invitation.about, "is pending for somebody who has the seat"


def _invited_by_outsiders() -> Iterator[Offence]:
    outsiders = Invitation.objects.exclude(
        Q(invited_by__account=F("license__account")) | Q(invited_by__is_staff=True)
    )
    for invitation in outsiders.order_by("pk"):
        yield invitation.about, f"was made by person {invitation.invited_by_id} of another account"


def _unseated_administrators() -> Iterator[Offence]:
    """The role may rest: an account without an administrator is as it should be."""
    seated = Seat.objects.active().filter(
        license__account=OuterRef("pk"), user=OuterRef("administrator"), user__account=OuterRef("pk")
    )
    held = Account.objects.filter(administrator__isnull=False)
    for account in held.exclude(Exists(seated), administrator__is_active=True).order_by("pk"):
        person = account.administrator_id
        yield f"account:{account.pk}", f"administrator {person} is no active named contact of it"


INVARIANTS = (
    Invariant("E1", "terms of a license never overlap", _overlapping_terms),
    Invariant("E2", "a person has one active seat on a license", _seated_twice),
    Invariant("E3", "seats are held by people of the license's account", _seated_elsewhere),
    Invariant("E4", "contacts and invitations are never more than a plan has allowed", _beyond_every_plan),
    Invariant("E5", "whoever accepted an invitation took its seat then", _accepted_without_a_seat),
    Invariant("E6", "nobody is invited to a seat that they have", _invited_and_seated),
    Invariant("E7", "invitations are made by the account's own people or staff", _invited_by_outsiders),
    Invariant("E8", "an administrator is an active named contact of the account", _unseated_administrators),
)
