"""Invitations: a seat kept for an address until its link is used, revoked or out of date (SPEC 3.4)."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from entitlements.invitations import InvitationState
from entitlements.models.licenses import License
from entitlements.models.scope import of_account_of
from portal.accounts.models import EMAIL_LENGTH, User

_signer = Signer(salt="entitlements.invitation")


def new_nonce() -> str:
    """Make the random half of a link; the other half is its signature, which no row holds."""
    return secrets.token_urlsafe(24)


def token_for(nonce: str) -> str:
    """Make the token of a link: it stands in the mail alone."""
    return _signer.sign(nonce)


def hash_of(token: str) -> str:
    """Tell what a row keeps of a token."""
    return sha256(token.encode()).hexdigest()


def is_signed(token: str) -> bool:
    """Tell whether a token was made here, and is whole."""
    try:
        _signer.unsign(token)
    except BadSignature:
        return False
    return True


def _state_at(now: datetime) -> Case:
    return Case(
        When(accepted_at__isnull=False, then=Value(InvitationState.ACCEPTED.value)),
        When(revoked_at__isnull=False, then=Value(InvitationState.REVOKED.value)),
        When(expires_at__gt=now, then=Value(InvitationState.OPEN.value)),
        default=Value(InvitationState.EXPIRED.value),
    )


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Ways to narrow invitations down."""

    def visible_to(self, user: User | AnonymousUser) -> "InvitationQuerySet":
        """Invitations that `user` may see: staff all, a customer those of the account they administer."""
        rows = of_account_of(self, user, "license__account_id")
        if isinstance(user, User) and not user.is_staff:
            return rows.filter(license__account__administrator=user)
        return rows

    def pending(self) -> "InvitationQuerySet":
        """Invitations that nobody has used or revoked, in time or not."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def open_at(self, now: datetime) -> "InvitationQuerySet":
        """Invitations that can still be accepted, each of which holds a seat."""
        return self.pending().filter(expires_at__gt=now)

    def with_state(self, now: datetime) -> "InvitationQuerySet":
        """Invitations with the `state` that each is in."""
        return self.annotate(state=_state_at(now))

    def in_state(self, state: InvitationState, now: datetime) -> "InvitationQuerySet":
        """Invitations that are in a state."""
        return self.annotate(state=_state_at(now)).filter(state=state)


class Invitation(models.Model):
    """A seat kept for an address. The link's token is made when its mail is sent; the row has its hash."""

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("license")
    )
    address = models.EmailField(_("e-mail address"), max_length=EMAIL_LENGTH)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    nonce = models.CharField(max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"))
    sent_again_at = models.DateTimeField(_("sent again at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = (
            models.UniqueConstraint(
                fields=("license", "address"),
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_pending_once",
            ),
            models.CheckConstraint(condition=~Q(address=""), name="invitation_has_an_address"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="invitation_expires_after_it_was_made"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.address}, {self.license}"

    @property
    def about(self) -> str:
        """The key by which its notices belong together."""
        return f"invitation:{self.pk}"

    @property
    def is_pending(self) -> bool:
        """Whether nobody has used or revoked it, in time or not."""
        return self.accepted_at is None and self.revoked_at is None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it can still be accepted."""
        return self.is_pending and now < self.expires_at
