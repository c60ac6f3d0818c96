"""Questions about licenses, their terms and seats, and about what they promise."""

from entitlements.queries.access import access_until, grants_of
from entitlements.queries.affected import accounts_in_region, accounts_under
from entitlements.queries.capacity import Capacity, capacities_of, capacity_of
from entitlements.queries.licenses import (
    Holding,
    HoldingState,
    holdings_of,
    licenses_of,
    licenses_under,
    plan_in_force,
    region_zone,
    term_ended_on,
    term_in_force,
)
from entitlements.queries.promises import (
    HoursNow,
    RegionCalendar,
    ResponseBasis,
    ResponsePromise,
    bases_of,
    basis_kept,
    calendar_of,
    hours_now,
    response_basis,
    response_promises,
    service_under,
    targets_in_force,
    thawed,
)
from entitlements.queries.seats import active_license_ids, contacts_of, forget_seats, has_other_seat, has_seat

__all__ = [
    "Capacity",
    "Holding",
    "HoldingState",
    "HoursNow",
    "RegionCalendar",
    "ResponseBasis",
    "ResponsePromise",
    "access_until",
    "accounts_in_region",
    "accounts_under",
    "active_license_ids",
    "bases_of",
    "basis_kept",
    "calendar_of",
    "capacities_of",
    "capacity_of",
    "contacts_of",
    "forget_seats",
    "grants_of",
    "has_other_seat",
    "has_seat",
    "holdings_of",
    "hours_now",
    "licenses_of",
    "licenses_under",
    "plan_in_force",
    "region_zone",
    "response_basis",
    "response_promises",
    "service_under",
    "targets_in_force",
    "term_ended_on",
    "term_in_force",
    "thawed",
]
