"""What is killed: an operation, a sweep, a sender. Each knows its points, and what must be true after."""

import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from django.db.models import QuerySet

from cases.models import Case, CaseEvent, FollowUpStep
from cases.sweep import carry_out_steps, carry_out_targets
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import DomainError
from portal.notices.models import Notice
from portal.notices.pager import FACTS, page_due
from portal.notices.rounds import LEASE
from portal.notices.sender import send_due
from portal.notices.states import PAGE_KEY, Transport
from tests.factories.cases import ASKED, FILED, make_case, make_waiting_case
from tests.factories.mail_sink import Sink
from tests.factories.many import copies_of
from tests.factories.pager import Pager
from tests.factories.people import make_agent, make_customer
from tests.kills.footprint import Footprint, look, what_became
from tests.kills.harness import Child, Point, live
from tests.races.scenes import Scene, Verb

REMINDS = ASKED + timedelta(hours=24)
# Three quarters of P3's hour; P2's half an hour is over.
NEAR = FILED + timedelta(minutes=45)
# What a dead client's session held is let go within some ticks, not at once.
MOST_ROUNDS = 50
CHUNK, CHUNKS = 2, 3
MACHINE_NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


class Victim(Protocol):
    """What can be killed at any of its points."""

    points: tuple[Point, ...]

    def kill(self, number: int) -> Point | None:
        """Kill it at one point, and assert what must be true then.

        Return the point at which it died, or None where it had come to its end before: others took its work.
        """

    def finish(self) -> None:
        """Assert what can be seen only at the end."""


class KilledOperation:
    """An operation: whole up to its last commit, or not begun; afterwards it can be carried out, once."""

    def __init__(self, verb: Verb) -> None:
        self._verb = verb
        self._scene: Scene | None = None
        self.points, self._stages = self._count()
        self._set_scene()

    def _set_scene(self) -> Scene:
        """A scene whose own staff alone are told of it."""
        if self._scene is not None and self._verb.starts_over:
            self._verb.prepare(self._scene)
        else:
            User.objects.filter(is_staff=True, is_superuser=False).update(is_active=False)
            self._scene = self._verb.scene()
        self._before, self._columns = look()
        return self._scene

    def _count(self) -> tuple[tuple[Point, ...], list[object]]:
        """Carries it out undisturbed: its points, and what has become of the database at each commit."""
        scene = self._set_scene()
        with tempfile.TemporaryDirectory() as folder:
            seen = Path(folder) / "stages"
            seen.touch()

            def note() -> None:
                with seen.open("a") as file:
                    file.write(f"{json.dumps(self._became())}\n")

            life = live(lambda: self._verb.run(scene), at_commit=note)
            stages = [json.loads(line) for line in seen.read_text().splitlines()]
        return life.points, [{}, *stages]

    def _became(self) -> dict[str, list[object]]:
        return _as_json(what_became(self._before, look()[0], self._columns))

    def kill(self, number: int) -> Point:
        """Kill it at one point, in the scene of the last one if that left nothing."""
        point = self.points[number]
        life = live(lambda: self._verb.run(self._scene), kill_at=number)
        assert life.killed_at == point, number
        if point.commits:
            assert self._became() == self._stages[point.commits], point
            if point.commits < self.points[-1].commits:
                self._do()
                assert self._became() == self._stages[-1], point
            self._set_scene()
        return point

    def finish(self) -> None:
        """See that those killed before a commit left nothing, and that it can be carried out now."""
        assert self._became() == {}
        live(lambda: self._verb.run(self._scene))
        assert self._became() == self._stages[-1]

    def again(self) -> str | None:
        """Do what is done already: the code of its refusal, "" where nothing was left to do, else None."""
        refused = self._do()
        if refused:
            assert self._became() == self._stages[-1], "a refusal that changed something"
        return refused if self._became() == self._stages[-1] else None

    def _do(self) -> str:
        try:
            self._verb.run(self._scene)
        except Case.DoesNotExist:
            return "unseen"
        except DomainError as refused:
            return refused.code
        return ""


def _as_json(found: Footprint) -> dict[str, list[object]]:
    return {
        table: [came, went, sorted([list(names), rows] for names, rows in changed.items())]
        for table, (came, went, changed) in found.items()
    }


class KilledSweep:
    """Six due cases in chunks of two: every chunk is whole or untouched, and the next ticks do the rest."""

    def __init__(self, *, workers: int = 1) -> None:
        self._others = workers - 1
        self._requestor, self._agent = make_customer(), make_agent()
        keys = self._make_due()
        self.points = live(self.sweep).points
        self._undisturbed = [self.outcome_of(key) for key in keys]
        self._untouched = [self.outcome_of(key) for key in self._make_due()]
        self.sweep()

    def _make_due(self) -> list[int]:
        """Three cases due for a reminder and three for closing, in turn."""
        made = []
        for asked_at in (ASKED, REMINDS - timedelta(hours=144)):
            case = make_waiting_case(self._requestor, agent=self._agent, now=asked_at)
            made.append([case.pk, *copies_of(case, CHUNKS - 1)])
        # The closures were due longest, so they are the first.
        return [*made[1], *made[0]]

    def kill(self, number: int) -> Point | None:
        """Kill one of the workers at a point; whoever else there is goes on."""
        keys = self._make_due()
        children = [Child(self.sweep, kill_at=number), *(Child(self.sweep) for _ in range(self._others))]
        lives = [child.join() for child in children]
        if not self._others:
            assert lives[0].killed_at == self.points[number]
            self._expect_whole_chunks(keys, self.points[number])
        for _round in range(MOST_ROUNDS):
            self.sweep()
            if not self.due().exists():
                break
        assert [self.outcome_of(key) for key in keys] == self._undisturbed, number
        return lives[0].killed_at

    def _expect_whole_chunks(self, keys: Sequence[int], point: Point) -> None:
        done = CHUNK * point.commits
        expected = [*self._undisturbed[:done], *self._untouched[done:]]
        assert [self.outcome_of(key) for key in keys] == expected, point

    def finish(self) -> None:
        """Nothing is left to be seen: every kill has been looked at."""

    def due(self) -> QuerySet[Case]:
        """What the next tick would look at."""
        return Case.objects.filter(next_follow_up_at__lte=REMINDS)

    def sweep(self) -> None:
        """Do what is due in chunks of two, as ticks do."""
        while carry_out_steps(REMINDS, CHUNK):
            pass

    def outcome_of(self, key: int) -> tuple[object, ...]:
        """Status, steps, history and notices of a case, whatever its key."""
        steps = FollowUpStep.objects.filter(case=key).order_by("pk")
        events = CaseEvent.objects.filter(case=key).order_by("pk")
        notices = Notice.objects.filter(about=f"case:{key}", kind__in=("case_reminder", "case_auto_closed"))
        return (
            Case.objects.values_list("status", flat=True).get(pk=key),
            list(steps.values_list("kind", "ordinal", "outcome")),
            list(events.values_list("kind", flat=True)),
            sorted(notices.values_list("kind", flat=True)),
        )


class KilledTargets(KilledSweep):
    """Six running targets, three of them missed and three near their end, in chunks of two."""

    def _make_due(self) -> list[int]:
        """The missed ones first: their step was due longest."""
        made = [Priority.P2] * CHUNKS + [Priority.P3] * CHUNKS
        return [make_case(self._requestor, priority=priority, now=FILED).pk for priority in made]

    def due(self) -> QuerySet[Case]:
        """What the next tick would look at."""
        return Case.objects.filter(next_response_step_at__lte=NEAR)

    def sweep(self) -> None:
        """Do what is due in chunks of two, as ticks do."""
        while carry_out_targets(NEAR, CHUNK):
            pass

    def outcome_of(self, key: int) -> tuple[object, ...]:
        """The columns of the target, history and notices of a case, whatever its key."""
        events = CaseEvent.objects.filter(case=key).order_by("pk")
        kinds = ("case_target_warned", "case_target_missed")
        notices = Notice.objects.filter(about=f"case:{key}", kind__in=kinds)
        return (
            Case.objects.values_list("next_response_step_at", "response_missed_at").get(pk=key),
            list(events.values_list("kind", flat=True)),
            sorted(notices.values_list("kind", flat=True)),
        )


class KilledSender:
    """Three mails: each goes out; a second copy only of one that was in doubt, with the same Message-ID."""

    def __init__(self, sink: Sink, *, workers: int = 1) -> None:
        self._sink, self._others = sink, workers - 1
        self._recipient = make_agent()
        self._made = 0
        self._make_due()
        self.points = live(self._send).points
        self.second_copies = 0

    @staticmethod
    def _send(later: timedelta = timedelta(0)) -> None:
        send_due(MACHINE_NOW + later)

    def _make_due(self) -> set[str]:
        self._made += 1
        rows = Notice.objects.bulk_create(
            Notice(
                key=f"{self._recipient.pk}:{self._made}:{letter}",
                kind="note",
                recipient=self._recipient,
                created_at=MACHINE_NOW,
                queued_at=MACHINE_NOW,
                next_attempt_at=MACHINE_NOW,
            )
            for letter in "abc"
        )
        return {row.message_id for row in rows}

    def _taken(self) -> list[str]:
        """What the server took, in its order."""
        return self._sink.message_ids

    def _states(self) -> list[str]:
        """What has become of the rows of this round."""
        rows = Notice.objects.filter(key__contains=f":{self._made}:").order_by("pk")
        return list(rows.values_list("state", flat=True))

    def kill(self, number: int) -> Point | None:
        """Kill one of the senders at a point; the leases of the dead run out, and others send."""
        wanted, sent_before = self._make_due(), len(self._taken())
        children = [Child(self._send, kill_at=number), *(Child(self._send) for _ in range(self._others))]
        lives = [child.join() for child in children]
        killed_at = lives[0].killed_at
        for round_ in range(1, MOST_ROUNDS):
            self._send(round_ * (LEASE + timedelta(seconds=1)))
            if not Notice.objects.unsent().exists():
                break
        copies = Counter(self._taken()[sent_before:])
        assert set(copies) == wanted, (number, killed_at)
        assert self._states() == ["sent"] * len(wanted), number
        in_doubt = killed_at is not None and killed_at.in_doubt
        assert sum(copies.values()) - len(wanted) == int(in_doubt), (number, killed_at, copies)
        self.second_copies += int(in_doubt)
        return killed_at

    def finish(self) -> None:
        """Nothing is left to be seen: every kill has been looked at."""


class KilledPager(KilledSender):
    """Three pages: each goes out; a second time only one that was in doubt, under the same key."""

    def __init__(self, pager: Pager, *, workers: int = 1) -> None:
        self._pager = pager
        super().__init__(Sink(), workers=workers)

    @staticmethod
    def _send(later: timedelta = timedelta(0)) -> None:
        page_due(MACHINE_NOW + later)

    def _make_due(self) -> set[str]:
        self._made += 1
        rows = Notice.objects.bulk_create(
            Notice(
                key=f"page:{self._made}:{letter}{PAGE_KEY}",
                kind="note",
                transport=Transport.PAGER,
                params=dict.fromkeys(FACTS, ""),
                created_at=MACHINE_NOW,
                queued_at=MACHINE_NOW,
                next_attempt_at=MACHINE_NOW,
            )
            for letter in "abc"
        )
        return {row.message_id[1:33] for row in rows}

    def _taken(self) -> list[str]:
        return self._pager.keys
