"""The only answer to "may they?" about the catalogue and its requests (DESIGN 4)."""

from datetime import datetime

from accelerators.availability import Holder, Reason, State, availability
from accelerators.kinds import Kind
from accelerators.lifecycle import Action, Refusal, Role, Status, refusal
from accelerators.models import CatalogueRow, EngagementRequest
from accelerators.queries import (
    decider_keys,
    holder_of,
    is_granted_since,
    is_in_units,
    row_in_force,
    units_left,
    units_used_by,
)
from entitlements.models import License
from entitlements.permissions import term_refusal
from entitlements.queries import active_license_ids, has_seat
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import User
from portal.errors import DomainError, NotAllowed


def request_refusal(
    user: User, row: CatalogueRow, license_: License, now: datetime, *, holder: Holder | None = None
) -> DomainError | None:
    """Say why a person may not ask for a thing for a license now, or None; `holder` where it is at hand.

    Codes: "no_seat_for_requests", "may_not_request" (403); those of `term_refusal` and
    `availability_refusal` (409).
    """
    if not has_seat(user, license_.pk):
        return NotAllowed("no_seat_for_requests", product=license_.product.name)
    if not user.may_request:
        return NotAllowed("may_not_request")
    return term_refusal(license_, now) or availability_refusal(row, license_, now, holder=holder)


def availability_refusal(
    row: CatalogueRow, license_: License, now: datetime, *, holder: Holder | None = None
) -> DomainError | None:
    """Say why asking for a thing makes no sense for a license now, whoever asks, or None.

    Codes: "works_by_itself"; "not_available" with `reason`, `plan` and `ways`.
    """
    answer = availability(row.offer(), holder or holder_of(license_, now))
    if answer.can_be_requested:
        return None
    if answer.works_by_itself:
        return DomainError("works_by_itself")
    return DomainError("not_available", reason=answer.reason, plan=answer.plan, ways=answer.ways)


def comes_with_plan(license_: License, slug: str, at: datetime) -> bool:
    """Tell whether a license has a thing at an instant by its plan alone: there is nothing to grant."""
    row = row_in_force(slug, at)
    answer = availability(row.offer(), holder_of(license_, at)) if row else None
    return answer is not None and answer.reason is Reason.PLAN_INCLUDES


def is_to_grant(request: EngagementRequest, now: datetime) -> bool:
    """Tell whether a request is accepted and its add-on still to be granted: it uses no units."""
    is_accepted = request.row.kind == Kind.ADD_ON and request.status == Status.ACCEPTED
    is_open = is_accepted and not units_used_by(request) and not is_granted_since(request)
    return is_open and not comes_with_plan(request.license, request.slug, now)


def has_thing(license_: License, slug: str, at: datetime) -> bool:
    """Tell whether a license has a thing at an instant: it comes with the plan or the bundle, or is held."""
    row = row_in_force(slug, at)
    return row is not None and availability(row.offer(), holder_of(license_, at)).state is State.INCLUDED


def takes_units(request: EngagementRequest, now: datetime) -> bool:
    """Tell whether saying yes to a request uses units: of what is only available none can be granted yet."""
    return is_in_units(request.slug) and has_thing(request.license, request.slug, now)


def lacks_units(request: EngagementRequest, now: datetime) -> bool:
    """Tell whether saying yes to a request would use units, and none is left."""
    return takes_units(request, now) and units_left(request.license, request.slug, now) == 0


def catalogue_refusal(actor: User) -> DomainError | None:
    """Say why a person may not change what the catalogue says, or None (SPEC 5)."""
    if StaffGroup.CATALOGUE_MANAGER in staff_groups(actor):
        return None
    return NotAllowed("not_for_your_role")


def decides(user: User, account_id: int, now: datetime) -> bool:
    """Tell whether a person decides about an account's requests (SPEC 4.5).

    Its TAM and CSM; where it has no designated team, every success manager; the superuser always.
    """
    groups = staff_groups(user)
    if not groups:
        return False
    by_name = decider_keys(account_id, now)
    return user.is_superuser or (user.pk in by_name if by_name else StaffGroup.SUCCESS_MANAGER in groups)


def roles_of(user: User, request: EngagementRequest, now: datetime) -> frozenset[Role]:
    """Say what `user` is to a request, which must have come through `visible_to(user, now)`."""
    if user.is_staff:
        return frozenset({Role.DECIDER} if decides(user, request.license.account_id, now) else ())
    roles = {Role.READER}
    if request.license.account.administrator_id == user.pk:
        roles.add(Role.ADMINISTRATOR)
    if request.license_id in active_license_ids(user):
        if user.may_request:
            roles.add(Role.CONTACT)
        if request.requester_id == user.pk:
            roles.add(Role.REQUESTER)
    return frozenset(roles)


def refusal_of(action: Action, request: EngagementRequest, user: User, now: datetime) -> Refusal | None:
    """Say why a person may not take `action` now, or None."""
    return refusal(action, Status(request.status), roles=roles_of(user, request, now))


def require(action: Action, request: EngagementRequest, user: User, now: datetime) -> None:
    """Raise the refusal of an action as the error that pages translate, if there is one.

    Raises NotAllowed "wrong_role" where the person never may; DomainError "wrong_status".
    """
    refused = refusal_of(action, request, user, now)
    if refused is None:
        return
    error = NotAllowed if refused.is_about_role else DomainError
    raise error(refused.code, **refused.values)
