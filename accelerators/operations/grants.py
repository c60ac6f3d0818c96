"""Verbs about add-ons that staff grant for a term (SPEC 4.1)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accelerators import notices
from accelerators.availability import Reason, State, availability
from accelerators.operations.units import check_term
from accelerators.queries import holder_of, row_in_force
from entitlements.add_ons import OF_THE_ACCOUNT, TOLD_BEFORE_END, AddOn
from entitlements.models import AddOnGrant, License
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import entitlements_refusal
from entitlements.queries import region_zone
from entitlements.terms import local_day, overlapping, term_columns
from portal.accounts.models import Account, User
from portal.errors import DomainError, FieldRefused


def grant_add_on(
    account: Account,
    add_on: AddOn,
    *,
    license_: License | None,
    first_on: date,
    last_on: date,
    actor: User,
    now: datetime,
) -> AddOnGrant:
    """Give an account, or one of its licenses, an add-on for some days, both included; its people are told.

    What the first day's plan says decides: an add-on that comes with it, or cannot be had under it, is
    refused. Raises NotAllowed "not_for_your_role"; FieldRefused "grant_needs_a_license",
    "grant_of_the_account", "grant_of_another_account", "term_outside_calendar",
    "term_ends_before_it_begins" or "grant_in_the_past"; DomainError "grant_overlaps" with the days,
    "nothing_to_grant" or "grant_not_available" with the reason.
    """
    require(entitlements_refusal(actor))
    _check_holder(account, add_on, license_)
    with transaction.atomic():
        owner = locked_account(account.pk)
        held_by = locked_license(license_.pk) if license_ else None
        at_hand = held_by or _any_license(owner)
        zone = region_zone(at_hand)
        check_term(first_on, last_on, today=local_day(now, zone))
        grant = AddOnGrant(
            account=owner,
            license=held_by,
            add_on=add_on.value,
            **term_columns(first_on, last_on, zone),
            granted_at=now,
            granted_by=actor,
        )
        _require_free(grant)
        _require_available(add_on, at_hand, max(grant.begins_at, now))
        warned_at = grant.ends_at - TOLD_BEFORE_END
        # A grant that ends within 30 days says so itself.
        grant.next_step_at = warned_at if warned_at > now else grant.ends_at
        grant.save()
        detail = {"after": _said_of(grant)}
        event = record("add_on_granted", owner, actor=actor, now=now, detail=detail, license_=held_by)
        notices.tell_of_add_on(grant, notices.GRANTED, event=event, now=now)
    return grant


def _require_free(grant: AddOnGrant) -> None:
    others = AddOnGrant.objects.filter(
        account=grant.account,
        license=grant.license,
        add_on=grant.add_on,
        # One that was taken back before it began covers nothing, one that was ended no day after.
        ends_at__gt=F("begins_at"),
    ).filter(ends_at__gt=grant.begins_at)
    if other := overlapping(others, grant.first_on, grant.last_on):
        raise DomainError("grant_overlaps", first_on=other.first_on, last_on=other.last_on)


def _said_of(grant: AddOnGrant) -> dict[str, str]:
    return {
        "add_on": grant.add_on,
        "first_on": grant.first_on.isoformat(),
        "last_on": grant.last_on.isoformat(),
    }


def end_add_on(grant: AddOnGrant, *, actor: User, now: datetime) -> AddOnGrant:
    """End a grant before its last day, or take back one that has not begun; its people are told.

    What was accepted goes on. Raises NotAllowed "not_for_your_role"; DomainError "grant_is_over".
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        account = locked_account(grant.account_id)
        if grant.license_id is not None:
            locked_license(grant.license_id)
        current = AddOnGrant.objects.select_for_update(no_key=True).get(pk=grant.pk)
        if current.ends_at <= now:
            raise DomainError("grant_is_over")
        current.ends_at = max(now, current.begins_at)
        current.next_step_at = None
        current.save(update_fields=["ends_at", "next_step_at"])
        before = {"add_on": current.add_on, "last_on": current.last_on.isoformat()}
        event = record(
            "add_on_withdrawn",
            account,
            actor=actor,
            now=now,
            detail={"before": before},
            license_=current.license,
        )
        notices.tell_of_add_on(current, notices.ENDED, event=event, now=now)
    return current


def _check_holder(account: Account, add_on: AddOn, license_: License | None) -> None:
    if add_on in OF_THE_ACCOUNT and license_ is not None:
        raise FieldRefused("grant_of_the_account", "license")
    if add_on not in OF_THE_ACCOUNT and license_ is None:
        raise FieldRefused("grant_needs_a_license", "license")
    if license_ is not None and license_.account_id != account.pk:
        raise FieldRefused("grant_of_another_account", "license")


def _any_license(account: Account) -> License:
    """Find a license by which to ask what the whole account may hold."""
    licenses = License.objects.filter(account=account).for_display().order_by("pk")
    first = licenses.first()
    if first is None:
        raise DomainError("grant_not_available", reason=Reason.NO_TERM, plan=None, ways=())
    return first


def _require_available(add_on: AddOn, license_: License, at: datetime) -> None:
    row = row_in_force(add_on.value, at)
    if row is None:
        raise DomainError("grant_not_available", reason=Reason.NOT_OFFERED, plan=None, ways=())
    answer = availability(row.offer(), holder_of(license_, at))
    if answer.state is State.NOT_AVAILABLE:
        raise DomainError("grant_not_available", reason=answer.reason, plan=answer.plan, ways=answer.ways)
    if answer.reason is Reason.PLAN_INCLUDES:
        raise DomainError("nothing_to_grant", plan=answer.plan)
