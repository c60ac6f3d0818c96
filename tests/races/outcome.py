"""All that became of a case, in words: what races compare, as a whole."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case, FollowUpStep, Hold
from portal.accounts.models import User
from portal.notices.models import Notice


@dataclass(frozen=True)
class Outcome:
    """A case with its periods, holds, steps, history, messages and notices; people by name."""

    status: str
    resolution: str
    priority: int
    requestor: str
    owner: str
    watchers: list[str]
    next_follow_up_at: datetime | None
    closed_at: datetime | None
    reopen_until: datetime | None
    # Number, status, end.
    periods: list[tuple[int, str, datetime | None]]
    # Until, end.
    holds: list[tuple[datetime, datetime | None]]
    # Kind, ordinal, outcome, when it was carried out.
    steps: list[tuple[str, int, str, datetime]]
    # Kind, who (nobody: the clock), when.
    events: list[tuple[str, str, datetime]]
    # Purpose, who, text.
    messages: list[tuple[str, str, str]]
    # Kind, to whom, state of the mail, why it was cancelled.
    notices: list[tuple[str, str, str, str]]


def outcome_of(case: Case) -> Outcome:
    """The case as the database has it now."""
    now = Case.objects.select_related("requestor", "owner").get(pk=case.pk)
    notices = Notice.objects.filter(about=now.about).order_by("pk").select_related("recipient")
    return Outcome(
        status=now.status,
        resolution=now.resolution,
        priority=now.priority,
        requestor=_name(now.requestor),
        owner=_name(now.owner),
        watchers=sorted(now.watchers.values_list("name", flat=True)),
        next_follow_up_at=now.next_follow_up_at,
        closed_at=now.closed_at,
        reopen_until=now.reopen_until,
        periods=list(now.periods.order_by("number").values_list("number", "status", "ended_at")),
        holds=list(Hold.objects.filter(period__case=now).order_by("pk").values_list("until", "ended_at")),
        steps=list(
            FollowUpStep.objects.filter(case=now)
            .order_by("pk")
            .values_list("kind", "ordinal", "outcome", "done_at")
        ),
        events=[
            (event.kind, _name(event.actor), event.occurred_at)
            for event in now.events.order_by("pk").select_related("actor")
        ],
        messages=[
            (message.purpose, _name(message.author), message.body)
            for message in now.messages.order_by("pk").select_related("author")
        ],
        notices=sorted((n.kind, _name(n.recipient), n.state, n.cancelled_because) for n in notices),
    )


def _name(person: User | None) -> str:
    return person.name if person else ""
