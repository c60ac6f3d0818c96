"""What the bench measures on is a database that the portal could have written."""

from collections import Counter
from datetime import timedelta

from bench.filling import Portfolio, add_due
from cases.models import Case
from cases.sweep import FOLLOW_UP
from portal.work.timed import Backlog
from tests.bench.conftest import LEFT_OUT, NOW, broken_claims


def test_a_filled_portfolio_breaks_no_claim_but_the_one_left_out_and_nothing_of_it_is_due(
    portfolio: Portfolio,
) -> None:
    assert broken_claims() == LEFT_OUT
    assert Counter(Case.objects.values_list("status", flat=True)) == {
        "closed": 335,
        "auto_closed": 45,
        "in_progress": 10,
        "pending_response": 4,
        "resolution_provided": 4,
        "awaiting_assignment": 2,
    }
    assert FOLLOW_UP.backlog(NOW) == Backlog(0, None)


def test_added_cases_have_one_step_due_each_and_break_no_other_claim(portfolio: Portfolio) -> None:
    due_at = NOW - timedelta(hours=1)
    add_due(portfolio, 40, due_at=due_at)
    assert broken_claims() == LEFT_OUT
    assert FOLLOW_UP.backlog(due_at) == Backlog(40, due_at)
