"""What is written in a case and put on it: messages with files, notes, tags, links."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.lifecycle import Channel
from cases.models.case import TEXT_LENGTH, Case
from cases.wording import CHANNELS
from portal.files.models import StoredFile


class Message(models.Model):
    """A public text of a case: Markdown source, never edited (SPEC 2)."""

    class Purpose(models.TextChoices):
        """What the text is for."""

        REPORT = "report"
        REPLY = "reply"
        ANSWER = "answer"
        REQUEST = "request"
        RESOLUTION = "resolution"
        LOGGED = "logged"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_from_staff = models.BooleanField()
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    body = models.TextField(max_length=TEXT_LENGTH)
    written_at = models.DateTimeField()
    # A logged contact: the customer's words, by whom, through which channel.
    said_by = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=8, choices=CHANNELS, default=Channel.PORTAL)

    class Meta:
        indexes = (models.Index(fields=("case", "id"), name="message_of_case"),)


class Attachment(models.Model):
    """A file of a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="attachment")


class InternalNote(models.Model):
    """What staff write for staff; in no page, mail, count or search of the customer's (SPEC 2)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="internal_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=TEXT_LENGTH)
    written_at = models.DateTimeField()


class CaseTag(models.Model):
    """A staff word on a case, for finding it again; never shown to the customer."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "name"), name="tag_once"),)


class RelatedLink(models.Model):
    """Two cases that staff found to be related; never shown to the customer. The smaller key stands first."""

    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="link_once"),
            models.CheckConstraint(condition=Q(first__lt=models.F("second")), name="link_ordered"),
        )
