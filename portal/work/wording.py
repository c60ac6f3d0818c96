"""Sentences about forms that cannot be sent and about a clock that does not keep its promises."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts.wording import countdown
from portal.errors import DomainError

REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "form_token_missing": lambda _values: _(
        "This form was not complete, so nothing was sent. Load the page again and send it from there."
    ),
    "form_expired": lambda _values: _(
        "This form was made for somebody else's sign-in. Load the page again and send it from there."
    ),
    "too_many": lambda values: (
        _("That is more than %(limit)d in an hour, the most for one person. Try again in %(minutes)s.")
        % {"limit": values["limit"], "minutes": _minutes(values["retry_after_seconds"])}
    ),
    "instance_unnamed": lambda _values: _(
        "This installation has no name, so it cannot adopt a database. Set PORTAL_INSTANCE first."
    ),
}

CLOCK_FAULTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "never_ticked": lambda _values: _("The clock has not run yet."),
    "tick_late": lambda values: (
        _("The clock last ran %(age)s ago; it should run every minute.") % {"age": countdown(values["age"])}
    ),
    "backlog_late": lambda values: (
        ngettext(
            "%(count)d step is due and not done, the oldest for %(age)s.",
            "%(count)d steps are due and not done, the oldest for %(age)s.",
            values["count"],
        )
        % {"count": values["count"], "age": countdown(values["age"])}
    ),
    "mail_late": lambda values: (
        _("Mail has been waiting to be sent for %(age)s.") % {"age": countdown(values["age"])}
    ),
    "page_late": lambda values: (
        _("A page has not reached the pager for %(age)s. A lead finds it in the outbox.")
        % {"age": countdown(values["age"])}
    ),
    "not_adopted": lambda _values: _(
        "No mail is sent, for this database is another installation's. Run `manage.py adopt_database`."
    ),
    "broker_away": lambda _values: _("The broker does not answer, so nothing wakes the workers."),
}


def refusal_text(error: DomainError) -> str:
    """Say which rule refused a form, and what to do instead."""
    return REFUSALS[error.code](error.values)


def fault_text(code: str, values: Mapping[str, Any]) -> str:
    """Say what is wrong with the clock, in the active language."""
    return CLOCK_FAULTS[code](values)


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}
