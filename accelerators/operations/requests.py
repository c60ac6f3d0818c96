"""Verbs about requests from the catalogue (SPEC 4.5)."""

from datetime import date, datetime, timedelta

from django.db import transaction

from accelerators import notices
from accelerators.lifecycle import Action, Status
from accelerators.models import CatalogueRow, EngagementRequest
from accelerators.models.requests import ANSWER_LENGTH, GOAL_LENGTH
from accelerators.operations.changing import changing, checked_text, record_event
from accelerators.operations.units import return_units, use_units
from accelerators.permissions import (
    availability_refusal,
    is_to_grant,
    lacks_units,
    request_refusal,
    takes_units,
)
from accelerators.queries import is_of_account, row_in_force, undecided_request
from entitlements.models import License
from entitlements.operations.changing import locked_account, locked_license
from entitlements.permissions import term_refusal
from entitlements.queries import forget_seats, has_seat
from entitlements.terms import local_day
from portal.accounts.models import User
from portal.accounts.zones import account_zone
from portal.errors import DomainError, FieldRefused

# Wished days lie within this stretch from today on.
_LONGEST_WISH = timedelta(days=730)


def request_thing(
    row: CatalogueRow,
    license_: License,
    *,
    goal: str,
    wished_from: date | None = None,
    wished_until: date | None = None,
    actor: User,
    now: datetime,
) -> EngagementRequest:
    """Ask for a thing of the catalogue for a license; who decides for the account is told.

    Where it takes units and none is left, who grants them is told, too.

    Raises as `accelerators.permissions.request_refusal`; DomainError "already_requested" or
    "already_requested_for_account" with the number; FieldRefused "goal_missing", "goal_too_long", "nul",
    "wish_in_the_past", "wish_too_far", "wish_without_start" or "wishes_descend".
    """
    goal = checked_text(goal, "goal", most=GOAL_LENGTH, missing="goal_missing", too_long="goal_too_long")
    with transaction.atomic():
        locked = _locked_for_asking(license_, row.slug)
        forget_seats(actor)
        actor.refresh_from_db(fields=["is_active", "may_request", "account"])
        current = row_in_force(row.slug, now) or row
        if refused := request_refusal(actor, current, locked, now):
            raise refused
        _check_wishes(wished_from, wished_until, today=local_day(now, account_zone(locked.account)))
        _require_not_asked(locked, row.slug)
        request = EngagementRequest.objects.create(
            license=locked,
            row=current,
            slug=current.slug,
            status=Status.REQUESTED,
            asked_by=actor,
            requester=actor,
            asked_at=now,
            goal=goal,
            wished_from=wished_from,
            wished_until=wished_until,
        )
        event = record_event(request, "requested", actor=actor, now=now, requester=actor.pk)
        notices.tell_deciders(request, notices.RECEIVED, event=event, now=now)
        if lacks_units(request, now):
            notices.tell_granters(request, notices.LACKS_UNITS, event=event, now=now)
    return request


def _locked_for_asking(license_: License, slug: str) -> License:
    """Lock the license; for what the account holds the account first, lest another license ask, too."""
    if is_of_account(slug):
        locked_account(license_.account_id)
    return locked_license(license_.pk)


def _require_not_asked(license_: License, slug: str) -> None:
    other = undecided_request(license_, slug)
    if other is not None and is_of_account(slug):
        raise DomainError("already_requested_for_account", number=other.number)
    if other is not None:
        raise DomainError("already_requested", number=other.number)


def accept_request(
    request: EngagementRequest, *, answer: str = "", units: int | None = None, actor: User, now: datetime
) -> EngagementRequest:
    """Say yes; of what is counted in units and held so many are used, those first that lapse first.

    Raises NotAllowed "wrong_role"; DomainError "wrong_status", "not_available", the codes of `term_refusal`,
    or "units_short" with what is left; FieldRefused "units_missing", "units_not_asked",
    "units_out_of_range", "answer_too_long" or "nul".
    """
    answer = _checked_answer(answer, missing="")
    with changing(request, Action.ACCEPT, actor=actor, now=now) as change:
        current = change.request
        row = row_in_force(current.slug, now) or current.row
        license_ = current.license
        if refused := term_refusal(license_, now) or availability_refusal(row, license_, now):
            raise refused
        uses_units = takes_units(current, now)
        if uses_units:
            use_units(current, units, actor=actor, now=now)
        elif units is not None:
            raise FieldRefused("units_not_asked", "units")
        change.move()
        change.decide(answer)
        event = change.record("accepted", units=units)
        notices.tell_requester(current, notices.ACCEPTED, event=event, now=now)
        if is_to_grant(current, now):
            notices.tell_granters(current, notices.TO_GRANT, event=event, now=now)
    return current


def decline_request(
    request: EngagementRequest, *, reason: str, actor: User, now: datetime
) -> EngagementRequest:
    """Say no, with the reason, which the customer reads.

    Raises NotAllowed "wrong_role"; DomainError "wrong_status"; FieldRefused "reason_missing",
    "answer_too_long" or "nul".
    """
    reason = _checked_answer(reason, missing="reason_missing")
    with changing(request, Action.DECLINE, actor=actor, now=now) as change:
        change.move()
        change.decide(reason)
        event = change.record("declined")
        notices.tell_requester(change.request, notices.DECLINED, event=event, now=now)
    return change.request


def cancel_request(
    request: EngagementRequest, *, reason: str = "", actor: User, now: datetime
) -> EngagementRequest:
    """Take a request back; units that it used come back. Staff write why, the customer may.

    What was answered before stays beside it.

    Raises as `decline_request`.
    """
    reason = _checked_answer(reason, missing="reason_missing" if actor.is_staff else "")
    with changing(request, Action.CANCEL, actor=actor, now=now) as change:
        return_units(change.request, actor=actor, now=now)
        change.move()
        change.request.cancel_reason = reason
        event = change.record("cancelled")
        notices.tell_of_cancelling(change.request, event=event, now=now)
    return change.request


def hand_request_to_colleague(
    request: EngagementRequest, *, colleague: User, actor: User, now: datetime
) -> EngagementRequest:
    """Make another active named contact of the product the requester; who asked stays on record.

    Raises NotAllowed "wrong_role"; DomainError "wrong_status"; FieldRefused "already_requester" or
    "not_a_contact_of_the_product".
    """
    with changing(request, Action.HAND_TO_COLLEAGUE, actor=actor, now=now) as change:
        forget_seats(colleague)
        if colleague.pk == change.request.requester_id:
            raise FieldRefused("already_requester", "colleague")
        if not has_seat(colleague, change.request.license_id):
            raise FieldRefused("not_a_contact_of_the_product", "colleague")
        before = change.request.requester_id
        change.request.requester = colleague
        event = change.record("requester_changed", before=before, after=colleague.pk)
        notices.tell_requester(change.request, notices.HANDED_OVER, event=event, now=now)
    return change.request


def _checked_answer(text: str, *, missing: str) -> str:
    return checked_text(text, "answer", most=ANSWER_LENGTH, missing=missing, too_long="answer_too_long")


def _check_wishes(first: date | None, last: date | None, *, today: date) -> None:
    for field, wished in (("wished_from", first), ("wished_until", last)):
        if wished is not None and wished < today:
            raise FieldRefused("wish_in_the_past", field)
        if wished is not None and wished > today + _LONGEST_WISH:
            raise FieldRefused("wish_too_far", field, last_on=today + _LONGEST_WISH)
    if last is not None and first is None:
        raise FieldRefused("wish_without_start", "wished_from")
    if first is not None and last is not None and last < first:
        raise FieldRefused("wishes_descend", "wished_until")
