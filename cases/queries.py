"""Reading cases and policies for pages, operations and the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Case as Choice
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast, Coalesce, Concat

from cases import follow_up
from cases.calls import Slot, slots
from cases.first_response import SHOWN_WITH
from cases.lifecycle import ENDED, WAITING
from cases.models import (
    Attachment,
    Case,
    CaseEvent,
    CaseQuerySet,
    FollowUpPolicy,
    FollowUpStep,
    InternalNote,
    Message,
    RelatedLink,
    WaitingPeriod,
)
from cases.response import TargetState
from entitlements.queries import calendar_of, is_worked_first
from portal.accounts.groups import CASE_WORKERS
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.notices.states import UNSENT, MailState

# Home and the list call a case "closing soon" when its next step, the closure, is this near.
CLOSING_SOON = timedelta(hours=48)
# The staff's own summary is about this working day.
CLOSING_TODAY = timedelta(hours=24)
# Messages in which the customer speaks, by their own hand or through staff.
_CUSTOMERS_WORDS = (Message.Purpose.REPORT, Message.Purpose.REPLY, Message.Purpose.LOGGED)


def policy_in_force(now: datetime) -> FollowUpPolicy:
    """This will give the follow-up policy in force at `now`: the newest that has begun."""
    return FollowUpPolicy.objects.filter(in_force_from__lte=now).order_by("-in_force_from")[:1].get()


def visible_case(user: User, key: int) -> Case:
    """This will get one case with all that its pages and the staff's ask of it, or raise Case.DoesNotExist.

    Costs five statements, whatever hangs on the case.
    """
    case = _with_its_rows(
        Case.objects.visible_to(user).for_display().select_related("follows", *SHOWN_WITH), key
    )
    case.license.account = case.account
    return case


def case_to_read(user: User, key: int) -> Case:
    """This will get one case with what the customer's page shows, or raise Case.DoesNotExist.

    Who owns it and who changed it last is not loaded: the page names neither. A customer's account is the
    case's: it came with the session, and its region too.
    """
    shown = ("license__product", "requestor", "period__policy", "call", *SHOWN_WITH)
    case = _with_its_rows(Case.objects.visible_to(user).select_related(*shown), key)
    if user.account is not None:
        case.account = case.license.account = user.account
    return case


def slots_for(case: Case, now: datetime) -> list[Slot]:
    """This will list the slots in which the case's region can call, as its calendar stands now."""
    return list(slots(calendar_of(case.account.country.region, now).calendar, now))


def _with_its_rows(cases: CaseQuerySet, key: int) -> Case:
    return (
        cases.select_related("filed_by", "period__question")
        .prefetch_related("period__holds", "period__steps", "license__terms", "watchers")
        .get(pk=key)
    )


def conversation(case: Case) -> QuerySet[Message]:
    """This will give the public messages with their authors and files, oldest first."""
    files = Prefetch("attachments", queryset=Attachment.objects.select_related("file").order_by("pk"))
    return case.messages.select_related("author").prefetch_related(files).order_by("pk")


def notes_of(case: Case) -> QuerySet[InternalNote]:
    """This will give the internal notes, oldest first; for staff only."""
    return case.internal_notes.select_related("author").order_by("pk")


def history(case: Case, *, with_internal: bool) -> QuerySet[CaseEvent]:
    """This will give the events with their actors, oldest first; the customer's public ones only."""
    events = case.events.select_related("actor").order_by("pk")
    return events if with_internal else events.filter(is_public=True)


@dataclass(frozen=True, slots=True)
class View:
    """One of the list's views: its key in the address and its condition."""

    key: str
    condition: Q


def views_at(now: datetime) -> tuple[View, ...]:
    """This will give the list's views in their order, as conditions at `now`."""
    is_open = ~Q(status__in=ENDED)
    return (
        View("open", is_open),
        View("waiting", Q(status__in=WAITING)),
        View("reopenable", Q(status__in=ENDED, reopen_until__gte=now, requestor__isnull=False)),
        View("closed", Q(status__in=ENDED)),
        View("all", Q()),
    )


def count_views(cases: CaseQuerySet, now: datetime) -> dict[str, int]:
    """This will count every view in one statement."""
    counts: dict[str, int] = cases.aggregate(
        **{view.key: Count("pk", filter=view.condition) for view in views_at(now)}
    )
    return counts


# What a row of a list shows; a column that is missing here costs a statement a row.
_ROW_COLUMNS = (
    "title",
    "status",
    "priority",
    "escalated_at",
    "reopen_until",
    "first_responded_at",
    "response_due_at",
    "response_missed_at",
    "response_withdrawn_at",
    "last_event_at",
    "last_event_kind",
    "license__product__name",
    "caller_name",
    "requestor__name",
    "requestor__email",
    "period__started_at",
    "period__policy",
)


def for_list(cases: CaseQuerySet) -> CaseQuerySet:
    """This will bring what the rows of a list show and no more, newest change first."""
    return (
        cases.select_related("license__product", "requestor", "period__policy")
        .only(*_ROW_COLUMNS)
        .prefetch_related("period__holds", "period__steps")
        .order_by("-last_event_at", "-pk")
    )


def waiting_for(user: User) -> CaseQuerySet:
    """This will give the cases in which it is the customer's turn, the one whose clock is nearest first."""
    return (
        Case.objects.visible_to(user)
        .waiting()
        .for_display()
        .select_related("period__question")
        .prefetch_related("period__holds", "period__steps", "watchers")
        .order_by("period__started_at", "pk")
    )


# SPEC 5: escalated; then P1 to P4; within a priority the Priority Queue Bundle's first; then unanswered by
# due instant; then answered, whose customer has waited longest since their last word; then age. Closed cases
# follow all others.
QUEUE_ORDER: tuple[OrderBy, ...] = (
    F("queue_is_closed").asc(),
    F("queue_is_calm").asc(),
    F("priority").asc(),
    F("queue_is_ordinary").asc(),
    F("queue_is_answered").asc(),
    F("queue_since").asc(),
    F("filed_at").asc(),
    F("pk").asc(),
)


def in_queue_order(cases: CaseQuerySet, now: datetime) -> CaseQuerySet:
    """This will put cases into the order in which staff take them up at `now`."""
    return with_queue_keys(cases, is_worked_first("license", now)).order_by(*QUEUE_ORDER)


def with_queue_keys(cases: CaseQuerySet, worked_first: Q) -> CaseQuerySet:
    """This will add what QUEUE_ORDER sorts by; `worked_first` says whose cases come first now."""
    words = Message.objects.filter(case=OuterRef("pk"), purpose__in=_CUSTOMERS_WORDS).order_by("-pk")
    return cases.annotate(
        queue_is_closed=Choice(When(status__in=ENDED, then=Value(1)), default=Value(0)),
        queue_is_calm=Choice(When(escalated_at__isnull=False, then=Value(0)), default=Value(1)),
        queue_is_ordinary=Choice(When(worked_first, then=Value(0)), default=Value(1)),
        queue_is_answered=Choice(When(first_responded_at__isnull=True, then=Value(0)), default=Value(1)),
        queue_since=Choice(
            # Cases from before targets were kept have no due instant.
            When(first_responded_at__isnull=True, then=Coalesce("response_due_at", "filed_at")),
            default=Subquery(words.values("written_at")[:1]),
        ),
    )


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """How many open cases ask something of a person of staff."""

    unowned: int
    mine: int
    escalated: int
    closing_today: int


def queue_summary(user: User, now: datetime) -> QueueSummary:
    """This will count what stands in a person's queue; costs four statements at most."""
    mine = Q(owner=user)
    counts = (
        Case.objects.visible_to(user)
        .open()
        .aggregate(
            unowned=Count("pk", filter=Q(owner__isnull=True)),
            mine=Count("pk", filter=mine),
            escalated=Count("pk", filter=Q(escalated_at__isnull=False)),
        )
    )
    return QueueSummary(**counts, closing_today=len(closing_today(Case.objects.filter(mine), now)))


def closing_today(cases: CaseQuerySet, now: datetime) -> list[int]:
    """This will give the keys of the cases that close by themselves within 24 hours, inclusive.

    A closure is never sooner than the next step, so that only cases with a near step are looked at.
    """
    until = now + CLOSING_TODAY
    near = cases.filter(next_follow_up_at__lte=until).select_related("period__policy")
    near = near.prefetch_related("period__holds", "period__steps")
    return [
        case.pk
        for case in near
        if case.period is not None and follow_up.closes_at(case.period.rules(), now=now) <= until
    ]


def engineers() -> QuerySet[User]:
    """This will give the active staff to whom a case can be assigned."""
    staff = User.objects.filter(is_staff=True, is_active=True, groups__name__in=CASE_WORKERS)
    return staff.distinct().order_by("email")


@dataclass(frozen=True, slots=True)
class Links:
    """The cases that belong to a case, as staff see them."""

    follow_ups: list[Case]
    related: list[Case]


def links_of(case: Case) -> Links:
    """This will give the follow-ups and the related cases of a case, in one statement; for staff only."""
    later = RelatedLink.objects.filter(first=case).values("second")
    earlier = RelatedLink.objects.filter(second=case).values("first")
    linked = Case.objects.filter(Q(follows=case) | Q(pk__in=later) | Q(pk__in=earlier)).order_by("pk")
    found = list(linked)
    return Links(
        follow_ups=[other for other in found if other.follows_id == case.pk],
        related=[other for other in found if other.follows_id != case.pk],
    )


def policies_newest_first(now: datetime) -> QuerySet[FollowUpPolicy]:
    """This will give the follow-up policies, each with its state and the count of cases waiting under it."""
    running = WaitingPeriod.objects.filter(policy=OuterRef("pk"), ended_at__isnull=True).order_by()
    counted = running.values("policy").annotate(count=Count("pk")).values("count")
    begun = FollowUpPolicy.objects.filter(in_force_from__lte=now).order_by("-in_force_from")
    state = Choice(
        When(in_force_from__gt=now, then=Value("coming")),
        When(pk=Subquery(begun.values("pk")[:1]), then=Value("current")),
        default=Value("past"),
    )
    policies = FollowUpPolicy.objects.select_related("made_by")
    return policies.annotate(waiting=Subquery(counted), state=state).order_by("-in_force_from")


def reminder_reached_nobody(cases: CaseQuerySet) -> CaseQuerySet:
    """This will find waiting cases whose latest reminder has no notice that was sent or still can be."""
    sent = FollowUpStep.objects.filter(
        period=OuterRef("period"), kind=follow_up.StepKind.REMINDER, outcome=follow_up.Outcome.SENT
    )
    about = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()))
    series = Concat(about, Value(":w"), Cast(OuterRef("period__number"), CharField()))
    reminder = Concat(series, Value(":reminder-"), Cast(OuterRef("latest_reminder"), CharField()), Value(":"))
    reaching = Notice.objects.filter(
        about=about, key__startswith=reminder, state__in=(*UNSENT, MailState.SENT)
    )
    return (
        cases.waiting()
        .alias(latest_reminder=Subquery(sent.order_by("-ordinal").values("ordinal")[:1]))
        .filter(~Exists(reaching), latest_reminder__isnull=False)
    )


def in_target_state(cases: CaseQuerySet, state: TargetState, now: datetime) -> CaseQuerySet:
    """This will narrow down to the cases whose target stands so; `cases.response.state_of` says it of one."""
    missed = Q(response_missed_at__isnull=False)
    open_ended = Q(
        response_due_at__isnull=False,
        response_missed_at__isnull=True,
        response_withdrawn_at__isnull=True,
        first_responded_at__isnull=True,
    )
    conditions = {
        TargetState.NONE: Q(response_due_at__isnull=True),
        TargetState.RUNNING: open_ended & Q(response_due_at__gte=now),
        TargetState.MISSED: missed | (open_ended & Q(response_due_at__lt=now)),
        TargetState.MET: Q(response_due_at__isnull=False, first_responded_at__isnull=False) & ~missed,
        TargetState.WITHDRAWN: Q(response_withdrawn_at__isnull=False, first_responded_at__isnull=True),
    }
    return cases.filter(conditions[state])
