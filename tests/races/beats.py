"""A simulated week under one beat or two: the real tasks, woken at the instants that each beat chooses."""

import queue
import random
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.db import connections, transaction

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

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
# What differs between two runs that did the same: keys that the database counts up, and machine time.
_COUNTED_KEY = re.compile(r":[eh]\d+:")


@dataclass(frozen=True)
class Week:
    """Cases asked about at random phases, answers and extensions in between, and each beat's instants."""

    cases: list[Case]
    deeds: dict[datetime, list[Callable[[], object]]]
    beats: tuple[list[datetime], list[datetime]]
    tasks: tuple[Callable[[], object], ...]

    def instants(self) -> list[datetime]:
        """Every instant at which something happens, in order."""
        return sorted({*self.deeds, *self.beats[0], *self.beats[1]})


def make_week(
    *, seed: int, cases: int, every: timedelta, tasks: tuple[Callable[[], object], ...] = (tick, send)
) -> Week:
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


@dataclass
class Beat:
    """A beat with its worker: a thread with a database session of its own that carries out each wake-up."""

    tasks: tuple[Callable[[], object], ...]
    faults: list[Exception] = field(default_factory=list)
    _woken: "queue.Queue[bool]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Let it tick and send now."""
        self._woken.put(True)

    def wait(self) -> None:
        """Return once it has done what it was woken for."""
        self._woken.join()

    def end(self) -> None:
        """Let the thread go."""
        self._woken.put(False)
        self._thread.join(15)

    def _run(self) -> None:
        try:
            while self._woken.get():
                try:
                    for task in self.tasks:
                        task()
                except Exception as error:
                    self.faults.append(error)
                finally:
                    self._woken.task_done()
        finally:
            connections.close_all()


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


def under_two_beats(week: Week) -> tuple[dict[str, list[Any]], list[Exception]]:
    """The rows after a week under two beats, and what went wrong in either."""
    beats = (Beat(week.tasks), Beat(week.tasks))
    woken = [set(instants) for instants in week.beats]
    with time_machine.travel(ASKED, tick=False) as traveller:
        for at in week.instants():
            traveller.move_to(at)
            for deed in week.deeds.get(at, ()):
                deed()
            for beat in (beat for beat, instants in zip(beats, woken, strict=True) if at in instants):
                beat.wake()
            for beat in beats:
                beat.wait()
    for beat in beats:
        beat.end()
    return rows_now(), [*beats[0].faults, *beats[1].faults]


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
