"""Verbs about seats: who is a named contact of which product (SPEC 3.4)."""

from datetime import datetime

from django.db import transaction

from entitlements.models import License, Seat
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import contacts_refusal
from entitlements.ports import open_work
from entitlements.queries import capacity_of, contacts_of, forget_seats, has_other_seat, plan_in_force
from portal.accounts.models import Account, User
from portal.errors import DomainError, FieldRefused


def add_named_contact(license_: License, person: User, *, actor: User, now: datetime) -> Seat:
    """Give a person of the account a seat; who had lost their sign-in with their last seat may sign in again.

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
        if locked.seats.filter(user=current, removed_at__isnull=True).exists():
            raise DomainError("already_a_contact", product=locked.product.name)
        _require_room(locked, now)
        seat = Seat.objects.create(license=locked, user=current, added_at=now)
        if not current.is_active:
            current.is_active = True
            current.save(update_fields=["is_active"])
        record("contact_added", account, actor=actor, now=now, detail={"person": current.pk}, license_=locked)
    forget_seats(person)
    return seat


def _require_room(license_: License, now: datetime) -> None:
    plan = plan_in_force(license_, now)
    if plan is None:
        raise DomainError("seat_needs_a_term", product=license_.product.name)
    capacity = capacity_of(license_, now)
    if capacity.is_full:
        code = "over_capacity" if capacity.over else "license_full"
        raise DomainError(code, plan=plan, capacity=capacity.limit, taken=capacity.taken)


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
    ends, unless the person is kept as one without a seat, who only reads.

    Raises NotAllowed "not_the_administrator"; FieldRefused "successor_not_a_contact"; DomainError
    "already_removed", "administrator_needs_a_seat", "name_a_successor" or "hand_over_first".
    """
    with transaction.atomic():
        account = locked_account(seat.license.account_id)
        license_ = locked_license(seat.license_id)
        require(contacts_refusal(actor, account))
        current = Seat.objects.select_related("user").get(pk=seat.pk)
        if current.removed_at is not None:
            raise DomainError("already_removed", removed_at=current.removed_at)
        has_other_seats = has_other_seat(current.user_id, than=current)
        if account.administrator_id == current.user_id and not has_other_seats:
            raise DomainError("administrator_needs_a_seat")
        heir = _heir(current, account, successor=successor, product=license_.product.name)
        current.removed_at = now
        current.save(update_fields=["removed_at"])
        open_work().let_go(
            current.user_id,
            current.license_id,
            successor=heir,
            has_other_seats=has_other_seats,
            actor=actor,
            now=now,
        )
        ends_sign_in = not has_other_seats and not keeps_sign_in
        if ends_sign_in:
            _end_sign_in(current.user)
        successor_id = heir.pk if heir else None
        detail = {"person": current.user_id, "successor": successor_id, "ends_sign_in": ends_sign_in}
        record("contact_removed", account, actor=actor, now=now, detail=detail, license_=license_)
    forget_seats(current.user)
    return current


def _end_sign_in(person: User) -> None:
    person.is_active = False
    person.save(update_fields=["is_active"])


def _heir(seat: Seat, account: Account, *, successor: User | None, product: str) -> User | None:
    """Find who takes over the open cases, or None where there are none."""
    others = contacts_of(seat.license_id).exclude(pk=seat.user_id)
    if successor is not None and not others.filter(pk=successor.pk).exists():
        raise FieldRefused("successor_not_a_contact", "successor", product=product)
    cases = open_work().open_requests_of(seat.user_id, seat.license_id)
    if not cases or successor is not None:
        return successor if cases else None
    if others.exists():
        raise DomainError("name_a_successor", cases=cases)
    administrator = account.administrator
    if administrator is None or administrator.pk == seat.user_id or not administrator.is_active:
        raise DomainError("hand_over_first", cases=cases)
    return administrator
