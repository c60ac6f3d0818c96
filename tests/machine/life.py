"""One random life of a few cases: each move is made in portal and model, then the two are compared."""

import copy
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, DataError, OperationalError, connection, transaction

from cases.folding import BrokenHistory, fold, recorded
from cases.models import RECORDED_COLUMNS
from cases.sweep import carry_out_steps, carry_out_targets
from portal.clock import machine_now
from portal.notices.sender import send_due
from portal.work import invariants
from tests.machine import verbs
from tests.machine.expecting import letter_order, rows_of, telling_of
from tests.machine.model import Model, Refused
from tests.machine.observing import Observed, Watch
from tests.machine.portal import Portal
from tests.machine.scene import BEGIN, Scene
from tests.machine.table import CaseModel, Person
from tests.machine.verbs import Wish


class Disagreement(AssertionError):
    """The portal and the model say different things, or a claim about the database does not hold."""


@contextmanager
def faults_at(*places: int, kind: type[DatabaseError]) -> Iterator[list[str]]:
    """Inside, the statements at these places, counted from 1, raise.

    An OperationalError says that the database has gone away, a DataError that it cannot take what is written.
    """
    count = 0
    fired: list[str] = []

    def raise_at(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        if sql.startswith(("ROLLBACK", "RELEASE")):  # Django's own; what a commit loses, kill points show
            return execute(sql, params, many, context)
        count += 1
        if count in places:
            fired.append(sql)
            raise kind("a fault that the life drew")
        return execute(sql, params, many, context)

    logger = logging.getLogger("cases.sweep.chunks")  # it tells of each, at length
    was_disabled, logger.disabled = logger.disabled, True
    try:
        with connection.execute_wrapper(raise_at):
            yield fired
    finally:
        logger.disabled = was_disabled


@dataclass(frozen=True, slots=True)
class Work:
    """A part of the sweep, and its model: what is due, what a tick does, and what a fault puts off."""

    name: str
    carry_out: Callable[[datetime, int], int]
    due: Callable[[Model, datetime], list[CaseModel]]
    tick: Callable[[Model, CaseModel, datetime], None]
    put_off: Callable[[Model, CaseModel, datetime], None]
    next_at: Callable[[CaseModel, datetime], datetime | None]
    # Where the instant of the next step stands in a row of the table of cases, as it is read.
    column: int


WORKS = (
    Work("steps", carry_out_steps, Model.due, Model.tick, Model.put_off, CaseModel.next_at, 11),
    Work(
        "targets",
        carry_out_targets,
        Model.targets_due,
        Model.tick_target,
        Model.put_off_target,
        lambda case, _now: case.next_target_at,
        23,
    ),
)
_FAILED_COLUMN = 12


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Life:
    """A portal with its model at one instant."""

    def __init__(self, scene: Scene) -> None:
        self.model: Model = scene.model()
        self.portal = Portal()
        self.watch = Watch()
        self.now = BEGIN
        self.story: list[str] = []
        self.last_wish: Wish | None = None
        self._last = self.watch.look()
        self._folded: dict[int, dict[str, object]] = {}
        self._settled: dict[int, tuple[str, str]] = {}

    # --- Moves -----------------------------------------------------------------------------------

    def wish(self, wish: Wish, fault: int = 0) -> str:
        """This will do what is wished in both, after a try that a fault broke off; gives the refusal."""
        filed = len(self.model.cases)
        self._tell(
            wish.action, wish.actor.name, f"case {wish.case.key}" if wish.case else "", f"fault {fault}"
        )
        expected = _code(lambda: verbs.carry_out(self.model, wish, self.now))
        self._attempt(lambda: self._portal(wish, expected), wish.actor, fault=fault)
        if wish.action not in {"file", "follow-up", "log-caller"}:
            self.last_wish = wish
        if len(self.model.cases) > filed:
            self._know(self.model.cases[-1])
        self._agree(wish.action)
        return expected

    def _portal(self, wish: Wish, expected: str) -> None:
        got = _code(lambda: self._filed.append(self.portal.carry_out(wish, self.now)))
        self._same(got, expected, f"refusal of {wish.action}")

    def beside(
        self,
        name: str,
        on_model: Callable[[], object],
        on_portal: Callable[[], object],
        *people: Person,
        fault: int = 0,
    ) -> None:
        """This will make a move that concerns people or rules rather than one case."""
        self._tell(name, *(person.name for person in people), f"fault {fault}")
        expected = _code(on_model)
        self._attempt(
            lambda: self._same(_code(on_portal), expected, f"refusal of {name}"), *people, fault=fault
        )
        self.portal.forget(*people)
        self._agree(name)

    def _attempt(self, act: Callable[[], None], *people: Person, fault: int) -> None:
        """With a fault first: what was begun is undone wholly, and the next try finds nothing of it."""
        self._filed: list[Any] = []
        if fault:
            with faults_at(fault, kind=OperationalError) as fired:
                try:
                    act()
                except OperationalError:
                    assert fired
                else:
                    if fired:
                        raise Disagreement(f"the fault at {fired} was swallowed")
                    return
            self.portal.forget(*people)
            self._filed = []
            quiet = replace(self._last, events=[], changes=[], notices=[])
            self._same(self.watch.look(), quiet, "what a broken try left behind")
        act()

    def _know(self, case: CaseModel) -> None:
        """A new case has got its number."""
        [row] = [filed for filed in self._filed if filed is not None]
        old, case.key = case.key, row.pk
        self.model.history = [
            replace(told, case=case.key) if told.case == old else told for told in self.model.history
        ]
        for letter in self.model.letters:
            letter.case = case.key if letter.case == old else letter.case

    # --- The clock -------------------------------------------------------------------------------

    def sweep(self, chunk: int, *faults: int, is_away: bool = False) -> None:
        """This will sweep until nothing is left, in chunks, after a sweep that faults broke into."""
        for work in WORKS:
            self._tell(f"sweep of {work.name}", f"in chunks of {chunk}", f"faults {faults} {is_away}")
            self._sweep(work, chunk, *faults, is_away=is_away)

    def _sweep(self, work: "Work", chunk: int, *faults: int, is_away: bool) -> None:
        if faults and is_away:
            self._sweep_without_database(work, chunk, faults[0])
        elif faults:
            self._broken_sweep(work, chunk, *faults)
        due = work.due(self.model, self.now)
        done = []
        while not done or done[-1]:
            self._same(len(done) <= len(due) + 1, True, "the sweep comes to an end")
            done.append(self._carry_out(work, chunk))
        self._same(sum(done), len(due), "how many cases the sweep found due")
        for case in due:
            work.tick(self.model, case, self.now)
        self._agree("sweep")

    def _carry_out(self, work: "Work", chunk: int) -> int:
        try:
            return work.carry_out(self.now, chunk)
        except Exception as error:
            raise Disagreement(f"the sweep raised {error!r}") from error

    def _sweep_without_database(self, work: "Work", chunk: int, fault: int) -> None:
        """Where the database goes away no case is to blame: nothing of the chunk stays."""
        with faults_at(fault, kind=OperationalError) as fired:
            try:
                work.carry_out(self.now, chunk)
            except OperationalError:
                self._agree("sweep without a database")
                return
        self._same(fired, [], "a fault that the sweep swallowed")
        due = sorted(
            work.due(self.model, self.now), key=lambda case: (work.next_at(case, self.now), case.key)
        )
        for case in due[:chunk]:
            work.tick(self.model, case, self.now)
        self._agree("chunk of a sweep")

    def _broken_sweep(self, work: "Work", chunk: int, *faults: int) -> None:
        """A chunk that raises is repeated case by case; a case that raises again is put off for an hour."""
        due = work.due(self.model, self.now)
        with faults_at(*faults, kind=DataError) as fired:
            try:
                work.carry_out(self.now, chunk)
            except DataError:
                self._same(len(fired) > 1, True, "one fault alone stops no sweep")
        rows = {row[0]: row for row in self.watch.peek("cases")}
        put_off = 0
        for case in due:
            next_at, failed_at = rows[case.key][work.column], rows[case.key][_FAILED_COLUMN]
            if failed_at == self.now and next_at is not None:
                work.put_off(self.model, case, self.now)
                put_off += 1
            elif next_at is None or next_at > self.now:
                work.tick(self.model, case, self.now)
        self._same(put_off <= max(len(fired) - 1, 0), True, "only a case that raised twice is put off")
        self._agree("sweep with faults")

    def minute_by_minute(self, instants_by_pace: list[list[datetime]], chunk: int) -> None:
        """I14: sweeping at each of these paces carries out the same steps; the last pace stays."""
        found: list[Counter[tuple[Any, ...]]] = []
        for instants in instants_by_pace[:-1]:
            with undone():
                aside = copy.copy(self)
                aside.model, aside._folded = copy.deepcopy((self.model, self._folded))
                aside.watch = copy.copy(self.watch)
                aside._settled = dict(self._settled)
                found.append(aside._walk(instants, chunk))
        found.append(self._walk(instants_by_pace[-1], chunk))
        self._same(found[:-1], found[1:], "the steps carried out at different paces")

    def _walk(self, instants: list[datetime], chunk: int) -> Counter[tuple[Any, ...]]:
        for instant in instants:
            self.now = instant
            if any(work.due(self.model, instant) for work in WORKS):
                self.sweep(chunk)
            else:
                idle = [self._carry_out(work, chunk) for work in WORKS]
                self._same(idle, [0, 0], "what an idle sweep found due")
        return Counter(
            (case.key, period.number, step.kind, step.ordinal)
            for case in self.model.cases
            for period in case.periods
            for step in period.done
        )

    def send(self, limit: int) -> None:
        """This will let the sender take the oldest mails."""
        self.model.send(limit)
        send_due(machine_now(), limit)
        self._agree("send")

    # --- Judging ---------------------------------------------------------------------------------

    def judge(self) -> None:
        """This will ask every claim that `manage.py check_invariants` asks, and what became of every mail."""
        self._same([str(violation) for violation in invariants.check()], [], "claims that do not hold")
        self._same(self.watch.states([*self._settled]), self._settled, "what became of the mail")

    def _agree(self, move: str) -> None:
        """Statuses, timers, steps, events, notices and mail are as the model says; history folds to them."""
        seen = self.watch.look()
        for name, rows in rows_of(self.model, self.now).items():
            self._same(sorted(seen.tables[name], key=_key), sorted(rows, key=_key), f"{name} after {move}")
        history, letters = telling_of(self.model)
        self._same(sorted(seen.events, key=lambda row: row[0]), history, f"history after {move}")
        self._same(sorted(row[:-1] for row in seen.notices), letters, f"notices after {move}")
        self._settle(seen)
        self._fold(seen)
        self._last = seen

    def _settle(self, seen: Observed) -> None:
        """Ties the new letters to their rows, and lets go of those whose mail is settled."""
        model = self.model
        # Sorted alike, and shown above to be the same.
        for letter, row in zip(sorted(model.letters, key=letter_order), sorted(seen.notices), strict=True):
            letter.key = row[-1]
        model.unsent = sorted([*model.unsent, *model.letters], key=lambda letter: letter.key)
        settled = {
            letter.key: (letter.state, letter.because) for letter in model.unsent if letter.state != "pending"
        }
        model.unsent = [letter for letter in model.unsent if letter.state == "pending"]
        model.letters, model.history = [], []
        self._same(seen.unsent, [letter.key for letter in model.unsent], "mail that has not gone out")
        if settled:
            self._same(self.watch.states([*settled]), settled, "what became of the mail")
            self._settled |= settled

    def _fold(self, seen: Observed) -> None:
        """I16: the new events lead from what the old ones led to, to what stands now."""
        lists: dict[int, dict[str, list[Any]]] = {}
        for name in ("watchers", "tags"):
            for key, value in seen.tables[name]:
                lists.setdefault(key, {}).setdefault(name, []).append(value)
        for row in seen.tables["state"]:
            key = row[0]
            standing = dict(zip(RECORDED_COLUMNS, row[1:], strict=True)) | lists.get(key, {})
            state = {name: held for name, value in standing.items() if (held := recorded(value)) is not None}
            before = {name: [None, value] for name, value in self._folded.get(key, {}).items()}
            try:
                folded = fold([before, *(changes for case, changes in seen.changes if case == key)])
            except BrokenHistory as broken:
                raise Disagreement(f"history of case {key} does not fold: {broken}") from broken
            self._same(state, folded, f"history of case {key} folded")
            self._folded[key] = folded

    def _tell(self, *words: str) -> None:
        """The story of a life: its last moves stand in a disagreement."""
        self.story.append(f"{self.now.isoformat()} {' '.join(word for word in words if word)}")

    def _same(self, got: object, expected: object, what: str) -> None:
        if got != expected:
            if isinstance(got, list) and isinstance(expected, list):
                got, expected = _without(got, expected), _without(expected, got)
            story = "\n  ".join(self.story[-12:])
            raise Disagreement(f"{what}\n the portal: {got}\n the model:  {expected}\n the life:\n  {story}")


def _code(act: Callable[[], object]) -> str:
    """The code with which it is refused, or nothing."""
    try:
        act()
    except Refused as refused:
        return str(refused)
    except (OperationalError, Disagreement):
        raise
    except Exception as error:
        raise Disagreement(f"it raised {error!r}") from error
    return ""


def _without(rows: list[Any], others: list[Any]) -> list[Any]:
    """What stands on one side alone, or all where only the order differs."""
    return [row for row in rows if row not in others] or rows


def _key(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Rows of a table are compared in the order of what names them; the rest may be None."""
    return row[:2] if isinstance(row[1], int | str) else row[:1]
