"""The staff's inbox of requests: its order, whose they are, and what each page offers (SPEC 4.5)."""

import re

import pytest

from accelerators import operations
from entitlements.models import License
from portal.accounts.models import User
from portal.clock import business_now
from tests.accelerators.stage import DAY, HOUR, ask
from tests.factories.browsers import client_of
from tests.factories.people import make_superuser

pytestmark = pytest.mark.django_db

LIST = "/admin/accelerators/engagementrequest/"


def numbers(person: User, query: str = "") -> list[str]:
    """The numbers on the list, from top to bottom."""
    page = client_of(person).get(f"{LIST}{query}").content.decode()
    return re.findall(r">(R-[0-9]{9})</a>", page)


def test_what_waits_longest_for_a_decision_stands_first_and_the_rest_below(
    ultimate: License, rita: User, tam: User
) -> None:
    start = business_now() - DAY
    slugs = ("environment-review", "solution-review", "adoption-review", "launch-advisory")
    declined, cancelled, early, late = (
        ask(rita, ultimate, slug, now=start + place * HOUR) for place, slug in enumerate(slugs)
    )
    operations.decline_request(declined, reason="No", actor=tam, now=start + 5 * HOUR)
    operations.cancel_request(cancelled, actor=rita, now=start + 6 * HOUR)
    assert numbers(tam) == [one.number for one in (early, late, cancelled, declined)]


def test_a_success_managers_own_are_those_of_their_accounts_and_those_that_nobody_decides_for(
    ultimate: License, expert: License, rita: User, emil: User, tam: User, pool: User
) -> None:
    hers, his = ask(rita, ultimate), ask(emil, expert, "priority-queue-bundle")
    assert (numbers(pool, "?whose=mine"), numbers(pool, "?whose=others")) == ([his.number], [])
    assert sorted(numbers(tam, "?whose=mine")) == [hers.number, his.number]
    root = make_superuser()
    assert (numbers(root, "?whose=mine"), numbers(root, "?whose=others")) == ([his.number], [hers.number])
