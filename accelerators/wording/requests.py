"""Names of statuses, actions and units of requests (SPEC 4.5)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, ngettext

from accelerators.availability import State
from accelerators.lifecycle import Action, Status
from accelerators.units import Kind
from entitlements.add_ons import AddOn
from entitlements.wording import Words

STATUS_NAMES: Mapping[str, Words] = {
    Status.REQUESTED: gettext_lazy("Requested"),
    Status.ACCEPTED: gettext_lazy("Accepted"),
    Status.SCHEDULED: gettext_lazy("Scheduled"),
    Status.IN_PROGRESS: gettext_lazy("In progress"),
    Status.DELIVERED: gettext_lazy("Delivered"),
    Status.DECLINED: gettext_lazy("Declined"),
    Status.CANCELLED: gettext_lazy("Cancelled"),
}
STATUSES = [(status.value, STATUS_NAMES[status]) for status in Status]
# Where it stands, to the customer.
STATUS_MEANINGS: Mapping[str, Words] = {
    Status.REQUESTED: gettext_lazy("Your success team decides about it; the answer comes to your inbox."),
    Status.ACCEPTED: gettext_lazy("Your success team has said yes and agrees the dates with you."),
    Status.SCHEDULED: gettext_lazy("The dates are set."),
    Status.IN_PROGRESS: gettext_lazy("It is under way."),
    Status.DELIVERED: gettext_lazy("It is done."),
    Status.DECLINED: gettext_lazy("Your success team has said no, and why."),
    Status.CANCELLED: gettext_lazy("It is taken back; nothing more happens."),
}
ACTION_NAMES: Mapping[str, Words] = {
    Action.REQUEST: gettext_lazy("Request"),
    Action.ACCEPT: gettext_lazy("Accept"),
    Action.DECLINE: gettext_lazy("Decline"),
    Action.CANCEL: gettext_lazy("Cancel the request"),
    Action.HAND_TO_COLLEAGUE: gettext_lazy("Hand to a colleague"),
}
STATE_NAMES: Mapping[str, Words] = {
    State.INCLUDED: gettext_lazy("Included"),
    State.AVAILABLE: gettext_lazy("Available"),
    State.NOT_AVAILABLE: gettext_lazy("Not available"),
}
UNIT_KINDS = [
    (Kind.GRANTED.value, gettext_lazy("granted")),
    (Kind.USED.value, gettext_lazy("used")),
    (Kind.RETURNED.value, gettext_lazy("returned")),
    (Kind.LAPSED.value, gettext_lazy("expired")),
]


def units_text(add_on: str, units: int) -> str:
    """Say how many units of an add-on: sessions of one, hours of the other."""
    if add_on == AddOn.MENTOR_SESSIONS:
        return ngettext("%(units)d session", "%(units)d sessions", units) % {"units": units}
    return ngettext("%(units)d hour", "%(units)d hours", units) % {"units": units}
