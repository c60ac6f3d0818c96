"""Add-ons that an account or one of its licenses holds for a term (SPEC 4.1)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.add_ons import OF_THE_ACCOUNT, AddOn
from entitlements.models.licenses import License
from entitlements.models.scope import of_account_of
from entitlements.wording import ADD_ONS
from portal.accounts.models import Account, User


class AddOnGrantQuerySet(models.QuerySet["AddOnGrant"]):
    """Ways to narrow grants of add-ons down."""

    def visible_to(self, user: User | AnonymousUser) -> "AddOnGrantQuerySet":
        """Grants that `user` may see: staff all, a customer those of their account."""
        return of_account_of(self, user, "account_id")

    def in_force(self, now: datetime) -> "AddOnGrantQuerySet":
        """Grants that count at an instant: from their beginning, inclusive, to their end, exclusive."""
        return self.filter(begins_at__lte=now, ends_at__gt=now)


class AddOnGrant(models.Model):
    """An add-on for some days, both ends included, in the zone that the account's region had when granted.

    `begins_at` and `ends_at` are the instants that its days mean; a grant that is ended sooner ends then.
    `next_step_at` is the instant of the clock's next step, None once its end is on the record.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="add_ons", verbose_name=_("account")
    )
    # None: the whole account holds it.
    license = models.ForeignKey(
        License,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="add_ons",
        verbose_name=_("license"),
    )
    add_on = models.CharField(_("add-on"), max_length=40, choices=ADD_ONS)
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    begins_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"))
    granted_at = models.DateTimeField(_("granted at"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    told_at = models.DateTimeField(_("end announced at"), null=True, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)

    objects = AddOnGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("add-on grant")
        verbose_name_plural = _("add-on grants")
        constraints = (
            models.CheckConstraint(condition=Q(add_on__in=list(AddOn)), name="add_on_known"),
            models.CheckConstraint(
                condition=Q(add_on__in=sorted(OF_THE_ACCOUNT), license__isnull=True)
                | (~Q(add_on__in=sorted(OF_THE_ACCOUNT)) & Q(license__isnull=False)),
                name="add_on_held_by_account_or_license",
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="add_on_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(ends_at__gte=F("begins_at")), name="add_on_instants_ascend"),
        )
        indexes = (
            models.Index(
                fields=("next_step_at",),
                condition=Q(next_step_at__isnull=False),
                name="add_on_next_step",
            ),
            models.Index(fields=("license", "add_on", "ends_at"), name="add_on_of_license"),
            models.Index(fields=("account", "add_on", "ends_at"), name="add_on_of_account"),
        )

    def __str__(self) -> str:
        return f"{self.get_add_on_display()}, {self.license or self.account}"

    @property
    def about(self) -> str:
        """The key by which its notices belong together."""
        return f"add-on:{self.pk}"
