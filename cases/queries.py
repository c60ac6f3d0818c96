"""Reading cases and policies for pages, operations and the clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from cases.lifecycle import ENDED, WAITING
from cases.models import Attachment, Case, CaseEvent, CaseQuerySet, FollowUpPolicy, InternalNote, Message
from portal.accounts.models import User

# Home and the list call a case "closing soon" when its next step, the closure, is this near.
CLOSING_SOON = timedelta(hours=48)


def policy_in_force(now: datetime) -> FollowUpPolicy:
    """This will give the follow-up policy in force at `now`: the newest that has begun."""
    return FollowUpPolicy.objects.filter(in_force_from__lte=now).order_by("-in_force_from")[:1].get()


def visible_case(user: User, key: int) -> Case:
    """This will get one case with all that its page asks of it, or raise Case.DoesNotExist.

    Costs five statements, whatever hangs on the case.
    """
    return (
        Case.objects.visible_to(user)
        .for_display()
        .select_related("filed_by", "follows", "period__question")
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
        View("reopenable", Q(status__in=ENDED, reopen_until__gte=now)),
        View("closed", Q(status__in=ENDED)),
        View("all", Q()),
    )


def count_views(cases: CaseQuerySet, now: datetime) -> dict[str, int]:
    """This will count every view in one statement."""
    counts: dict[str, int] = cases.aggregate(
        **{view.key: Count("pk", filter=view.condition) for view in views_at(now)}
    )
    return counts


def for_list(cases: CaseQuerySet) -> CaseQuerySet:
    """This will bring what the rows of a list show, newest change first."""
    return (
        cases.for_display()
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
