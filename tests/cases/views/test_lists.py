"""The list of cases: mine or my account's, by state, newest change first."""

from datetime import timedelta

import pytest
from django.test import Client

from cases import operations
from cases.lifecycle import EscalationReason, Resolution, Status
from cases.models import Case, FollowUpPolicy
from entitlements.models import License
from portal.accounts.models import User
from tests.cases.views.browsing import LIST, numbers_in, own_statements, page_of, shown
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    FILED,
    make_auto_closed_case,
    make_case,
    make_closed_case,
    make_owned_case,
    make_waiting_case,
)
from tests.factories.many import copies_of
from tests.factories.people import make_customer

HOUR = timedelta(hours=1)


def listed(person: User, query: str = "") -> list[str]:
    response = client_of(person).get(f"{LIST}?{query}")
    assert response.status_code == 200
    return numbers_in(response)


@pytest.fixture
def every_status(requestor: User, agent: User) -> dict[str, Case]:
    """One case in each state that the views tell apart; the reopening window of the last has ended."""
    return {
        "new": make_case(requestor, now=ASKED - 6 * HOUR),
        "owned": make_owned_case(requestor, agent=agent, now=ASKED - 5 * HOUR),
        "asked": make_waiting_case(requestor, agent=agent, now=ASKED - 2 * HOUR),
        "solved": make_waiting_case(
            requestor, agent=agent, status=Status.RESOLUTION_PROVIDED, now=ASKED - HOUR
        ),
        "closed": make_closed_case(requestor, agent=agent, now=ASKED),
        "auto": make_auto_closed_case(requestor, agent=agent, now=ASKED - timedelta(days=10)),
        "old": make_closed_case(requestor, agent=agent, now=ASKED - timedelta(days=30)),
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["solved", "asked", "owned", "new"]),
        ("view=open", ["solved", "asked", "owned", "new"]),
        ("view=waiting", ["solved", "asked"]),
        ("view=reopenable", ["closed", "auto"]),
        ("view=closed", ["closed", "auto", "old"]),
        ("view=all", ["closed", "solved", "asked", "owned", "new", "auto", "old"]),
        ("view=all&status=auto_closed", ["auto"]),
        ("view=waiting&status=closed", []),
        ("view=open&status=pending_response", ["asked"]),
    ],
)
def test_a_view_shows_its_cases_newest_change_first(
    every_status: dict[str, Case], requestor: User, query: str, names: list[str]
) -> None:
    assert listed(requestor, query) == [every_status[name].number for name in names]


@pytest.mark.parametrize(
    "query",
    [
        "view=lost&status=lost&whose=lost&page=lost",
        "view=&status=&whose=&page=",
        "view=waiting&view=open",
        "unknown=1&view=open",
        "view=%F0%9F%98%80",
        "page=0",
        "page=-1",
        "page=99999999999999999999999999",
        "page=1.5",
        "page=1&page=2",
        "page=%27%20OR%201=1",
    ],
)
def test_unknown_and_repeated_filters_never_fail(
    every_status: dict[str, Case], requestor: User, query: str
) -> None:
    assert listed(requestor, query) == [
        every_status[name].number for name in ("solved", "asked", "owned", "new")
    ]


def test_a_nul_in_the_address_is_refused(requestor: User) -> None:
    assert client_of(requestor).get(f"{LIST}?view=%00").status_code == 400


def test_mine_are_those_i_requested(license_: License, requestor: User, colleague: User) -> None:
    mine, theirs = make_case(colleague), make_case(requestor, now=FILED + HOUR)
    assert listed(colleague, "whose=mine") == [mine.number]
    assert listed(colleague, "whose=account") == [theirs.number, mine.number]
    assert listed(colleague) == [theirs.number, mine.number]


def test_nobody_sees_what_is_not_theirs(license_: License, case: Case, watcher: User) -> None:
    stranger, contact = make_customer(), make_customer(license_)
    assert (listed(stranger, "view=all"), listed(contact, "view=all")) == ([], [])
    assert listed(watcher, "view=all") == [case.number]


def test_a_stranger_without_a_sign_in_is_sent_to_it(case: Case) -> None:
    response = Client().get(f"{LIST}?view=all")
    assert (response.status_code, response["Location"]) == (
        302,
        "/login/?next=/cases/%3Fview%3Dall",
    )


def test_a_page_has_25_cases_and_the_next_one_the_rest(requestor: User) -> None:
    numbers = [make_case(requestor, now=FILED + minute * HOUR / 60).number for minute in range(27)]
    newest = numbers[::-1]
    assert listed(requestor) == newest[:25]
    assert listed(requestor, "page=2") == newest[25:]
    for beyond in ("3", "-1", "0"):
        assert listed(requestor, f"page={beyond}") == newest[25:]
    for unknown in ("x", "2.0", ""):
        assert listed(requestor, f"page={unknown}") == newest[:25]


def test_cases_of_one_instant_are_in_a_fixed_order(requestor: User) -> None:
    numbers = [make_case(requestor).number for _ in range(3)]
    assert listed(requestor) == numbers[::-1]


def test_the_list_counts_every_view(every_status: dict[str, Case], requestor: User) -> None:
    text = shown(client_of(requestor).get(LIST))
    for words in ("Open 4", "Needs my answer 2", "Can be reopened 2", "Closed 3", "All 7"):
        assert words in text


def test_a_post_is_not_allowed(requestor: User) -> None:
    assert client_of(requestor).post(LIST).status_code == 405


def test_an_empty_list_says_how_long_a_case_can_be_reopened_by_the_policy_in_force(requestor: User) -> None:
    assert "can be reopened for 336 h (14 days)." in shown(
        client_of(requestor).get(f"{LIST}?view=reopenable")
    )
    FollowUpPolicy.objects.create(
        in_force_from=FILED, reminder_hours=[], closure_hours=144, reopening_hours=240, catch_up="strict"
    )
    assert "can be reopened for 240 h (10 days)." in shown(
        client_of(requestor).get(f"{LIST}?view=reopenable")
    )


def test_an_escalation_is_shown_until_the_case_is_closed(requestor: User) -> None:
    case = make_waiting_case(requestor)
    facts = {"reason": EscalationReason.UPDATE, "text": "No word since.", "actor": requestor}
    operations.escalate_case(case, **facts, now=ASKED + HOUR)
    client, addresses = client_of(requestor), (f"{LIST}?view=all", page_of(case))
    badge = "</svg>Escalated</span>"
    assert [client.get(address).content.decode().count(badge) for address in addresses] == [1, 1]
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=ASKED + 2 * HOUR)
    assert [client.get(address).content.decode().count(badge) for address in addresses] == [0, 0]


def test_an_empty_list_says_what_to_do(requestor: User) -> None:
    assert "File a case" in shown(client_of(requestor).get(LIST))


@pytest.mark.parametrize("view", ["open", "waiting", "all"])
def test_a_list_costs_the_same_for_one_row_and_for_a_hundred(
    requestor: User, watcher: User, agent: User, view: str
) -> None:
    first = make_waiting_case(requestor, agent=agent, watchers=[watcher])
    operations.extend_waiting(first, actor=requestor, now=ASKED + HOUR / 2)
    address = f"{LIST}?view={view}"
    one = own_statements(requestor, address)
    copies_of(first, 99)
    assert (one, own_statements(requestor, address)) == (COST, COST)


# Seats, the counts of the views, the rows, holds, steps.
COST = 5
