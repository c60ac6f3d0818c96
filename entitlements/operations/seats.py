"""Verbs about seats: who is a named contact of which product (SPEC 3.4)."""

from datetime import datetime, timedelta

from django.db import transaction

from entitlements.models import EntitlementEvent, License, Seat
from entitlements.notices import tell_of_asked_seat
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.operations.seating import (
    heir_of,
    held_seat,
    leave_seat,
    may_sign_in_again,
    require_room,
    take_seat,
)
from entitlements.permissions import contacts_refusal
from entitlements.queries import forget_seats
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused

# SPEC 3.4 lets a person ask the administrator and names no limit: once a day, a day being 24 hours.
ASKED_AGAIN_AFTER = timedelta(hours=24)


def add_named_contact(license_: License, person: User, *, actor: User, now: datetime) -> Seat:
    """Give a person of the account a seat; who had lost their sign-in with their last seat may sign in again.

    An invitation of their address to the product is used up by it.

    Raises NotAllowed "not_the_administrator"; FieldRefused "not_of_the_account"; DomainError
    "already_a_contact", "seat_needs_a_term", "license_full" or "over_capacity".
    """
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        require(contacts_refusal(actor, account))
        current = User.objects.get(pk=person.pk)
        if current.account_id != account.pk:
            raise FieldRefused("not_of_the_account", "user", account=account.name)
        require_no_seat(locked, current)
        require_room(locked, now, for_address=current.email)
        seat = take_seat(locked, current, now=now)
        may_sign_in_again(current)
        record("contact_added", account, actor=actor, now=now, detail={"person": current.pk}, license_=locked)
    forget_seats(person)
    return seat


def require_no_seat(license_: License, person: User) -> None:
    """Refuse a second seat on a license; raises DomainError "already_a_contact"."""
    if license_.seats.filter(user=person, removed_at__isnull=True).exists():
        raise DomainError("already_a_contact", product=license_.product.name)


def remove_named_contact(
    seat: Seat,
    *,
    actor: User,
    now: datetime,
    successor: User | None = None,
    keeps_sign_in: bool = False,
) -> Seat:
    """End a seat. Its open cases go to `successor`, an active contact of the same product.

    Where there is no other contact, they go to the account administrator. With the last seat the sign-in
    ends, unless the person is kept as one without a seat, who only reads. Once no license of the account has
    a term in force or to come, staff may end the administrator's last seat too: the role rests.

    Raises NotAllowed "not_the_administrator"; FieldRefused "successor_not_a_contact"; DomainError
    "already_removed", "administrator_needs_a_seat", "administrator_has_work", "name_a_successor" or
    "hand_over_first".
    """
    with transaction.atomic():
        account = locked_account(seat.license.account_id)
        license_ = locked_license(seat.license_id)
        require(contacts_refusal(actor, account))
        current = held_seat(seat, account, actor=actor, now=now)
        heir = heir_of(current, account, successor=successor, product=license_.product.name)
        detail = leave_seat(current, account, heir=heir, keeps_sign_in=keeps_sign_in, actor=actor, now=now)
        record("contact_removed", account, actor=actor, now=now, detail=detail, license_=license_)
    forget_seats(current.user)
    return current


def ask_for_seat(license_: License, *, actor: User, now: datetime) -> None:
    """Ask the account administrator, else staff, for a seat: once in 24 hours for each product.

    Raises FieldRefused "not_of_the_account"; DomainError "already_a_contact", "ask_nobody" of the
    administrator, or "already_asked" with `asked_at` and `hours`.
    """
    with transaction.atomic():
        locked = locked_license(license_.pk)
        account = locked.account
        if actor.account_id != account.pk or not actor.is_active:
            raise FieldRefused("not_of_the_account", "license", account=account.name)
        require_no_seat(locked, actor)
        if account.administrator_id == actor.pk:
            raise DomainError("ask_nobody")
        asked = EntitlementEvent.objects.filter(license=locked, kind="seat_asked", actor=actor)
        last = asked.filter(occurred_at__gt=now - ASKED_AGAIN_AFTER).order_by("-pk").first()
        if last is not None:
            hours = ASKED_AGAIN_AFTER // timedelta(hours=1)
            values = {"asked_at": last.occurred_at, "hours": hours, "product": locked.product.name}
            raise DomainError("already_asked", **values)
        event = record("seat_asked", account, actor=actor, now=now, detail={}, license_=locked)
        tell_of_asked_seat(event, now=now)
