"""Sentences for what entitlements refuse, by code: which rule, its value, what to do instead (SPEC 2.3)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from entitlements.invitations import VALID_FOR
from entitlements.sheets import MOST_ROWS
from entitlements.wording.days import day, days
from entitlements.wording.plans import PLAN_NAMES
from entitlements.wording.words import Words
from portal.accounts.refusals import REFUSALS as PEOPLE_REFUSALS
from portal.accounts.wording import exact
from portal.errors import DomainError


def refusal_text(error: DomainError, *, to_staff: bool = False) -> str:
    """Say which rule refused, with its value, and what to do instead (SPEC 2.3); staff may do more."""
    words = _TO_STAFF.get(error.code) if to_staff else None
    words = words or _REFUSALS.get(error.code) or PEOPLE_REFUSALS[error.code]
    return words(error.values)


def _open_cases(values: Mapping[str, Any]) -> str:
    return ngettext(
        "The contact still has %(cases)d open case or request.",
        "The contact still has %(cases)d open cases and requests.",
        values["cases"],
    ) % {"cases": values["cases"]}


def _license_full(values: Mapping[str, Any]) -> str:
    full = _(
        "Every seat is taken: the %(plan)s allows %(capacity)d named contacts per product, and there are"
        " %(taken)d. Remove a contact first, or ask us about the plan."
    ) % {**values, "plan": PLAN_NAMES[values["plan"]]}
    if not (invited := values.get("invited", 0)):
        return full
    kept = ngettext(
        "%(invited)d of them is an open invitation, which can be revoked.",
        "%(invited)d of them are open invitations, which can be revoked.",
        invited,
    )
    return full + " " + kept % {"invited": invited}


def _moment(when: datetime) -> str:
    return exact(when, timezone.get_current_timezone())


# Why a file is no list of contacts.
SHEET_REFUSALS: Mapping[str, Words] = {
    "no_columns": gettext_lazy("The first line names the columns: email and product. This file has not."),
    "no_rows": gettext_lazy("There is no row below the names of the columns."),
    "too_many_rows": format_lazy(
        gettext_lazy("A list has at most {rows} rows. Send it in parts."), rows=MOST_ROWS
    ),
}

_REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    # Lists of contacts
    "unknown_product": lambda values: (
        _("Your account has no product “%(product)s”. Write its name as the page of the contacts does.")
        % values
    ),
    # Remote access
    "not_for_access": lambda values: (
        _(
            "Access to environments of %(product)s is granted and ended by its named contacts and by the"
            " account administrator."
        )
        % values
    ),
    "environment_missing": lambda _values: _("Name the environment."),
    "scope_missing": lambda _values: _("Say what support may look at."),
    "too_long": lambda values: _("Write at most %(most)d characters.") % {"most": values["most"]},
    "access_in_the_past": lambda _values: _("Choose today or a later day, in your account's time zone."),
    "access_too_long": lambda values: (
        _("Access ends at most %(most)d days ahead. Choose an earlier day.") % {"most": values["most"]}
    ),
    "not_of_staff": lambda _values: _("Only active staff with a role can be in a success team."),
    "already_in_the_team": lambda _values: _("This person holds the place already."),
    "left_the_team": lambda _values: _("This person has left the team already."),
    "access_is_over": lambda _values: _("This access has ended already."),
    # Dated rows
    "row_in_the_past": lambda _values: _(
        "A dated row begins in the future: cases filed until then keep what they were promised. Choose a"
        " later instant."
    ),
    "row_taken": lambda _values: _("There is already a row from that instant on. Choose another."),
    "minutes_missing": lambda _values: _(
        "Say how many minutes; only a business day has a length of its own."
    ),
    "minutes_of_a_day": lambda _values: _(
        "A business day is as long as the region's day. Leave the minutes empty, or choose another clock."
    ),
    "minutes_out_of_range": lambda values: (
        _("A target is between 1 and %(most)d minutes long.") % {"most": values["most"]}
    ),
    "hours_invalid": lambda _values: _(
        "Hours of a day ascend, do not touch each other and lie between 00:00 and 24:00."
    ),
    "hours_never_open": lambda _values: _(
        "A region that never opens could answer nobody. Give at least one day its hours."
    ),
    "day_off_past": lambda _values: _(
        "That day is over in the region. A day off counts for cases filed after it was added: choose today or"
        " a later day."
    ),
    "day_off_taken": lambda values: _("That day is already off: %(name)s.") % values,
    "day_off_is_certain": lambda values: _("%(name)s is certain already and counts.") % values,
    "day_off_struck": lambda values: (
        _("%(name)s was struck already. To have the day off again, add it anew.") % values
    ),
    # Filing
    "not_a_named_contact": lambda values: (
        _(
            "Only named contacts of %(product)s may file cases for it, and you are not one. Ask your account"
            " administrator for a seat."
        )
        % values
    ),
    "may_not_file": lambda _values: _(
        "You have no permission to file cases. Your account administrator can give it to you; you can still"
        " read cases and reply to yours."
    ),
    "no_term_yet": lambda values: (
        _("The license for %(product)s is not in force now; cases can be filed from %(first_on)s on.")
        % {**values, "first_on": day(values["first_on"])}
    ),
    "term_ended": lambda values: (
        _(
            "The license for %(product)s ended on %(last_on)s. Open cases run to their end; for new ones, ask"
            " your account administrator about a renewal."
        )
        % {**values, "last_on": day(values["last_on"])}
    ),
    "no_term": lambda values: (
        _(
            "The license for %(product)s has no term yet. Your account administrator or our staff can"
            " tell you more."
        )
        % values
    ),
    # Accounts, licenses and terms
    "account_name_taken": lambda values: (
        _("There is already an account named “%(name)s”. Use it, or give this one another name.") % values
    ),
    "license_exists": lambda values: (
        _("The account already has a license for %(product)s. Add a term to it instead.") % values
    ),
    "terms_overlap": lambda values: (
        _("Terms of a license never overlap: there is one for %(other)s. Choose days before or after it.")
        % {"other": days(values["first_on"], values["last_on"])}
    ),
    "term_ends_before_it_begins": lambda values: (
        _(
            "The last day lies before the first, %(first_on)s. A term may end on its first day at the"
            " earliest."
        )
        % {"first_on": day(values["first_on"])}
    ),
    "term_outside_calendar": lambda values: (
        _("A term lies within %(calendar)s. Choose days in between.")
        % {"calendar": days(values["earliest"], values["latest"])}
    ),
    "term_change_past": lambda values: (
        _(
            "Terms and their plans change from a day to come, so that no case moves that was filed before."
            " Choose %(earliest)s or a later day."
        )
        % {"earliest": day(values["earliest"])}
    ),
    "no_term_on_day": lambda values: (
        _("No term of %(product)s holds %(day)s. Choose a day of a term, or add a term for it.")
        % {**values, "day": day(values["day"])}
    ),
    "term_without_days": lambda values: (
        _("The term begins on %(day)s, and would have no day at all. Choose a later day.")
        % {"day": day(values["day"])}
    ),
    "plan_unchanged": lambda values: (
        _("On %(day)s the license is under the %(plan)s already. Choose another plan, or another day.")
        % {"day": day(values["day"]), "plan": PLAN_NAMES[values["plan"]]}
    ),
    # Seats
    "already_a_contact": lambda values: _("This person is already a named contact of %(product)s.") % values,
    "not_of_the_account": lambda values: (
        _(
            "Only people of %(account)s can be its contacts. Choose one of them, or add the person to the"
            " account first."
        )
        % values
    ),
    "seat_needs_a_term": lambda values: (
        _(
            "No term of %(product)s is in force, so no plan says how many contacts it may have. Ask us about"
            " a renewal."
        )
        % values
    ),
    "license_full": _license_full,
    "over_capacity": lambda values: (
        _license_full(values)
        + " "
        + _("It is over capacity by %(over)d.") % {"over": values["taken"] - values["capacity"]}
    ),
    "already_removed": lambda values: (
        _("This contact was already removed on %(removed_on)s. Load the page again to see who has a seat.")
        % {"removed_on": day(timezone.localdate(values["removed_at"]))}
    ),
    "name_a_successor": lambda values: (
        _open_cases(values) + " " + _("Choose another contact of the product to take over.")
    ),
    "successor_not_a_contact": lambda values: (
        _("Only another active contact of %(product)s can take over what is open. Choose one of them.")
        % values
    ),
    "hand_over_first": lambda values: (
        _open_cases(values)
        + " "
        + _("Nobody else is there to take over: add another contact of the product first, or ask our staff.")
    ),
    "remove_seats_first": lambda values: (
        ngettext(
            "The person still has %(seats)d seat. Remove it first; the sign-in ends with the last.",
            "The person still has %(seats)d seats. Remove them first; the sign-in ends with the last.",
            values["seats"],
        )
        % values
    ),
    # Asking for a seat
    "ask_nobody": lambda _values: _(
        "You are the account administrator: give yourself the seat on the page of the contacts."
    ),
    "already_asked": lambda values: (
        _(
            "You asked for a seat for %(product)s already: %(asked_at)s. Ask again after %(hours)d hours,"
            " or write to your account administrator."
        )
        % {**values, "asked_at": _moment(values["asked_at"])}
    ),
    # Invitations, to who sends them
    "cannot_be_invited": lambda _values: _(
        "This address cannot be invited. Check it letter by letter, choose another one, or ask our staff."
    ),
    "already_invited": lambda values: (
        _(
            "This address is invited for %(product)s already; the link works until %(until)s. Send it again"
            " from the list of invitations."
        )
        % {**values, "until": _moment(values["until"])}
    ),
    # Invitations, to both sides
    "invitation_used": lambda values: (
        _("This invitation was used: %(used_at)s. Sign in with your e-mail address and your password.")
        % {"used_at": _moment(values["used_at"])}
    ),
    "invitation_revoked": lambda values: (
        _("This invitation was taken back: %(revoked_at)s. Ask the account administrator for a new one.")
        % {"revoked_at": _moment(values["revoked_at"])}
    ),
    # Invitations, to who follows a link
    "invitation_unreadable": lambda _values: _(
        "This link is not whole. Open it from the mail again, or copy it from there to its last letter."
    ),
    "invitation_replaced": lambda _values: _(
        "A newer mail has replaced this link. Use the link of the newest mail, or ask the account"
        " administrator to send it again."
    ),
    "invitation_expired": lambda values: (
        _(
            "An invitation works for %(days)s days, and this one did until %(expired_at)s. Ask the account"
            " administrator to send it again."
        )
        % {"days": VALID_FOR.days, "expired_at": _moment(values["expired_at"])}
    ),
    "invitation_has_login": lambda values: (
        _("There is a sign-in for %(address)s already. Sign in with it, then open this link again.") % values
    ),
    "invitation_for_another": lambda values: (
        _("This invitation is for %(address)s. Sign out, and open the link again.") % values
    ),
    "invitation_without_a_seat": lambda values: (
        _(
            "%(product)s has no free seat now: its plan allows fewer contacts than before, or no term is in"
            " force. Ask the account administrator; the link works again once a seat is free."
        )
        % values
    ),
    # The administrator
    "administrator_needs_a_seat": lambda _values: _(
        "The account administrator is always an active named contact. Give the person a seat first, or hand"
        " the role to another contact before removing the last seat."
    ),
    "administrator_has_work": lambda values: (
        ngettext(
            "The administrator has %(cases)d open case or request of another product too.",
            "The administrator has %(cases)d open cases and requests of other products too.",
            values["cases"],
        )
        % values
        + " "
        + _("Hand it to a contact of its product, or close it, first.")
    ),
    "already_administrator": lambda _values: _("This person is already the account administrator."),
    # Who may
    "not_the_administrator": lambda _values: _(
        "Only the account administrator, or our staff, may change this. Ask one of them."
    ),
}

# What only staff can do instead.
_TO_STAFF: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "seat_needs_a_term": lambda values: (
        _(
            "No term of %(product)s is in force, so no plan says how many contacts it may have. Add a term"
            " first."
        )
        % values
    ),
    "hand_over_first": lambda values: (
        _open_cases(values)
        + " "
        + _(
            "Nobody else is there to take over: add another contact of the product first, or close what is"
            " open."
        )
    ),
    "administrator_needs_a_seat": lambda values: (
        _REFUSALS["administrator_needs_a_seat"](values)
        + " "
        + _("The role may rest once no license of the account has a term in force or to come.")
    ),
}
