"""Verbs about what a first response is promised in (SPEC 3.2). They change no case."""

from datetime import datetime

from django.db import IntegrityError, transaction

from entitlements.business_time import ClockKind
from entitlements.models import ResponseTarget
from entitlements.operations.changing import require
from entitlements.permissions import entitlements_refusal
from entitlements.targets import MOST_MINUTES, Priority, Service
from portal.accounts.models import User
from portal.errors import FieldRefused


def add_response_target(
    service: Service,
    priority: Priority,
    *,
    clock: ClockKind,
    minutes: int | None,
    in_force_from: datetime,
    actor: User,
    now: datetime,
) -> ResponseTarget:
    """Set a target from an instant to come; cases filed before it keep theirs.

    `minutes` is None for one business day, and only for it. Raises NotAllowed "not_for_your_role";
    FieldRefused "row_in_the_past", "row_taken", "minutes_missing", "minutes_of_a_day" or
    "minutes_out_of_range" with the most.
    """
    require(entitlements_refusal(actor))
    if in_force_from <= now:
        raise FieldRefused("row_in_the_past", "in_force_from")
    _check_minutes(clock, minutes)
    try:
        with transaction.atomic():
            return ResponseTarget.objects.create(
                service=service,
                priority=priority,
                clock=clock,
                minutes=minutes,
                in_force_from=in_force_from,
                made_by=actor,
            )
    except IntegrityError as error:
        raise FieldRefused("row_taken", "in_force_from") from error


def _check_minutes(clock: ClockKind, minutes: int | None) -> None:
    if clock is ClockKind.BUSINESS_DAY:
        if minutes is not None:
            raise FieldRefused("minutes_of_a_day", "minutes")
        return
    if minutes is None:
        raise FieldRefused("minutes_missing", "minutes")
    if not 0 < minutes <= MOST_MINUTES:
        raise FieldRefused("minutes_out_of_range", "minutes", most=MOST_MINUTES)
