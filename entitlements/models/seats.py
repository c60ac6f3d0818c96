"""Named contacts: seats on licenses, and the people who hold them."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.models.licenses import License
from entitlements.models.scope import of_account_of
from portal.accounts.models import User


class SeatQuerySet(models.QuerySet["Seat"]):
    """Ways to narrow seats down."""

    def visible_to(self, user: User | AnonymousUser) -> "SeatQuerySet":
        """Seats that `user` may see: staff all, a customer those of their account's licenses."""
        return of_account_of(self, user, "license__account_id")

    def active(self) -> "SeatQuerySet":
        """Seats that nobody has removed."""
        return self.filter(removed_at__isnull=True)


class Seat(models.Model):
    """A named contact: one person's seat on one license, from its adding to its removal."""

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="seats", verbose_name=_("license")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="seats", verbose_name=_("contact")
    )
    added_at = models.DateTimeField(_("added at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("named contact")
        verbose_name_plural = _("named contacts")
        constraints = (
            models.UniqueConstraint(
                fields=("license", "user"), condition=Q(removed_at__isnull=True), name="seat_active_once"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("added_at")),
                name="seat_removed_after_it_was_added",
            ),
        )
        indexes = (
            models.Index(fields=("user",), condition=Q(removed_at__isnull=True), name="seat_active_of_user"),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.license}"


class Person(User):
    """A person of a customer's account, as the admin lists them."""

    class Meta:
        proxy = True
        verbose_name = _("person of an account")
        verbose_name_plural = _("people of accounts")
