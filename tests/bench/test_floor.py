"""The sweep and the floor that it is measured against write the same rows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bench.filling import Portfolio, add_due
from bench.floor import carry_out_by_sql
from cases.models import Case, CaseEvent, FollowUpStep, WaitingPeriod
from cases.sweep import carry_out_steps
from portal.notices.models import Notice
from tests.bench.conftest import LEFT_OUT, NOW, broken_claims

DUE_AT = NOW - timedelta(hours=1)
# What differs by chance, by key or by the machine's clock.
_OWN = {
    Case: (),
    WaitingPeriod: (),
    FollowUpStep: ("id",),
    CaseEvent: ("id",),
    Notice: ("id", "message_id", "queued_at", "next_attempt_at"),
}


def rows_after(act: Callable[[], object]) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables that the clock writes, after an act that is then undone."""
    with transaction.atomic():
        act()
        assert broken_claims() == LEFT_OUT
        rows = {
            model.__name__: sorted(
                (
                    {name: value for name, value in row.items() if name not in own}
                    for row in model._base_manager.values()
                ),
                key=repr,
            )
            for model, own in _OWN.items()
        }
        transaction.set_rollback(True)
    return rows


def test_the_sweep_writes_what_the_set_based_sql_writes_row_for_row(portfolio: Portfolio) -> None:
    add_due(portfolio, 40, due_at=DUE_AT)

    by_sql = rows_after(lambda: carry_out_by_sql(NOW))
    by_sweep = rows_after(lambda: carry_out_steps(NOW, 1000))

    assert by_sql == by_sweep
    before = rows_after(lambda: None)
    added = {name: len(rows) - len(before[name]) for name, rows in by_sweep.items()}
    assert added == {"Case": 0, "WaitingPeriod": 0, "FollowUpStep": 40, "CaseEvent": 40, "Notice": 52}


@pytest.mark.parametrize("count", [0, 1])
def test_both_leave_alone_what_is_not_due(portfolio: Portfolio, count: int) -> None:
    add_due(portfolio, count, due_at=NOW + timedelta(seconds=1))
    before = rows_after(lambda: None)

    assert rows_after(lambda: carry_out_by_sql(NOW)) == before
    assert rows_after(lambda: carry_out_steps(NOW, 1000)) == before
