"""The moves of a random life: each draws what it needs, and makes one step in the portal and the model.

Faults, chunks, people and instants all come from `draw`, seeded by Hypothesis' data or by the walk.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.machine import verbs
from tests.machine.life import Life
from tests.machine.scene import POLICIES, rules_of
from tests.machine.series import HOUR
from tests.machine.table import TABLE, ZONE, CaseModel, Person
from tests.machine.verbs import Wish

T = TypeVar("T")
MOST_CASES = 3
TICK = timedelta(microseconds=1)
# Refusals that no time and no other state of the case would lift.
NEVER_THEIRS = frozenset({"unseen", "wrong_role"})
MINUTE = timedelta(minutes=1)


class Dice:
    """Chance from one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(least, most)


def pick(draw: Dice, choices: Sequence[T]) -> T:
    """One of these."""
    return choices[draw.number(0, len(choices) - 1)]


def chance(draw: Dice, of: int) -> bool:
    """True once in so many times."""
    return draw.number(1, of) == of


def fault(draw: Dice) -> int:
    """The statement at which the database goes away; mostly none."""
    return draw.number(1, 30) if chance(draw, 12) else 0


# --- Cases --------------------------------------------------------------------------------------------


def act(life: Life, draw: Dice, actions: Sequence[str]) -> None:
    """One of these actions by somebody who may; what somebody may, but not now; the last wish once more; or
    anything by anybody.
    """
    luck = draw.number(1, 12)
    if luck in {10, 11} and life.last_wish is not None:
        life.wish(life.last_wish, fault(draw))
        return
    if luck == 12 and life.model.cases:
        chosen = pick(draw, [*TABLE]), pick(draw, life.model.cases), pick(draw, life.model.people)
    else:
        chosen = _timely(life, draw, actions) if luck < 9 else None
        chosen = chosen or _untimely(life, draw, [*TABLE])
    if chosen is None:
        file(life, draw)
    else:
        _do(life, draw, *chosen)


def act_in_time_or_not(life: Life, draw: Dice, actions: Sequence[str]) -> None:
    """One of these actions by somebody who may do it, now or at another time."""
    timely, untimely = _timely(life, draw, actions), _untimely(life, draw, actions)
    if chosen := timely if timely and (chance(draw, 2) or not untimely) else untimely:
        _do(life, draw, *chosen)


def _do(life: Life, draw: Dice, action: str, case: CaseModel, person: Person) -> None:
    wish = FACTS.get(action, _as_it_is)(life, draw, Wish(action, person, case))
    if action != "follow-up" or len(life.model.cases) < MOST_CASES:
        life.wish(wish, fault(draw))


Chosen = tuple[str, CaseModel, Person]


def _timely(life: Life, draw: Dice, actions: Sequence[str]) -> Chosen | None:
    return _choose(life, draw, actions, lambda code: not code)


def _untimely(life: Life, draw: Dice, actions: Sequence[str]) -> Chosen | None:
    return _choose(life, draw, actions, lambda code: bool(code) and code not in NEVER_THEIRS)


def _choose(life: Life, draw: Dice, actions: Sequence[str], fits: Callable[[str], bool]) -> Chosen | None:
    """First the action, then who does it where, each equally likely."""
    found: dict[str, list[Chosen]] = {}
    for action in actions:
        for case in life.model.cases:
            for person in life.model.people:
                if fits(life.model.refusal(action, case, person, life.now)):
                    found.setdefault(action, []).append((action, case, person))
    return pick(draw, found[pick(draw, [*found])]) if found else None


def _as_it_is(life: Life, draw: Dice, wish: Wish) -> Wish:
    return wish


def _day(life: Life, draw: Dice, wish: Wish) -> Wish:
    """Today, a day ahead, the last that is allowed, the first that is not, yesterday."""
    return replace(
        wish, day=life.now.astimezone(ZONE).date() + timedelta(days=pick(draw, (0, 1, 2, 5, 30, 31, -1)))
    )


def _resolution(life: Life, draw: Dice, wish: Wish) -> Wish:
    return replace(
        wish,
        resolution=pick(draw, ("resolution_irrelevant", "issue_obsolete", "resolution_confirmed")),
    )


def _priority(life: Life, draw: Dice, wish: Wish) -> Wish:
    number = draw.number(0, 15)
    return replace(
        wish,
        priority=number % 4 + 1,
        is_committed=bool(number & 4),
        is_customers_wish=bool(number & 8),
    )


def _colleague(life: Life, draw: Dice, wish: Wish) -> Wish:
    return replace(wish, person=pick(draw, life.model.people))


def _watchers(life: Life, draw: Dice, wish: Wish) -> Wish:
    """A few people; now and then one who may not."""
    own = [person for person in life.model.people if person.account == wish_account(wish)]
    people = {pick(draw, own) for _ in range(draw.number(0, 3))}
    if chance(draw, 8):
        people.add(pick(draw, life.model.people))
    return replace(wish, people=frozenset(people))


def wish_account(wish: Wish) -> int | None:
    """The account that the wish is about."""
    license_ = wish.license or (wish.case and wish.case.license)
    return license_.account if license_ else None


def _tags(life: Life, draw: Dice, wish: Wish) -> Wish:
    number = draw.number(0, 3)
    return replace(wish, tags=frozenset(tag for bit, tag in enumerate(("old", "tax")) if number >> bit & 1))


def _other(life: Life, draw: Dice, wish: Wish) -> Wish:
    return replace(wish, other=pick(draw, life.model.cases))


def _follow_up(life: Life, draw: Dice, wish: Wish) -> Wish:
    """Staff file for the requestor of the old case."""
    assert wish.case is not None
    person = wish.case.requestor if wish.actor.is_staff else None
    return _watchers(life, draw, replace(_priority(life, draw, wish), person=person))


FACTS: dict[str, Callable[[Life, Dice, Wish], Wish]] = {
    "hold": _day,
    "close": _resolution,
    "lower-priority": _priority,
    "change-priority": _priority,
    "hand-to-colleague": _colleague,
    "assign": _colleague,
    "edit-watchers": _watchers,
    "tag": _tags,
    "link-related": _other,
    "follow-up": _follow_up,
}


def file(life: Life, draw: Dice) -> None:
    """A new case, while there are few, or one that is refused."""
    model = life.model
    if len(model.cases) >= MOST_CASES:
        return
    license_ = pick(draw, model.licenses)
    fitting = [person for person in model.people if person.has_seat(license_) and person.may_file]
    requestor = pick(draw, fitting if fitting and not chance(draw, 6) else model.people)
    actor = pick(draw, model.people) if chance(draw, 4) else requestor
    wish = _watchers(life, draw, Wish("file", actor, license=license_, person=requestor))
    wish = replace(wish, priority=pick(draw, (4, 4, 3, 2, 1)), is_committed=not chance(draw, 4))
    life.wish(wish, fault(draw))


def begin(life: Life, draw: Dice) -> None:
    """One to three cases, most of them asked about: a life without a clock would show little."""
    if chance(draw, 2):
        _add_policy(life, draw, TICK)
        life.now += TICK
    for _ in range(draw.number(1, MOST_CASES)):
        file(life, draw)
    for case in life.model.cases:
        action = pick(draw, ("request-information", "provide-resolution", "claim"))
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
            verbs.staff_leave(life.model, leaver, root, life.now)

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
            lambda: verbs.add_contact(person, license_, life.now),
            lambda: life.portal.add_contact(person, license_, actor=root, now=life.now),
            person,
            fault=fault(draw),
        )
        return
    heir = pick(draw, (None, *own))
    life.beside(
        "contact removed",
        lambda: verbs.remove_contact(model, person, license_, heir, root, life.now),
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
        lambda: verbs.add_policy(model, rules, life.now),
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
        (case.raised_at and case.raised_at + 24 * HOUR, ("raise-urgency",)),
    ]
    if period := case.period:
        found += [(due, ("hold", "extend", "reply", "answer")) for _ordinal, due in period.reminders()]
        found += [(period.closes_at(now), ("reply", "confirm", "extend", "hold"))]
        found += [(period.hold and period.hold.until, ("release", "extend", "hold"))]
    return [(instant, actions) for instant, actions in found if instant is not None]


def jump(life: Life, draw: Dice) -> None:
    """To a coming boundary or a microsecond beside it; there the clock looks or somebody acts."""
    coming = boundaries(life)
    if not coming:
        wait(life, draw)
        return
    coming += [coming[0]] * len(coming) + [place for place in coming if "reopen" in place[1]] * 2
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
)
CUSTOMER_ACTS = _any_of(
    file,
    _acting("reply"),
    _acting("extend"),
    _acting("close", "confirm"),
    _acting("reopen", "follow-up"),
    _acting("escalate"),
    _acting("raise-urgency"),
    _acting("hand-to-colleague", "edit-watchers"),
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
