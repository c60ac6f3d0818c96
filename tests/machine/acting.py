"""Moves that act on a case: which action, by whom, on which case, with what."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from tests.machine.calls import HALF_AN_HOUR, QUARTER
from tests.machine.dice import Dice, chance, fault, pick
from tests.machine.life import Life
from tests.machine.table import TABLE, ZONE, CaseModel, Person
from tests.machine.verbs import Wish

MOST_CASES = 3
# Refusals that no time and no other state of the case would lift.
NEVER_THEIRS = frozenset({"unseen", "wrong_role"})


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
    if wish.actor.is_staff and person is None:  # a caller whom nobody took over
        person = pick(draw, life.model.people)
    return _watchers(life, draw, replace(_priority(life, draw, wish), person=person))


def _filed_anew(life: Life, draw: Dice, wish: Wish) -> Wish:
    return _watchers(life, draw, _priority(life, draw, wish))


def _phone_or_chat(life: Life, draw: Dice, wish: Wish) -> Wish:
    return replace(wish, is_by_phone=not chance(draw, 3))


def _slot(life: Life, draw: Dice, wish: Wish) -> Wish:
    """The first, the last or another half hour that is offered; one that begins sooner or later; none."""
    offered = life.model.call_times(life.now)
    others = (offered[0] - HALF_AN_HOUR, offered[-1] + HALF_AN_HOUR, offered[0] + QUARTER, life.now, None)
    pool = (offered[:1], offered[-1:], offered, others)
    return replace(wish, starts_at=pick(draw, pick(draw, pool)))


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
    "take-over": _filed_anew,
    "log-contact": _phone_or_chat,
    "request-call": _slot,
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


def log_caller(life: Life, draw: Dice) -> None:
    """A caller without a seat, while there are few cases, or one who is refused."""
    model = life.model
    if len(model.cases) >= MOST_CASES:
        return
    staff = [person for person in model.people if person.is_staff and person.is_active]
    wish = Wish("log-caller", pick(draw, model.people if chance(draw, 6) else staff))
    wish = replace(wish, license=pick(draw, model.licenses))
    life.wish(replace(wish, person=pick(draw, model.people) if chance(draw, 3) else None), fault(draw))
