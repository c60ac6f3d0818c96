"""The only answer to "may they?" about entitlements and about filing (DESIGN 4)."""

from dataclasses import dataclass
from datetime import datetime

from entitlements import terms
from entitlements.models import License
from entitlements.queries import has_seat, licenses_of, region_zone
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import Account, User
from portal.errors import DomainError, NotAllowed


def filing_refusal(user: User, license_: License, now: datetime) -> DomainError | None:
    """Say why a person may not file a case for a license now, or None.

    Codes: "not_a_named_contact", "may_not_file" (403); "no_term_yet" with `first_on`, "term_ended" with
    `last_on`, "no_term" (409). Between two terms it is "no_term_yet", with the first day of the next.
    """
    product = license_.product.name
    if not has_seat(user, license_.pk):
        return NotAllowed("not_a_named_contact", product=product)
    if not user.may_file_cases:
        return NotAllowed("may_not_file", product=product)
    return term_refusal(license_, now)


def term_refusal(license_: License, now: datetime) -> DomainError | None:
    """Say why nothing can be filed for a license now, by whomever, or None; the codes of `filing_refusal`."""
    product = license_.product.name
    every = list(license_.terms.all())
    zone = region_zone(license_)
    today = terms.local_day(now, zone)
    if terms.in_force(every, now, zone):
        return None
    if coming := terms.next_after(every, today):
        return DomainError("no_term_yet", product=product, first_on=coming.first_on)
    if ended := terms.last_before(every, today):
        return DomainError("term_ended", product=product, last_on=ended.last_on)
    return DomainError("no_term", product=product)


@dataclass(frozen=True)
class FilingChoice:
    """A license of a person's account, and why they may not file for it now, if they may not."""

    license: License
    refusal: DomainError | None


def filing_choices(user: User, now: datetime) -> list[FilingChoice]:
    """List every license of a person's account with the answer to whether they may file for it now."""
    return [FilingChoice(license_, filing_refusal(user, license_, now)) for license_ in licenses_of(user)]


def licenses_to_file_for(user: User, now: datetime) -> list[License]:
    """List the licenses that a person may file for now, in the order of the products."""
    return [choice.license for choice in filing_choices(user, now) if choice.refusal is None]


def entitlements_refusal(actor: User) -> DomainError | None:
    """Say why a person may not change accounts, licenses and terms, or None.

    Entitlement managers may (SPEC 5).
    """
    if StaffGroup.ENTITLEMENT_MANAGER in staff_groups(actor):
        return None
    return NotAllowed("not_for_your_role")


def contacts_refusal(actor: User, account: Account) -> DomainError | None:
    """Say why a person may not change an account's seats and permissions, or None (SPEC 3.4)."""
    if entitlements_refusal(actor) is None:
        return None
    if actor.is_active and actor.account_id == account.pk and account.administrator_id == actor.pk:
        return None
    return NotAllowed("not_the_administrator")


def access_refusal(user: User, license_: License) -> DomainError | None:
    """Say why a person may not grant support access to a product's environments, or end it, or None."""
    is_administrator = user.is_active and license_.account.administrator_id == user.pk
    if is_administrator or has_seat(user, license_.pk):
        return None
    return NotAllowed("not_for_access", product=license_.product.name)
