"""What each verb makes of a waiting case: races compare with these, put one after the other."""

from dataclasses import replace
from datetime import datetime, timedelta

from cases.follow_up import PUBLISHED
from tests.factories.cases import ASKED, CLOSES
from tests.races.outcome import Outcome

REMINDS = ASKED + timedelta(hours=24)
REOPENABLE = CLOSES + PUBLISHED.reopen_within
TEXT = "It is version 2.6."


def answered(before: Outcome, now: datetime) -> Outcome:
    """What the requestor's answer makes of a waiting case; reminders not yet claimed are cancelled."""
    return replace(
        before,
        status="in_progress",
        next_follow_up_at=None,
        periods=_ended(before, now),
        events=[*before.events, ("replied", "Rita Requestor", now)],
        messages=[*before.messages, ("reply", "Rita Requestor", TEXT)],
        notices=sorted([*_without_reminders(before), ("case_customer_replied", "Ada Agent", "pending", "")]),
    )


def reminded(before: Outcome) -> Outcome:
    """What the first reminder makes of a waiting case."""
    return replace(
        before,
        next_follow_up_at=ASKED + timedelta(hours=72),
        steps=[("reminder", 1, "sent", REMINDS)],
        events=[*before.events, ("reminded", "", REMINDS)],
        notices=sorted([*before.notices, ("case_reminder", "Rita Requestor", "pending", "")]),
    )


def auto_closed(before: Outcome) -> Outcome:
    """What the clock makes of a waiting case at its closing instant."""
    return replace(
        before,
        status="auto_closed",
        next_follow_up_at=None,
        closed_at=CLOSES,
        reopen_until=REOPENABLE,
        periods=_ended(before, CLOSES),
        steps=[*before.steps, ("closure", 0, "closed", CLOSES)],
        events=[*before.events, ("auto_closed", "", CLOSES)],
        notices=sorted([*before.notices, ("case_auto_closed", "Rita Requestor", "pending", "")]),
    )


def confirmed(before: Outcome, now: datetime) -> Outcome:
    """What the requestor's confirmation makes of a case in Resolution Provided."""
    return replace(
        before,
        status="closed",
        resolution="resolution_confirmed",
        next_follow_up_at=None,
        closed_at=now,
        reopen_until=now + PUBLISHED.reopen_within,
        periods=_ended(before, now),
        events=[*before.events, ("confirmed", "Rita Requestor", now)],
        notices=_without_reminders(before),
    )


def _ended(before: Outcome, now: datetime) -> list[tuple[int, str, datetime | None]]:
    return [(number, status, ended_at or now) for number, status, ended_at in before.periods]


def _without_reminders(before: Outcome) -> list[tuple[str, str, str, str]]:
    return [
        (kind, who, "cancelled", "period_ended")
        if (kind, state) == ("case_reminder", "pending")
        else (kind, who, state, because)
        for kind, who, state, because in before.notices
    ]
