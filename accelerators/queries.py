"""Questions about the catalogue, what a license may have of it, and requests."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery

from accelerators.availability import Availability, Holder, availability
from accelerators.kinds import LAUNCH_ADVISORY, OFFERED, Kind
from accelerators.lifecycle import UNDER_WAY, Status
from accelerators.models import CatalogueRow, EngagementRequest, RequestEvent, UnitEntry, UnitGrant
from accelerators.units import Kind as UnitKind
from accelerators.units import left
from entitlements import terms
from entitlements.add_ons import IN_UNITS, OF_THE_ACCOUNT, AddOn
from entitlements.models import AddOnGrant, License
from entitlements.plans import Plan
from entitlements.queries import deciders_of, region_zone
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User


def rows_in_force(at: datetime) -> QuerySet[CatalogueRow]:
    """Find the row of every thing that is in force at an instant, in the order of the lists."""
    newest = (
        CatalogueRow.objects.filter(slug=OuterRef("slug"), in_force_from__lte=at)
        .order_by("-in_force_from")
        .values("pk")[:1]
    )
    return CatalogueRow.objects.filter(pk=Subquery(newest)).order_by("position", "pk")


def offered_at(at: datetime) -> QuerySet[CatalogueRow]:
    """Find what the catalogue shows at an instant."""
    return rows_in_force(at).filter(kind__in=OFFERED, is_offered=True)


def row_in_force(slug: str, at: datetime) -> CatalogueRow | None:
    """Find the row of a thing that is in force at an instant; None where there is none yet."""
    return rows_in_force(at).filter(slug=slug).first()


def service_levels(at: datetime) -> QuerySet[CatalogueRow]:
    """Find what the maintenance models promise in general."""
    return rows_in_force(at).filter(kind=Kind.SERVICE_LEVEL, is_offered=True)


def delivered_besides(slugs: Iterable[str]) -> QuerySet[CatalogueRow]:
    """Find what is offered and was delivered with the portal, besides things that have these addresses."""
    newer = CatalogueRow.objects.filter(slug=OuterRef("slug"), in_force_from__gt=OuterRef("in_force_from"))
    delivered = CatalogueRow.objects.filter(~Exists(newer), made_by__isnull=True, is_offered=True)
    return delivered.exclude(slug__in=list(slugs)).order_by("position", "pk")


def next_position() -> int:
    """Give the place behind everything else."""
    last: int | None = CatalogueRow.objects.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def holder_of(license_: License, at: datetime, *, siblings: Iterable[License] | None = None) -> Holder:
    """Gather what a license has at an instant, for the rule of availability.

    `siblings` are all licenses of its account with their terms loaded, where they are at hand. Costs two
    statements, and two more without them.
    """
    if siblings is None:
        every = License.objects.filter(account=license_.account_id).for_display()
        siblings = every.prefetch_related("terms").order_by("pk")
    return holders_of(siblings, at)[license_.pk]


def holders_of(
    licenses: Iterable[License], at: datetime, *, grants: Iterable[AddOnGrant] | None = None
) -> dict[int, Holder]:
    """Gather by key what each license of some accounts has at an instant, for the rule of availability.

    `licenses` are all that the accounts have, with their terms loaded; `grants` their add-ons in force,
    where they are at hand. Costs two statements at most.
    """
    every = list(licenses)
    if not every:
        return {}
    if grants is None:
        accounts = {each.account_id for each in every}
        grants = AddOnGrant.objects.in_force(at).filter(account__in=accounts).order_by("pk")
    held, plans = list(grants), {each.pk: _plan_of(each, at) for each in every}
    account_plans: defaultdict[int, set[Plan]] = defaultdict(set)
    for each in every:
        if plan := plans[each.pk]:
            account_plans[each.account_id].add(plan)
    launching = set(
        EngagementRequest.objects.filter(
            license__in=plans, slug=LAUNCH_ADVISORY, status__in=UNDER_WAY
        ).values_list("license", flat=True)
    )
    return {
        each.pk: Holder(
            at=at,
            plan=plans[each.pk],
            product=each.product.code,
            family=each.product.family,
            add_ons={
                AddOn(grant.add_on): grant.ends_at
                for grant in held
                if grant.account_id == each.account_id and grant.license_id in (None, each.pk)
            },
            account_plans=frozenset(account_plans[each.account_id]),
            is_launch_under_way=each.pk in launching,
        )
        for each in every
    }


def _plan_of(license_: License, at: datetime) -> Plan | None:
    term = terms.in_force(license_.terms.all(), at, region_zone(license_))
    return Plan(term.plan) if term else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A thing of the catalogue, and what a license may have of it; nothing where no license is named."""

    row: CatalogueRow
    answer: Availability | None


def answered(rows: Iterable[CatalogueRow], holder: Holder | None) -> list[Shown]:
    """Say of each row what the holder may have of it."""
    return [Shown(row, availability(row.offer(), holder) if holder else None) for row in rows]


# --- Requests ---------------------------------------------------------------------------------------


def visible_request(user: User, key: int, now: datetime) -> EngagementRequest:
    """Get one request with what its page shows, or raise EngagementRequest.DoesNotExist."""
    return EngagementRequest.objects.visible_to(user, now).for_display().get(pk=key)


def requests_of(user: User, now: datetime) -> QuerySet[EngagementRequest]:
    """Find the requests of a person's account that they may see, the newest first."""
    return EngagementRequest.objects.visible_to(user, now).for_display().order_by("-asked_at", "-pk")


def events_of(request: EngagementRequest) -> QuerySet[RequestEvent]:
    """Give what happened to a request, oldest first."""
    return request.events.select_related("actor").order_by("pk")


def undecided_request(license_: License, slug: str) -> EngagementRequest | None:
    """Find the request for a thing that awaits its decision: of the license, or of its account."""
    holder = {"license__account": license_.account_id} if is_of_account(slug) else {"license": license_.pk}
    return EngagementRequest.objects.filter(slug=slug, status=Status.REQUESTED, **holder).first()


def hand_overs(events: Iterable[RequestEvent]) -> dict[int, tuple[User, User]]:
    """Find by key of the event from whom to whom a request went; costs a statement where it went at all."""
    keys = {
        event.pk: (event.detail["before"], event.detail["after"])
        for event in events
        if event.kind == "requester_changed"
    }
    people = User.objects.in_bulk({key for pair in keys.values() for key in pair})
    return {event: (people[before], people[after]) for event, (before, after) in keys.items()}


def canceller_of(request: EngagementRequest) -> User | None:
    """Find who cancelled a request; None where nobody did."""
    event = events_of(request).filter(kind="cancelled").last()
    return event.actor if event else None


def open_requests_by_slug(user: User, license_: License, now: datetime) -> dict[str, EngagementRequest]:
    """Find the newest open request for each thing, of those for a license that a person may see.

    What the whole account holds is asked for once, for whichever license.
    """
    whole = Q(license__account=license_.account_id, slug__in=sorted(OF_THE_ACCOUNT))
    rows = EngagementRequest.objects.visible_to(user, now).open().filter(Q(license=license_) | whole)
    return {request.slug: request for request in rows.order_by("pk")}


def decider_keys(account_id: int, now: datetime) -> list[int]:
    """Give the keys of those who decide for an account by name; empty: any success manager does."""
    return [person.pk for person in deciders_of(account_id, now)]


def deciders_for(account_id: int, now: datetime) -> list[User]:
    """List who is told of a request: the account's TAM and CSM, else every active success manager.

    Where there is none, the superusers.
    """
    staff = User.objects.filter(is_active=True, is_staff=True).order_by("pk")
    return (
        deciders_of(account_id, now)
        or list(staff.filter(groups__name=StaffGroup.SUCCESS_MANAGER).distinct())
        or list(staff.filter(is_superuser=True))
    )


def granters() -> list[User]:
    """List who grants add-ons: every active entitlement manager; where there is none, the superusers."""
    staff = User.objects.filter(is_active=True, is_staff=True).order_by("pk")
    managers = staff.filter(groups__name=StaffGroup.ENTITLEMENT_MANAGER).distinct()
    return list(managers) or list(staff.filter(is_superuser=True))


def is_granted_since(request: EngagementRequest) -> bool:
    """Tell whether the add-on of a request was granted after the request was decided."""
    grants = AddOnGrant.objects.filter(account=request.license.account_id, add_on=request.slug)
    holders = Q(license__isnull=True) | Q(license=request.license_id)
    return grants.filter(holders, granted_at__gte=request.decided_at).exists()


def are_units_granted_since(request: EngagementRequest) -> bool:
    """Tell whether units were granted after a request asked for some."""
    grants = UnitGrant.objects.filter(license=request.license_id, add_on=request.slug)
    return grants.filter(granted_at__gte=request.asked_at).exists()


def told_of_add_ons(account_id: int, license_id: int | None) -> list[User]:
    """List who of an account is told of its add-ons: the administrator, and who may request for it."""
    seats = Q(seats__removed_at__isnull=True, may_request=True)
    if license_id is not None:
        seats &= Q(seats__license=license_id)
    people = User.objects.filter(Q(administered_account=account_id) | seats, account=account_id)
    return list(people.filter(is_active=True).distinct().order_by("pk"))


def closed_by(before: CatalogueRow, after: CatalogueRow, now: datetime) -> int:
    """Count the undecided requests for a thing that can be accepted now, and could not under a newer row."""
    undecided = EngagementRequest.objects.filter(slug=before.slug, status=Status.REQUESTED)
    keys = list(undecided.order_by("pk").values_list("license", flat=True))
    siblings = License.objects.filter(account__licenses__in=keys).distinct()
    holders = holders_of(siblings.for_display().prefetch_related("terms").order_by("pk"), now)
    return sum(
        availability(before.offer(), holders[key]).can_be_requested
        and not availability(after.offer(), holders[key]).can_be_requested
        for key in keys
    )


# --- Units ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitLot:
    """A grant of units, and how many are left of it."""

    grant: UnitGrant
    granted: int
    used: int
    left: int


def lots_of(license_: License, add_on: str, at: datetime) -> tuple[UnitLot, ...]:
    """List the grants of units that count at an instant, the one that lapses first in front."""
    return lots_by_add_on(license_, at).get(add_on, ())


def lots_by_add_on(license_: License, at: datetime) -> dict[str, tuple[UnitLot, ...]]:
    """Sort the grants of units that count for a license at an instant by add-on."""
    grants = UnitGrant.objects.filter(license=license_, begins_at__lte=at, ends_at__gt=at)
    found: dict[str, tuple[UnitLot, ...]] = {}
    for lot in lots(grants.order_by("ends_at", "pk")):
        found[lot.grant.add_on] = (*found.get(lot.grant.add_on, ()), lot)
    return found


def lots(grants: Iterable[UnitGrant]) -> list[UnitLot]:
    """Add up the ledgers of grants, in one statement."""
    every = list(grants)
    if not every:
        return []
    ledgers: dict[int, list[tuple[UnitKind, int]]] = {grant.pk: [] for grant in every}
    entries = UnitEntry.objects.filter(grant__in=ledgers).order_by("pk")
    for grant, kind, units in entries.values_list("grant", "kind", "units"):
        ledgers[grant].append((UnitKind(kind), units))
    return [_lot(grant, ledgers[grant.pk]) for grant in every]


def _lot(grant: UnitGrant, ledger: list[tuple[UnitKind, int]]) -> UnitLot:
    def total(kind: UnitKind) -> int:
        return sum(units for each, units in ledger if each is kind)

    used = total(UnitKind.USED) - total(UnitKind.RETURNED)
    return UnitLot(grant, total(UnitKind.GRANTED), used, left(ledger))


def units_left(license_: License, add_on: str, at: datetime) -> int:
    """Count the units of an add-on that a license can still use at an instant."""
    return sum(lot.left for lot in lots_of(license_, add_on, at))


def is_of_account(slug: str) -> bool:
    """Tell whether a thing is held by the whole account."""
    return slug in {add_on.value for add_on in OF_THE_ACCOUNT}


def is_in_units(slug: str) -> bool:
    """Tell whether a thing is counted in units."""
    return slug in {add_on.value for add_on in IN_UNITS}


def units_used_by(request: EngagementRequest) -> dict[int, int]:
    """Say how many units of each grant a request has used and not given back."""
    used: dict[int, int] = {}
    for grant, kind, units in request.units.values_list("grant", "kind", "units").order_by("pk"):
        used[grant] = used.get(grant, 0) + (units if kind == UnitKind.USED else -units)
    return {grant: units for grant, units in used.items() if units > 0}
