"""What happened in a run, as seen from outside: operations, answers, faults; written down as it happens."""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

# A request that follows a fault by less may still feel it.
GRACE_SECONDS = 10.0

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


@dataclass(frozen=True)
class Operation:
    """One form that a person sent, once or several times with the same token.

    `marker` stands in its text and nowhere else. UNKNOWN: no attempt was answered, so it may have happened.
    Instants are seconds of machine time; `business_began` and `business_ended` are those of the portal.
    """

    number: int
    actor: str
    kind: str
    case: int | None
    token: str
    began: float
    ended: float
    result: str
    marker: str = ""
    status: int = 0
    file: str = ""
    attempts: int = 1
    unanswered: int = 0
    business_began: float = 0.0
    business_ended: float = 0.0

    @property
    def name(self) -> str:
        return (
            f"#{self.number} {self.kind} of case {self.case} by {self.actor} ({self.result}, {self.status})"
        )


@dataclass(frozen=True)
class Answer:
    """One request and what came back: a status, or 0 and the reason why there was none."""

    began: float
    ended: float
    method: str
    path: str
    status: int
    error: str = ""
    is_form: bool = False


@dataclass
class Fault:
    """One thing that the nemesis broke: from when to when, and how."""

    kind: str
    part: str
    began: float
    ended: float = 0.0
    note: str = ""
    struck: bool = True
    recovered: bool = True

    def covers(self, began: float, ended: float, *, grace: float = GRACE_SECONDS) -> bool:
        """Something that lasted from `began` to `ended` may have felt this fault."""
        return began <= self.ended + grace and ended >= self.began


@dataclass
class History:
    """Everything noted in one run."""

    operations: list[Operation] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    jumps: int = 0
    deaths: list[str] = field(default_factory=list)


class Recorder:
    """Notes from many threads, each written to a file at once, so that a broken run can be read too."""

    def __init__(self, path: Path, *, seed: int) -> None:
        self.history = History()
        self.started = time.time()
        self._lock = threading.Lock()
        self._numbers = 0
        self._file: IO[str] = path.open("w", encoding="utf-8")
        self._write({"what": "run", "seed": seed, "at": self.started})

    def next_number(self) -> int:
        with self._lock:
            self._numbers += 1
            return self._numbers

    def invoked(self, number: int, **facts: object) -> None:
        with self._lock:
            self._write({"what": "invoke", "number": number, "at": time.time(), **facts})

    def operation(self, operation: Operation) -> None:
        with self._lock:
            self.history.operations.append(operation)
            self._write({"what": "operation", **asdict(operation)})

    def answer(self, answer: Answer) -> None:
        with self._lock:
            self.history.answers.append(answer)
            if answer.status >= 500 or not answer.status:
                self._write({"what": "answer", **asdict(answer)})

    def fault(self, fault: Fault) -> None:
        with self._lock:
            self.history.faults.append(fault)
            self._write({"what": "fault", **asdict(fault)})

    def jumped(self, hours: float) -> None:
        with self._lock:
            self.history.jumps += 1
            self._write({"what": "jump", "at": time.time(), "hours": hours})

    def died(self, part: str, status: int) -> None:
        with self._lock:
            self.history.deaths.append(f"{part} ({status})")
            self._write({"what": "died", "at": time.time(), "part": part, "status": status})

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, object]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
