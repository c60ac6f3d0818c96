"""Sentences about notices and mail, for staff."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import DomainError
from portal.notices.states import MailState

REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "not_lead": lambda _values: _("Only a lead may send mail again or cancel it. Ask one to do it."),
    "not_dead": lambda values: (
        _("Only a mail that was given up is sent again; this one: %(state)s.") % {"state": _state(values)}
    ),
    "not_pending": lambda values: (
        _("Only a mail that waits can be cancelled; this one: %(state)s.") % {"state": _state(values)}
    ),
}

_CANCELLED: Mapping[str, str | Promise] = {
    "recipient_left": gettext_lazy("the recipient may no longer sign in"),
    "nobody_here": gettext_lazy("nobody who may sign in has this address"),
    "may_not_see": gettext_lazy("the recipient may no longer see it"),
    "period_ended": gettext_lazy("the waiting period had ended"),
    "reopened": gettext_lazy("the case was open again"),
    "taken_over": gettext_lazy("the request had been taken over, or had closed"),
    "call_ended": gettext_lazy("no call was awaited any more"),
    "answered": gettext_lazy("somebody had answered, or the case was closed"),
    "invitation_over": gettext_lazy("the invitation was used, revoked or out of date"),
    "invitation_replaced": gettext_lazy("a newer mail had replaced its link"),
    "seat_taken": gettext_lazy("the person had a seat by then"),
    "request_went_on": gettext_lazy("something else had happened to the request"),
    "add_on_granted": gettext_lazy("the add-on had been granted"),
    "units_granted": gettext_lazy("units had been granted"),
    "add_on_ended": gettext_lazy("the add-on had ended"),
    "permission_given": gettext_lazy("the person had the permission by then"),
    "by_staff": gettext_lazy("staff cancelled it"),
}


def refusal_text(error: DomainError) -> str:
    """Say why an act on the outbox was refused."""
    return REFUSALS[error.code](error.values)


def cancelled_text(code: str) -> str:
    """Say why a mail was cancelled; an unknown code stands for itself."""
    return str(_CANCELLED.get(code, code))


def _state(values: Mapping[str, Any]) -> str:
    return str(MailState(values["state"]).label)
