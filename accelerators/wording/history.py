"""What happened to a request, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_lazy

from entitlements.wording import Words

EVENT_NAMES: Mapping[str, Words] = {
    "requested": gettext_lazy("Requested"),
    "accepted": gettext_lazy("Accepted"),
    "declined": gettext_lazy("Declined"),
    "cancelled": gettext_lazy("Cancelled"),
    "requester_changed": gettext_lazy("Handed to a colleague"),
}


def hand_over_text(before: object, after: object) -> str:
    """Say from whom to whom a request went."""
    return gettext("from %(before)s to %(after)s") % {"before": before, "after": after}
