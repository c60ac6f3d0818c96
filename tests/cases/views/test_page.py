"""The page of one case: what it shows, to whom, and what it costs."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from cases import operations
from cases.lifecycle import Status
from cases.models import Case, CaseEvent, Message
from entitlements.targets import Priority
from portal.accounts.models import User
from tests.cases.views.browsing import own_statements, page_of, shown
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    CLOSES,
    QUESTION,
    current,
    make_case,
    make_closed_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_customer

HOUR = timedelta(hours=1)


def text_of(person: User, case: Case) -> str:
    response = client_of(person).get(page_of(case))
    assert response.status_code == 200
    return shown(response)


def test_the_page_shows_the_question_and_every_planned_step_in_the_viewers_zone(
    waiting: Case, requestor: User
) -> None:
    text = text_of(requestor, waiting)
    for words in (
        waiting.number,
        waiting.title,
        "Pending Response",
        QUESTION,
        "1st reminder",
        "Wed 4 Mar 2026, 07:00 PST",
        "Fri 6 Mar 2026, 07:00 PST",
        "Sun 8 Mar 2026, 08:00 PDT",
        "Mon 9 Mar 2026, 08:00 PDT",
        "Mon 23 Mar 2026, 08:00 PDT",
    ):
        assert words in text


def test_another_viewer_reads_the_same_instants_in_another_zone(
    waiting: Case, requestor: User, watcher: User
) -> None:
    watcher.time_zone = "Asia/Tokyo"
    watcher.save()
    assert "Tue 10 Mar 2026, 00:00 JST" in text_of(watcher, waiting)


def test_a_hold_shows_its_reason_and_the_moved_steps(waiting: Case, requestor: User, agent: User) -> None:
    operations.hold_case(
        waiting, last_on=date(2026, 3, 3), reason="Your release week", actor=agent, now=ASKED
    )
    text = text_of(requestor, waiting)
    assert "Your release week" in text
    assert "Tue 10 Mar 2026, 01:00 PDT" in text


def test_nothing_internal_is_on_the_page(waiting: Case, requestor: User, agent: User) -> None:
    operations.add_note(waiting, text="Note 4711", actor=agent, now=ASKED)
    operations.set_tags(waiting, tags=["tag4712"], actor=agent, now=ASKED)
    other = make_case(requestor, title="Other 4713")
    operations.link_related(waiting, other=other, actor=agent, now=ASKED)
    page = client_of(requestor).get(page_of(waiting)).content.decode()
    for secret in ("4711", "4712", "4713", "Internal note", agent.email):
        assert secret not in page


def test_messages_are_shown_safely(requestor: User, agent: User) -> None:
    case = make_waiting_case(
        requestor,
        agent=agent,
        title="<script>alert(1)</script>",
        description="<img src=x onerror=alert(2)>",
        text="[x](javascript:alert(3)) **bold**",
    )
    page = client_of(requestor).get(page_of(case)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page
    assert "<strong>bold</strong>" in page


def test_a_stranger_a_contact_without_rights_and_nobody_signed_in_do_not_see_it(
    waiting: Case, requestor: User
) -> None:
    stranger, contact = make_customer(), make_customer(waiting.license)
    for person in (stranger, contact):
        response = client_of(person).get(page_of(waiting))
        assert response.status_code == 404
        assert waiting.title not in response.content.decode()
    assert Client().get(page_of(waiting)).status_code == 302


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/cases/E-000000000/", 404),
        ("/cases/E-999999999/", 404),
        ("/cases/E-1/", 404),
        ("/cases/e-000000001/", 404),
        ("/cases/E-00000000١/", 404),
        ("/cases/E-0000000001/", 404),
    ],
)
def test_a_number_that_is_none_is_not_found(requestor: User, address: str, status: int) -> None:
    assert client_of(requestor).get(address).status_code == status


def test_staff_are_led_to_the_admin(waiting: Case, agent: User) -> None:
    response = client_of(agent).get(page_of(waiting))
    assert (response.status_code, response["Location"]) == (
        302,
        f"/admin/cases/case/{waiting.pk}/change/",
    )


def test_refused_actions_are_shown_with_their_rule(
    waiting: Case, requestor: User, colleague: User, watcher: User
) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=ASKED)
    assert "extended once" in text_of(requestor, waiting)
    assert "Only the account administrator or the requestor can do this." in text_of(colleague, waiting)
    assert "Only a named contact of the product can do this." in text_of(watcher, waiting)


def test_a_closed_case_offers_reopening_while_its_window_lasts(requestor: User, time_machine: Any) -> None:
    case = make_closed_case(requestor)
    assert "Reopen the case" in text_of(requestor, case)
    time_machine.move_to(ASKED + timedelta(days=14, microseconds=1), tick=False)
    text = text_of(requestor, case)
    assert "Reopening was possible until" in text
    assert "File a follow-up" in text


def test_the_timeline_shows_what_the_clock_did(waiting: Case, requestor: User, time_machine: Any) -> None:
    sweep_to(ASKED + 72 * HOUR, CLOSES)
    time_machine.move_to(CLOSES + HOUR, tick=False)
    text = text_of(requestor, waiting)
    for words in ("Reminder left out", "Reminder sent: 2nd reminder", "Closed by itself"):
        assert words in text


def test_linked_cases_show_a_title_only_to_those_who_may_see_it(
    requestor: User, colleague: User, watcher: User
) -> None:
    old = make_closed_case(requestor, watchers=[watcher])
    new = operations.file_follow_up(
        old,
        "Secret follow-up",
        description="x",
        priority=Priority.P3,
        actor=colleague,
        now=ASKED + HOUR / 2,
    )
    assert "Secret follow-up" in text_of(colleague, old)
    text = text_of(watcher, old)
    assert "Secret follow-up" not in text
    assert new.number in text
    assert old.title in text_of(colleague, new)


def test_the_reply_form_carries_a_token(waiting: Case, requestor: User) -> None:
    page = client_of(requestor).get(page_of(waiting)).content.decode()
    assert re.search(r'name="form_token" value="[A-Za-z0-9_-]{43}"', page)


@pytest.mark.parametrize("status", [Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED])
def test_a_page_costs_the_same_for_few_and_for_a_hundred_messages(
    requestor: User, watcher: User, agent: User, status: Status
) -> None:
    case = make_waiting_case(requestor, agent=agent, status=status, watchers=[watcher])
    few = own_statements(requestor, page_of(case))
    for _ in range(98):
        Message.objects.create(
            case=case, author=agent, is_from_staff=True, purpose="answer", body="More", written_at=ASKED
        )
        CaseEvent.objects.create(case=case, kind="answered", actor=agent, occurred_at=ASKED, is_public=True)
    assert (few, own_statements(requestor, page_of(current(case)))) == (COST, COST)


# Seats, the case, its holds, steps, terms and watchers, the linked cases, messages, their files, events,
# the grants of access in force.
COST = 11
