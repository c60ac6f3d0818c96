"""Sentences for what the catalogue refuses, by code: which rule, its value, what to do instead (SPEC 2.3)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators.availability import Reason, Way
from accelerators.wording.catalogue import add_on_names
from accelerators.wording.requests import STATUS_NAMES, units_text
from entitlements.add_ons import IN_UNITS, AddOn
from entitlements.plans import Plan
from entitlements.terms import LATEST_AT
from entitlements.wording import ADD_ON_NAMES, PLAN_NAMES, Words, day
from entitlements.wording import refusal_text as entitlements_text
from portal.accounts.wording import exact
from portal.errors import DomainError

_REASONS: Mapping[Reason, Words] = {
    Reason.PLAN_INCLUDES: gettext_lazy("Comes with the %(plan)s."),
    Reason.HELD: gettext_lazy("You hold it."),
    Reason.BUNDLE_OPENS: gettext_lazy("The Priority Queue Bundle, which you hold, opens it."),
    Reason.CAN_BE_REQUESTED: gettext_lazy("Not part of the plan; you can ask for it."),
    Reason.NOT_OFFERED: gettext_lazy("It is not offered any more."),
    Reason.NO_TERM: gettext_lazy("The license is not in force now."),
    Reason.OTHER_PRODUCT: gettext_lazy("It is made for other products."),
    Reason.NEEDS_ULTIMATE: gettext_lazy(
        "It belongs to the Ultimate Success Plan, which you do not have here."
    ),
    Reason.NOT_UNDER_PLAN: gettext_lazy("It is not offered under the %(plan)s."),
    Reason.NEEDS_ULTIMATE_OR_BUNDLE: gettext_lazy(
        "It belongs to the Ultimate Success Plan and to the Priority Queue Bundle; here you have neither."
    ),
    Reason.LAUNCH_UNDER_WAY: gettext_lazy(
        "A Launch Advisory for this product is under way; field services wait until it is over."
    ),
}
_WAYS: Mapping[Way, Words] = {
    Way.ULTIMATE: gettext_lazy("the Ultimate Success Plan"),
    Way.BUNDLE: gettext_lazy("the Priority Queue Bundle"),
    Way.OTHER_LICENSE: gettext_lazy("a license for one of its products"),
    Way.RENEWAL: gettext_lazy("a term that is in force"),
    Way.END_OF_LAUNCH: gettext_lazy("the end of the Launch Advisory"),
}


def reason_text(reason: Reason, plan: Plan | None = None) -> str:
    """Say why something can be had or not; `plan` is the one that says so, where a plan does."""
    return str(_REASONS[reason]) % {"plan": PLAN_NAMES[plan] if plan else ""}


def ways_text(ways: Iterable[Way]) -> str:
    """Say what would change that something cannot be had; nothing where it can."""
    names = [str(_WAYS[way]) for way in ways]
    # Translators: between two ways of opening something: the Priority Queue Bundle or the Ultimate Plan
    return _("What would open it: %(ways)s.") % {"ways": _(" or ").join(names)} if names else ""


def refusal_text(error: DomainError) -> str:
    """Say which rule refused, with its value, and what to do instead (SPEC 2.3)."""
    words = _REFUSALS.get(error.code)
    return words(error.values) if words else entitlements_text(error)


def _not_available(values: Mapping[str, Any]) -> str:
    return f"{reason_text(values['reason'], values['plan'])} {ways_text(values['ways'])}".strip()


def _wrong_status(values: Mapping[str, Any]) -> str:
    allowed = ", ".join(str(STATUS_NAMES[status]) for status in STATUS_NAMES if status in values["allowed"])
    return _("The request is %(status)s now. This is possible only while it is: %(allowed)s.") % {
        "status": STATUS_NAMES[values["status"]],
        "allowed": allowed,
    }


def _units_short(values: Mapping[str, Any]) -> str:
    return _("Left for this license: %(left)s. Take fewer, or have more granted first.") % {
        "left": units_text(values["add_on"], values["left"])
    }


_REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "not_available": _not_available,
    "works_by_itself": lambda _values: _(
        "It comes with your success plan and works without being asked for: there is nothing to request."
    ),
    "wrong_status": _wrong_status,
    "wrong_role": lambda _values: _(
        "This is for the requester, the product's contacts who may request, and the success team."
    ),
    "may_not_request": lambda _values: _(
        "You need the permission to request from the catalogue. Your account administrator gives it."
    ),
    "no_seat_for_requests": lambda values: (
        _(
            "Requests for %(product)s are for its named contacts, and you have no seat. Ask your account"
            " administrator for one."
        )
        % values
    ),
    "already_requested": lambda values: (
        _("It is requested already for this product (%(number)s). Await the answer, or cancel that one.")
        % values
    ),
    "already_requested_for_account": lambda values: (
        _(
            "It is requested already for your whole account (%(number)s). The answer will count for all of"
            " you."
        )
        % values
    ),
    "goal_missing": lambda _values: _("Write what you want to reach with it."),
    "goal_too_long": lambda values: _("Write at most %(most)d characters.") % values,
    "wish_in_the_past": lambda _values: _("Choose a day from today on."),
    "wish_too_far": lambda values: _("Choose a day not after %(last)s.") % {"last": day(values["last_on"])},
    "wishes_descend": lambda _values: _("The last wished day cannot come before the first."),
    "wish_without_start": lambda _values: _("Say from which day on, too."),
    "reason_missing": lambda _values: _("Write the reason; the customer reads it."),
    "answer_too_long": lambda values: _("Write at most %(most)d characters.") % values,
    "already_requester": lambda _values: _("The request is theirs already."),
    "not_a_contact_of_the_product": lambda _values: _("Choose an active named contact of the product."),
    "units_missing": lambda _values: _("Say how many units it takes, at least one."),
    "units_not_asked": lambda _values: _("Nothing of this is counted in units: leave the field empty."),
    "units_out_of_range": lambda values: _("Choose a number from 1 to %(most)d.") % values,
    "units_short": _units_short,
    "units_without_add_on": lambda values: (
        _(
            "On the first day %(add_on)s comes neither with the license's plan nor with the %(bundle)s, and"
            " is not held: grant it first."
        )
        % {
            "add_on": ADD_ON_NAMES[values["add_on"]],
            "bundle": ADD_ON_NAMES[AddOn.PRIORITY_QUEUE_BUNDLE],
        }
    ),
    "not_in_units": lambda _values: (
        _("Only these are counted in units: %(add_ons)s.") % {"add_ons": add_on_names(IN_UNITS)}
    ),
    "grant_overlaps": lambda values: (
        _("It is granted already from %(first)s to %(last)s. Choose days before or after that.")
        % {"first": day(values["first_on"]), "last": day(values["last_on"])}
    ),
    "grant_in_the_past": lambda _values: _("Choose a last day that is not over."),
    "grant_needs_a_license": lambda _values: _("A license holds this add-on: choose one of the account."),
    "grant_of_the_account": lambda _values: _("The whole account holds this add-on: choose no license."),
    "grant_of_another_account": lambda _values: _("The license belongs to another account."),
    "nothing_to_grant": lambda values: (
        _("The %(plan)s includes it already: there is nothing to grant.")
        % {"plan": PLAN_NAMES[values["plan"]]}
    ),
    "grant_not_available": lambda values: (
        _("On its first day it could not be held: %(reason)s") % {"reason": _not_available(values)}
    ),
    "grant_is_over": lambda _values: _("It has ended already."),
    "row_in_the_past": lambda _values: _("Choose an instant in the future: what was offered before stays."),
    "row_taken": lambda _values: _("There is a row for this instant already."),
    "row_out_of_range": lambda _values: _("Choose a year not after %(last)s.") % {"last": LATEST_AT.year},
    "row_unchanged": lambda _values: _("Nothing differs from the row in force then."),
    "cells_of_add_ons": lambda _values: _("The two plans' fields are for add-ons, and only for them."),
    "category_missing": lambda _values: _("Choose the category of the accelerator."),
    "category_of_accelerators": lambda _values: _("Only accelerators have a category: leave it empty."),
    "slug_of_an_add_on": lambda _values: _(
        "Only the portal's own add-ons have effects: choose the address of one of them."
    ),
    "slug_reserved": lambda _values: _("This address belongs to another page. Choose another one."),
    "kind_of_thing_changed": lambda _values: _("A thing keeps its kind. Give another kind its own address."),
    "unknown_product_or_family": lambda values: _("%(name)s is no product and no family.") % values,
    "nul": lambda _values: _("The text holds a character that cannot be stored. Type it anew."),
    "permission_already": lambda _values: _("You may request from the catalogue already."),
    "permission_asked": lambda values: (
        _("You asked already: %(asked_at)s. Ask again after %(hours)d hours.")
        % {**values, "asked_at": exact(values["asked_at"], timezone.get_current_timezone())}
    ),
}
