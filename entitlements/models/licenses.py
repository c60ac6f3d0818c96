"""Products, and licenses with their dated terms. Rows for people: `visible_to(user)`."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.models.scope import of_account_of
from entitlements.plans import Plan
from entitlements.terms import EARLIEST_DAY, LATEST_DAY
from entitlements.wording import PLANS
from portal.accounts.models import Account, User


class Product(models.Model):
    """A product that is supported."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    family = models.CharField(_("family"), max_length=80, blank=True)
    former_name = models.CharField(_("former name"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position in lists"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class LicenseQuerySet(models.QuerySet["License"]):
    """Ways to narrow licenses down."""

    def visible_to(self, user: User | AnonymousUser) -> "LicenseQuerySet":
        """Licenses that `user` may see: staff all, a customer those of their account."""
        return of_account_of(self, user, "account_id")

    def for_display(self) -> "LicenseQuerySet":
        """With account, product and the region's zone, in one statement."""
        return self.select_related("account__country__region", "product")


class License(models.Model):
    """One account's right to one product. Renewals are new terms; seats and history stay (SPEC 1)."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="licenses", verbose_name=_("account")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="licenses", verbose_name=_("product")
    )
    added_at = models.DateTimeField(_("added at"))

    objects = LicenseQuerySet.as_manager()

    class Meta:
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        constraints = (models.UniqueConstraint(fields=("account", "product"), name="license_once"),)

    def __str__(self) -> str:
        return f"{self.account} — {self.product}"


class TermQuerySet(models.QuerySet["Term"]):
    """Ways to narrow terms down."""

    def visible_to(self, user: User | AnonymousUser) -> "TermQuerySet":
        """Terms that `user` may see: staff all, a customer those of their account's licenses."""
        return of_account_of(self, user, "license__account_id")


class Term(models.Model):
    """Days in which a license is in force under one plan, both ends included.

    Its past never changes; an end, or a change of plan to another term, cuts it at a day to come.
    From 00:00 of the first to 24:00 of the last day in the zone of the account's region (SPEC 1).
    """

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="terms", verbose_name=_("license")
    )
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    plan = models.CharField(_("success plan"), max_length=8, choices=PLANS)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        constraints = (
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="term_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(first_on__gte=EARLIEST_DAY, last_on__lte=LATEST_DAY), name="term_within_calendar"
            ),
            models.CheckConstraint(
                condition=Q(plan__in=[plan.value for plan in Plan]), name="term_plan_known"
            ),
            models.UniqueConstraint(fields=("license", "first_on"), name="term_begins_once"),
            models.UniqueConstraint(fields=("license", "last_on"), name="term_ends_once"),
        )

    def __str__(self) -> str:
        return f"{self.first_on} – {self.last_on}, {self.get_plan_display()}"
