"""Holds and the customer's extension: the follow-up clock stands still (SPEC 2.1)."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.follow_up import EXTENSION, LONGEST_HOLD_DAYS, next_due_at
from cases.lifecycle import Action
from cases.models import Case, Hold, WaitingPeriod
from cases.operations.changing import Change, changing, end_hold
from portal.accounts.models import User
from portal.accounts.zones import account_zone
from portal.errors import FieldRefused


def hold_case(case: Case, *, last_on: date, reason: str, actor: User, now: datetime) -> Case:
    """This will hold the case to the end of a day in the account's zone; a second hold replaces the end.

    Raises:
        FieldRefused: the day has ended, or lies more than 30 days ahead.
    """
    with changing(case, Action.HOLD, actor=actor, now=now) as change:
        zone = account_zone(change.case.account)
        # First, for a day at the end of the calendar has no next one.
        if last_on > now.astimezone(zone).date() + timedelta(days=LONGEST_HOLD_DAYS):
            raise FieldRefused("hold_too_long", field="last_on")
        until = end_of_day(last_on, zone)
        if until <= now:
            raise FieldRefused("hold_in_the_past", field="last_on")
        _hold_until(change, until, reason=reason)
        event = change.record("held", {"until": until.isoformat(), "reason": reason})
        change.tell_customer("hold_set", event, until=until.isoformat(), reason=reason)
    return change.case


def release_hold(case: Case, *, actor: User, now: datetime) -> Case:
    """This will let the follow-up clock go on at once."""
    with changing(case, Action.RELEASE, actor=actor, now=now) as change:
        period = _period(change)
        end_hold(period.holds.get(ended_at__isnull=True), now=now)
        _replan(change)
        event = change.record("released")
        change.tell_customer("hold_ended", event)
    return change.case


def extend_waiting(case: Case, *, actor: User, now: datetime) -> Case:
    """This will add a hold of 72 h, from now or from the end of a running hold; once per period."""
    with changing(case, Action.EXTEND, actor=actor, now=now) as change:
        period = _period(change)
        running = period.rules().running_hold()
        until = max(running.until if running else now, now) + EXTENSION
        _hold_until(change, until, reason="")
        period.extended_at = now
        period.save(update_fields=["extended_at"])
        event = change.record("extended", {"until": until.isoformat()})
        change.tell_customer("hold_set", event, until=until.isoformat(), extension=True)
    return change.case


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """This will give 24:00 of a day in a zone, as an instant in UTC."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    return midnight.astimezone(ZoneInfo("UTC"))


def _period(change: Change) -> WaitingPeriod:
    assert change.case.period is not None
    return change.case.period


def _hold_until(change: Change, until: datetime, *, reason: str) -> None:
    """Sets the running hold's end, or begins a hold; one that ended unseen by the clock is ended first."""
    period = _period(change)
    running = period.holds.filter(ended_at__isnull=True).first()
    if running is not None and running.until <= change.now:
        end_hold(running, now=change.now)
        running = None
    if running is None:
        Hold.objects.create(period=period, began_at=change.now, until=until, reason=reason)
    else:
        running.until = until
        running.reason = reason or running.reason
        running.save(update_fields=["until", "reason"])
    _replan(change)


def _replan(change: Change) -> None:
    """Computes the next step from the holds as they are stored now."""
    period = WaitingPeriod.objects.select_related("policy").get(pk=_period(change).pk)
    change.case.next_follow_up_at = next_due_at(period.rules(), now=change.now)
