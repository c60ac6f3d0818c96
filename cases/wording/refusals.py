"""Refusals in words: which rule, its value, what to do instead (SPEC 2.3)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.follow_up import LONGEST_HOLD_DAYS
from cases.lifecycle import ENDED, MOST_WATCHERS, RAISE_AGAIN_AFTER, Action, Role
from cases.wording.history import actor_name, event_name
from cases.wording.labels import ACTION_NAMES, ROLE_NAMES, STATUS_NAMES, Words, in_hours, status_name
from entitlements.wording import PRIORITY_NAMES
from entitlements.wording import refusal_text as entitlement_refusal_text
from portal.accounts.wording import exact
from portal.errors import DomainError
from portal.files.wording import REFUSALS as FILE_REFUSALS
from portal.files.wording import refusal_text as file_refusal_text
from portal.work.wording import REFUSALS as FORM_REFUSALS
from portal.work.wording import refusal_text as form_refusal_text


def _instant(value: object) -> str:
    return exact(value, timezone.get_current_timezone()) if isinstance(value, datetime) else str(value)


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value)


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
    "already_taken_over": gettext_lazy("A colleague has taken the request over already."),
    "caller_is_a_contact": gettext_lazy(
        "This person is a named contact of the product. File the case on their behalf."
    ),
    "nobody_to_take_over": gettext_lazy(
        "The account has nobody who could take the request over. Seat a named contact of the product first."
    ),
    "call_awaited": gettext_lazy("A call is awaited already. Cancel it to choose another time."),
    "no_call_awaited": gettext_lazy("No call is awaited."),
    "no_call_for_p4": gettext_lazy(
        "Calls are for P1, P2 and P3. Write what you need here, or raise the urgency with a reason."
    ),
    "slot_not_offered": gettext_lazy("This time can no longer be chosen. Choose another one."),
    "slot_missing": gettext_lazy("Choose a time in business hours."),
    "same_priority": gettext_lazy("The case has this priority already. Choose another one."),
    "language_not_supported": gettext_lazy(
        "Cases of Commerce are supported in English only. Choose English."
    ),
    "lowered_only_on_request": gettext_lazy(
        "P1 and P2 are lowered only at the customer's request: quote it, or use Lower the priority."
    ),
    "p1_needs_commitment": gettext_lazy(
        "P1 needs a phone number, the business impact and the promise to be reachable 24x7."
    ),
    "hold_in_the_past": gettext_lazy("Choose a day that has not ended yet in the account's zone."),
    "hold_too_long": format_lazy(
        gettext_lazy("A hold ends at most {days} days ahead. Choose an earlier day."), days=LONGEST_HOLD_DAYS
    ),
    "not_a_contact_of_the_product": gettext_lazy(
        "Only an active named contact of the product can become the requestor. Choose one of the list."
    ),
    "already_requestor": gettext_lazy("This person is the requestor already."),
    "not_of_the_account": gettext_lazy("Watchers are people of the account with a login. Choose among them."),
    "too_many_watchers": format_lazy(
        gettext_lazy("A case has at most {people} watchers. Take some off first."), people=MOST_WATCHERS
    ),
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
        "nobody_took_over",
        "wrong_role",
        "wrong_status",
        "reopening_too_late",
        "target_still_runs",
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
        case "nobody_took_over":
            text = _nobody_took_over(values)
        case "reopening_too_late":
            text = _(
                "Reopening was possible until %(until)s. File a follow-up: it is filled in from this case "
                "and linked with it."
            ) % {"until": _instant(values["until"])}
        case "target_still_runs":
            text = _(
                "Support has until %(due)s to answer first. A case is escalated after the first response, or "
                "once that instant has passed."
            ) % {"due": _instant(values["due_at"])}
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
            text = _("The urgency can be raised once in %(hours)s hours: again from %(again)s.") % {
                "hours": in_hours(RAISE_AGAIN_AFTER),
                "again": _instant(values["again_at"]),
            }
        case "term_ended":
            text = _(
                "The license ended on %(day)s. Open cases run to their end, but nothing new is filed, raised "
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
            "status": status_name(status)
        }
    if action == Action.TAKE_OVER and status not in ENDED:
        return str(_REFUSALS["already_taken_over"])
    if status in ENDED:
        return _("The case is %(status)s. Reopen it, or file a follow-up.") % {"status": status_name(status)}
    return _("Possible in %(allowed)s; this case is in %(status)s.") % {
        "action": ACTION_NAMES[action],
        "allowed": _names(STATUS_NAMES, values["allowed"]),
        "status": status_name(status),
    }


def _nobody_took_over(values: Mapping[str, object]) -> str:
    if str(values["status"]) in ENDED:
        return _("The case closed before anybody took the request over. File a new case.")
    return _("The request is nobody's yet: a named contact of the product has to take it over first.")


def _who_did_what(values: Mapping[str, object], *, to_staff: bool) -> str:
    """The newest event, where a stale page has to be told (SPEC 2: who did what when)."""
    if "last_kind" not in values:
        return ""
    return _("Last: %(what)s (%(who)s), %(when)s.") % {
        "what": event_name(str(values["last_kind"])),
        "who": actor_name(values.get("last_by"), to_staff=to_staff),
        "when": _instant(values["last_at"]),
    }


def explain(error: DomainError, *, to_staff: bool = False) -> str:
    """This will write any refusal that a case page can meet: of cases, entitlements, files or forms."""
    if error.code in _COMPOSED or error.code in _REFUSALS:
        return refusal_text(error.code, error.values, to_staff=to_staff)
    if error.code in FILE_REFUSALS:
        return file_refusal_text(error)
    if error.code in FORM_REFUSALS:
        return form_refusal_text(error)
    return entitlement_refusal_text(error)
