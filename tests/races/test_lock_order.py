"""Every verb takes its locks in the order of the house, so that no two wait for each other (DESIGN 2)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from accelerators import operations as services
from cases import operations
from cases.models import Case
from cases.operations.changing import lock_cases
from entitlements import operations as entitlements
from entitlements.operations.changing import locked_license
from portal.work.instance import adopt
from tests.races.catalogue_verbs import CATALOGUE, THE_CLOCK
from tests.races.house_verbs import CALENDARS, HOUSE
from tests.races.scenes import Scene, make_scene
from tests.races.stage import Actor, Statement, on_postgresql
from tests.races.verbs import CASES, CLOCKS, ENTITLEMENTS

# License, case, notice (DESIGN 2), and what stands around them. What hangs on a case is changed only by
# whoever holds the case; a person's row comes last, save that of staff who act or leave: it comes first.
HOUSE_ORDER = (
    r"work_formtoken",
    r"staff",
    r"accounts_region",
    r"accounts_account",
    r"entitlements_license",
    r"entitlements_\w+",
    r"cases_case",
    r"cases_\w+",
    r"accelerators_\w+",
    r"accounts_user(_groups)?|accounts_identity|account_emailaddress|accounts_signin",
    r"notices_notice",
)
# Rows that two verbs never share, or that are written outside a transaction.
_ALONE = {"work_heartbeat"}
VERBS = {**CASES, **ENTITLEMENTS, **HOUSE, **CATALOGUE, **THE_CLOCK, **CLOCKS}
_LOCK = re.compile(r'^SELECT .*? FROM "(?P<table>\w+)".* FOR (?P<mode>NO KEY UPDATE|UPDATE)(?P<rest>.*)$')
# Whoever inserts a form's token holds it: a second submit waits for the unique key.
_CHANGE = re.compile(r'^(?:UPDATE|DELETE FROM|INSERT INTO(?= "work_formtoken")) "(?P<table>\w+)"')


@dataclass(frozen=True)
class Lock:
    """A lock that a statement of a verb takes."""

    table: str
    is_select: bool
    stops_references: bool
    is_one_row: bool
    is_ordered: bool
    passes_over: bool


def locks_of(statements: list[str]) -> list[Lock]:
    return [lock for sql in statements if (lock := _lock_of(sql)) and lock.table not in _ALONE]


def _lock_of(sql: str) -> Lock | None:
    if locking := _LOCK.match(sql):
        table = locking["table"]
        return Lock(
            table,
            is_select=True,
            stops_references=locking["mode"] == "UPDATE",
            is_one_row=re.search(rf'WHERE .*"{table}"\."(id|code)" = ', sql) is not None,
            is_ordered=re.search(rf'ORDER BY (1|"{table}"\."id") ASC', sql) is not None,
            passes_over="SKIP LOCKED" in locking["rest"],
        )
    if change := _CHANGE.match(sql):
        return Lock(change["table"], False, False, False, False, False)
    return None


def rank(table: str) -> int:
    found = [number for number, name in enumerate(HOUSE_ORDER) if re.fullmatch(name, table)]
    assert found, f"{table} has no place in the house's order"
    return found[0]


def in_order_of_taking(locks: list[Lock], name: str) -> list[int]:
    """The ranks of the tables, each where the verb first locks it."""
    tables = dict.fromkeys("staff" if _holds_staff(lock, name) else lock.table for lock in locks)
    return [rank(table) for table in tables]


def _holds_staff(lock: Lock, name: str) -> bool:
    """Whether the lock keeps somebody of staff from leaving, or is that of the one who leaves."""
    return lock.table == "accounts_user" and (lock.is_select or name == "set_staff_sign_in")


@pytest.fixture
def postgresql(committed: None) -> None:
    if not on_postgresql():
        pytest.skip("SQLite has one lock for the whole database, taken when a transaction begins")
    adopt()


@pytest.fixture
def recorded(postgresql: None) -> dict[str, list[Lock]]:
    """What each verb locks, in the order of its statements; recorded once for all tests."""
    return _recorded()


@cache
def _recorded() -> dict[str, list[Lock]]:
    return {name: locks_of(_statements_of(name)) for name in VERBS}


def _statements_of(name: str) -> list[str]:
    scene, said = VERBS[name].scene(), []

    def listen(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if connection.in_atomic_block:
            said.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        VERBS[name].run(scene)
    return said


def test_every_verb_is_listed() -> None:
    assert set(CASES) == set(operations.__all__)
    assert {*ENTITLEMENTS, *CALENDARS} == set(entitlements.__all__)
    assert set(CATALOGUE) == set(services.__all__)


def test_every_verb_takes_its_locks_in_the_order_of_the_house(recorded: dict[str, list[Lock]]) -> None:
    orders = {name: in_order_of_taking(locks, name) for name, locks in recorded.items()}
    assert {name: order for name, order in orders.items() if order != sorted(order)} == {}
    # Whoever speaks of a case holds it, and the clock locks nothing but cases and what hangs on them.
    only_inserting = {
        "add_policy",
        "add_response_target",
        "add_staff",
        "change_thing",
        "load_catalogue",
        "open_account",
    }
    in_one_statement = {"cancel", "change_profile", "mark_read"}
    assert {name for name, order in orders.items() if not order} == only_inserting | in_one_statement
    assert rank("entitlements_license") not in orders["the sweep closes"]


def test_several_rows_are_locked_in_the_order_of_their_keys_or_passed_over(
    recorded: dict[str, list[Lock]],
) -> None:
    loose = {
        (name, lock.table)
        for name, locks in recorded.items()
        for lock in locks
        if lock.is_select and not (lock.is_one_row or lock.is_ordered or lock.passes_over)
    }
    assert loose == set()


def test_a_verb_that_locks_several_cases_locks_them_at_once(recorded: dict[str, list[Lock]]) -> None:
    """Two rounds of locking, each in the order of the keys, are in no order together."""
    rounds = {
        name: sum(lock.is_select and lock.table == "cases_case" for lock in locks)
        for name, locks in recorded.items()
    }
    assert {name: count for name, count in rounds.items() if count > 1} == {}


def test_no_lock_stops_rows_that_refer_to_the_locked_one(recorded: dict[str, list[Lock]]) -> None:
    """Else linking two cases, both ways at once, would be a deadlock: each refers to what the other holds."""
    referred = {
        field.related_model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model
    }
    stopping = {
        (name, lock.table)
        for name, locks in recorded.items()
        for lock in locks
        if lock.stops_references and lock.table in referred
    }
    assert stopping == set()


# --- Pairs ------------------------------------------------------------------------------------------

# An edit by staff that refers to a second case, a reply, a removal, the clock; the order covers the rest.
ENTANGLED = ("link_related", "reply_to_case", "remove_named_contact", "the sweep closes")


def linking_back(scene: Scene) -> Actor:
    """The same two cases, from the other side."""
    return Actor(
        "linking back",
        lambda: operations.link_related(
            scene.earlier, other=scene.case, actor=scene.lead, now=scene.case.filed_at
        ),
    )


LOCK_OF_A_CASE = Statement(r'^SELECT "cases_case".*FOR (NO KEY )?UPDATE')


def played(first: Actor, second: Actor) -> Iterator[object]:
    """`first` stands after it has locked a case, `second` goes as far as it can; then both end."""
    if first.goes_until(after=LOCK_OF_A_CASE):
        second.goes_as_far_as_it_can(first)
    yield from (first.finish(), second.finish())


@pytest.mark.parametrize("name", ENTANGLED)
@pytest.mark.parametrize("other", [*ENTANGLED, "set_staff_sign_in", "linking back"])
def test_no_two_verbs_on_the_same_cases_wait_for_each_other(postgresql: None, name: str, other: str) -> None:
    scene = make_scene("waiting")
    first = Actor(name, lambda: VERBS[name].run(scene))
    second = linking_back(scene) if other == "linking back" else Actor(other, lambda: VERBS[other].run(scene))

    outcomes = list(played(first, second))

    stuck = [outcome for outcome in outcomes if isinstance(outcome, OperationalError)]
    assert stuck == []


# --- These tests can fail ---------------------------------------------------------------------------


def in_the_wrong_order(scene: Scene) -> None:
    """First the case, then its license."""
    with transaction.atomic():
        lock_cases(Case.objects.filter(pk=scene.case.pk))
        locked_license(scene.license.pk)


def test_a_verb_that_takes_its_locks_in_the_wrong_order_is_found_and_waits_for_a_reply_that_waits_for_it(
    postgresql: None,
) -> None:
    scene = make_scene("waiting")
    wrong = Actor("the wrong one", lambda: in_the_wrong_order(scene))
    reply = Actor("the reply", lambda: VERBS["reply_to_case"].run(scene))

    outcomes = list(played(wrong, reply))

    order = in_order_of_taking(locks_of(wrong.statements), "the wrong one")
    assert order == [rank("cases_case"), rank("entitlements_license")]
    [stuck] = [str(outcome) for outcome in outcomes if isinstance(outcome, OperationalError)]
    assert "deadlock detected" in stuck


def test_linking_both_ways_is_a_deadlock_where_a_lock_stops_references(
    postgresql: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    locking = QuerySet.select_for_update
    monkeypatch.setattr(
        QuerySet, "select_for_update", lambda rows, **how: locking(rows, **{**how, "no_key": False})
    )
    scene = make_scene("waiting")
    link = Actor("linking", lambda: VERBS["link_related"].run(scene))

    outcomes = list(played(link, linking_back(scene)))

    [stuck] = [str(outcome) for outcome in outcomes if isinstance(outcome, OperationalError)]
    assert "deadlock detected" in stuck
