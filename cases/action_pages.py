"""What joins an action's form with its operation, once, for the customer's pages and the staff's admin."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases import forms, operations
from cases.follow_up import EXTENSION
from cases.lifecycle import Action, Channel, Resolution
from cases.models import Case
from cases.wording import Words, in_hours
from portal.accounts.models import User
from portal.files.storing import StoredBlob


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid form on its way to the operation."""

    case: Case
    actor: User
    now: datetime
    data: Mapping[str, Any]
    files: Sequence[StoredBlob] = ()


@dataclass(frozen=True, slots=True)
class ActionPage:
    """How an action is asked for: its form, its operation, its button and what is said when it is done."""

    form: type[forms.ActionForm]
    run: Callable[[Submission], object]
    button: Words
    done: Words
    is_text: bool = False


def _texts(
    operation: Callable[..., object],
    button: Words,
    done: Words,
    form: type[forms.ActionForm] = forms.MessageForm,
) -> ActionPage:
    def run(sent: Submission) -> object:
        return operation(sent.case, text=sent.data["text"], actor=sent.actor, now=sent.now, files=sent.files)

    return ActionPage(form, run, button, done, is_text=True)


def _plain(operation: Callable[..., object], button: Words, done: Words) -> ActionPage:
    def run(sent: Submission) -> object:
        return operation(sent.case, actor=sent.actor, now=sent.now)

    return ActionPage(forms.ActionForm, run, button, done)


def _fields(
    operation: Callable[..., object],
    form: type[forms.ActionForm],
    button: Words,
    done: Words,
    *,
    names: Sequence[str],
) -> ActionPage:
    """The form's fields of these names are the operation's arguments of the same names."""

    def run(sent: Submission) -> object:
        values = {name: sent.data[name] for name in names}
        return operation(sent.case, actor=sent.actor, now=sent.now, **values)

    return ActionPage(form, run, button, done, is_text="text" in names)


def _close(sent: Submission) -> object:
    return operations.close_case(
        sent.case,
        resolution=Resolution(sent.data["resolution"]),
        reason=sent.data.get("reason", ""),
        actor=sent.actor,
        now=sent.now,
    )


def _log_contact(sent: Submission) -> object:
    return operations.log_contact(
        sent.case,
        text=sent.data["text"],
        said_by=sent.data["said_by"],
        channel=Channel(sent.data["channel"]),
        actor=sent.actor,
        now=sent.now,
    )


PAGES: Mapping[Action, ActionPage] = {
    # The customer's
    Action.REPLY: _texts(operations.reply_to_case, _("Send answer"), _("Your answer was sent.")),
    Action.CONFIRM: _plain(
        operations.confirm_resolution, _("Confirm the solution"), _("Solution confirmed: the case is closed.")
    ),
    Action.REOPEN: _texts(operations.reopen_case, _("Reopen the case"), _("The case is open again.")),
    Action.EXTEND: _plain(
        operations.extend_waiting,
        _("Extend"),
        format_lazy(_("The case stays open {hours} hours longer."), hours=in_hours(EXTENSION)),
    ),
    Action.ESCALATE: _fields(
        operations.escalate_case,
        forms.EscalateForm,
        _("Escalate"),
        _("Escalated: whoever answers for escalations has been told."),
        names=("reason", "text"),
    ),
    Action.RAISE_URGENCY: _fields(
        operations.raise_urgency,
        forms.RaiseUrgencyForm,
        _("Raise the urgency"),
        _("The priority was raised."),
        names=("justification",),
    ),
    Action.REQUEST_CALL: _fields(
        operations.request_call,
        forms.CallForm,
        _("Request the call"),
        _("Support calls you as agreed."),
        names=("phone", "starts_at"),
    ),
    Action.CANCEL_CALL: _plain(operations.cancel_call, _("Cancel the call"), _("The call is cancelled.")),
    # Both sides
    Action.CLOSE: ActionPage(forms.CloseForm, _close, _("Close the case"), _("The case is closed.")),
    Action.HAND_TO_COLLEAGUE: _fields(
        operations.hand_to_colleague,
        forms.ColleagueForm,
        _("Hand to a colleague"),
        _("The case has a new requestor."),
        names=("colleague",),
    ),
    Action.EDIT_WATCHERS: _fields(
        operations.edit_watchers,
        forms.WatchersForm,
        _("Save watchers"),
        _("The watchers are saved."),
        names=("watchers",),
    ),
    # The staff's
    Action.CLAIM: _plain(operations.claim_case, _("Claim"), _("The case is yours.")),
    Action.ASSIGN: _fields(
        operations.assign_case, forms.AssignForm, _("Assign"), _("The case was assigned."), names=("owner",)
    ),
    Action.ANSWER: _texts(operations.answer_case, _("Send answer"), _("The answer was sent.")),
    Action.REQUEST_INFORMATION: _texts(
        operations.request_information,
        _("Ask and wait"),
        _("Asked: the case waits in Pending Response."),
    ),
    Action.PROVIDE_RESOLUTION: _texts(
        operations.provide_resolution,
        _("Provide the resolution"),
        _("The case waits in Resolution Provided."),
    ),
    Action.RESUME: _fields(
        operations.resume_case,
        forms.ReasonForm,
        _("Resume work"),
        _("The waiting period has ended."),
        names=("reason",),
    ),
    Action.HAND_TO_ENGINEERING: _plain(
        operations.hand_to_engineering, _("Hand to engineering"), _("The case is with product engineering.")
    ),
    Action.TAKE_BACK: _plain(
        operations.take_back, _("Take back"), _("The case is back from product engineering.")
    ),
    Action.LOG_CONTACT: ActionPage(
        forms.LogContactForm, _log_contact, _("Log the contact"), _("The contact was logged."), is_text=True
    ),
    Action.DECLINE_CALL: _fields(
        operations.decline_call,
        forms.ReasonForm,
        _("Give the call up"),
        _("The customer has been told."),
        names=("reason",),
    ),
    Action.HOLD: _fields(
        operations.hold_case,
        forms.HoldForm,
        _("Hold"),
        _("The follow-up clock stands still."),
        names=("last_on", "reason"),
    ),
    Action.RELEASE: _plain(operations.release_hold, _("Release the hold"), _("The follow-up clock goes on.")),
    Action.ACKNOWLEDGE: _fields(
        operations.acknowledge_escalation,
        forms.NoteForm,
        _("Acknowledge"),
        _("The escalation was acknowledged."),
        names=("text",),
    ),
    Action.LOWER_PRIORITY: _fields(
        operations.lower_priority,
        forms.PriorityForm,
        _("Lower the priority"),
        _("The priority was lowered."),
        names=("priority",),
    ),
    Action.CHANGE_PRIORITY: _fields(
        operations.change_priority,
        forms.ChangePriorityForm,
        _("Change the priority"),
        _("The priority was changed."),
        names=("priority", "reason", "customers_words", "phone", "impact", "is_reachable"),
    ),
    Action.ADD_NOTE: _fields(
        operations.add_note, forms.NoteForm, _("Save the note"), _("The note was saved."), names=("text",)
    ),
    Action.TAG: _fields(
        operations.set_tags, forms.TagsForm, _("Save tags"), _("The tags are saved."), names=("tags",)
    ),
    Action.LINK_RELATED: _fields(
        operations.link_related, forms.LinkForm, _("Link"), _("The cases are linked."), names=("other",)
    ),
}

# Actions that a person of the customer can see on the case page, in the page's order.
CUSTOMER_ACTIONS: tuple[Action, ...] = (
    Action.TAKE_OVER,
    Action.REPLY,
    Action.CONFIRM,
    Action.REOPEN,
    Action.FOLLOW_UP,
    Action.EXTEND,
    Action.REQUEST_CALL,
    Action.CANCEL_CALL,
    Action.ESCALATE,
    Action.RAISE_URGENCY,
    Action.HAND_TO_COLLEAGUE,
    Action.EDIT_WATCHERS,
    Action.CLOSE,
)
# Actions that staff can see on the case page in the admin, in the page's order.
STAFF_ACTIONS: tuple[Action, ...] = (
    Action.CLAIM,
    Action.REQUEST_INFORMATION,
    Action.PROVIDE_RESOLUTION,
    Action.ANSWER,
    Action.ADD_NOTE,
    Action.LOG_CONTACT,
    Action.DECLINE_CALL,
    Action.RESUME,
    Action.HOLD,
    Action.RELEASE,
    Action.HAND_TO_ENGINEERING,
    Action.TAKE_BACK,
    Action.ACKNOWLEDGE,
    Action.ASSIGN,
    Action.CHANGE_PRIORITY,
    Action.LOWER_PRIORITY,
    Action.HAND_TO_COLLEAGUE,
    Action.EDIT_WATCHERS,
    Action.TAG,
    Action.LINK_RELATED,
    Action.CLOSE,
    Action.REOPEN,
    Action.FOLLOW_UP,
)
