"""Virtual customers and staff: each in a thread, with a browser, choosing by the run's seed."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from tests.chaos.browser import Browser, Page, form_token, number_in
from tests.chaos.business_clock import BusinessClock
from tests.chaos.history import OK, REFUSED, UNKNOWN, Operation, Recorder
from tests.chaos.person import Person

# Action -> how often it is chosen among those that a page offers.
CUSTOMERS: Mapping[str, int] = {"reply": 4, "confirm": 5, "extend": 3, "close": 1, "reopen": 3}
STAFF: Mapping[str, int] = {
    "claim": 5,
    "request-information": 9,
    "provide-resolution": 9,
    "answer": 4,
    "hold": 5,
    "release": 4,
    "resume": 1,
    "add-note": 1,
    "hand-to-engineering": 3,
    "take-back": 6,
    "close": 1,
    "reopen": 1,
}
WITH_TEXT = frozenset({"reply", "reopen", "request-information", "provide-resolution", "answer", "add-note"})
WITH_REASON = frozenset({"hold", "resume", "close"})
_WITH_FILE = frozenset({"reply", "request-information"})

_FILES_A_CASE = 0.16
_TRIES_WHAT_IS_NOT_OFFERED = 0.08
_SENDS_TWICE = 0.15
_TRIES_AGAIN = 0.7
_ADDS_A_FILE = 0.3
_ONLY_LOOKS = 0.5
_MOST_ATTEMPTS = 4
# Old cases are left alone, so that the clock has something to close.
_NEWEST = 14


@dataclass
class Register:
    """The cases that people know of, by account."""

    numbers: dict[str, list[int]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, account: str, number: int) -> None:
        with self.lock:
            self.numbers.setdefault(account, []).append(number)

    def choose(self, random: Random, account: str) -> int | None:
        """One of the newest cases of an account, of all accounts for staff; now and then any."""
        with self.lock:
            known = [n for key, cases in self.numbers.items() if account in ("", key) for n in cases]
        known.sort()
        newest = known[-_NEWEST * (3 if not account else 1) :] if random.random() < 0.9 else known
        return random.choice(newest) if newest else None


@dataclass(frozen=True)
class World:
    """What everybody shares."""

    base: str
    clock: BusinessClock
    recorder: Recorder
    register: Register
    is_over: threading.Event
    # One after the other: sign-ins that are under way count against their source's limit.
    door: threading.Lock = field(default_factory=threading.Lock)
    # The kinds of form that somebody has brought to an end.
    done: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Form:
    """A form ready to be sent."""

    kind: str
    path: str
    fields: dict[str, str]
    case: int | None
    token: str
    number: int
    marker: str = ""
    file: tuple[str, bytes] | None = None


class Actor(threading.Thread):
    """One person, who looks at a case and does something about it, until the run is over."""

    def __init__(self, person: Person, world: World, *, seed: str, colleagues: Sequence[str] = ()) -> None:
        super().__init__(name=person.email, daemon=True)
        self.person = person
        self.world = world
        self.failure = ""
        self._colleagues = colleagues
        self._random = Random(seed)
        self._browser = Browser(world.base, clock=world.clock, recorder=world.recorder)

    @property
    def _is_staff(self) -> bool:
        return not self.person.account

    def run(self) -> None:
        try:
            self._sign_in()
            while not self.world.is_over.is_set():
                self._act()
                time.sleep(self._random.uniform(0.02, 0.4))
        except Exception as error:
            self.failure = f"{self.person.email}: {type(error).__name__}: {error}"
            raise

    def _sign_in(self) -> None:
        while not self.world.is_over.is_set():
            with self.world.door:
                if self._browser.enter(self.person.email):
                    return
            time.sleep(0.5)

    def _act(self) -> None:
        if not self._is_staff and self._random.random() < _FILES_A_CASE:
            self._submit(self._filing())
            return
        case = self.world.register.choose(self._random, self.person.account)
        if case is None:
            if not self._is_staff:
                self._submit(self._filing())
            return
        address = f"/admin/cases/case/{case}/change/" if self._is_staff else f"/cases/E-{case:09d}/"
        page = self._browser.page(address)
        if page.status == 302 and page.location.startswith("/login"):
            self._sign_in()
        elif page.result == UNKNOWN:
            time.sleep(self._random.uniform(0.3, 1.0))
        elif page.status == 200 and not self._only_looks() and (action := self._choose_action(page)):
            self._submit(self._action_form(action, case))

    def _only_looks(self) -> bool:
        """Customers let many cases wait, so that the clock reminds and closes."""
        return not self._is_staff and self._random.random() < _ONLY_LOOKS

    def _choose_action(self, page: Page) -> str:
        weights = STAFF if self._is_staff else CUSTOMERS
        pattern = r"/act/([a-z-]+)/" if self._is_staff else r"/cases/E-\d{9}/([a-z-]+)/"
        offered = {name for name in re.findall(pattern, page.text) if name in weights}
        # What nobody has done yet comes first: the rarest would else be missing in some runs.
        offered = offered - self.world.done or offered
        if self._random.random() < _TRIES_WHAT_IS_NOT_OFFERED or not offered:
            offered = set(weights)
        names = sorted(offered)
        return self._random.choices(names, [weights[name] for name in names])[0]

    def _filing(self) -> _Form:
        number = self.world.recorder.next_number()
        marker = _marker(number)
        watchers = [other for other in self._colleagues if self._random.random() < 0.2]
        fields = {
            "product": self.person.product,
            "environment": "Production",
            "title": f"Case of {marker}",
            "description": f"It fails. {marker}",
            "priority": self._random.choice("2334"),
            "watchers": ", ".join(watchers),
        }
        return self._form("file", "/cases/new/", fields, case=None, number=number, marker=marker)

    def _action_form(self, action: str, case: int) -> _Form:
        number = self.world.recorder.next_number()
        marker = _marker(number)
        path = (
            f"/admin/cases/case/{case}/act/{action}/" if self._is_staff else f"/cases/E-{case:09d}/{action}/"
        )
        fields = {}
        if action in WITH_TEXT:
            fields["text"] = f"About it: {marker}"
        if action == "close":
            fields["resolution"] = "issue_obsolete"
        if action == "hold":
            day = datetime.fromtimestamp(self.world.clock.now(), UTC).date()
            fields["last_on"] = str(day + timedelta(days=self._random.randint(1, 4)))
        is_told_why = action in WITH_REASON and self._is_staff
        if is_told_why:
            fields["reason"] = f"Because {marker}"
        has_marker = action in WITH_TEXT or is_told_why
        file = None
        if action in _WITH_FILE and self._random.random() < _ADDS_A_FILE:
            file = (f"{marker}.log", f"{marker} {self._random.random()}\n".encode() * 50)
        return self._form(
            action, path, fields, case=case, number=number, marker=marker if has_marker else "", file=file
        )

    def _form(
        self,
        kind: str,
        path: str,
        fields: dict[str, str],
        *,
        case: int | None,
        number: int,
        marker: str,
        file: tuple[str, bytes] | None = None,
    ) -> _Form:
        token = form_token(self._random)
        return _Form(kind, path, {**fields, "form_token": token}, case, token, number, marker, file)

    def _submit(self, form: _Form) -> None:
        """Send a form, sometimes twice at once, and again as a person would when no answer came."""
        clock, began = self.world.clock, time.time()
        business_began = clock.now()
        self.world.recorder.invoked(form.number, kind=form.kind, case=form.case, actor=self.person.email)
        pages = self._send_twice(form) if self._random.random() < _SENDS_TWICE else [self._send(form)]
        while (
            _result(pages) == UNKNOWN
            and len(pages) < _MOST_ATTEMPTS
            and self._random.random() < _TRIES_AGAIN
            and not self.world.is_over.is_set()
        ):
            time.sleep(self._random.uniform(0.2, 1.5))
            pages.append(self._send(form))
        result = _result(pages)
        told = next((page for page in pages if page.result == result), pages[-1])
        case = form.case
        if result == OK:
            self.world.done.add(form.kind)
        if form.kind == "file" and result == OK:
            case = number_in(told.location)
            assert case is not None, told
            self.world.register.add(self.person.account, case)
        self.world.recorder.operation(
            Operation(
                number=form.number,
                actor=self.person.email,
                kind=form.kind,
                case=case,
                token=form.token,
                began=began,
                ended=time.time(),
                result=result,
                marker=form.marker,
                status=told.status,
                file=form.file[0] if form.file else "",
                attempts=len(pages),
                unanswered=sum(page.result == UNKNOWN for page in pages),
                business_began=business_began,
                business_ended=clock.now(),
            )
        )

    def _send(self, form: _Form) -> Page:
        return self._browser.send(form.path, form.fields, file=form.file)

    def _send_twice(self, form: _Form) -> list[Page]:
        pages: list[Page] = []
        second = threading.Thread(target=lambda: pages.append(self._send(form)))
        second.start()
        pages.append(self._send(form))
        second.join()
        return pages


def _result(pages: Sequence[Page]) -> str:
    """One answer that it was done is enough; without one, an attempt unanswered leaves it open."""
    results = [page.result for page in pages]
    if OK in results:
        return OK
    return UNKNOWN if UNKNOWN in results else REFUSED


def _marker(number: int) -> str:
    return f"mark-{number:06d}-"
