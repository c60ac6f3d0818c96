"""What verbs about seats and invitations share: room, taking a seat, leaving one. Called under the locks."""

from datetime import datetime

from entitlements.models import Invitation, License, Seat
from entitlements.permissions import entitlements_refusal
from entitlements.ports import open_work
from entitlements.queries import capacity_of, contacts_of, has_other_seat, plan_in_force
from entitlements.queries.licenses import has_term_left
from portal.accounts.models import Account, User
from portal.errors import DomainError, FieldRefused


def require_room(license_: License, now: datetime, *, for_address: str) -> None:
    """Refuse one more seat; the open invitation of `for_address` is not counted beside the seat itself.

    Raises DomainError "seat_needs_a_term", "license_full" or "over_capacity".
    """
    plan = plan_in_force(license_, now)
    if plan is None:
        raise DomainError("seat_needs_a_term", product=license_.product.name)
    capacity = capacity_of(license_, now, apart_from=for_address)
    if capacity.is_full:
        code = "over_capacity" if capacity.over else "license_full"
        held = {"invited": capacity.invited} if capacity.invited else {}
        raise DomainError(code, plan=plan, capacity=capacity.limit, taken=capacity.taken, **held)


def take_seat(license_: License, person: User, *, now: datetime) -> Seat:
    """Give a person of the account a seat, in place of the pending invitation of their address."""
    seat = Seat.objects.create(license=license_, user=person, added_at=now)
    pending = Invitation.objects.pending().filter(license=license_, address=person.email)
    pending.update(accepted_at=now, accepted_by=person)
    return seat


def leave_seat(
    seat: Seat, account: Account, *, heir: User | None, keeps_sign_in: bool, actor: User, now: datetime
) -> dict[str, object]:
    """End a seat, hand its open cases to `heir`, end role and sign-in with the last one; tell what became.

    The administrator's role ends here only where `held_seat` lets it rest.
    """
    has_other_seats = has_other_seat(seat.user_id, than=seat)
    seat.removed_at = now
    seat.save(update_fields=["removed_at"])
    ends_role = account.administrator_id == seat.user_id and not has_other_seats
    if ends_role:
        account.administrator = None
        account.save(update_fields=["administrator"])
    open_work().let_go(
        seat.user_id,
        seat.license_id,
        successor=heir,
        has_other_seats=has_other_seats,
        actor=actor,
        now=now,
    )
    ends_sign_in = not has_other_seats and not keeps_sign_in
    if ends_sign_in:
        seat.user.is_active = False
        seat.user.save(update_fields=["is_active"])
    became = {"ends_role": True} if ends_role else {}
    return {
        "person": seat.user_id,
        "successor": heir.pk if heir else None,
        "ends_sign_in": ends_sign_in,
        **became,
    }


def held_seat(seat: Seat, account: Account, *, actor: User, now: datetime) -> Seat:
    """Load a seat that is to end.

    Raises DomainError "already_removed", "administrator_needs_a_seat" or "administrator_has_work".
    """
    current = Seat.objects.select_related("user").get(pk=seat.pk)
    if current.removed_at is not None:
        raise DomainError("already_removed", removed_at=current.removed_at)
    if account.administrator_id == current.user_id and not has_other_seat(current.user_id, than=current):
        _require_rest(current, account, actor=actor, now=now)
    return current


def _require_rest(seat: Seat, account: Account, *, actor: User, now: datetime) -> None:
    """Refuse to end the administrator's last seat, save to staff once the last term is over (SPEC 3.4).

    What had come to the administrator from products without another contact would be nobody's.
    """
    if entitlements_refusal(actor) is not None or has_term_left(account, now):
        raise DomainError("administrator_needs_a_seat")
    everything = open_work().open_requests_by([seat.user_id]).get(seat.user_id, 0)
    elsewhere = everything - open_work().open_requests_of(seat.user_id, seat.license_id)
    if elsewhere:
        raise DomainError("administrator_has_work", cases=elsewhere)


def heir_of(seat: Seat, account: Account, *, successor: User | None, product: str) -> User | None:
    """Find who takes over the open cases, or None where there are none.

    Raises FieldRefused "successor_not_a_contact"; DomainError "name_a_successor" or "hand_over_first".
    """
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


def may_sign_in_again(person: User) -> None:
    """Give back the sign-in that a person had lost with their last seat."""
    User.objects.filter(pk=person.pk, is_active=False).update(is_active=True)
    person.is_active = True
