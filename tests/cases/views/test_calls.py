"""Asking for a call on the pages (SPEC 2): a slot for P2 and P3, at once for P1, not for P4."""

from datetime import timedelta

import pytest
import time_machine

from cases import operations
from cases.models import Case
from entitlements.targets import Priority
from portal.accounts.models import User
from tests.cases.views.browsing import act_on, page_of, send, shown
from tests.factories.browsers import client_of
from tests.factories.cases import FILED, current, make_case, make_p1_case

# 08:00 in Los Angeles.
NOW = FILED + timedelta(hours=1)
SLOT = FILED + timedelta(hours=2)

pytestmark = pytest.mark.django_db


@time_machine.travel(NOW, tick=False)
def test_the_form_offers_the_slots_of_three_days_in_the_viewers_zone(case: Case, requestor: User) -> None:
    page = client_of(requestor).get(act_on(case, "request-call"))
    html = page.content.decode()
    assert html.count("<option ") == 18 + 23 + 23
    assert html.count("<optgroup ") == 3
    assert "Mon 2 Mar, 08:30–09:00 PST" in html
    assert "Wed 4 Mar, 17:00–17:30 PST" in html


@time_machine.travel(NOW, tick=False)
def test_a_call_is_asked_for_shown_and_cancelled(case: Case, requestor: User, agent: User) -> None:
    response = send(requestor, case, "request-call", phone="+1 555 0100", starts_at=SLOT.isoformat())
    assert (response.status_code, response["Location"]) == (302, page_of(case))
    text = shown(client_of(requestor).get(page_of(case)))
    assert "Support calls +1 555 0100. Mon 2 Mar 2026, 09:00 PST, within the half hour until 09:30" in text
    assert "A call is awaited already. Cancel it to choose another time." in text
    staff = client_of(agent)
    assert "Call +1 555 0100:" in shown(staff.get(f"/admin/cases/case/{case.pk}/change/"))
    assert case.number in staff.get("/admin/cases/case/?attention=call").content.decode()
    send(requestor, case, "cancel-call")
    assert current(case).call is None
    assert case.number not in staff.get("/admin/cases/case/?attention=call").content.decode()


@time_machine.travel(NOW, tick=False)
def test_a_time_that_has_passed_is_told_beside_the_field_and_the_number_is_kept(
    case: Case, requestor: User
) -> None:
    for bad in (NOW.isoformat(), "tomorrow", "2026-03-02T16:10:00+00:00", ""):
        response = send(requestor, case, "request-call", phone="+1 555 0100", starts_at=bad)
        assert response.status_code == 400
        assert 'value="+1 555 0100"' in response.content.decode()
    assert current(case).call is None


@time_machine.travel(FILED + timedelta(hours=17), tick=False)
def test_a_p1_needs_no_time_and_its_number_is_filled_in(requestor: User) -> None:
    case = make_p1_case(requestor)
    form = client_of(requestor).get(act_on(case, "request-call")).content.decode()
    assert 'value="+1 555 0100"' in form
    assert "starts_at" not in form
    assert send(requestor, case, "request-call", phone="+1 555 0100").status_code == 302
    assert "As soon as possible" in shown(client_of(requestor).get(page_of(case)))


@time_machine.travel(NOW, tick=False)
def test_p4_and_a_second_call_are_refused_with_what_to_do_instead(case: Case, requestor: User) -> None:
    minor = make_case(requestor, priority=Priority.P4)
    response = client_of(requestor).get(act_on(minor, "request-call"))
    assert response.status_code == 409
    assert "Calls are for P1, P2 and P3." in shown(response)
    operations.request_call(case, phone="1", starts_at=SLOT, actor=requestor, now=NOW)
    again = send(requestor, case, "request-call", phone="1", starts_at=SLOT.isoformat())
    assert again.status_code == 409


@time_machine.travel(NOW, tick=False)
def test_a_waiting_case_says_that_a_call_does_not_stop_its_reminders(waiting: Case, requestor: User) -> None:
    operations.request_call(waiting, phone="1", starts_at=SLOT, actor=requestor, now=NOW)
    text = shown(client_of(requestor).get(page_of(waiting)))
    assert "The call does not stop the reminders: answer, or extend." in text
