"""Remote access that a customer grants to support: to a named environment, for a while (SPEC 3.3)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.models.licenses import License
from entitlements.models.scope import of_account_of
from portal.accounts.models import User

ENVIRONMENT_LENGTH = 60
SCOPE_LENGTH = 500


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    """Ways to narrow grants down."""

    def visible_to(self, user: User | AnonymousUser) -> "AccessGrantQuerySet":
        """Grants that `user` may see: staff all, a customer those of their account."""
        return of_account_of(self, user, "license__account_id")

    def in_force(self, now: datetime) -> "AccessGrantQuerySet":
        """Grants that nobody has revoked and whose end has not come; at that instant they are over."""
        return self.filter(revoked_at__isnull=True, until__gt=now)


class AccessGrant(models.Model):
    """A grant. It ends by itself, or sooner when it is revoked; the row stays."""

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="access_grants", verbose_name=_("license")
    )
    environment = models.CharField(_("environment"), max_length=ENVIRONMENT_LENGTH)
    scope = models.CharField(_("scope"), max_length=SCOPE_LENGTH)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted at"))
    until = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("revoked by"),
    )

    objects = AccessGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access grant")
        verbose_name_plural = _("access grants")
        indexes = (
            models.Index(
                fields=("license", "until"), condition=Q(revoked_at__isnull=True), name="access_in_force"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("granted_at")), name="access_ends_after_it_began"),
            models.CheckConstraint(
                condition=~Q(environment="") & ~Q(scope=""), name="access_names_environment_and_scope"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="access_revoked_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.environment}, {self.license}"

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether support may use it."""
        return self.revoked_at is None and now < self.until
