"""Every verb on a case as SPEC 2 tells it, carried out on the model. Each checks all, then changes all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.machine.calls import HALF_AN_HOUR, Call
from tests.machine.model import Model, Refused, require
from tests.machine.series import EXTENSION
from tests.machine.table import ZONE, CaseModel, License, Person, status_after

# SPEC 2.1: a hold ends at most 30 days ahead.
LONGEST_HOLD_DAYS = 30


@dataclass(slots=True)
class Wish:
    """What somebody wants done: the action with all that it may need."""

    action: str
    actor: Person
    case: CaseModel | None = None
    license: License | None = None
    person: Person | None = None
    people: frozenset[Person] = frozenset()
    other: CaseModel | None = None
    priority: int = 3
    is_committed: bool = False
    is_customers_wish: bool = False
    resolution: str = ""
    day: date | None = None
    tags: frozenset[str] = frozenset()
    starts_at: datetime | None = None
    is_by_phone: bool = True


def carry_out(model: Model, wish: Wish, now: datetime) -> None:
    """This will do on the model what is wished, or raise Refused and change nothing."""
    if wish.action == "file":
        _file(model, wish, now)
    elif wish.action == "log-caller":
        _log_caller(model, wish, now)
    elif wish.case is not None:
        if wish.action == "follow-up" and wish.priority == 1:
            raise Refused("p1_not_followed_up")
        model.check(wish.action, wish.case, wish.actor, now)
        VERBS[wish.action](model, wish.case, wish, now)


# --- Filing -------------------------------------------------------------------------------------------


def _file(model: Model, wish: Wish, now: datetime, follows: CaseModel | None = None) -> CaseModel:
    requestor, license_ = wish.person or wish.actor, wish.license
    assert license_ is not None
    if requestor is not wish.actor and not (wish.actor.is_staff and wish.actor.is_active):
        raise Refused("not_on_behalf")
    if not requestor.has_seat(license_):
        raise Refused("not_a_named_contact")
    if not requestor.may_file:
        raise Refused("may_not_file")
    if license_.has_ended(now):
        raise Refused("term_ended")
    if wish.priority == 1 and not wish.is_committed:
        raise Refused("p1_needs_commitment")
    watchers = wish.people - {requestor}
    _require_of_the_account(watchers, license_)
    case = CaseModel(license_, requestor, wish.actor, wish.priority, now, follows=follows)
    case.watchers = set(watchers)
    case.is_committed = wish.is_committed and wish.priority == 1
    case.decide(model.promise(case, "filed", opened_at=now, since=now, now=now))
    model.cases.append(case)
    case.key = -len(model.cases)  # until the portal has given its own
    model.record(case, "filed", wish.actor, now, before=case.status)
    model.acknowledge(case, now)
    if case.priority == 1:
        model.tell_staff(case, "p1_filed", wish.actor, now)
    return case


def _follow_up(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    wish.license = case.license
    _file(model, wish, now, follows=case)
    model.record(case, "followed_up", wish.actor, now, before=case.status)
    model.tell_customer(case, "follow_up_filed", wish.actor, now)


def _log_caller(model: Model, wish: Wish, now: datetime) -> None:
    """SPEC 3.4: Pending Response from the start, and no target yet; `person` is a caller who is known."""
    license_, caller = wish.license, wish.person
    assert license_ is not None
    require("" if wish.actor.is_staff and wish.actor.is_active else "not_on_behalf")
    require("term_ended" if license_.has_ended(now) else "")
    if caller is not None and caller.has_seat(license_) and caller.may_file:
        raise Refused("caller_is_a_contact")
    require("" if model.takers(license_) else "nobody_to_take_over")
    case = CaseModel(license_, None, wish.actor, 3, now, status="pending_response")
    model.cases.append(case)
    case.key = -len(model.cases)  # until the portal has given its own
    model.begin_period(case, now)
    model.record(case, "caller_logged", wish.actor, now, before=case.status)
    model.tell_customer(case, "caller_logged", wish.actor, now)


def _take_over(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    """SPEC 3.4: requestor, Awaiting Assignment, and only then does the target start."""
    require("p1_needs_commitment" if wish.priority == 1 and not wish.is_committed else "")
    watchers = set(wish.people - {wish.actor})
    _require_of_the_account(watchers, case.license)
    before = case.status
    model.end_period(case, now)
    case.status = status_after(wish.action, case)
    case.requestor, case.watchers, case.filed_at = wish.actor, watchers, now
    case.priority = wish.priority
    case.decide(model.promise(case, "filed", opened_at=now, since=now, now=now))
    model.record(case, "taken_over", wish.actor, now, before=before)
    model.acknowledge(case, now)
    if case.priority == 1:
        model.tell_staff(case, "p1_filed", wish.actor, now)


# --- Calls --------------------------------------------------------------------------------------------


def _request_call(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    """SPEC 2: P1 now, P2 and P3 a slot in business hours."""
    starts_at, ends_at = now, None
    if case.priority > 1:
        if wish.starts_at is None:
            raise Refused("slot_missing")
        require("" if wish.starts_at in model.call_times(now) else "slot_not_offered")
        starts_at, ends_at = wish.starts_at, wish.starts_at + HALF_AN_HOUR
    case.calls.append(Call(wish.actor.key, now, starts_at, ends_at))
    model.record(case, "call_requested", wish.actor, now, before=case.status)
    model.tell_staff(case, "call_requested", wish.actor, now, call_at=starts_at)


def _cancel_call(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.end_call("cancelled", now)
    model.record(case, "call_cancelled", wish.actor, now, before=case.status)
    model.tell_staff(case, "call_cancelled", wish.actor, now)


def _decline_call(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.end_call("declined", now)
    model.record(case, "call_declined", wish.actor, now, before=case.status)
    model.tell_customer(case, "call_declined", wish.actor, now)


# --- Writing ------------------------------------------------------------------------------------------


def _responds(case: CaseModel, now: datetime) -> None:
    case.settle(now)


def _answer(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    case.status = status_after(wish.action, case)
    case.owner = case.owner or wish.actor
    _responds(case, now)
    model.record(case, "answered", wish.actor, now, before=before)
    model.tell_customer(case, "answered", wish.actor, now)


def _wait(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    case.status = status_after(wish.action, case)
    case.owner = case.owner or wish.actor
    _responds(case, now)
    model.begin_period(case, now)
    kinds = {"pending_response": "information_requested", "resolution_provided": "resolution_provided"}
    model.record(case, kinds[case.status], wish.actor, now, before=before)
    model.tell_customer(case, kinds[case.status], wish.actor, now)


def _customer_speaks(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    model.end_period(case, now)
    case.status = status_after(wish.action, case)
    kind = {"reply": "replied", "log-contact": "contact_logged"}[wish.action]
    if wish.action == "log-contact" and wish.is_by_phone:
        case.end_call("made", now)
    model.record(case, kind, wish.actor, now, before=before)
    model.tell_staff(case, "customer_replied", wish.actor, now)


def _note(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    model.record(case, "noted", wish.actor, now, before=case.status, is_public=False)


# --- Work ---------------------------------------------------------------------------------------------


def _claim(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    case.status = status_after(wish.action, case)
    case.owner = wish.actor
    model.record(case, "claimed", wish.actor, now, before=before, owner=wish.actor.key)


def _assign(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    person = wish.person
    if person is None or not (person.is_staff and person.is_active):
        raise Refused("not_assignable")
    before = case.status
    case.status = status_after(wish.action, case)
    case.owner = person
    model.record(case, "assigned", wish.actor, now, before=before, owner=person.key)


def _pass_on(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    case.status = status_after(wish.action, case)
    kind = {"hand-to-engineering": "handed_to_engineering", "take-back": "taken_back"}[wish.action]
    model.record(case, kind, wish.actor, now, before=before)


def _resume(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    model.end_period(case, now)
    case.status = status_after(wish.action, case)
    model.record(case, "resumed", wish.actor, now, before=before)


# --- Ending and reopening -----------------------------------------------------------------------------


def _confirm(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    model.close(case, "resolution_confirmed", now)
    model.record(case, "confirmed", wish.actor, now, before=before)
    model.tell_customer(case, "closed", wish.actor, now)


def _close(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    is_claimed = wish.resolution == "resolution_confirmed" and wish.actor.is_staff
    if is_claimed and case.status != "resolution_provided":
        raise Refused("only_customer_confirms")
    before = case.status
    model.close(case, wish.resolution, now)
    model.record(case, "closed", wish.actor, now, before=before)
    model.tell_customer(case, "closed", wish.actor, now)


def _reopen(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    before = case.status
    if case.owner is not None and not case.owner.is_active:
        case.owner = None
    case.status = status_after(wish.action, case)
    case.closed_at = case.reopen_until = case.escalated_at = case.acknowledged_at = None
    case.resolution = case.escalation_reason = ""
    if case.withdrawn_at is not None:
        case.withdrawn_at = None
        case.decide(model.promise(case, "reopened", opened_at=now, since=now, now=now))
    model.record(case, "reopened", wish.actor, now, before=before)
    model.tell_customer(case, "reopened", wish.actor, now)
    if not wish.actor.is_staff:
        model.tell_staff(case, "customer_replied", wish.actor, now)


# --- Holds --------------------------------------------------------------------------------------------


def _hold(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    assert wish.day is not None
    assert case.period is not None
    if (wish.day - now.astimezone(ZONE).date()).days > LONGEST_HOLD_DAYS:
        raise Refused("hold_too_long")
    until = datetime.combine(wish.day + timedelta(days=1), time(), ZONE).astimezone(now.tzinfo)
    if until <= now:
        raise Refused("hold_in_the_past")
    _hold_until(model, case, wish, until, now, kind="held")


def _hold_until(
    model: Model, case: CaseModel, wish: Wish, until: datetime, now: datetime, *, kind: str
) -> None:
    assert case.period is not None
    case.period.hold_until(until, now)
    case.put_off_until = None  # the next step is planned anew
    model.record(case, kind, wish.actor, now, before=case.status, until=until)
    model.tell_customer(case, "hold_set", wish.actor, now, until=until)


def _extend(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    period = case.period
    assert period is not None
    begins_at = max(now, period.hold.until) if period.hold else now
    period.extended_at = now
    _hold_until(model, case, wish, begins_at + EXTENSION, now, kind="extended")


def _release(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    assert case.period is not None
    case.period.end_hold(now)
    case.put_off_until = None
    model.record(case, "released", wish.actor, now, before=case.status)
    model.tell_customer(case, "hold_ended", wish.actor, now)


# --- Urgency ------------------------------------------------------------------------------------------


def _escalate(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.escalated_at, case.acknowledged_at = now, None
    case.escalation_reason = "time_to_resolution"
    model.record(case, "escalated", wish.actor, now, before=case.status)
    model.tell_staff(case, "escalated", wish.actor, now)


def _acknowledge(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.acknowledged_at = now
    _responds(case, now)
    model.record(case, "acknowledged", wish.actor, now, before=case.status)
    model.tell_customer(case, "answered", wish.actor, now)


def _set_priority(
    model: Model, case: CaseModel, wish: Wish, now: datetime, *, kind: str, priority: int
) -> None:
    facts = {"before": case.priority, "after": priority}
    case.priority = priority
    _renew_target(model, case, now, is_raised=priority < facts["before"])
    facts |= model.due_stated(case)
    model.record(case, kind, wish.actor, now, before=case.status, **{"from": facts["before"], "to": priority})
    model.tell_customer(case, "priority_changed", wish.actor, now, **facts)


def _renew_target(model: Model, case: CaseModel, now: datetime, *, is_raised: bool) -> None:
    """SPEC 3.2: lowered, it counts from the filing; raised, from now, and the earlier one holds."""
    if not case.target_runs or case.is_late(now):
        return
    opened_at = case.promise.opened_at
    since, cause = (now, "raised") if is_raised else (opened_at, "lowered")
    promise = model.promise(case, cause, opened_at=opened_at, since=since, now=now)
    if not is_raised or promise.due_at < case.promise.due_at:
        case.decide(promise)


def _raise_urgency(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.raised_at = now
    _set_priority(model, case, wish, now, kind="urgency_raised", priority=case.priority - 1)
    model.tell_staff(case, "urgency_raised", wish.actor, now)


def _lower_priority(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    require("same_priority" if wish.priority <= case.priority else "")
    _set_priority(model, case, wish, now, kind="priority_lowered", priority=wish.priority)


def _change_priority(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    require("same_priority" if wish.priority == case.priority else "")
    if case.priority <= 2 and wish.priority > case.priority and not wish.is_customers_wish:
        raise Refused("lowered_only_on_request")
    require("p1_needs_commitment" if wish.priority == 1 and not wish.is_committed else "")
    _set_priority(model, case, wish, now, kind="priority_changed", priority=wish.priority)


# --- People and labels --------------------------------------------------------------------------------


def _require_of_the_account(people: frozenset[Person] | set[Person], license_: License) -> None:
    if any(person.account != license_.account or not person.is_active for person in people):
        raise Refused("not_of_the_account")


def _hand_to_colleague(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    assert wish.person is not None
    require("already_requestor" if wish.person is case.requestor else "")
    require("" if wish.person.has_seat(case.license) else "not_a_contact_of_the_product")
    case.requestor = wish.person
    model.record(case, "requestor_changed", wish.actor, now, before=case.status)
    model.tell_customer(case, "requestor_changed", wish.actor, now)


def _edit_watchers(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    watchers = set(wish.people - {case.requestor})
    _require_of_the_account(watchers, case.license)
    if watchers != case.watchers:
        case.watchers = watchers
        model.record(case, "watchers_changed", wish.actor, now, before=case.status)


def _tag(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    case.tags = wish.tags
    model.record(case, "tagged", wish.actor, now, before=case.status, is_public=False)


def _link(model: Model, case: CaseModel, wish: Wish, now: datetime) -> None:
    other = wish.other
    if other is None or other is case or other.license.account != case.license.account:
        raise Refused("not_linkable")
    require("already_linked" if other.key in case.links else "")
    case.links.add(other.key)
    other.links.add(case.key)
    model.record(case, "linked", wish.actor, now, before=case.status, is_public=False)


VERBS: dict[str, Callable[[Model, CaseModel, Wish, datetime], None]] = {
    "claim": _claim,
    "assign": _assign,
    "answer": _answer,
    "request-information": _wait,
    "provide-resolution": _wait,
    "resume": _resume,
    "hand-to-engineering": _pass_on,
    "take-back": _pass_on,
    "reply": _customer_speaks,
    "log-contact": _customer_speaks,
    "confirm": _confirm,
    "close": _close,
    "reopen": _reopen,
    "follow-up": _follow_up,
    "hold": _hold,
    "release": _release,
    "extend": _extend,
    "escalate": _escalate,
    "acknowledge": _acknowledge,
    "raise-urgency": _raise_urgency,
    "lower-priority": _lower_priority,
    "change-priority": _change_priority,
    "hand-to-colleague": _hand_to_colleague,
    "edit-watchers": _edit_watchers,
    "add-note": _note,
    "tag": _tag,
    "link-related": _link,
    "take-over": _take_over,
    "request-call": _request_call,
    "cancel-call": _cancel_call,
    "decline-call": _decline_call,
}
