"""What the bench measures on is a database that the portal could have written."""

from collections import Counter
from datetime import timedelta

from bench.filling import Portfolio, add_due
from cases.models import Case
from cases.sweep import FOLLOW_UP
from portal.work.invariants import check
from portal.work.timed import Backlog
from tests.bench.conftest import NOW


def test_a_filled_portfolio_breaks_no_claim_and_nothing_of_it_is_due(portfolio: Portfolio) -> None:
    assert check() == []
    assert Counter(Case.objects.values_list("status", flat=True)) == {
        "closed": 335,
        "auto_closed": 45,
        "in_progress": 10,
        "pending_response": 4,
        "resolution_provided": 4,
        "awaiting_assignment": 2,
    }
    assert FOLLOW_UP.backlog(NOW) == Backlog(0, None)


def test_added_cases_have_one_step_due_each_and_break_no_claim(portfolio: Portfolio) -> None:
    due_at = NOW - timedelta(hours=1)
    add_due(portfolio, 40, due_at=due_at)
    assert check() == []
    assert FOLLOW_UP.backlog(due_at) == Backlog(40, due_at)
