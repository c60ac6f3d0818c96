"""What breaks the parts, by the run's seed: every kind in turn, in a new order each time round."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import psycopg

from tests.chaos import sink
from tests.chaos.business_clock import BusinessClock
from tests.chaos.cluster import FAST, IMMEDIATE
from tests.chaos.history import Fault, Recorder
from tests.chaos.processes import Part
from tests.chaos.stage import Stage

_PAUSE_SECONDS = (3.0, 8.0)
_JUMP_EVERY_SECONDS = (2.0, 4.5)
_JUMP_HOURS = (8, 30)
# The sender gives a server ten seconds to answer.
_LONGER_THAN_THE_TIMEOUT = 11.0
_MOVE_THE_CLOCK = 'UPDATE demo_democlock SET "offset" = "offset" + make_interval(hours => %s)'


@dataclass(frozen=True)
class _Kind:
    """A kind of fault: on which part, and what is done; it returns how it was done and whether it struck."""

    part: str
    strike: Callable[["Nemesis", Random], tuple[str, bool]]


class Nemesis(threading.Thread):
    """Breaks a part every few seconds, and puts it right again."""

    def __init__(self, stage: Stage, recorder: Recorder, *, seed: str) -> None:
        super().__init__(name="nemesis", daemon=True)
        self.stage = stage
        self._recorder = recorder
        self._random = Random(seed)
        self._deck: list[str] = []
        self._running: dict[str, threading.Thread] = {}
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(self._random.uniform(*_PAUSE_SECONDS)):
            kind = self._next_kind()
            strike = threading.Thread(target=self._strike, args=(kind, Random(self._random.random())))
            self._running[KINDS[kind].part] = strike
            strike.start()

    def stop(self) -> None:
        """Begin no further fault, and wait until the last one is over."""
        self._done.set()
        self.join()
        for strike in self._running.values():
            strike.join()

    def _next_kind(self) -> str:
        """The next of the deck whose part is not broken already."""
        while True:
            if not self._deck:
                self._deck = sorted(KINDS)
                self._random.shuffle(self._deck)
            for kind in self._deck:
                strike = self._running.get(KINDS[kind].part)
                if strike is None or not strike.is_alive():
                    self._deck.remove(kind)
                    return kind
            time.sleep(0.2)

    def _strike(self, name: str, random: Random) -> None:
        kind = KINDS[name]
        part: Part = getattr(self.stage, kind.part)
        fault = Fault(name, kind.part, time.time())
        fault.note, fault.struck = kind.strike(self, random)
        part.start()
        fault.recovered = part.wait_until_ready()
        fault.ended = time.time()
        self._recorder.fault(fault)


def _away(random: Random) -> float:
    """For how long a killed part stays away."""
    seconds = random.uniform(0.3, 2.5)
    time.sleep(seconds)
    return seconds


def _kill_web(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    return _kill(nemesis.stage.web, random)


def _kill_worker(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    return _kill(nemesis.stage.worker, random)


def _kill(part: Part, random: Random) -> tuple[str, bool]:
    """Kill -9 one child, the first process only, or all of it."""
    whom = random.choice(("child", "first", "all"))
    if whom == "child":
        return "one child", part.kill_one_child(random.choice)
    part.kill(only_first=whom == "first")
    return f"{whom}, away {_away(random):.1f} s", True


def _kill_beat(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    nemesis.stage.beat.kill()
    return f"away {_away(random):.1f} s", True


def _flush_broker(nemesis: Nemesis, _random: Random) -> tuple[str, bool]:
    return "FLUSHALL", nemesis.stage.tell_broker("FLUSHALL")


def _stop_broker(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    nemesis.stage.broker.kill()
    return f"away {_away(random):.1f} s, back empty", True


def _restart_database(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    number = random.choice((IMMEDIATE, FAST))
    nemesis.stage.database.kill(number=number, only_first=True)
    return f"{number.name}, away {_away(random):.1f} s", True


def _refuse_mail(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    mode = random.choice((sink.REFUSE_SENDER, sink.REFUSE_RECIPIENT, sink.REFUSE_TEXT))
    return _mail_mode(nemesis, mode, random.uniform(2, 5))


def _hang_mail(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    mode = random.choice((sink.HANG, sink.HANG_AFTER))
    return _mail_mode(nemesis, mode, _LONGER_THAN_THE_TIMEOUT)


def _mail_mode(nemesis: Nemesis, mode: str, seconds: float) -> tuple[str, bool]:
    sink.set_mode(nemesis.stage.folder, mode)
    time.sleep(seconds)
    sink.set_mode(nemesis.stage.folder, nemesis.stage.usual_mail_mode)
    return f"{mode} for {seconds:.1f} s", True


def _stop_mail(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    nemesis.stage.mail.kill()
    return f"away {_away(random):.1f} s", True


def _mail_dies(nemesis: Nemesis, random: Random) -> tuple[str, bool]:
    """The server accepts one more mail, then dies before it answers."""
    mail = nemesis.stage.mail
    with mail.lock:
        mail.is_wanted = False
        sink.set_mode(nemesis.stage.folder, sink.DIE)
        deadline = time.monotonic() + 8
        while mail.is_alive and time.monotonic() < deadline:
            time.sleep(0.02)
        died = not mail.is_alive
        sink.set_mode(nemesis.stage.folder, nemesis.stage.usual_mail_mode)
        return f"{'died' if died else 'no mail came'}, away {_away(random):.1f} s", died


KINDS: Mapping[str, _Kind] = {
    "web killed": _Kind("web", _kill_web),
    "worker killed": _Kind("worker", _kill_worker),
    "beat killed": _Kind("beat", _kill_beat),
    "broker flushed": _Kind("broker", _flush_broker),
    "broker stopped": _Kind("broker", _stop_broker),
    "database restarted": _Kind("database", _restart_database),
    "mail refused": _Kind("mail", _refuse_mail),
    "mail hangs": _Kind("mail", _hang_mail),
    "mail server away": _Kind("mail", _stop_mail),
    "mail server dies after accepting": _Kind("mail", _mail_dies),
}


class ClockMover(threading.Thread):
    """Lets hours pass, so that reminders and closures fall due in numbers."""

    def __init__(self, stage: Stage, clock: BusinessClock, recorder: Recorder, *, seed: str) -> None:
        super().__init__(name="clock", daemon=True)
        self._stage = stage
        self._clock = clock
        self._recorder = recorder
        self._random = Random(seed)
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.wait(self._random.uniform(*_JUMP_EVERY_SECONDS)):
            self._jump(self._random.randint(*_JUMP_HOURS))

    def stop(self) -> None:
        self._done.set()
        self.join()

    def _jump(self, hours: int) -> None:
        # Where the database is away, or somebody waits for an answer, time goes on a little later.
        with self._clock.pause() as is_quiet:
            if not is_quiet:
                return
            try:
                self._stage.execute(_MOVE_THE_CLOCK, hours, within_seconds=0)
            except psycopg.Error:
                return
            self._clock.offset_seconds += hours * 3600
        self._recorder.jumped(hours)
