"""The moves of a random life: each draws what it needs, and makes one step in the portal and the model.

Faults, chunks, people and instants all come from `draw`, seeded by Hypothesis' data or by the walk.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.machine import beside
from tests.machine.acting import MOST_CASES, act, act_in_time_or_not, file, log_caller
from tests.machine.dice import Dice, chance, fault, pick
from tests.machine.life import Life
from tests.machine.scene import POLICIES, rules_of
from tests.machine.series import HOUR
from tests.machine.table import CaseModel, Person
from tests.machine.verbs import Wish

# How often more a boundary is drawn at which these come first: else they would hardly ever be tried there.
RARE = {"reopen": 2, "raise-urgency": 15}
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


def begin(life: Life, draw: Dice) -> None:
    """One to three cases, most of them asked about: a life without a clock would show little."""
    if chance(draw, 2):
        _add_policy(life, draw, TICK)
        life.now += TICK
    for _ in range(draw.number(1, MOST_CASES)):
        (log_caller if chance(draw, 5) else file)(life, draw)
    for case in life.model.cases:
        action = pick(draw, ("request-information", "provide-resolution", "claim"))
        if case.requestor is not None:
            life.wish(Wish(action, _one_of_staff(life, draw), case))


def _one_of_staff(life: Life, draw: Dice) -> Person:
    return pick(draw, [person for person in life.model.people if person.is_staff and person.is_active])


# --- People and rules ---------------------------------------------------------------------------------


def staff_leave(life: Life, draw: Dice) -> None:
    """An agent or the lead leaves, or comes back."""
    root = life.model.people[-1]
    leaver = pick(draw, [person for person in life.model.people if person.is_staff and not person.is_root])
    stays = not leaver.is_active

    def on_model() -> None:
        if stays:
            leaver.is_active = True
        else:
            beside.staff_leave(life.model, leaver, root, life.now)

    life.beside(
        "staff leave",
        on_model,
        lambda: life.portal.staff_leave(leaver, is_active=stays, actor=root, now=life.now),
        leaver,
        fault=fault(draw),
    )


def move_contact(life: Life, draw: Dice) -> None:
    """A contact loses a seat, with or without an heir to the open cases, or gets one."""
    model = life.model
    root, license_ = model.people[-1], pick(draw, model.licenses)
    own = [person for person in model.people if person.account == license_.account and person.name != "eve"]
    person = pick(draw, own)
    if license_.key not in person.seats:
        life.beside(
            "contact added",
            lambda: beside.add_contact(person, license_, life.now),
            lambda: life.portal.add_contact(person, license_, actor=root, now=life.now),
            person,
            fault=fault(draw),
        )
        return
    heir = pick(draw, (None, *own))
    life.beside(
        "contact removed",
        lambda: beside.remove_contact(model, person, license_, heir, root, life.now),
        lambda: life.portal.remove_contact(person, license_, heir, actor=root, now=life.now),
        person,
        fault=fault(draw),
    )


def new_policy(life: Life, draw: Dice) -> None:
    """A policy row that begins soon, at once, or in the past."""
    _add_policy(life, draw, pick(draw, (TICK, TICK, HOUR, timedelta(days=2), timedelta(0), -HOUR)))


def _add_policy(life: Life, draw: Dice, after: timedelta) -> None:
    model, begins_at = life.model, life.now + after
    rules = rules_of(begins_at, pick(draw, POLICIES), is_notice_first=chance(draw, 2))
    lead = model.people[-1]
    made: list[Any] = []
    life.beside(
        "policy",
        lambda: beside.add_policy(model, rules, life.now),
        lambda: made.append(life.portal.add_policy(rules, actor=lead, now=life.now)),
        fault=fault(draw),
    )
    if made:
        model.policies[-1] = replace(rules, key=made[-1].pk)


# --- Time ---------------------------------------------------------------------------------------------


def wait(life: Life, draw: Dice) -> None:
    """Minutes, hours, or days go by."""
    unit, most = pick(draw, ((MINUTE, 90), (HOUR, 60), (timedelta(days=1), 20)))
    life.now += draw.number(1, most) * unit


def boundaries(life: Life) -> list[tuple[datetime, tuple[str, ...]]]:
    """The instants at which something may begin, end or fall due, and what is of interest there."""
    found = {rules.begins_at: ("request-information",) for rules in life.model.policies}
    for case in life.model.cases:
        found |= dict(_boundaries_of(case, life.now))
    return sorted((instant, actions) for instant, actions in found.items() if instant > life.now)


def _boundaries_of(case: CaseModel, now: datetime) -> list[tuple[datetime, tuple[str, ...]]]:
    found: list[tuple[datetime | None, tuple[str, ...]]] = [
        (case.reopen_until, ("reopen", "reopen", "reply")),
        (case.put_off_until, ()),
        (case.next_target_at, ("answer", "lower-priority", "raise-urgency")),
        (case.raised_at and case.raised_at + 24 * HOUR, ("raise-urgency",)),
    ]
    if case.target_runs:
        found += [(case.promise.due_at, ("answer", "escalate", "close", "request-information"))]
    if period := case.period:
        found += [(due, ("hold", "extend", "reply", "answer")) for _ordinal, due in period.reminders()]
        at_the_end = ("reply", "confirm", "extend", "hold") if case.requestor else ("take-over", "extend")
        found += [(period.closes_at(now), at_the_end)]
        found += [(period.hold and period.hold.until, ("release", "extend", "hold"))]
    return [(instant, actions) for instant, actions in found if instant is not None]


def jump(life: Life, draw: Dice) -> None:
    """To a coming boundary, mostly the next, or a microsecond beside; the clock looks, or somebody acts."""
    coming = boundaries(life)
    if not coming:
        wait(life, draw)
        return
    rare = [place for place in coming for _again in range(RARE.get(place[1][0], 0) if place[1] else 0)]
    coming += [coming[0]] * len(coming) + rare
    instant, actions = pick(draw, coming)
    life.now = max(life.now, instant + pick(draw, (0, -1, 1)) * TICK)
    then = draw.number(0, 3)
    if then > 1 and (then == 2 or not actions):
        sweep(life, draw)
    elif then > 0 and actions:
        act_in_time_or_not(life, draw, actions)


def sweep(life: Life, draw: Dice) -> None:
    """The clock looks, in chunks of any size; now and then the database goes away meanwhile."""
    faults = [draw.number(1, 40) for _ in range(draw.number(1, 3))] if chance(draw, 6) else []
    life.sweep(draw.number(1, MOST_CASES + 1), *faults, is_away=chance(draw, 2))


def change_pace(life: Life, draw: Dice) -> None:
    """I14: across the next boundary, every minute and every hour come to the same."""
    coming = boundaries(life)
    if not coming or not chance(draw, 8):
        jump(life, draw)
        return
    start = max(life.now, coming[0][0] - draw.number(1, 45) * MINUTE)
    minutes = [start + step * MINUTE for step in range(60 * draw.number(1, 2) + 1)]
    life.now = start
    life.minute_by_minute([minutes, minutes[::60]], draw.number(1, MOST_CASES + 1))


def look_around(life: Life, draw: Dice) -> None:
    """The sender takes the oldest mails, or every claim about the database is asked."""
    choice = draw.number(0, 5)
    if choice == 0:
        life.judge()
    elif choice < 3:
        life.send(draw.number(1, 3))


Move = Callable[[Life, Dice], None]


def _acting(*actions: str) -> Move:
    return lambda life, draw: act(life, draw, actions)


def _any_of(*moves: Move) -> Move:
    return lambda life, draw: pick(draw, moves)(life, draw)


STAFF_ACTS = _any_of(
    _acting("request-information", "provide-resolution"),
    _acting("request-information", "provide-resolution"),
    _acting("answer", "acknowledge", "add-note"),
    _acting("hold"),
    _acting("release", "hold"),
    _acting("claim", "assign", "hand-to-engineering", "take-back", "resume", "log-contact"),
    _acting("close", "reopen", "lower-priority", "change-priority"),
    _any_of(log_caller, _acting("decline-call", "log-contact")),
)
CUSTOMER_ACTS = _any_of(
    file,
    _acting("reply"),
    _acting("extend"),
    _acting("close", "confirm"),
    _acting("reopen", "follow-up"),
    _acting("escalate"),
    _acting("raise-urgency"),
    _acting("raise-urgency"),
    _acting("hand-to-colleague", "edit-watchers"),
    _acting("take-over", "request-call", "cancel-call"),
)
TIME = _any_of(jump, jump, jump, jump, jump, wait, sweep, change_pace)

# Few and broad: Hypothesis leaves whole moves out of many lives, and what is left must still be a life.
MOVES: dict[str, Move] = {
    "staff_act": STAFF_ACTS,
    "staff_act_again": STAFF_ACTS,
    "customers_act": CUSTOMER_ACTS,
    "customers_act_again": CUSTOMER_ACTS,
    "time_goes_by": TIME,
    "time_goes_on": TIME,
    "all_else": _any_of(staff_leave, move_contact, new_policy, look_around, _acting("tag", "link-related")),
}
