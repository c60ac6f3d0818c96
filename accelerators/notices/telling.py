"""Who is told what about requests, add-ons and the permission to request."""

from collections.abc import Iterable
from datetime import datetime

from accelerators.models import EngagementRequest, RequestEvent
from accelerators.queries import deciders_for, granters, is_in_units, told_of_add_ons
from entitlements.models import AddOnGrant, EntitlementEvent
from entitlements.queries import deciders_of, who_answers
from portal.accounts.models import User
from portal.accounts.queries import wants_mail
from portal.notices.operations import NoticeDraft, announce

RECEIVED = "request_received"
ACCEPTED = "request_accepted"
DECLINED = "request_declined"
CANCELLED = "request_cancelled"
TAKEN_BACK = "request_taken_back"
HANDED_OVER = "request_handed_over"
TO_GRANT = "request_to_grant"
LACKS_UNITS = "request_lacks_units"
GRANTED = "add_on_granted"
ENDING = "add_on_ending"
ENDED = "add_on_ended"
PERMISSION_ASKED = "permission_asked"


def tell_deciders(request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime) -> None:
    """Tell who decides for the account; never who acted."""
    _tell(deciders_for(request.license.account_id, now), request, kind, event=event, now=now)


def tell_requester(request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime) -> None:
    """Tell the requester, unless they acted."""
    _tell([request.requester], request, kind, event=event, now=now)


def tell_granters(request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime) -> None:
    """Tell who grants add-ons and units what a request needs of them; never who acted."""
    _tell(granters(), request, kind, event=event, now=now)


def tell_of_cancelling(request: EngagementRequest, *, event: RequestEvent, now: datetime) -> None:
    """Tell the requester, and the deciders of what the customer takes back; never who acted."""
    is_by_staff = event.actor is not None and event.actor.is_staff
    tell_requester(request, CANCELLED, event=event, now=now)
    if not is_by_staff:
        tell_deciders(request, TAKEN_BACK, event=event, now=now)


def _tell(
    people: Iterable[User], request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime
) -> None:
    announce(
        (
            _draft(
                person,
                kind,
                key=f"{request.about}:e{event.pk}:{kind}:u{person.pk}",
                about=request.about,
                params={"request": request.pk},
            )
            for person in people
            if person.is_active and person.pk != event.actor_id
        ),
        now=now,
    )


def tell_of_add_on(grant: AddOnGrant, kind: str, *, event: EntitlementEvent | None, now: datetime) -> None:
    """Tell the account's people of a grant, and of its coming end its TAM and CSM too; never who acted.

    Where the account cannot ask for it anew while it is held, who grants it is told of the end.
    """
    people = told_of_add_ons(grant.account_id, grant.license_id)
    if kind == ENDING:
        people += deciders_of(grant.account_id, now)
    if kind == ENDING and is_in_units(grant.add_on):
        people += [each for each in granters() if each not in people]
    announce(
        (
            _draft(
                person,
                kind,
                key=f"{grant.about}:{kind}:u{person.pk}",
                about=grant.about,
                params={"grant": grant.pk},
            )
            for person in people
            if event is None or person.pk != event.actor_id
        ),
        now=now,
    )


def tell_of_asked_permission(event: EntitlementEvent, *, now: datetime) -> None:
    """Tell the account administrator, else staff on duty, that somebody wants to request services."""
    assert event.actor is not None
    announce(
        (
            _draft(
                person,
                PERMISSION_ASKED,
                key=f"{PERMISSION_ASKED}:{event.pk}:{person.pk}",
                params={"person": event.actor.pk},
            )
            for person in who_answers(event.account, now)
        ),
        now=now,
    )


def _draft(person: User, kind: str, *, key: str, params: dict[str, int], about: str = "") -> NoticeDraft:
    return NoticeDraft(
        key=key, kind=kind, recipient=person, about=about, params=params, wants_mail=wants_mail(person)
    )
