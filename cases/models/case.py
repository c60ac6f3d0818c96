"""The case itself, who watches it, and its history."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cases.folding import recorded
from cases.lifecycle import ENDED, WAITING, Channel, Status
from cases.response import Target
from cases.wording import CHANNELS, ESCALATION_REASONS, LANGUAGES, RESOLUTIONS, STATUSES
from entitlements.languages import CaseLanguage
from entitlements.models import License
from entitlements.queries import accounts_looked_after, active_license_ids
from entitlements.targets import Priority
from entitlements.wording import PRIORITIES
from portal.accounts.groups import CASE_WORKERS, StaffGroup, staff_groups
from portal.accounts.models import Account, User
from portal.audit.models import Event

# SPEC 6: a title has 1–200 characters, a text 1–32,000.
TITLE_LENGTH = 200
TEXT_LENGTH = 32_000
PHONE_LENGTH = 40
CALLER_LENGTH = 150
# The columns whose every change stands in history. The others are fixed at filing (a caller's case is filed
# when somebody takes it over), or follow from history.
RECORDED_COLUMNS = (
    "status",
    "priority",
    "owner_id",
    "requestor_id",
    "phone",
    "impact",
    "first_responded_at",
    "period_id",
    "next_follow_up_at",
    "clock_failed_at",
    "closed_at",
    "resolution",
    "reopen_until",
    "escalated_at",
    "escalation_reason",
    "acknowledged_at",
    "raised_at",
    "call_id",
    "response_id",
    "response_due_at",
    "response_missed_at",
    "response_withdrawn_at",
    "next_response_step_at",
)


class CaseQuerySet(models.QuerySet["Case"]):
    """Ways to narrow cases down."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """Cases that `user` may see.

        Agents and leads all; success managers those of the accounts in whose team they are; customers those
        of their account that they may.

        A requestor needs a seat on the product still: removing the seat ends the product's access. A caller's
        case without a requestor is for every contact of the product to take over.
        """
        groups = staff_groups(user)
        if CASE_WORKERS & groups:
            return self
        if StaffGroup.SUCCESS_MANAGER in groups:
            return self.filter(account_id__in=accounts_looked_after(user))
        if not user.is_active or user.account_id is None:
            return self.none()
        mine = Q(requestor=user) | Q(requestor=None)
        mine &= Q(license_id__in=active_license_ids(user))
        watched = Exists(Watcher.objects.filter(case=OuterRef("pk"), user=user))
        if user.sees_account_cases:
            return self.filter(account_id=user.account_id)
        administered = Q(account_id__in=Account.objects.filter(administrator=user).values("pk"))
        return self.filter(mine | Q(watched) | administered, account_id=user.account_id)

    def waiting(self) -> "CaseQuerySet":
        """Cases in which it is the customer's turn."""
        return self.filter(status__in=WAITING)

    def open(self) -> "CaseQuerySet":
        """Cases that nobody and nothing has closed."""
        return self.exclude(status__in=ENDED)

    def for_display(self) -> "CaseQuerySet":
        """With what a row or a page of a case shows, in one statement."""
        return self.select_related(
            "account__country__region",
            "license__product",
            "requestor",
            "owner",
            "period__policy",
            "call",
            "last_event_by",
        )


class Case(models.Model):
    """One request for help. Its number is its key: ascending, never reused, gaps allowed (SPEC 1)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cases")
    license = models.ForeignKey(License, on_delete=models.PROTECT, related_name="cases")
    # Nobody's, while a caller without a seat waits for a contact to take the case over (SPEC 3.4).
    requestor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="requested_cases"
    )
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_cases"
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups"
    )
    watchers: "models.ManyToManyField[User, Watcher]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Watcher", related_name="watched_cases"
    )

    title = models.CharField(max_length=TITLE_LENGTH)
    environment = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=2, choices=LANGUAGES, default=CaseLanguage.ENGLISH)
    channel = models.CharField(max_length=8, choices=CHANNELS, default=Channel.PORTAL)
    phone = models.CharField(max_length=PHONE_LENGTH, blank=True)
    impact = models.CharField(max_length=500, blank=True)

    # Who called without a seat: *resubmission requested*. It stays on record once the case is taken over.
    caller_name = models.CharField(max_length=CALLER_LENGTH, blank=True)
    caller_address = models.EmailField(blank=True)

    status = models.CharField(max_length=24, choices=STATUSES)
    priority = models.PositiveSmallIntegerField(choices=PRIORITIES)
    filed_at = models.DateTimeField()
    first_responded_at = models.DateTimeField(null=True, blank=True)

    # The target of the first response: what decided it, when it is due and how it ended; and the instant of
    # the clock's next step, only while it runs. Cases from before targets were kept have none.
    response = models.OneToOneField(
        "ResponseDecision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    response_due_at = models.DateTimeField(null=True, blank=True)
    response_missed_at = models.DateTimeField(null=True, blank=True)
    response_withdrawn_at = models.DateTimeField(null=True, blank=True)
    next_response_step_at = models.DateTimeField(null=True, blank=True)

    # The waiting period that runs, and the instant of its next step; both only while waiting.
    period = models.OneToOneField(
        "WaitingPeriod", null=True, blank=True, on_delete=models.PROTECT, related_name="running_case"
    )
    next_follow_up_at = models.DateTimeField(null=True, blank=True)
    clock_failed_at = models.DateTimeField(null=True, blank=True)

    # The latest closure; the window's end is decided then (SPEC 2.1) and stays.
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=24, choices=RESOLUTIONS, blank=True)
    reopen_until = models.DateTimeField(null=True, blank=True)

    escalated_at = models.DateTimeField(null=True, blank=True)
    escalation_reason = models.CharField(max_length=40, choices=ESCALATION_REASONS, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    raised_at = models.DateTimeField(null=True, blank=True)
    # The call that the customer awaits.
    call = models.OneToOneField(
        "CallRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="awaiting_case"
    )

    # The newest event that the customer may see, repeated here for lists.
    last_event_at = models.DateTimeField()
    last_event_kind = models.CharField(max_length=40)
    last_event_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=WAITING, next_follow_up_at__isnull=False, period__isnull=False)
                | (~Q(status__in=WAITING) & Q(next_follow_up_at__isnull=True, period__isnull=True)),
                name="case_waits_with_a_clock",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, closed_at__isnull=False, reopen_until__isnull=False)
                | (~Q(status__in=ENDED) & Q(closed_at__isnull=True, reopen_until__isnull=True)),
                name="case_ended_with_an_instant",
            ),
            models.CheckConstraint(
                condition=(Q(status=Status.CLOSED) & ~Q(resolution=""))
                | (~Q(status=Status.CLOSED) & Q(resolution="")),
                name="case_closed_with_a_resolution",
            ),
            models.CheckConstraint(
                condition=Q(response__isnull=True, response_due_at__isnull=True)
                | Q(response__isnull=False, response_due_at__isnull=False),
                name="case_due_as_decided",
            ),
            models.CheckConstraint(
                condition=Q(next_response_step_at__isnull=True)
                | Q(
                    response_due_at__isnull=False,
                    first_responded_at__isnull=True,
                    response_missed_at__isnull=True,
                    response_withdrawn_at__isnull=True,
                ),
                name="case_target_runs_until_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(response_missed_at__isnull=True) | Q(response_withdrawn_at__isnull=True),
                name="case_target_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(requestor__isnull=False)
                | (
                    ~Q(caller_name="")
                    # The second status only until its transaction has written the waiting period.
                    & Q(status__in=ENDED | {Status.PENDING_RESPONSE, Status.AWAITING_ASSIGNMENT})
                    & Q(response__isnull=True)
                ),
                name="case_has_a_requestor",
            ),
            models.CheckConstraint(
                condition=Q(call__isnull=True) | ~Q(status__in=ENDED), name="case_ended_awaits_no_call"
            ),
            models.CheckConstraint(condition=Q(status__in=list(Status)), name="case_status_known"),
            models.CheckConstraint(
                condition=Q(priority__gte=Priority.P1, priority__lte=Priority.P4), name="case_priority_known"
            ),
        )
        indexes = (
            models.Index(
                fields=("next_follow_up_at", "id"),
                condition=Q(next_follow_up_at__isnull=False),
                name="case_due",
            ),
            models.Index(
                fields=("next_response_step_at", "id"),
                condition=Q(next_response_step_at__isnull=False),
                name="case_target_step",
            ),
            models.Index(fields=("account", "-last_event_at", "-id"), name="case_account_newest"),
            models.Index(fields=("requestor", "-last_event_at", "-id"), name="case_requestor_newest"),
            models.Index(
                fields=("owner", "-last_event_at"), condition=~Q(status__in=ENDED), name="case_owner_open"
            ),
            models.Index(fields=("priority", "filed_at"), condition=~Q(status__in=ENDED), name="case_queue"),
        )

    def __str__(self) -> str:
        """The number as people write it."""
        return self.number

    @property
    def number(self) -> str:
        """E- and nine digits."""
        return case_number(self.pk)

    @property
    def about(self) -> str:
        """The key by which notices belong to this case."""
        return f"case:{self.pk}"

    def state(self) -> dict[str, object]:
        """The recorded columns as history writes them."""
        return {column: recorded(getattr(self, column)) for column in RECORDED_COLUMNS}

    def target(self) -> Target:
        """The target of the first response as the pure rules read it."""
        return Target(
            self.response_due_at, self.first_responded_at, self.response_missed_at, self.response_withdrawn_at
        )

    @property
    def is_nobodys(self) -> bool:
        """A caller's case that no contact has taken over."""
        return self.requestor_id is None

    @property
    def is_escalated(self) -> bool:
        """An escalation stands; closing the case ends it."""
        return self.escalated_at is not None and self.is_open

    @property
    def is_waiting(self) -> bool:
        """It is the customer's turn."""
        return self.status in WAITING

    @property
    def is_open(self) -> bool:
        """Nobody and nothing has closed it."""
        return self.status not in ENDED


def case_number(key: int) -> str:
    """This will write a case's key as its number, E-000000042 for 42."""
    return f"E-{key:09d}"


class Watcher(models.Model):
    """A person of the account who gets a case's notices."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watcher_rows")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watcher_rows")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "user"), name="watcher_once"),)


class CaseEvent(Event):
    """One line of a case's history; append-only in the database.

    `changes` says which recorded columns of the case, watchers and tags it changed, each as
    `[before, after]`: folding them gives the case as it stands (`cases.folding`).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    changes = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = (models.Index(fields=("case", "id"), name="event_of_case"),)
