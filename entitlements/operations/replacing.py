"""The verb that gives one contact's seat to another, also where every seat is taken (SPEC 3.4)."""

from datetime import datetime

from django.db import transaction

from entitlements.models import Invitation, License, Seat
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.operations.invitations import keep_seat, known_person
from entitlements.operations.seating import heir_of, held_seat, leave_seat, may_sign_in_again, take_seat
from entitlements.operations.seats import require_no_seat
from entitlements.permissions import contacts_refusal
from entitlements.ports import open_work
from entitlements.queries import forget_seats, plan_in_force
from portal.accounts.models import Account, User, checked_email
from portal.errors import DomainError


def replace_contact(
    seat: Seat,
    address: str,
    *,
    actor: User,
    now: datetime,
    successor: User | None = None,
    keeps_sign_in: bool = False,
) -> Invitation | Seat:
    """Give a contact's seat to another in one step.

    A person of the account takes it at once, with the open cases unless `successor` is to have them. Anybody
    else is invited: the seat is kept for them, and the open cases go where a removal takes them.

    Raises as `remove_named_contact` and `invite_contact` do, "license_full" and "over_capacity" excepted.
    """
    tidy = checked_email(address)
    with transaction.atomic():
        account = locked_account(seat.license.account_id)
        license_ = locked_license(seat.license_id)
        require(contacts_refusal(actor, account))
        current = held_seat(seat, account, actor=actor, now=now)
        if plan_in_force(license_, now) is None:
            raise DomainError("seat_needs_a_term", product=license_.product.name)
        person = User.objects.filter(email=tidy).first()
        if replacement := known_person(person, account, tidy):
            heir = _heir(current, account, license_, successor=successor, replacement=replacement)
            after: Invitation | Seat = take_seat(license_, replacement, now=now)
            detail: dict[str, object] = {"replacement": replacement.pk}
        else:
            heir = heir_of(current, account, successor=successor, product=license_.product.name)
            after = _invite(license_, tidy, actor=actor, now=now)
            detail = {"invitation": after.pk}
        detail |= leave_seat(current, account, heir=heir, keeps_sign_in=keeps_sign_in, actor=actor, now=now)
        if replacement is not None:
            may_sign_in_again(replacement)
        record("contact_replaced", account, actor=actor, now=now, detail=detail, license_=license_)
    forget_seats(current.user)
    return after


def _heir(
    seat: Seat, account: Account, license_: License, *, successor: User | None, replacement: User
) -> User | None:
    """Tell who takes the open cases over where a person of the account takes the seat: they, unless named."""
    require_no_seat(license_, replacement)
    if successor is not None and successor.pk != replacement.pk:
        return heir_of(seat, account, successor=successor, product=license_.product.name)
    return replacement if open_work().open_requests_of(seat.user_id, seat.license_id) else None


def _invite(license_: License, address: str, *, actor: User, now: datetime) -> Invitation:
    pending = Invitation.objects.pending().filter(license=license_, address=address).first()
    if pending is not None and pending.is_open(now):
        raise DomainError("already_invited", product=license_.product.name, until=pending.expires_at)
    return keep_seat(license_, address, pending, actor=actor, now=now)
