"""Every label and sentence about cases. Rules return codes with values; here they become words."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import prose
from cases.follow_up import Step, StepKind
from cases.lifecycle import (
    Action,
    Channel,
    EscalationReason,
    Priority,
    Resolution,
    Role,
    Status,
)
from entitlements.wording import refusal_text as entitlement_refusal_text
from portal.accounts.wording import exact
from portal.errors import DomainError
from portal.files.wording import REFUSALS as FILE_REFUSALS
from portal.files.wording import refusal_text as file_refusal_text
from portal.work.wording import REFUSALS as FORM_REFUSALS
from portal.work.wording import refusal_text as form_refusal_text

Words = str | Promise

STATUS_NAMES: Mapping[str, Words] = {
    Status.AWAITING_ASSIGNMENT: gettext_lazy("Awaiting Assignment"),
    Status.IN_PROGRESS: gettext_lazy("In Progress"),
    Status.PENDING_ENGINEERING: gettext_lazy("Pending Engineering"),
    Status.PENDING_RESPONSE: gettext_lazy("Pending Response"),
    Status.RESOLUTION_PROVIDED: gettext_lazy("Resolution Provided"),
    Status.CLOSED: gettext_lazy("Closed"),
    Status.AUTO_CLOSED: gettext_lazy("Auto Closed"),
}
STATUSES = [(status.value, STATUS_NAMES[status]) for status in Status]

# What stands under the status on the customer's page: whose turn it is.
STATUS_SENTENCES: Mapping[str, Words] = {
    Status.AWAITING_ASSIGNMENT: gettext_lazy("We are looking for the engineer who takes your case"),
    Status.IN_PROGRESS: gettext_lazy("A support engineer is working on it"),
    Status.PENDING_ENGINEERING: gettext_lazy("Product engineering is looking into it"),
    Status.PENDING_RESPONSE: gettext_lazy("Answer our question to keep this case open"),
    Status.RESOLUTION_PROVIDED: gettext_lazy("Try the solution and tell us whether it works"),
    Status.CLOSED: gettext_lazy("This case is closed"),
    Status.AUTO_CLOSED: gettext_lazy("Closed by itself, because no answer came"),
}

PRIORITY_NAMES: Mapping[int, Words] = {
    Priority.P1: gettext_lazy("P1 Critical"),
    Priority.P2: gettext_lazy("P2 Urgent"),
    Priority.P3: gettext_lazy("P3 Important"),
    Priority.P4: gettext_lazy("P4 Minor"),
}
PRIORITIES = [(priority.value, PRIORITY_NAMES[priority]) for priority in Priority]
RESOLUTION_MEANINGS: Mapping[str, Words] = {
    Resolution.CONFIRMED: gettext_lazy("A solution works: support's, or your own."),
    Resolution.IRRELEVANT: gettext_lazy("No solution fitted, and none is needed any more."),
    Resolution.OBSOLETE: gettext_lazy("The problem is gone, or what it was about no longer exists."),
}
# SPEC 3.2, the column *Impact*.
PRIORITY_IMPACTS: Mapping[int, Words] = {
    Priority.P1: gettext_lazy("Production is down, or data is being lost or badly damaged."),
    Priority.P2: gettext_lazy("Major degradation, data may be lost, or a major feature is hit."),
    Priority.P3: gettext_lazy("Minor degradation; a workaround keeps your business going."),
    Priority.P4: gettext_lazy("A question, or a wish for an enhancement."),
}

RESOLUTION_NAMES: Mapping[str, Words] = {
    Resolution.CONFIRMED: gettext_lazy("Resolution Confirmed"),
    Resolution.IRRELEVANT: gettext_lazy("Resolution Irrelevant"),
    Resolution.OBSOLETE: gettext_lazy("Issue Obsolete"),
}
RESOLUTIONS = [(resolution.value, RESOLUTION_NAMES[resolution]) for resolution in Resolution]

CHANNELS = [
    (Channel.PORTAL.value, gettext_lazy("Portal")),
    (Channel.PHONE.value, gettext_lazy("Phone")),
    (Channel.CHAT.value, gettext_lazy("Chat")),
]

ESCALATION_REASONS = [
    (EscalationReason.TIME_TO_RESOLUTION.value, gettext_lazy("Time to Resolution")),
    (EscalationReason.EXPECTATIONS.value, gettext_lazy("Resolution did not meet expectations")),
    (EscalationReason.COMMUNICATION.value, gettext_lazy("Agent Communication Skills")),
    (EscalationReason.KNOWLEDGE.value, gettext_lazy("Agent Technical Knowledge")),
    (EscalationReason.UPDATE.value, gettext_lazy("Awaiting Callback/Update")),
    (EscalationReason.URGENCY.value, gettext_lazy("Change in Issue Urgency")),
]

ROLE_NAMES: Mapping[str, Words] = {
    Role.READER: gettext_lazy("a person who may only read"),
    Role.CONTACT: gettext_lazy("a named contact of the product"),
    Role.FILER: gettext_lazy("a named contact who may file cases"),
    Role.REQUESTOR: gettext_lazy("the requestor"),
    Role.ADMINISTRATOR: gettext_lazy("the account administrator"),
    Role.AGENT: gettext_lazy("support staff"),
    Role.LEAD: gettext_lazy("a support lead"),
    Role.CLOCK: gettext_lazy("the clock"),
}

# A button says what happens (the mocks' rule).
ACTION_NAMES: Mapping[str, Words] = {
    Action.FILE: gettext_lazy("File a case"),
    Action.CLAIM: gettext_lazy("Claim"),
    Action.ASSIGN: gettext_lazy("Assign"),
    Action.ANSWER: gettext_lazy("Answer"),
    Action.REQUEST_INFORMATION: gettext_lazy("Request information"),
    Action.PROVIDE_RESOLUTION: gettext_lazy("Provide a resolution"),
    Action.RESUME: gettext_lazy("Resume work"),
    Action.HAND_TO_ENGINEERING: gettext_lazy("Hand to engineering"),
    Action.TAKE_BACK: gettext_lazy("Take back from engineering"),
    Action.REPLY: gettext_lazy("Reply"),
    Action.LOG_CONTACT: gettext_lazy("Log a contact"),
    Action.CONFIRM: gettext_lazy("Confirm the solution"),
    Action.CLOSE: gettext_lazy("Close the case"),
    Action.AUTO_CLOSE: gettext_lazy("Close by itself"),
    Action.REOPEN: gettext_lazy("Reopen the case"),
    Action.FOLLOW_UP: gettext_lazy("File a follow-up"),
    Action.HOLD: gettext_lazy("Hold"),
    Action.RELEASE: gettext_lazy("Release the hold"),
    Action.EXTEND: gettext_lazy("Keep open 3 days longer"),
    Action.ESCALATE: gettext_lazy("Escalate"),
    Action.ACKNOWLEDGE: gettext_lazy("Acknowledge the escalation"),
    Action.RAISE_URGENCY: gettext_lazy("Raise the urgency"),
    Action.LOWER_PRIORITY: gettext_lazy("Lower the priority"),
    Action.CHANGE_PRIORITY: gettext_lazy("Change the priority"),
    Action.HAND_TO_COLLEAGUE: gettext_lazy("Hand to a colleague"),
    Action.EDIT_WATCHERS: gettext_lazy("Edit watchers"),
    Action.ADD_NOTE: gettext_lazy("Internal note"),
    Action.TAG: gettext_lazy("Tags"),
    Action.LINK_RELATED: gettext_lazy("Link a related case"),
}

# What an action does, for those who may take it.
ACTION_EFFECTS: Mapping[str, Words] = {
    Action.REPLY: gettext_lazy("Reminders and the auto-closure stop at once."),
    Action.CONFIRM: gettext_lazy("The case closes as Resolution Confirmed. You can reopen it for 14 days."),
    Action.CLOSE: gettext_lazy("If you no longer need an answer. You can reopen it for 14 days."),
    Action.REOPEN: gettext_lazy("Tell us what happens still or again; the case returns to support."),
    Action.FOLLOW_UP: gettext_lazy("A new case, filled in from this one and linked with it both ways."),
    Action.EXTEND: gettext_lazy("Once per waiting period: every planned step moves by 72 hours."),
    Action.ESCALATE: gettext_lazy("Brings the case to a support lead's attention. It cannot be undone."),
    Action.RAISE_URGENCY: gettext_lazy("P4 to P3, or P3 to P2, once in 24 hours and with a reason."),
    Action.HAND_TO_COLLEAGUE: gettext_lazy("Another named contact of the product becomes the requestor."),
    Action.EDIT_WATCHERS: gettext_lazy("Up to 10 people of your account get this case's notices."),
    Action.HOLD: gettext_lazy("Stops the follow-up clock until the end of a day; the customer sees why."),
    Action.RELEASE: gettext_lazy("The follow-up clock goes on at once."),
    Action.RESUME: gettext_lazy("Ends the waiting period: set by mistake, or answered elsewhere."),
    Action.CLAIM: gettext_lazy("You become the owner."),
    Action.REQUEST_INFORMATION: gettext_lazy("Sets Pending Response and starts a new waiting period."),
    Action.PROVIDE_RESOLUTION: gettext_lazy("Sets Resolution Provided and starts a new waiting period."),
    Action.ANSWER: gettext_lazy("A public answer; in a waiting case it changes neither status nor clock."),
    Action.ADD_NOTE: gettext_lazy("For staff only; never shown to the customer."),
}


def step_name(step: Step) -> str:
    """This will name a step of the series, e.g. "2nd reminder"."""
    match step.kind:
        case StepKind.CLOSURE:
            return _("The case closes by itself")
        case StepKind.REOPENING_END:
            return _("Reopening ends")
        case StepKind.HOLD_END:
            return _("The hold ends")
        case _:
            return reminder_name(step.ordinal)


def reminder_name(ordinal: int) -> str:
    """This will name the nth reminder."""
    names = {1: _("1st reminder"), 2: _("2nd reminder"), 3: _("3rd reminder")}
    return names.get(ordinal) or _("%(ordinal)sth reminder") % {"ordinal": ordinal}


def step_stops(step: Step) -> str:
    """This will say what stops a planned step (SPEC 2.3)."""
    match step.kind:
        case StepKind.CLOSURE:
            return _(
                "Stopped by an answer of yours or of a watcher, or by closing the case yourself. "
                "An extension, or a hold by support, moves it."
            )
        case StepKind.REOPENING_END:
            return _("Stopped by reopening. After it, a linked follow-up case is the way on.")
        case StepKind.HOLD_END:
            return _("Moved by an extension; ended early by support, an answer or a closing.")
        case _:
            return _("Stopped by an answer, or by closing the case.")


# --- Refusals: which rule, its value, what to do instead (SPEC 2.3) ---------------------------------


def _instant(value: object) -> str:
    return exact(value, timezone.get_current_timezone()) if isinstance(value, datetime) else str(value)


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


def _status(value: object) -> str:
    return str(STATUS_NAMES.get(str(value), value))


def _names(table: Mapping[str, Words], keys: object) -> str:
    values = [str(table[str(key)]) for key in sorted(keys)] if isinstance(keys, frozenset) else [str(keys)]
    return _(" or ").join(values) if len(values) < 3 else ", ".join(values[:-1]) + _(" or ") + values[-1]


_REFUSALS: Mapping[str, Words] = {
    "already_owned": gettext_lazy("The case has an owner already. A lead can assign it anew."),
    "already_extended": gettext_lazy(
        "A waiting period is extended once, and this one has been. Answer, or ask support to hold the case."
    ),
    "already_escalated": gettext_lazy(
        "The case is escalated already, and stays so until it is closed. Add what is new as a reply."
    ),
    "already_acknowledged": gettext_lazy("The escalation has been acknowledged already."),
    "not_escalated": gettext_lazy("The case is not escalated."),
    "not_on_hold": gettext_lazy("No hold is running."),
    "only_customer_confirms": gettext_lazy(
        "Outside Resolution Provided only the customer may say Resolution Confirmed. "
        "Choose another resolution."
    ),
    "same_priority": gettext_lazy("The case has this priority already. Choose another one."),
    "lowered_only_on_request": gettext_lazy(
        "P1 and P2 are lowered only at the customer's request: quote it, or use Lower the priority."
    ),
    "p1_needs_commitment": gettext_lazy(
        "P1 needs a phone number, the business impact and the promise to be reachable 24x7."
    ),
    "hold_in_the_past": gettext_lazy("Choose a day that has not ended yet in the account's zone."),
    "hold_too_long": gettext_lazy("A hold ends at most 30 days ahead. Choose an earlier day."),
    "not_a_contact_of_the_product": gettext_lazy(
        "Only an active named contact of the product can become the requestor. Choose one of the list."
    ),
    "already_requestor": gettext_lazy("This person is the requestor already."),
    "not_of_the_account": gettext_lazy("Watchers are people of the account with a login. Choose among them."),
    "too_many_watchers": gettext_lazy("A case has at most 10 watchers. Take some off first."),
    "not_on_behalf": gettext_lazy("Customers file for themselves. Staff can file for a named contact."),
    "leads_only": gettext_lazy("Follow-up policies are made by a support lead."),
    "not_assignable": gettext_lazy("Only active support staff can own a case."),
    "not_linkable": gettext_lazy("Write the number of another case of the same account."),
    "already_linked": gettext_lazy("These two cases are linked already."),
    "p1_not_followed_up": gettext_lazy(
        "A follow-up is not filed as P1. If production is down, file a P1 case."
    ),
    "too_many_tags": gettext_lazy("A case has at most 10 tags of 40 characters each."),
    "policy_not_ascending": gettext_lazy("Reminders ascend, and the closure comes after the last of them."),
    "policy_not_positive": gettext_lazy("Hours are more than 0."),
    "policy_in_the_past": gettext_lazy("A policy begins in the future: periods that run keep theirs."),
    "policy_taken": gettext_lazy("Another policy begins at the same instant."),
}


# Codes whose sentence is put together below.
_COMPOSED = frozenset(
    {
        "wrong_role",
        "wrong_status",
        "reopening_too_late",
        "cannot_raise_to_p1",
        "only_p1_p2_lowered",
        "raised_recently",
        "term_ended",
    }
)


def refusal_text(code: str, values: Mapping[str, object], *, to_staff: bool = False) -> str:
    """This will write a refusal as sentences; times are in the active zone."""
    match code:
        case "wrong_role":
            return _wrong_role(values, to_staff=to_staff)
        case "wrong_status":
            text = _wrong_status(values)
        case "reopening_too_late":
            text = _(
                "Reopening was possible until %(until)s. File a follow-up: it is filled in from this case "
                "and linked with it."
            ) % {"until": _instant(values["until"])}
        case "cannot_raise_to_p1":
            text = _(
                "Customers raise P4 to P3 and P3 to P2; this case is %(priority)s. If production is down, "
                "file a new P1 case."
            ) % {"priority": PRIORITY_NAMES[int(str(values["priority"]))]}
        case "only_p1_p2_lowered":
            text = _("Only P1 and P2 are lowered for missing information; this case is %(priority)s.") % {
                "priority": PRIORITY_NAMES[int(str(values["priority"]))]
            }
        case "raised_recently":
            text = _("The urgency can be raised once in 24 hours: again from %(again)s.") % {
                "again": _instant(values["again_at"])
            }
        case "term_ended":
            text = _(
                "The licence ended on %(day)s. Open cases run to their end, but nothing new is filed, raised "
                "or escalated. Ask your account administrator about a renewal."
            ) % {"day": _day(values["last_on"])}
        case _:
            text = str(_REFUSALS[code])
    return f"{text} {_who_did_what(values, to_staff=to_staff)}".strip()


def _wrong_role(values: Mapping[str, object], *, to_staff: bool) -> str:
    """Customers are told who of theirs can do it, and who gives seats; staff, who in general."""
    if to_staff:
        return _("%(action)s: only for %(roles)s.") % {
            "action": ACTION_NAMES[str(values["action"])],
            "roles": _names(ROLE_NAMES, values["roles"]),
        }
    roles = values["roles"] if isinstance(values["roles"], frozenset) else frozenset()
    return _("Only %(roles)s can do this. Ask your account administrator about a seat or a permission.") % {
        "roles": _names(ROLE_NAMES, roles - {Role.AGENT, Role.LEAD, Role.CLOCK} or roles),
    }


def _wrong_status(values: Mapping[str, object]) -> str:
    action, status = str(values["action"]), str(values["status"])
    if values.get("is_final"):
        return _("The case is %(status)s, and reopening has ended. File a follow-up.") % {
            "status": _status(status)
        }
    if status in (Status.CLOSED, Status.AUTO_CLOSED):
        return _("The case is %(status)s. Reopen it, or file a follow-up.") % {"status": _status(status)}
    return _("Possible in %(allowed)s; this case is in %(status)s.") % {
        "action": ACTION_NAMES[action],
        "allowed": _names(STATUS_NAMES, values["allowed"]),
        "status": _status(status),
    }


def _who_did_what(values: Mapping[str, object], *, to_staff: bool) -> str:
    """The newest event, where a stale page has to be told (SPEC 2: who did what when)."""
    if "last_kind" not in values:
        return ""
    return _("Last: %(what)s (%(who)s), %(when)s.") % {
        "what": event_name(str(values["last_kind"])),
        "who": actor_name(values.get("last_by"), to_staff=to_staff),
        "when": _instant(values["last_at"]),
    }


def actor_name(actor: object, *, to_staff: bool) -> str:
    """This will name who did something: staff by role to customers, by name to staff; nobody is the clock."""
    if actor is None:
        return _("Clock")
    if getattr(actor, "is_staff", False) and not to_staff:
        return _("Support engineer")
    return str(actor)


# --- History ----------------------------------------------------------------------------------------

EVENT_NAMES: Mapping[str, Words] = {
    "filed": gettext_lazy("Case filed"),
    "claimed": gettext_lazy("Taken up by an engineer"),
    "assigned": gettext_lazy("Assigned to an engineer"),
    "answered": gettext_lazy("Support answered"),
    "information_requested": gettext_lazy("Support asked a question"),
    "resolution_provided": gettext_lazy("Support provided a resolution"),
    "resumed": gettext_lazy("Work resumed"),
    "handed_to_engineering": gettext_lazy("Handed to product engineering"),
    "taken_back": gettext_lazy("Back from product engineering"),
    "replied": gettext_lazy("Customer replied"),
    "contact_logged": gettext_lazy("Contact logged"),
    "confirmed": gettext_lazy("Solution confirmed"),
    "closed": gettext_lazy("Case closed"),
    "auto_closed": gettext_lazy("Closed by itself"),
    "reopened": gettext_lazy("Case reopened"),
    "followed_up": gettext_lazy("Follow-up filed"),
    "held": gettext_lazy("Put on hold"),
    "released": gettext_lazy("Hold released"),
    "hold_ended": gettext_lazy("Hold ended"),
    "extended": gettext_lazy("Kept open 3 days longer"),
    "reminded": gettext_lazy("Reminder sent"),
    "reminder_skipped": gettext_lazy("Reminder left out: the clock had stood still"),
    "escalated": gettext_lazy("Escalated"),
    "acknowledged": gettext_lazy("Escalation acknowledged"),
    "urgency_raised": gettext_lazy("Urgency raised"),
    "priority_lowered": gettext_lazy("Priority lowered"),
    "priority_changed": gettext_lazy("Priority changed"),
    "requestor_changed": gettext_lazy("Requestor changed"),
    "watchers_changed": gettext_lazy("Watchers changed"),
    "noted": gettext_lazy("Internal note"),
    "tagged": gettext_lazy("Tags changed"),
    "linked": gettext_lazy("Related case linked"),
    "owner_left": gettext_lazy("Released by an engineer who left"),
    "clock_failed": gettext_lazy("The clock could not carry out a step; it tries again in an hour"),
}


def event_name(kind: str) -> str:
    """This will name a kind of event."""
    return str(EVENT_NAMES[kind])


def event_sentence(kind: str, detail: Mapping[str, object]) -> str:
    """This will write an event with its details, without who and when."""
    match kind:
        case "reminded" | "reminder_skipped":
            return _("%(what)s: %(reminder)s") % {
                "what": event_name(kind),
                "reminder": reminder_name(int(str(detail["ordinal"]))),
            }
        case "filed":
            return _("Case filed as %(priority)s") % {"priority": _priority(detail["priority"])}
        case "closed" | "confirmed":
            return _("%(what)s: %(resolution)s") % {
                "what": event_name("closed"),
                "resolution": RESOLUTION_NAMES[str(detail["resolution"])],
            }
        case "urgency_raised" | "priority_lowered" | "priority_changed":
            return _("%(what)s from %(old)s to %(new)s") % {
                "what": event_name(kind),
                "old": _priority(detail["before"]),
                "new": _priority(detail["after"]),
            }
        case _ if detail.get("status") and detail.get("status") != detail.get("status_before"):
            return _("%(what)s: %(status)s") % {"what": event_name(kind), "status": _status(detail["status"])}
        case _:
            return event_name(kind)


def _priority(value: object) -> str:
    return str(PRIORITY_NAMES[int(str(value))])


def watcher_count(count: int) -> str:
    """This will say how many watchers there are."""
    return ngettext("%(count)s watcher", "%(count)s watchers", count) % {"count": count}


def explain(error: DomainError, *, to_staff: bool = False) -> str:
    """This will write any refusal that a case page can meet: of cases, entitlements, files or forms."""
    if error.code in _COMPOSED or error.code in _REFUSALS:
        return refusal_text(error.code, error.values, to_staff=to_staff)
    if error.code in FILE_REFUSALS:
        return file_refusal_text(error)
    if error.code in FORM_REFUSALS:
        return form_refusal_text(error)
    return entitlement_refusal_text(error)


def as_html(source: str) -> SafeString:
    """This will render a message's Markdown; the renderer's allow-list makes it safe."""
    return SafeString(prose.to_html(source, code_label=_("Code or log")))
