"""Units of Mentor Sessions and Developer Boost: rows that add up, never a counter (SPEC 4.1)."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accelerators.models.requests import EngagementRequest
from accelerators.units import Kind
from accelerators.wording import UNIT_KINDS
from entitlements.add_ons import IN_UNITS
from entitlements.models import License
from entitlements.models.scope import of_account_of
from entitlements.wording import ADD_ONS
from portal.accounts.models import User
from portal.audit.models import AppendOnly

MOST_UNITS = 10_000


class UnitGrantQuerySet(models.QuerySet["UnitGrant"]):
    """Ways to narrow grants of units down."""

    def visible_to(self, user: User | AnonymousUser) -> "UnitGrantQuerySet":
        """Grants that `user` may see: staff all, a customer those of their account's licenses."""
        return of_account_of(self, user, "license__account_id")


class UnitGrant(models.Model):
    """Units that a license got for some days, both ends included; what is left of them then lapses.

    `next_step_at` is when they lapse, None once that is on the record. How many there are, and what became
    of them, its entries say.
    """

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="unit_grants", verbose_name=_("license")
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
    next_step_at = models.DateTimeField(null=True, blank=True)

    objects = UnitGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant of units")
        verbose_name_plural = _("grants of units")
        constraints = (
            models.CheckConstraint(condition=Q(add_on__in=sorted(IN_UNITS)), name="units_of_an_add_on"),
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="units_end_after_they_begin"
            ),
        )
        indexes = (
            models.Index(
                fields=("next_step_at",), condition=Q(next_step_at__isnull=False), name="units_next_step"
            ),
            models.Index(fields=("license", "add_on", "ends_at"), name="units_of_license"),
        )

    def __str__(self) -> str:
        return f"{self.get_add_on_display()}, {self.license}"


class UnitEntry(AppendOnly):
    """One line of the ledger of a grant: how many units came, were used or came back, or lapsed."""

    grant = models.ForeignKey(UnitGrant, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("what happened"), max_length=8, choices=UNIT_KINDS)
    units = models.PositiveIntegerField(_("units"))
    request = models.ForeignKey(
        EngagementRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="units"
    )
    # None: the clock did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    occurred_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("entry of units")
        verbose_name_plural = _("entries of units")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="unit_entry_kind_known"),
            models.CheckConstraint(
                condition=Q(units__gt=0, units__lte=MOST_UNITS), name="unit_entry_has_units"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[Kind.USED, Kind.RETURNED], request__isnull=False)
                | Q(kind__in=[Kind.GRANTED, Kind.LAPSED], request__isnull=True),
                name="unit_entry_used_for_a_request",
            ),
            models.UniqueConstraint(
                fields=("grant",), condition=Q(kind=Kind.GRANTED), name="units_granted_once"
            ),
        )
        indexes = (models.Index(fields=("grant", "id"), name="unit_entry_in_order"),)
