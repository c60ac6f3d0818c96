"""The pages of a caller's request: who takes it over, and what they see until then (SPEC 3.4)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases import operations
from cases.lifecycle import Channel, Status
from cases.models import Case
from cases.sweep import carry_out_steps
from entitlements.models import License
from portal.accounts.models import User
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.cases.views.browsing import page_of, send, shown
from tests.factories.browsers import client_of
from tests.factories.cases import FILED, current
from tests.factories.people import make_customer
from tests.factories.terms import leave_a_gap

DAY = timedelta(days=1)
NOW = FILED + timedelta(hours=1)


@pytest.fixture
def nobodys(license_: License, requestor: User, colleague: User, agent: User) -> Case:
    facts = {"name": "Cora Caller", "address": "cora@customer.example", "channel": Channel.PHONE}
    return operations.log_caller(license_, **facts, actor=agent, now=FILED)


def take_over_of(case: Case) -> str:
    return reverse("cases:take_over", args=[case.pk])


def taking(**data: Any) -> dict[str, Any]:
    filled = {"title": "Reports are empty", "description": "Since noon.", "priority": "3", "watchers": ""}
    return {"form_token": new_token(), "environment": "Production", **filled, **data}


@time_machine.travel(NOW, tick=False)
def test_home_list_and_page_offer_the_request_with_its_deadline(nobodys: Case, requestor: User) -> None:
    client = client_of(requestor)
    home, rows, page = (client.get(path) for path in ("/", "/cases/", page_of(nobodys)))
    for response in (home, page):
        assert f'href="{take_over_of(nobodys)}"' in response.content.decode()
    assert "Cora Caller called support without a seat." in shown(home)
    assert "To take over: closes in 5 d 23 h" in shown(rows)
    text = shown(page)
    assert "Cora Caller (cora@customer.example) called support about Analytics" in text
    assert "Resubmission requested" in text
    assert "Reopening ends" not in text
    assert "Your answer" not in text


@time_machine.travel(NOW, tick=False)
def test_taking_over_shows_the_promised_instants_and_files(nobodys: Case, requestor: User) -> None:
    client = client_of(requestor)
    form = client.get(take_over_of(nobodys))
    assert "Mon 2 Mar 2026, 09:00 PST" in shown(form)  # P3 of Ultimate: one business hour
    assert 'name="product"' not in form.content.decode()
    response = client.post(take_over_of(nobodys), taking(), follow=True)
    assert response.redirect_chain == [(page_of(nobodys), 302)]
    assert "The request is yours." in shown(response)
    assert "Resubmission requested" not in shown(response)
    after = current(nobodys)
    assert (after.status, after.requestor) == (Status.AWAITING_ASSIGNMENT, requestor)


@time_machine.travel(NOW, tick=False)
def test_a_form_sent_twice_takes_over_once(nobodys: Case, requestor: User) -> None:
    client, sent = client_of(requestor), taking()
    for _ in range(2):
        response = client.post(take_over_of(nobodys), sent)
        assert (response.status_code, response["Location"]) == (302, page_of(nobodys))
    assert current(nobodys).messages.count() == 1


@time_machine.travel(NOW, tick=False)
def test_who_comes_too_late_is_told_who_was_faster(nobodys: Case, requestor: User, colleague: User) -> None:
    client_of(requestor).post(take_over_of(nobodys), taking())
    client = client_of(colleague)
    for response in (client.get(take_over_of(nobodys)), client.post(take_over_of(nobodys), taking())):
        assert response.status_code == 409
        assert "A colleague has taken the request over already." in shown(response)
    assert current(nobodys).requestor == requestor


@time_machine.travel(NOW, tick=False)
def test_bad_input_keeps_what_was_typed(nobodys: Case, requestor: User) -> None:
    client = client_of(requestor)
    for missing in ({"title": ""}, {"description": ""}, {"priority": "1"}, {"watchers": "nobody@x.example"}):
        response = client.post(take_over_of(nobodys), taking(**missing))
        assert response.status_code == 400
        kept = "Since noon." if "description" not in missing else "Reports are empty"
        assert kept in response.content.decode()
    assert current(nobodys).is_nobodys


@time_machine.travel(NOW, tick=False)
def test_who_may_not_file_is_refused_with_whom_to_ask(nobodys: Case, license_: License) -> None:
    client = client_of(make_customer(license_, may_file_cases=False))
    response = client.get(take_over_of(nobodys))
    assert response.status_code == 403
    who = "Only the account administrator or a named contact who may file cases"
    assert f"{who} can do this. Ask your account administrator" in shown(response)
    assert client.post(take_over_of(nobodys), taking()).status_code == 403


@time_machine.travel(NOW, tick=False)
def test_between_two_terms_the_request_is_not_taken_over(
    nobodys: Case, license_: License, requestor: User
) -> None:
    leave_a_gap(license_)
    response = client_of(requestor).get(take_over_of(nobodys))
    why = "The license for Analytics is not in force now; cases can be filed from 1 Dec 2026 on."
    assert (response.status_code, why in shown(response)) == (409, True)
    assert 'name="title"' not in response.content.decode()


def test_a_request_that_closed_says_so_and_offers_a_follow_up(nobodys: Case, requestor: User) -> None:
    for days in (1, 3, 5, 6):
        carry_out_steps(FILED + days * DAY, 10)
    with time_machine.travel(FILED + 7 * DAY, tick=False):
        client = client_of(requestor)
        page = shown(client.get(page_of(nobodys)))
        assert "Closed by itself: nobody took the request over" in page
        assert "The case closed before anybody took the request over. File a new case." in page
        assert "File a follow-up" in page
        assert "Reopening ends in" not in page
        assert numbers_of_view(client, "reopenable") == 0
        assert client.get(take_over_of(nobodys)).status_code == 409
        assert send(requestor, nobodys, "reopen", text="Still.").status_code == 409


def numbers_of_view(client: Any, view: str) -> int:
    return len(client.get(f"/cases/?view={view}").context["rows"])


def test_the_notice_leads_to_the_request_and_its_mail_names_the_caller(
    nobodys: Case, requestor: User, colleague: User
) -> None:
    notice = Notice.objects.get(kind="case_caller_logged", recipient=requestor)
    assert "A caller’s request waits for one of you" in shown(client_of(requestor).get("/inbox/"))
    mail = kind_of(notice).mail(notice)
    assert mail.subject == f"{nobodys.number}: A caller’s request waits for one of you"
    assert "Cora Caller (cora@customer.example) called support about Analytics" in mail.text
    assert "If nobody takes it over it closes by itself:" in mail.text
    with time_machine.travel(NOW, tick=False):
        client_of(colleague).post(take_over_of(nobodys), taking())
    theirs = Notice.objects.get(kind="case_caller_logged", recipient=colleague)
    assert kind_of(theirs).obsolete_because(theirs) == "taken_over"


def test_reminders_and_the_closure_speak_of_taking_over(nobodys: Case) -> None:
    for days in (1, 3, 5, 6):
        carry_out_steps(FILED + days * DAY, 10)
    reminder, closure = (
        kind_of(notice).mail(notice)
        for notice in (
            Notice.objects.filter(kind="case_reminder").first(),
            Notice.objects.filter(kind="case_auto_closed").first(),
        )
    )
    assert "A named contact can file a new case." in closure.text
    assert "Reopen" not in closure.text
    assert "The request still waits for one of you" in reminder.text
    assert "Nobody has taken the request over." in reminder.text
