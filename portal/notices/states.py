"""What can become of the mail of a notice."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MailState(TextChoices):
    """What became of the mail; the notice itself stays in the inbox whatever it is."""

    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")
    DEAD = "dead", _("Given up")
    QUIET = "quiet", _("Without mail")


UNSENT = (MailState.PENDING, MailState.SENDING)
