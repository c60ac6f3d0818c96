"""Labels of statuses, priorities, actions and roles, and the names of steps."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases import prose
from cases.calls import CallOutcome, Slot
from cases.follow_up import EXTENSION, Step, StepKind
from cases.lifecycle import (
    MOST_WATCHERS,
    RAISE_AGAIN_AFTER,
    Action,
    Channel,
    EscalationReason,
    Resolution,
    Role,
    Status,
)
from cases.response import TargetCause, TargetState, TargetStep
from entitlements.languages import CaseLanguage
from entitlements.queries import HoursNow
from portal.accounts.wording import exact, zone_label

Words = str | Promise


class AwaitedCall(Protocol):
    """A call in [starts_at, ends_at), or as soon as possible where it has no end."""

    starts_at: datetime
    ends_at: datetime | None


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

RESOLUTION_MEANINGS: Mapping[str, Words] = {
    Resolution.CONFIRMED: gettext_lazy("A solution works: support's, or your own."),
    Resolution.IRRELEVANT: gettext_lazy("No solution fitted, and none is needed any more."),
    Resolution.OBSOLETE: gettext_lazy("The problem is gone, or what it was about no longer exists."),
}

RESOLUTION_NAMES: Mapping[str, Words] = {
    Resolution.CONFIRMED: gettext_lazy("Resolution Confirmed"),
    Resolution.IRRELEVANT: gettext_lazy("Resolution Irrelevant"),
    Resolution.OBSOLETE: gettext_lazy("Issue Obsolete"),
}
RESOLUTIONS = [(resolution.value, RESOLUTION_NAMES[resolution]) for resolution in Resolution]

# The state of a case's first response.
TARGET_STATES: Mapping[str, Words] = {
    TargetState.NONE: gettext_lazy("No target"),
    TargetState.RUNNING: gettext_lazy("Running"),
    TargetState.MET: gettext_lazy("Met"),
    TargetState.MISSED: gettext_lazy("Missed"),
    TargetState.WITHDRAWN: gettext_lazy("Withdrawn"),
}
TARGET_STEP_NAMES: Mapping[str, Words] = {
    TargetStep.WARN: gettext_lazy("Most of the time for the first response has passed"),
    TargetStep.MISS: gettext_lazy("The first response is late"),
}
TARGET_CAUSES = [
    (TargetCause.FILED.value, gettext_lazy("The case was filed.")),
    (TargetCause.RAISED.value, gettext_lazy("The priority was raised: it counts from then.")),
    (TargetCause.LOWERED.value, gettext_lazy("The priority was lowered: it counts from the filing.")),
    (TargetCause.REOPENED.value, gettext_lazy("The case was reopened before its first response.")),
]

LANGUAGES = [
    (CaseLanguage.ENGLISH.value, gettext_lazy("English")),
    (CaseLanguage.JAPANESE.value, gettext_lazy("Japanese")),
]

CHANNELS = [
    (Channel.PORTAL.value, gettext_lazy("Portal")),
    (Channel.PHONE.value, gettext_lazy("Phone")),
    (Channel.CHAT.value, gettext_lazy("Chat")),
]

CALL_OUTCOMES = [
    (CallOutcome.MADE.value, gettext_lazy("The call took place.")),
    (CallOutcome.CANCELLED.value, gettext_lazy("The customer cancelled it.")),
    (CallOutcome.DECLINED.value, gettext_lazy("Support could not make it.")),
    (CallOutcome.CLOSED.value, gettext_lazy("The case was closed before it.")),
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
    Action.LOG_CALLER: gettext_lazy("Log a caller without a seat"),
    Action.TAKE_OVER: gettext_lazy("Take the request over"),
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
    Action.REQUEST_CALL: gettext_lazy("Request a call"),
    Action.CANCEL_CALL: gettext_lazy("Cancel the call"),
    Action.DECLINE_CALL: gettext_lazy("Give the call up"),
    Action.LOWER_PRIORITY: gettext_lazy("Lower the priority"),
    Action.CHANGE_PRIORITY: gettext_lazy("Change the priority"),
    Action.HAND_TO_COLLEAGUE: gettext_lazy("Hand to a colleague"),
    Action.EDIT_WATCHERS: gettext_lazy("Edit watchers"),
    Action.ADD_NOTE: gettext_lazy("Internal note"),
    Action.TAG: gettext_lazy("Tags"),
    Action.LINK_RELATED: gettext_lazy("Link a related case"),
}


def in_hours(length: timedelta) -> int:
    """This will count the whole hours of a length of elapsed time."""
    return length // timedelta(hours=1)


# What an action does, for those who may take it.
ACTION_EFFECTS: Mapping[str, Words] = {
    Action.FILE: gettext_lazy("Support has it at once, and the time for the first response starts."),
    Action.TAKE_OVER: gettext_lazy("It becomes your case: describe the problem, and its target starts."),
    Action.REPLY: gettext_lazy("Reminders and the auto-closure stop at once."),
    Action.CONFIRM: gettext_lazy(
        "The case closes as Resolution Confirmed. Its page then says until when you can reopen it."
    ),
    Action.CLOSE: gettext_lazy(
        "If you no longer need an answer. The case's page then says until when you can reopen it."
    ),
    Action.REOPEN: gettext_lazy("Tell us what happens still or again; the case returns to support."),
    Action.FOLLOW_UP: gettext_lazy("A new case, filled in from this one and linked with it both ways."),
    Action.EXTEND: format_lazy(
        gettext_lazy("Once per waiting period: every planned step moves by {hours} hours."),
        hours=in_hours(EXTENSION),
    ),
    Action.ESCALATE: gettext_lazy(
        "Tells your Support Service Manager, or the support leads where you have none. It cannot be undone."
    ),
    Action.RAISE_URGENCY: format_lazy(
        gettext_lazy("P4 to P3, or P3 to P2, once in {hours} hours and with a reason."),
        hours=in_hours(RAISE_AGAIN_AFTER),
    ),
    Action.REQUEST_CALL: gettext_lazy(
        "P1: support calls as soon as possible. P2 and P3: at a time in business hours that you choose."
    ),
    Action.CANCEL_CALL: gettext_lazy("Support does not call. You can request another call."),
    Action.HAND_TO_COLLEAGUE: gettext_lazy("Another named contact of the product becomes the requestor."),
    Action.EDIT_WATCHERS: format_lazy(
        gettext_lazy("Up to {people} people of your account get this case's notices."), people=MOST_WATCHERS
    ),
    Action.HOLD: gettext_lazy("Stops the follow-up clock until the end of a day; the customer sees why."),
    Action.RELEASE: gettext_lazy("The follow-up clock goes on at once."),
    Action.RESUME: gettext_lazy("Ends the waiting period: set by mistake, or answered elsewhere."),
    Action.CLAIM: gettext_lazy("You become the owner."),
    Action.REQUEST_INFORMATION: gettext_lazy("Sets Pending Response and starts a new waiting period."),
    Action.PROVIDE_RESOLUTION: gettext_lazy("Sets Resolution Provided and starts a new waiting period."),
    Action.ANSWER: gettext_lazy("A public answer; in a waiting case it changes neither status nor clock."),
    Action.ADD_NOTE: gettext_lazy("For staff only; never shown to the customer."),
}


def status_name(value: object) -> str:
    """This will name a status by its stored value."""
    return str(STATUS_NAMES.get(str(value), value))


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


def as_html(source: str) -> SafeString:
    """This will render a message's Markdown; the renderer's allow-list makes it safe."""
    return SafeString(prose.to_html(source, code_label=_("Code or log")))


def languages_help(japanese: HoursNow, interface: str) -> str:
    """This will say when Japanese is spoken, and what the language of the page promises."""
    open_now = _("Japanese is answered in Japan's business hours, which run until %(until)s.")
    closed_now = _(
        "Japanese is answered in Japan's business hours, next from %(until)s; before that the answer comes in"
        " English."
    )
    words = [
        (open_now if japanese.is_open else closed_now)
        % {"until": exact(japanese.changes_at, timezone.get_current_timezone())}
    ]
    if interface not in set(CaseLanguage):
        words.append(_("Answers come in the case's language, not in that of this page."))
    return " ".join(words)


def slot_choices(slots: Iterable[Slot]) -> list[tuple[str, list[tuple[str, str]]]]:
    """This will offer slots as a choice, grouped by the days of the active zone."""
    days: dict[str, list[tuple[str, str]]] = {}
    for slot in slots:
        since, until = timezone.localtime(slot.starts_at), timezone.localtime(slot.ends_at)
        # Translators: Django date format of a day to choose: Thu 26 Nov
        day = date_format(since, pgettext("slot", "D j M"))
        words = f"{since:%H:%M}–{until:%H:%M} {zone_label(since)}"
        days.setdefault(day, []).append((slot.starts_at.isoformat(), f"{day}, {words}"))
    return list(days.items())


def call_words(call: AwaitedCall) -> str:
    """This will say when support calls, in the active zone."""
    zone = timezone.get_current_timezone()
    if call.ends_at is None:
        return _("As soon as possible, asked for on %(when)s") % {"when": exact(call.starts_at, zone)}
    until = timezone.localtime(call.ends_at)
    return _("%(when)s, within the half hour until %(until)s") % {
        "when": exact(call.starts_at, zone),
        "until": f"{until:%H:%M}",
    }
