"""Requests from the catalogue, and their history (SPEC 4.5)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accelerators.kinds import Kind
from accelerators.lifecycle import ENDED, OPEN, Status
from accelerators.models.catalogue import CatalogueRow
from accelerators.wording import STATUSES
from entitlements.add_ons import OF_THE_ACCOUNT
from entitlements.models import License
from entitlements.queries import accounts_looked_after, active_license_ids, deciding_places
from portal.accounts.groups import CASE_WORKERS, StaffGroup, staff_groups
from portal.accounts.models import Account, User
from portal.audit.models import Event

GOAL_LENGTH = 4000
ANSWER_LENGTH = 2000


def request_number(key: int) -> str:
    """Write a request's number: R- and nine digits."""
    return f"R-{key:09d}"


def is_looked_after(user: User, now: datetime) -> Q:
    """Say in a query which requests a success manager is to look at.

    Those of the accounts in whose team they are, and those of accounts that nobody decides for by name.
    """
    deciders = deciding_places(now).filter(account=OuterRef("license__account"))
    return Q(license__account__in=accounts_looked_after(user)) | Q(~Exists(deciders))


class EngagementRequestQuerySet(models.QuerySet["EngagementRequest"]):
    """Ways to narrow requests down."""

    def visible_to(self, user: User | AnonymousUser, now: datetime) -> "EngagementRequestQuerySet":
        """Requests that `user` may see at an instant.

        Agents and leads all; success managers those of the accounts in whose team they are, and those of
        accounts that nobody decides for; entitlement managers those for add-ons. Of a customer's account:
        its administrator and who sees the whole account's cases all; others their own, and with *may
        request* those of their products and for the whole account.
        """
        groups = staff_groups(user)
        if CASE_WORKERS & groups:
            return self
        if isinstance(user, User) and groups:
            return self._of_managers(user, groups, now)
        if not isinstance(user, User) or not user.is_active or user.account_id is None:
            return self.none()
        of_account = self.filter(license__account=user.account_id)
        if user.sees_account_cases:
            return of_account
        own = active_license_ids(user)
        mine = Q(requester=user) & Q(license__in=own)
        if user.may_request and own:
            mine |= Q(license__in=own) | Q(slug__in=sorted(OF_THE_ACCOUNT))
        administered = Account.objects.filter(administrator=user)
        return of_account.filter(mine | Q(license__account__in=administered.values("pk")))

    def _of_managers(
        self, user: User, groups: frozenset[StaffGroup], now: datetime
    ) -> "EngagementRequestQuerySet":
        seen = Q(pk__in=())
        if StaffGroup.SUCCESS_MANAGER in groups:
            seen |= is_looked_after(user, now)
        if StaffGroup.ENTITLEMENT_MANAGER in groups:
            seen |= Q(row__kind=Kind.ADD_ON)
        return self.filter(seen)

    def open(self) -> "EngagementRequestQuerySet":
        """Requests that are not over."""
        return self.filter(status__in=OPEN)

    def for_display(self) -> "EngagementRequestQuerySet":
        """With what a row or a page of a request shows, in one statement."""
        return self.select_related(
            "row",
            "license__product",
            "license__account__country__region",
            "requester",
            "asked_by",
            "decided_by",
        )


class EngagementRequest(models.Model):
    """Somebody of an account asks for a thing of the catalogue, for one of its licenses.

    `row` is the catalogue's row that was in force; `slug` is its thing. `requester` is whose it is now,
    `asked_by` who asked.
    """

    license = models.ForeignKey(
        License, on_delete=models.PROTECT, related_name="requests", verbose_name=_("license")
    )
    row = models.ForeignKey(
        CatalogueRow, on_delete=models.PROTECT, related_name="requests", verbose_name=_("what")
    )
    slug = models.SlugField(_("thing"), max_length=60)
    status = models.CharField(_("status"), max_length=16, choices=STATUSES)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="engagement_requests",
        verbose_name=_("requester"),
    )
    asked_at = models.DateTimeField(_("asked at"))
    goal = models.TextField(_("goal"), max_length=GOAL_LENGTH)
    wished_from = models.DateField(_("wished from"), null=True, blank=True)
    wished_until = models.DateField(_("wished until"), null=True, blank=True)
    # What was said to the customer with the decision.
    answer = models.TextField(_("answer"), max_length=ANSWER_LENGTH, blank=True)
    # What whoever cancelled it said; who that was stands in its history.
    cancel_reason = models.TextField(
        _("reason for cancelling"), max_length=ANSWER_LENGTH, blank=True, default="", db_default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = EngagementRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="request_status_known"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(ENDED), ended_at__isnull=False)
                | (~Q(status__in=sorted(ENDED)) & Q(ended_at__isnull=True)),
                name="request_ended_when_over",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="request_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(wished_until__isnull=True) | Q(wished_until__gte=F("wished_from")),
                name="request_wishes_ascend",
            ),
            models.UniqueConstraint(
                fields=("license", "slug"),
                condition=Q(status=Status.REQUESTED),
                name="request_undecided_once",
            ),
        )
        indexes = (
            models.Index(fields=("license", "slug", "status"), name="request_of_license"),
            models.Index(fields=("requester", "status"), name="request_of_requester"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """R- and nine digits."""
        return request_number(self.pk)

    @property
    def about(self) -> str:
        """The key by which its notices belong together."""
        return f"request:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether it is not over."""
        return self.status in OPEN


class RequestEvent(Event):
    """One thing that happened to a request; append-only. People stand in it by key only."""

    request = models.ForeignKey(EngagementRequest, on_delete=models.PROTECT, related_name="events")

    class Meta:
        verbose_name = _("request event")
        verbose_name_plural = _("request events")
        indexes = (models.Index(fields=("request", "id"), name="request_event_in_order"),)
