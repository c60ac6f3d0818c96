"""Products, licenses with dated terms, seats and their history. Rows for people: `visible_to(user)`."""

from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.plans import Plan
from entitlements.terms import EARLIEST_DAY, LATEST_DAY
from entitlements.wording import PLANS
from portal.accounts.groups import staff_groups
from portal.accounts.models import Account, User
from portal.audit.models import Event

RowsT = TypeVar("RowsT", bound="models.QuerySet[Any]")


def _of_account_of(rows: RowsT, user: User | AnonymousUser, account_path: str) -> RowsT:
    if staff_groups(user):
        return rows
    if not isinstance(user, User) or not user.is_active or user.account_id is None:
        return rows.none()
    return rows.filter(**{account_path: user.account_id})


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
        return _of_account_of(self, user, "account_id")

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
        return _of_account_of(self, user, "license__account_id")


class Term(models.Model):
    """Days in which a license is in force under one plan, both ends included; never changed afterwards.

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


class SeatQuerySet(models.QuerySet["Seat"]):
    """Ways to narrow seats down."""

    def visible_to(self, user: User | AnonymousUser) -> "SeatQuerySet":
        """Seats that `user` may see: staff all, a customer those of their account's licenses."""
        return _of_account_of(self, user, "license__account_id")

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


class EntitlementEventQuerySet(models.QuerySet["EntitlementEvent"]):
    """Ways to narrow history down."""

    def visible_to(self, user: User | AnonymousUser) -> "EntitlementEventQuerySet":
        """History that `user` may read: staff all; an account's own, its administrator (SPEC 3.4)."""
        if staff_groups(user):
            return self
        if not isinstance(user, User) or not user.is_active or user.account_id is None:
            return self.none()
        return self.filter(account_id=user.account_id, account__administrator=user, is_public=True)


class EntitlementEvent(Event):
    """One change of what an account is entitled to; append-only. People stand in it by key only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entitlement_events")
    license = models.ForeignKey(
        License, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )

    objects = EntitlementEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("entitlement event")
        verbose_name_plural = _("entitlement events")
        indexes = (models.Index(fields=("account", "-id"), name="entitlement_event_newest"),)


class Person(User):
    """A person of a customer's account, as the admin lists them."""

    class Meta:
        proxy = True
        verbose_name = _("person of an account")
        verbose_name_plural = _("people of accounts")
