"""A simulated week under one beat or two: the real tasks, woken at the instants that each beat chooses."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import time_machine
from celery import Task
from django.db import transaction

from cases import operations
from cases.lifecycle import Status
from cases.models import Case, CaseEvent, FollowUpStep
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.notices.states import MailState
from portal.notices.tasks import send
from portal.work.tasks import tick
from tests.factories.cases import ASKED, make_waiting_case
from tests.factories.people import make_agent, make_customer, make_license
from tests.races.stage import LEASE, Actor, Statement, on_postgresql

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
# What differs between two runs that did the same: keys that the database counts up, and machine time.
_COUNTED_KEY = re.compile(r":[eh]\d+:")
# Where two beats meet: one has read what is due, under its lock where there is one, and written nothing.
_MEET_AT = {tick.name: Statement(r'^INSERT INTO "cases_(followupstep|caseevent)"'), send.name: LEASE}


@dataclass(frozen=True)
class Week:
    """Cases asked about at random phases, answers and extensions in between, and each beat's instants."""

    cases: list[Case]
    deeds: dict[datetime, list[Callable[[], object]]]
    beats: tuple[list[datetime], list[datetime]]
    tasks: tuple[Task, ...]

    def instants(self) -> list[datetime]:
        """Every instant at which something happens, in order."""
        return sorted({*self.deeds, *self.beats[0], *self.beats[1]})


def make_week(*, seed: int, cases: int, every: timedelta, tasks: tuple[Task, ...] = (tick, send)) -> Week:
    """A week from its seed; at every third beat the two meet in the same instant. No mail waits before it."""
    dice = random.Random(seed)
    license_ = make_license()
    rita, agent = make_customer(license_), make_agent()
    statuses = (Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED)
    made, deeds = [], {}
    for number in range(cases):
        asked_at = ASKED + dice.random() * _DAY
        case = make_waiting_case(rita, agent=agent, status=statuses[number % 2], now=asked_at)
        made.append(case)
        if number % 5 == 0:
            at = asked_at + dice.random() * timedelta(hours=140)
            deeds[at] = [_deed(case, rita, at, is_answer=number % 10 == 0)]
    starts = ASKED + _DAY
    one = [starts + count * every for count in range(int(WEEK / every))]
    other = [at if count % 3 == 0 else at + dice.random() * every for count, at in enumerate(one)]
    Notice.objects.update(state=MailState.CANCELLED, cancelled_because="before the week")
    return Week(made, deeds, (one, other), tasks)


def _deed(case: Case, rita: User, at: datetime, *, is_answer: bool) -> Callable[[], object]:
    if is_answer:
        return lambda: operations.reply_to_case(case, text="It is 2.6.", actor=rita, now=at)
    return lambda: operations.extend_waiting(case, actor=rita, now=at)


def under_one_beat(week: Week) -> dict[str, list[Any]]:
    """The rows after a week in which one beat ticks at all instants; nothing of it stays."""
    with transaction.atomic(), time_machine.travel(ASKED, tick=False) as traveller:
        for at in week.instants():
            traveller.move_to(at)
            for deed in week.deeds.get(at, ()):
                deed()
            if at in week.beats[0] or at in week.beats[1]:
                for task in week.tasks:
                    task()
        rows = rows_now()
        transaction.set_rollback(True)
    return rows


@dataclass
class Together:
    """What two beats left, what went wrong in either, and how often they met over each task."""

    rows: dict[str, list[Any]]
    faults: list[Exception]
    met: Counter[str]


def under_two_beats(week: Week) -> Together:
    """A week under two beats.

    Where both wake in one instant, the one that begins stands before it writes, and the other does all that
    it can; they take turns at beginning.
    """
    faults, met = [], Counter[str]()
    with time_machine.travel(ASKED, tick=False) as traveller:
        for number, at in enumerate(week.instants()):
            traveller.move_to(at)
            for deed in week.deeds.get(at, ()):
                deed()
            woken = [name for name, beat in zip(("one", "other"), week.beats, strict=True) if at in beat]
            for task in week.tasks:
                beats = [Actor(f"the {name} beat's worker", task) for name in woken]
                met[task.name] += _carry_out(beats[::-1] if number % 2 else beats, _MEET_AT[task.name])
                faults += [beat.error for beat in beats if beat.error is not None]
    return Together(rows_now(), faults, met)


def _carry_out(beats: list[Actor], at: Statement) -> bool:
    """Let one beat's worker do its work, or two at once; say whether one stood while the other came."""
    has_met = False
    for other in beats[1:]:
        has_met = beats[0].goes_until(before=at)
        if on_postgresql():
            other.finish()  # it passes over what the first one has locked
        else:
            other.goes_as_far_as_it_can(beats[0])
    for beat in beats:
        beat.finish()
    return has_met


def rows_now() -> dict[str, list[Any]]:
    """Cases, steps, history and notices, without what no two runs share."""
    return {
        "cases": list(Case.objects.order_by("pk").values_list()),
        "steps": sorted(
            FollowUpStep.objects.values_list("case", "kind", "ordinal", "outcome", "due_at", "done_at")
        ),
        "events": sorted(_events()),
        "notices": sorted(
            (_COUNTED_KEY.sub(":", key), *rest)
            for key, *rest in Notice.objects.values_list("key", "kind", "created_at", "state", "attempts")
        ),
    }


def _events() -> Iterator[tuple[Any, ...]]:
    for event in CaseEvent.objects.values_list("case", "kind", "actor", "occurred_at", "detail"):
        detail = {name: value for name, value in event[4].items() if name != "message"}
        yield (*event[:2], event[2] or 0, event[3], sorted(detail.items(), key=str))
