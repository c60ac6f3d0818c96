"""The case lifecycle as data: who may do what, from which status, to which (SPEC 2). Pure.

`TRANSITIONS` is the rule. `refusal()` reads it and is the only answer to "may this be done now?": the
buttons, the check inside every operation and the message all come from it. The documentation's table and
diagram are generated from it (`manage.py lifecycle_docs`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from entitlements.targets import Priority


class Status(StrEnum):
    """Where a case stands. The values are stored."""

    AWAITING_ASSIGNMENT = "awaiting_assignment"
    IN_PROGRESS = "in_progress"
    PENDING_ENGINEERING = "pending_engineering"
    PENDING_RESPONSE = "pending_response"
    RESOLUTION_PROVIDED = "resolution_provided"
    CLOSED = "closed"
    AUTO_CLOSED = "auto_closed"


WAITING = frozenset({Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED})
ENDED = frozenset({Status.CLOSED, Status.AUTO_CLOSED})
OPEN = frozenset(Status) - ENDED
ANY = frozenset(Status)


class Resolution(StrEnum):
    """Why a person closed a case; the clock gives none. The values are stored."""

    CONFIRMED = "resolution_confirmed"
    IRRELEVANT = "resolution_irrelevant"
    OBSOLETE = "issue_obsolete"


class Channel(StrEnum):
    """How a case or a logged contact reached support. The values are stored."""

    PORTAL = "portal"
    PHONE = "phone"
    CHAT = "chat"


class EscalationReason(StrEnum):
    """What a customer is not content with. The values are stored."""

    TIME_TO_RESOLUTION = "time_to_resolution"
    EXPECTATIONS = "resolution_did_not_meet_expectations"
    COMMUNICATION = "agent_communication_skills"
    KNOWLEDGE = "agent_technical_knowledge"
    UPDATE = "awaiting_callback_or_update"
    URGENCY = "change_in_issue_urgency"


class Role(StrEnum):
    """What a person is to one case. One person can have several roles."""

    READER = "reader"
    CONTACT = "contact"
    FILER = "filer"
    REQUESTOR = "requestor"
    ADMINISTRATOR = "administrator"
    AGENT = "agent"
    LEAD = "lead"
    CLOCK = "clock"


class Action(StrEnum):
    """Everything that can be done with a case. The values name addresses and history."""

    FILE = "file"
    LOG_CALLER = "log-caller"
    TAKE_OVER = "take-over"
    CLAIM = "claim"
    ASSIGN = "assign"
    ANSWER = "answer"
    REQUEST_INFORMATION = "request-information"
    PROVIDE_RESOLUTION = "provide-resolution"
    RESUME = "resume"
    HAND_TO_ENGINEERING = "hand-to-engineering"
    TAKE_BACK = "take-back"
    REPLY = "reply"
    LOG_CONTACT = "log-contact"
    CONFIRM = "confirm"
    CLOSE = "close"
    AUTO_CLOSE = "auto-close"
    REOPEN = "reopen"
    FOLLOW_UP = "follow-up"
    HOLD = "hold"
    RELEASE = "release"
    EXTEND = "extend"
    ESCALATE = "escalate"
    ACKNOWLEDGE = "acknowledge"
    RAISE_URGENCY = "raise-urgency"
    REQUEST_CALL = "request-call"
    CANCEL_CALL = "cancel-call"
    DECLINE_CALL = "decline-call"
    LOWER_PRIORITY = "lower-priority"
    CHANGE_PRIORITY = "change-priority"
    HAND_TO_COLLEAGUE = "hand-to-colleague"
    EDIT_WATCHERS = "edit-watchers"
    ADD_NOTE = "add-note"
    TAG = "tag"
    LINK_RELATED = "link-related"


class Target(StrEnum):
    """How an action changes the status."""

    UNCHANGED = "unchanged"
    PENDING_RESPONSE = Status.PENDING_RESPONSE.value
    RESOLUTION_PROVIDED = Status.RESOLUTION_PROVIDED.value
    IN_PROGRESS = Status.IN_PROGRESS.value
    PENDING_ENGINEERING = Status.PENDING_ENGINEERING.value
    CLOSED = Status.CLOSED.value
    AUTO_CLOSED = Status.AUTO_CLOSED.value
    AWAITING_ASSIGNMENT = Status.AWAITING_ASSIGNMENT.value
    TAKEN_UP = "in progress if it was awaiting assignment"
    ANSWERED = "in progress if it was waiting"
    REOPENED = "in progress, or awaiting assignment if nobody owns it"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that the rules ask of a case; instants are aware.

    `reopen_until` is the last instant, inclusive, at which the customer may reopen; `term_ended_on` the last
    day of the license's last term once that is over; `raised_at` when the customer last raised the urgency;
    `response_due_at` until when, inclusive, a first response is still in time; None once it came or is late;
    `is_nobodys` while a logged caller's case has no requestor, `has_call` while support owes a call.
    """

    status: Status
    priority: Priority = Priority.P3
    is_owned: bool = False
    is_escalated: bool = False
    is_acknowledged: bool = False
    is_held: bool = False
    is_extended: bool = False
    is_nobodys: bool = False
    has_call: bool = False
    raised_at: datetime | None = None
    reopen_until: datetime | None = None
    term_ended_on: date | None = None
    response_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not: a code with the values that its sentence needs.

    `is_about_role` tells a person who may never do this (403) from a case that is in no state for it (409).
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    is_about_role: bool = False


Guard = Callable[[CaseFacts, datetime], Refusal | None]

# SPEC 2 and 1: a customer raises the urgency once in 24 hours; up to 10 people watch, beside the requestor.
RAISE_AGAIN_AFTER = timedelta(hours=24)
MOST_WATCHERS = 10


def _is_unowned(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """nobody owns it"""
    return Refusal("already_owned") if facts.is_owned else None


def _is_within_reopening_window(facts: CaseFacts, now: datetime) -> Refusal | None:
    """until the window's last instant, inclusive"""
    if facts.reopen_until is not None and now > facts.reopen_until:
        return Refusal("reopening_too_late", {"until": facts.reopen_until})
    return None


def _is_not_extended(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """once per waiting period"""
    return Refusal("already_extended") if facts.is_extended else None


def _is_held(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """a hold runs"""
    return None if facts.is_held else Refusal("not_on_hold")


def _is_not_escalated(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """once per opening"""
    return Refusal("already_escalated") if facts.is_escalated else None


def _is_answered_or_late(facts: CaseFacts, now: datetime) -> Refusal | None:
    """after the first response or the passing of its target"""
    if facts.response_due_at is not None and now <= facts.response_due_at:
        return Refusal("target_still_runs", {"due_at": facts.response_due_at})
    return None


def _awaits_acknowledgement(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """escalated and not acknowledged yet"""
    if not facts.is_escalated:
        return Refusal("not_escalated")
    return Refusal("already_acknowledged") if facts.is_acknowledged else None


def _can_be_raised(facts: CaseFacts, now: datetime) -> Refusal | None:
    """P4 to P3 and P3 to P2, once in 24 hours"""
    if facts.priority <= Priority.P2:
        return Refusal("cannot_raise_to_p1", {"priority": facts.priority})
    if facts.raised_at is not None and now < facts.raised_at + RAISE_AGAIN_AFTER:
        return Refusal("raised_recently", {"again_at": facts.raised_at + RAISE_AGAIN_AFTER})
    return None


def _can_be_lowered(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """P1 and P2 only"""
    return (
        None if facts.priority <= Priority.P2 else Refusal("only_p1_p2_lowered", {"priority": facts.priority})
    )


def _can_be_called(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """P1 to P3, one call at a time"""
    if facts.has_call:
        return Refusal("call_awaited")
    return Refusal("no_call_for_p4") if facts.priority is Priority.P4 else None


def _awaits_call(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """a call is awaited"""
    return None if facts.has_call else Refusal("no_call_awaited")


def _is_nobodys(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """a caller's request that nobody has taken over"""
    return None if facts.is_nobodys else Refusal("already_taken_over")


def _has_term(facts: CaseFacts, _now: datetime) -> Refusal | None:
    """while the license has a term"""
    return Refusal("term_ended", {"last_on": facts.term_ended_on}) if facts.term_ended_on else None


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: any of `roles` may take `action` from any of `sources` to `target`."""

    action: Action
    roles: frozenset[Role]
    sources: frozenset[Status]
    target: Target
    guards: tuple[Guard, ...] = ()


def _row(
    action: Action, roles: set[Role], sources: frozenset[Status], target: Target, *guards: Guard
) -> Transition:
    return Transition(action, frozenset(roles), sources, target, guards)


_IN_PROGRESS = frozenset({Status.IN_PROGRESS})
_PENDING_ENGINEERING = frozenset({Status.PENDING_ENGINEERING})
_RESOLUTION_PROVIDED = frozenset({Status.RESOLUTION_PROVIDED})
_A, _R, _T = Action, Role, Target

# SPEC 2. Filing has no source: `entitlements.permissions.filing_refusal` answers for it, and for a caller
# `term_refusal`.
TRANSITIONS: tuple[Transition, ...] = (
    _row(_A.FILE, {_R.FILER, _R.AGENT}, frozenset(), _T.AWAITING_ASSIGNMENT),
    _row(_A.LOG_CALLER, {_R.AGENT}, frozenset(), _T.PENDING_RESPONSE),
    _row(
        _A.TAKE_OVER,
        {_R.FILER, _R.ADMINISTRATOR},
        frozenset({Status.PENDING_RESPONSE}),
        _T.AWAITING_ASSIGNMENT,
        _is_nobodys,
        _has_term,
    ),
    _row(_A.CLAIM, {_R.AGENT}, OPEN, _T.TAKEN_UP, _is_unowned),
    _row(_A.ASSIGN, {_R.LEAD}, OPEN, _T.TAKEN_UP),
    _row(_A.ANSWER, {_R.AGENT}, OPEN, _T.TAKEN_UP),
    _row(_A.REQUEST_INFORMATION, {_R.AGENT}, OPEN, _T.PENDING_RESPONSE),
    _row(_A.PROVIDE_RESOLUTION, {_R.AGENT}, OPEN, _T.RESOLUTION_PROVIDED),
    _row(_A.RESUME, {_R.AGENT}, WAITING, _T.IN_PROGRESS),
    _row(_A.HAND_TO_ENGINEERING, {_R.AGENT}, _IN_PROGRESS, _T.PENDING_ENGINEERING),
    _row(_A.TAKE_BACK, {_R.AGENT}, _PENDING_ENGINEERING, _T.IN_PROGRESS),
    _row(_A.REPLY, {_R.CONTACT}, OPEN, _T.ANSWERED),
    _row(_A.LOG_CONTACT, {_R.AGENT}, OPEN, _T.ANSWERED),
    _row(_A.CONFIRM, {_R.CONTACT}, _RESOLUTION_PROVIDED, _T.CLOSED),
    _row(_A.CLOSE, {_R.CONTACT, _R.AGENT}, OPEN, _T.CLOSED),
    _row(_A.AUTO_CLOSE, {_R.CLOCK}, WAITING, _T.AUTO_CLOSED),
    _row(_A.REOPEN, {_R.CONTACT}, ENDED, _T.REOPENED, _is_within_reopening_window),
    _row(_A.REOPEN, {_R.AGENT}, ENDED, _T.REOPENED),
    _row(_A.FOLLOW_UP, {_R.FILER, _R.AGENT}, ENDED, _T.UNCHANGED, _has_term),
    _row(_A.HOLD, {_R.AGENT}, WAITING, _T.UNCHANGED),
    _row(_A.RELEASE, {_R.AGENT}, WAITING, _T.UNCHANGED, _is_held),
    _row(_A.EXTEND, {_R.CONTACT}, WAITING, _T.UNCHANGED, _is_not_extended),
    _row(_A.ESCALATE, {_R.CONTACT}, OPEN, _T.UNCHANGED, _is_not_escalated, _is_answered_or_late, _has_term),
    _row(_A.ACKNOWLEDGE, {_R.AGENT}, OPEN, _T.UNCHANGED, _awaits_acknowledgement),
    _row(_A.RAISE_URGENCY, {_R.CONTACT}, OPEN, _T.UNCHANGED, _can_be_raised, _has_term),
    _row(_A.REQUEST_CALL, {_R.CONTACT}, OPEN, _T.UNCHANGED, _can_be_called),
    _row(_A.CANCEL_CALL, {_R.CONTACT}, OPEN, _T.UNCHANGED, _awaits_call),
    _row(_A.DECLINE_CALL, {_R.AGENT}, OPEN, _T.UNCHANGED, _awaits_call),
    _row(_A.LOWER_PRIORITY, {_R.AGENT}, OPEN, _T.UNCHANGED, _can_be_lowered),
    _row(_A.CHANGE_PRIORITY, {_R.AGENT}, OPEN, _T.UNCHANGED),
    _row(_A.HAND_TO_COLLEAGUE, {_R.REQUESTOR, _R.ADMINISTRATOR, _R.AGENT}, OPEN, _T.UNCHANGED),
    _row(_A.EDIT_WATCHERS, {_R.CONTACT, _R.AGENT}, ANY, _T.UNCHANGED),
    _row(_A.ADD_NOTE, {_R.AGENT}, ANY, _T.UNCHANGED),
    _row(_A.TAG, {_R.AGENT}, ANY, _T.UNCHANGED),
    _row(_A.LINK_RELATED, {_R.AGENT}, ANY, _T.UNCHANGED),
)

# SPEC 3.4: what can be done with a caller's case before a contact takes it over; all else needs a requestor.
WITHOUT_REQUESTOR = frozenset(
    {
        Action.TAKE_OVER,
        Action.CLOSE,
        Action.AUTO_CLOSE,
        Action.FOLLOW_UP,
        Action.HOLD,
        Action.RELEASE,
        Action.EXTEND,
        Action.EDIT_WATCHERS,
        Action.ADD_NOTE,
        Action.TAG,
        Action.LINK_RELATED,
    }
)


def refusal(action: Action, facts: CaseFacts, *, roles: frozenset[Role], now: datetime) -> Refusal | None:
    """This will say why `action` is refused to somebody with `roles` at `now`, or None if it is allowed."""
    rows = [row for row in TRANSITIONS if row.action is action and row.roles & roles]
    if not rows:
        needed = frozenset().union(*(row.roles for row in TRANSITIONS if row.action is action))
        return Refusal("wrong_role", {"action": action, "roles": needed}, is_about_role=True)
    refusals = [_refusal_of(row, facts, now) for row in rows]
    return None if None in refusals else refusals[0]


def _refusal_of(row: Transition, facts: CaseFacts, now: datetime) -> Refusal | None:
    if facts.is_nobodys and not (row.action in WITHOUT_REQUESTOR and facts.status in row.sources):
        return Refusal("nobody_took_over", {"status": facts.status})
    if facts.status not in row.sources:
        return Refusal("wrong_status", {"action": row.action, "status": facts.status, "allowed": row.sources})
    for guard in row.guards:
        if refused := guard(facts, now):
            return refused
    return None


def is_beside_the_point(action: Action, facts: CaseFacts) -> bool:
    """This will tell an action of a rare state from those that a page shows with the reason of a refusal."""
    match action:
        case Action.TAKE_OVER:
            return not facts.is_nobodys
        case Action.CANCEL_CALL | Action.DECLINE_CALL:
            return not facts.has_call
        case _:
            return False


def status_after(action: Action, status: Status, *, is_owned: bool) -> Status:
    """This will give the status that `action` leads to from `status`, where the table allows it."""
    target = next(row.target for row in TRANSITIONS if row.action is action)
    match target:
        case Target.UNCHANGED:
            return status
        case Target.TAKEN_UP:
            return Status.IN_PROGRESS if status is Status.AWAITING_ASSIGNMENT else status
        case Target.ANSWERED:
            return Status.IN_PROGRESS if status in WAITING else status
        case Target.REOPENED:
            return Status.IN_PROGRESS if is_owned else Status.AWAITING_ASSIGNMENT
        case _:
            return Status(target.value)


def resolution_refusal(resolution: Resolution, *, status: Status, is_customer: bool) -> Refusal | None:
    """This will refuse what support may not claim: outside Resolution Provided only the customer confirms."""
    if resolution is Resolution.CONFIRMED and status is not Status.RESOLUTION_PROVIDED and not is_customer:
        return Refusal("only_customer_confirms", {"status": status})
    return None


def priority_refusal(old: Priority, new: Priority, *, is_customers_wish: bool) -> Refusal | None:
    """This will refuse a change to the same priority, and P1 or P2 lowered without the customer's request."""
    if new == old:
        return Refusal("same_priority", {"priority": old})
    if old <= Priority.P2 and new > old and not is_customers_wish:
        return Refusal("lowered_only_on_request", {"priority": old})
    return None
