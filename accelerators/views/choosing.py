"""For which license the catalogue is shown."""

from dataclasses import dataclass
from datetime import datetime

from accelerators.availability import Holder
from accelerators.kinds import Kind
from accelerators.models import CatalogueRow
from accelerators.offers import OfferShown, shown
from accelerators.queries import answered, holder_of, lots_by_add_on, open_requests_by_slug
from entitlements import terms
from entitlements.models import License
from entitlements.queries import active_license_ids, add_ons_held, licenses_of, region_zone
from entitlements.wording import PLAN_NAMES
from portal.accounts.keys import key_in
from portal.accounts.models import User


@dataclass(frozen=True)
class Choice:
    """A license of the account, as a line to choose from."""

    license: License
    plan: str


@dataclass(frozen=True)
class Chosen:
    """The licenses of a person's account, and the one that the page is shown for; none for staff."""

    choices: tuple[Choice, ...]
    license: License | None
    holder: Holder | None
    has_seat: bool

    @property
    def plan(self) -> str:
        """The success plan in force of the license, in words."""
        return next((one.plan for one in self.choices if one.license == self.license), "")


def choose(user: User, wanted: str, now: datetime) -> Chosen:
    """Find the license that an address names, else the first with a seat of the person, else the first."""
    licenses = licenses_of(user)
    own = active_license_ids(user) if user.account_id else frozenset()
    key = key_in(wanted)
    named = [each for each in licenses if each.pk == key]
    seated = [each for each in licenses if each.pk in own]
    license_ = next(iter((*named, *seated, *licenses)), None)
    return Chosen(
        choices=tuple(Choice(each, _plan_of(each, now)) for each in licenses),
        license=license_,
        holder=holder_of(license_, now, siblings=licenses) if license_ else None,
        has_seat=license_ is not None and license_.pk in own,
    )


def _plan_of(license_: License, now: datetime) -> str:
    term = terms.in_force(license_.terms.all(), now, region_zone(license_))
    return str(PLAN_NAMES[term.plan]) if term else ""


def offers_for(user: User, chosen: Chosen, rows: list[CatalogueRow], now: datetime) -> list[OfferShown]:
    """Show rows for the chosen license, with its open requests, grants and units."""
    found = answered(rows, chosen.holder)
    if chosen.license is None:
        return shown(found, requests={}, grants={}, lots={})
    has_add_ons = any(row.kind == Kind.ADD_ON for row in rows)
    grants = add_ons_held(chosen.license, now) if has_add_ons else {}
    return shown(
        found,
        requests=open_requests_by_slug(user, chosen.license, now),
        grants={str(add_on): grant for add_on, grant in grants.items()},
        lots=lots_by_add_on(chosen.license, now) if has_add_ons else {},
    )
