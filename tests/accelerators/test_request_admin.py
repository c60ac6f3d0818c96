"""The staff's inbox of requests: its order, whose they are, and what each page offers (SPEC 4.5)."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from accelerators import operations
from accelerators.models import EngagementRequest
from entitlements.add_ons import AddOn
from entitlements.models import License
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.clock import business_now
from tests.accelerators.stage import DAY, HOUR, ask, grant
from tests.factories.browsers import client_of
from tests.factories.people import make_staff, make_superuser

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


def next_step(granter: User, request: EngagementRequest) -> tuple[str, str] | None:
    """Where the page of a request leads who grants, with its words; None where nowhere."""
    page = client_of(granter).get(f"{LIST}{request.pk}/change/").content.decode()
    [shown] = re.findall(r'field-next_step.*?<div class="readonly">(.*?)</div>', page, re.S)
    link = re.fullmatch(r'<a href="([^"]+)">([^<]+)</a>', shown.strip())
    return (unescape(link[1]), link[2]) if link else None


def test_the_way_to_a_grant_stands_only_where_it_is_the_next_step(
    expert: License, emil: User, pool: User
) -> None:
    now, granter = business_now() - DAY, make_staff(StaffGroup.ENTITLEMENT_MANAGER)
    first = ask(emil, expert, "mentor-sessions", now=now)
    assert next_step(granter, first) is None
    operations.accept_request(first, actor=pool, now=now)
    assert next_step(granter, first) == (
        f"/admin/entitlements/addongrant/add/"
        f"?account={expert.account_id}&license={expert.pk}&add_on=mentor-sessions",
        "Grant the add-on with a term",
    )
    term = {"first_on": now.date() - DAY, "last_on": now.date() + 60 * DAY}
    grant(expert, AddOn.MENTOR_SESSIONS, **term, now=now)
    assert next_step(granter, first) is None

    second = ask(emil, expert, "mentor-sessions", now=now + HOUR)
    assert next_step(granter, second) == (
        f"/admin/accelerators/unitgrant/add/?license={expert.pk}&add_on=mentor-sessions",
        "Grant units with a term",
    )
    operations.grant_units(
        expert, AddOn.MENTOR_SESSIONS, units=2, **term, actor=make_superuser(), now=now + HOUR
    )
    assert next_step(granter, second) is None
    operations.accept_request(second, units=1, actor=pool, now=now + HOUR)
    assert next_step(granter, second) is None


@pytest.mark.parametrize("typed", ["{number}", " {lower} ", "{key}"])
def test_a_request_is_found_by_its_number(ultimate: License, rita: User, tam: User, typed: str) -> None:
    ask(rita, ultimate, "solution-review")
    made = ask(rita, ultimate)
    words = typed.format(number=made.number, lower=made.number.lower(), key=made.pk)
    assert numbers(tam, f"?{urlencode({'q': words})}") == [made.number]
    assert numbers(tam, "?q=R-999999999999999999") == []
    assert numbers(tam, "?q=Environment") == [made.number]
