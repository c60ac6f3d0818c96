"""One row per event and recipient: the notice in the inbox, and the mail that is its copy (SPEC 2.2).

Where there is a pager, one row more per event: its page, which stands in no inbox.
"""

import uuid
from datetime import datetime
from email.utils import parseaddr
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.clock import machine_now
from portal.notices.states import UNSENT, MailState, Transport


def mail_domain() -> str:
    """The domain that the portal's mail comes from; message ids end in it."""
    return _domain_of(settings.DEFAULT_FROM_EMAIL)


@cache
def _domain_of(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def new_message_id() -> str:
    """Make the Message-ID of a row's mail, or the id of a page: the same at every further attempt."""
    return f"<{uuid.uuid4().hex}@{mail_domain()}>"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Ways to narrow notices down."""

    def visible_to(self, user: User | AnonymousUser) -> "NoticeQuerySet":
        """A person's own notices; nobody reads somebody else's inbox."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.filter(recipient=user)

    def unsent(self) -> "NoticeQuerySet":
        """Notices whose mail or page still has to go out."""
        return self.filter(state__in=UNSENT)


class Notice(models.Model):
    """A notice to a person or an address, or a page. `key` names event and recipient: it exists once."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    transport = models.CharField(
        _("transport"),
        max_length=5,
        choices=Transport,
        default=Transport.MAIL,
        db_default=Transport.MAIL,
    )
    recipient = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notices",
        verbose_name=_("recipient"),
    )
    # Where there is no recipient: whom to write to. After sending: the address, or the host of the pager.
    address = models.CharField(_("address"), max_length=254, blank=True)
    # What it is about, "case:42"; empty: nothing in particular.
    about = models.CharField(_("about"), max_length=60, blank=True)
    params = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("when"))
    read_at = models.DateTimeField(null=True, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Machine time, like all that follows: delays and leases do not move with the demo's clock.
    queued_at = models.DateTimeField(default=machine_now)
    # When it may be claimed next; while it is being sent, the end of the lease.
    next_attempt_at = models.DateTimeField(default=machine_now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    message_id = models.CharField(max_length=120, unique=True, default=new_message_id)

    sent_subject = models.TextField(_("subject"), blank=True)
    sent_text = models.TextField(_("text"), blank=True)
    sent_html = models.TextField(blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    cancelled_because = models.CharField(_("cancelled because"), max_length=120, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("outbox")
        indexes = (
            models.Index(
                fields=("next_attempt_at", "id"), condition=Q(state__in=UNSENT), name="notice_to_send"
            ),
            models.Index(fields=("queued_at",), condition=Q(state__in=UNSENT), name="notice_unsent_since"),
            models.Index(fields=("state", "queued_at"), condition=Q(transport="pager"), name="notice_pages"),
            models.Index(fields=("recipient", "-created_at", "-id"), name="notice_inbox"),
            models.Index(fields=("recipient",), condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=("about", "kind"), name="notice_about"),
            models.Index(fields=("-created_at", "-id"), name="notice_outbox"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="notice_state_is_known"),
            models.CheckConstraint(condition=~Q(key=""), name="notice_has_a_key"),
            models.CheckConstraint(
                condition=Q(transport="mail") & (Q(recipient__isnull=False) | ~Q(address=""))
                | Q(transport="pager", recipient__isnull=True),
                name="notice_goes_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_token__isnull=True, lease_until__isnull=True)),
                name="notice_lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="notice_sent_has_its_instant",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def sent_by_business_clock(self) -> datetime | None:
        """When the mail went out, by the clock that people see: the demo's runs ahead of the machine's."""
        return self.sent_at and self.sent_at + (self.created_at - self.queued_at)
