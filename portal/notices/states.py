"""How a notice leaves the portal, and what can become of it."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Transport(TextChoices):
    """How a row leaves: by mail to a person or an address, or as a page to the one pager."""

    MAIL = "mail", _("Mail")
    PAGER = "pager", _("Pager")


class MailState(TextChoices):
    """What became of the mail or the page; a person's notice stays in the inbox whatever it is."""

    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    DEAD = "dead", _("Given up")
    QUIET = "quiet", _("Without mail")


# The key of a page ends in it, as that of a notice does in its recipient.
PAGE_KEY = ":pager"

UNSENT = (MailState.PENDING, MailState.SENDING)
