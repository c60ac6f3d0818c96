"""A portfolio of cases in PostgreSQL, written by set-based SQL with every constraint and trigger in place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from cases.models import Case, FollowUpPolicy, Message, WaitingPeriod
from entitlements.models import License
from portal.accounts.models import Account, User

_SQL = Path(__file__).parent / "sql"
_BATCH = 100_000
_CASES_PER_ACCOUNT = 500


@dataclass(frozen=True)
class Portfolio:
    """What was filled in: its size, its instant, and the keys below which nothing of it stands."""

    cases: int
    accounts: int
    staff: int
    now: datetime
    policy: int
    case_base: int
    message_base: int
    period_base: int
    account_base: int
    license_base: int
    staff_base: int
    person_base: int

    def person(self, account: int, place: int) -> int:
        """The key of one of the five people of an account; both count from 1."""
        return self.person_base + (account - 1) * 5 + place


def fill(cases: int, *, now: datetime) -> Portfolio:
    """This will write people and `cases` cases, the newest filed ten days before `now`; nothing is due."""
    portfolio = _portfolio(cases, now)
    with transaction.atomic():
        run("people", asdict(portfolio))
        _move_sequences(User, Account, License)
    for first in range(1, cases + 1, _BATCH):
        _write("plan_portfolio", portfolio, first, min(first + _BATCH - 1, cases))
    return portfolio


def add_due(portfolio: Portfolio, count: int, *, due_at: datetime) -> None:
    """This will add waiting cases beyond the portfolio, each with one step due at `due_at`."""
    newest = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    start = newest - portfolio.case_base
    for first in range(start + 1, start + count + 1, _BATCH):
        last = min(first + _BATCH - 1, start + count)
        _write("plan_due", portfolio, first, last, due_at=due_at)


def make_all_due(portfolio: Portfolio, *, due_at: datetime) -> int:
    """This will let every case of the portfolio wait with one step due at `due_at`; say in how many."""
    for first in range(1, portfolio.cases + 1, _BATCH):
        values = {**asdict(portfolio), "first": first, "last": first + _BATCH - 1, "due_at": due_at}
        values["last"] = min(first + _BATCH - 1, portfolio.cases)
        with transaction.atomic():
            run("all_due", values)
    return portfolio.cases


def run(name: str, values: Mapping[str, object]) -> None:
    """This will run the statements of one file."""
    with connection.cursor() as cursor:
        cursor.execute((_SQL / f"{name}.sql").read_text("utf-8"), values)


def _write(plan: str, portfolio: Portfolio, first: int, last: int, **more: object) -> None:
    values = {**asdict(portfolio), "first": first, "last": last, **more}
    with transaction.atomic():
        run("plan", values)
        run(plan, values)
        run("cases", values)
        _move_sequences(Case, Message, WaitingPeriod)


def _portfolio(cases: int, now: datetime) -> Portfolio:
    accounts = max(2, cases // _CASES_PER_ACCOUNT)
    staff = max(2, min(50, accounts // 10))
    people = _highest(User)
    return Portfolio(
        cases=cases,
        accounts=accounts,
        staff=staff,
        now=now,
        policy=FollowUpPolicy.objects.earliest("in_force_from").pk,
        case_base=_highest(Case),
        message_base=_highest(Message),
        period_base=_highest(WaitingPeriod),
        account_base=_highest(Account),
        license_base=_highest(License),
        staff_base=people,
        person_base=people + staff,
    )


def _highest(model: type) -> int:
    """The highest key that was ever given in a table."""
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(
            f"SELECT greatest((SELECT coalesce(max(id), 0) FROM {table}),"
            f" (SELECT last_value FROM {table}_id_seq))"
        )
        return cursor.fetchone()[0]


def _move_sequences(*models: type) -> None:
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
