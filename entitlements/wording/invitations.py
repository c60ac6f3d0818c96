"""Words about invitations: how one stands, and what became of an address that was invited."""

from collections.abc import Mapping

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entitlements.invitations import VALID_FOR, InvitationState
from entitlements.wording.words import Words

INVITATION_STATES: Mapping[InvitationState, Words] = {
    InvitationState.OPEN: gettext_lazy("waits to be accepted"),
    InvitationState.EXPIRED: gettext_lazy("out of date"),
    InvitationState.ACCEPTED: gettext_lazy("accepted"),
    InvitationState.REVOKED: gettext_lazy("revoked"),
}

LINK_WORKS = format_lazy(
    gettext_lazy("The link works once, for {days} days. A colleague with a sign-in has the seat at once."),
    days=VALID_FOR.days,
)
SEND_AGAIN = format_lazy(
    gettext_lazy("Send again: a new link, for {days} days; the old one is dead"), days=VALID_FOR.days
)


def seat_is_theirs(address: str) -> str:
    """Say that a person of the account was seated at once."""
    return _("%(address)s has the seat now.") % {"address": address}


def invitation_on_its_way(address: str) -> str:
    """Say that an address was invited."""
    return _("The invitation is on its way to %(address)s. It keeps a seat for %(days)s days.") % {
        "address": address,
        "days": VALID_FOR.days,
    }
