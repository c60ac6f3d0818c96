"""The lifecycle's table and a follow-up policy in words, for whoever wants to know how support works."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.follow_up import NOTICE_BEFORE_CLOSURE, CatchUp
from cases.lifecycle import ANY, ENDED, OPEN, RAISE_AGAIN_AFTER, WAITING, Role, Status, Transition
from cases.wording.labels import ROLE_NAMES, STATUS_NAMES, Words, in_hours

_HOURS_OF_A_DAY = 24

# What people of the customer can be; the others are staff and the clock.
CUSTOMERS = frozenset({Role.READER, Role.CONTACT, Role.FILER, Role.REQUESTOR, Role.ADMINISTRATOR})
# What a row of the table asks besides the status, by the name of its guard; of customers' rows only.
CONDITIONS: Mapping[str, Words] = {
    "_is_within_reopening_window": gettext_lazy("within the time for reopening"),
    "_is_not_extended": gettext_lazy("once per waiting period"),
    "_is_not_escalated": gettext_lazy("once until the case is closed"),
    "_is_answered_or_late": gettext_lazy("after the first response, or once its target has passed"),
    "_can_be_raised": format_lazy(
        gettext_lazy("in P3 and P4, once in {hours} hours"), hours=in_hours(RAISE_AGAIN_AFTER)
    ),
    "_can_be_called": gettext_lazy("in P1, P2 and P3, one call at a time"),
    "_awaits_call": gettext_lazy("while a call is awaited"),
    "_is_nobodys": gettext_lazy("for what a colleague without a seat has called about"),
    "_has_term": gettext_lazy("while the license runs"),
}
# The statuses in which customers may do something, where a group of them has a name.
_GROUPS: Mapping[frozenset[Status], Words] = {
    frozenset(): gettext_lazy("At any time"),
    ANY: gettext_lazy("In every status"),
    OPEN: gettext_lazy("In every open case"),
    WAITING: gettext_lazy("While it is your turn"),
    ENDED: gettext_lazy("After the case has closed"),
}


def conditions_of(row: Transition) -> list[Words]:
    """This will list what a customer's row of the table asks besides the status."""
    return [CONDITIONS[guard.__name__] for guard in row.guards]


def statuses_of(row: Transition) -> str:
    """This will say in which statuses a row of the table holds."""
    if group := _GROUPS.get(row.sources):
        return str(group)
    return ", ".join(str(STATUS_NAMES[status]) for status in Status if status in row.sources)


def customers_of(row: Transition) -> list[Words]:
    """This will name who of the customer's people a row of the table is for."""
    return [ROLE_NAMES[role] for role in Role if role in row.roles & CUSTOMERS]


def span(length: timedelta) -> str:
    """This will write a length of elapsed time in hours, and in days where they are whole: 72 h (3 days)."""
    hours = in_hours(length)
    days, rest = divmod(hours, _HOURS_OF_A_DAY)
    if rest or not days:
        return _("%(hours)d h") % {"hours": hours}
    words = ngettext("%(hours)d h (%(days)d day)", "%(hours)d h (%(days)d days)", days)
    return words % {"hours": hours, "days": days}


def after_an_outage(catch_up: CatchUp) -> str:
    """This will say what a policy does with steps whose instant passed while the clock stood still."""
    if catch_up is CatchUp.STRICT:
        return _(
            "Of several missed reminders only the latest goes out. A case whose closing instant has passed"
            " closes, with its notice."
        )
    return _(
        "Of several missed reminders only the latest goes out. The last one always comes first: the closure"
        " follows it by at least %(span)s."
    ) % {"span": span(NOTICE_BEFORE_CLOSURE)}
