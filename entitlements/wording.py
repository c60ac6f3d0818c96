"""Every label and sentence about entitlements. Rules return codes with values; here they become words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.dateformat import format as date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from entitlements.plans import Plan, Topic, capacity
from portal.accounts.refusals import REFUSALS as PEOPLE_REFUSALS
from portal.errors import DomainError

Words = str | Promise

PLAN_NAMES: Mapping[str, Words] = {
    Plan.EXPERT: gettext_lazy("Expert Success Plan"),
    Plan.ULTIMATE: gettext_lazy("Ultimate Success Plan"),
}
PLANS = [(plan.value, PLAN_NAMES[plan]) for plan in Plan]


# What stands in the history that the administrator reads (SPEC 3.4).
EVENT_NAMES: Mapping[str, Words] = {
    "account_opened": gettext_lazy("Account opened"),
    "account_changed": gettext_lazy("Account changed"),
    "person_added": gettext_lazy("Person added"),
    "person_changed": gettext_lazy("Person changed"),
    "permissions_changed": gettext_lazy("Permissions changed"),
    "sign_in_changed": gettext_lazy("Sign-in changed"),
    "administrator_appointed": gettext_lazy("Account administrator appointed"),
    "license_added": gettext_lazy("License added"),
    "term_added": gettext_lazy("Term added"),
    "contact_added": gettext_lazy("Named contact added"),
    "contact_removed": gettext_lazy("Named contact removed"),
}


class ComparisonRow(NamedTuple):
    """One line of the comparison of the plans: lists of points, to be shown one below the other."""

    topic: Topic
    label: Words
    expert: tuple[Words, ...]
    ultimate: tuple[Words, ...]


_NOT_INCLUDED = (gettext_lazy("not included"),)

# SPEC 3.1, every row in its order.
COMPARISON: tuple[ComparisonRow, ...] = (
    ComparisonRow(
        Topic.SUMMARY,
        gettext_lazy("In a word"),
        (
            gettext_lazy(
                "Experts help around the clock with technical problems and critical business issues"
            ),
            gettext_lazy("Resources to guide yourself, best practice, and a community"),
            gettext_lazy("Comes with every license"),
        ),
        (
            gettext_lazy("A team that knows your business follows a roadmap aligned with your goals"),
            gettext_lazy("Strategic guidance, and technical health before problems arise"),
        ),
    ),
    ComparisonRow(
        Topic.TEAM,
        gettext_lazy("Success team"),
        (gettext_lazy("Pooled support engineers"),),
        (
            gettext_lazy(
                "Designated for you: Technical Account Manager, Customer Success Manager,"
                " Support Service Manager"
            ),
            gettext_lazy(
                "Pooled technical engineers and strategic experts, who deliver Success Accelerators"
            ),
            gettext_lazy("Pooled support engineers"),
        ),
    ),
    ComparisonRow(
        Topic.PROACTIVE,
        gettext_lazy("Proactive support"),
        _NOT_INCLUDED,
        (
            gettext_lazy("Reviews of upgrades and migrations, preparation of releases"),
            gettext_lazy("Reviews of the product roadmap"),
            gettext_lazy("Technical and strategic roadmaps brought into line"),
            gettext_lazy("Preparation of key events"),
            gettext_lazy("Planning of timely enablement"),
            gettext_lazy("Technical best practice and guidance for your industry"),
            gettext_lazy("Advocacy with the product teams"),
            gettext_lazy("A Mutual Action Plan"),
        ),
    ),
    ComparisonRow(
        Topic.COVERAGE,
        gettext_lazy("Coverage"),
        (gettext_lazy("P1: 24x7"), gettext_lazy("P2, P3, P4: business hours")),
        (gettext_lazy("P1: 24x7"), gettext_lazy("P2, P3: 24x5"), gettext_lazy("P4: business hours")),
    ),
    ComparisonRow(
        Topic.OUTAGES,
        gettext_lazy("Outage management"),
        (gettext_lazy("standard"),),
        (gettext_lazy("prioritised"),),
    ),
    ComparisonRow(
        Topic.ESCALATIONS,
        gettext_lazy("Escalation management"),
        (gettext_lazy("pooled"),),
        (gettext_lazy("a designated expert"),),
    ),
    ComparisonRow(
        Topic.ACCELERATORS,
        gettext_lazy("Success Accelerators"),
        _NOT_INCLUDED,
        (gettext_lazy("scheduled regularly by your Technical Account Manager and Customer Success Manager"),),
    ),
    ComparisonRow(
        Topic.CHANNELS,
        gettext_lazy("Channels"),
        (
            gettext_lazy("online"),
            gettext_lazy("phone"),
            gettext_lazy("Experience League"),
            gettext_lazy("forums"),
        ),
        (
            gettext_lazy("personalised online portal"),
            gettext_lazy("prioritised phone"),
            gettext_lazy("Experience League"),
            gettext_lazy("forums"),
        ),
    ),
    ComparisonRow(
        Topic.CONTACTS,
        gettext_lazy("Named contacts per product"),
        (str(capacity(Plan.EXPERT)),),
        (str(capacity(Plan.ULTIMATE)),),
    ),
)


def day(when: date) -> str:
    """Write a day as people read it: 3 Dec 2025."""
    # Translators: Django date format of a day without a time: 3 Dec 2025
    return date_format(when, pgettext("day", "j M Y"))


def days(first_on: date, last_on: date) -> str:
    """Write a stretch of days, both ends included."""
    return f"{day(first_on)} – {day(last_on)}"


def refusal_text(error: DomainError) -> str:
    """Say which rule refused, with its value, and what to do instead (SPEC 2.3)."""
    words = _REFUSALS.get(error.code) or PEOPLE_REFUSALS[error.code]
    return words(error.values)


def _open_cases(values: Mapping[str, Any]) -> str:
    return ngettext(
        "The contact still has %(cases)d open case.",
        "The contact still has %(cases)d open cases.",
        values["cases"],
    ) % {"cases": values["cases"]}


def _license_full(values: Mapping[str, Any]) -> str:
    return _(
        "Every seat is taken: the %(plan)s allows %(capacity)d named contacts per product, and there are"
        " %(taken)d. Remove a contact first, or ask us about the plan."
    ) % {**values, "plan": PLAN_NAMES[values["plan"]]}


_REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
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
            "No term of %(product)s is in force, so no plan says how many contacts it may have. Add a term"
            " first."
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
        % {"removed_on": day(values["removed_at"].date())}
    ),
    "name_a_successor": lambda values: (
        _open_cases(values) + " " + _("Choose another contact of the product to take over.")
    ),
    "successor_not_a_contact": lambda values: (
        _("Only another active contact of %(product)s can take over the open cases. Choose one of them.")
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
    # The administrator
    "administrator_needs_a_seat": lambda _values: _(
        "The account administrator is always an active named contact. Give the person a seat first, or hand"
        " the role to another contact before removing the last seat."
    ),
    "already_administrator": lambda _values: _("This person is already the account administrator."),
    # Who may
    "not_for_your_role": lambda _values: _(
        "Only staff who manage entitlements may change this. Ask them to do it for you."
    ),
    "not_the_administrator": lambda _values: _(
        "Only the account administrator, or our staff, may change this. Ask one of them."
    ),
}
