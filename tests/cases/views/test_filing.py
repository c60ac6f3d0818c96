"""Filing a case and a follow-up by their forms (SPEC 2, 6)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import operations
from cases.models import Case
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.cases.records import snapshot
from tests.cases.views.browsing import NEW, page_of, shown
from tests.factories.browsers import client_of
from tests.factories.cases import ASKED, make_case, make_closed_case
from tests.factories.people import make_bare_license, make_customer, make_license, make_person
from tests.factories.terms import leave_a_gap

HOUR = timedelta(hours=1)
NOW = ASKED + HOUR


def form_of(license_: License, **typed: Any) -> dict[str, Any]:
    return {
        "form_token": new_token(),
        "product": license_.pk,
        "environment": "Production",
        "title": "Reports stay empty",
        "description": "Since *today*.\r\nAll of them.",
        "priority": "3",
        "watchers": "",
        **typed,
    }


def file(person: User, license_: License, **typed: Any) -> Any:
    return client_of(person).post(NEW, form_of(license_, **typed))


def test_a_case_is_filed_with_all_that_was_typed(license_: License, requestor: User, watcher: User) -> None:
    files = SimpleUploadedFile("app.log", b"ERROR 17\n")
    response = file(requestor, license_, watchers=watcher.email, files=files)
    case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(case))
    assert (case.title, case.environment, case.priority, case.requestor, case.filed_at) == (
        "Reports stay empty",
        "Production",
        Priority.P3,
        requestor,
        NOW,
    )
    message = case.messages.get()
    assert message.body == "Since *today*.\nAll of them."
    assert message.attachments.get().file.name == "app.log"
    assert list(case.watchers.all()) == [watcher]


def test_a_double_submit_is_one_case(license_: License, requestor: User) -> None:
    token = new_token()
    first = file(requestor, license_, form_token=token)
    done = snapshot()
    second = file(requestor, license_, form_token=token)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert snapshot() == done


@pytest.mark.parametrize(
    "typed",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "nul\x00"},
        {"title": "a\r\nBcc: everybody@example.com"},
        {"title": "a\nb"},
        {"title": "a\u2028b"},
        {"title": "\u200b\u2060"},
        {"description": ""},
        {"description": "x" * 32_001},
        {"description": "nul\x00"},
        {"priority": ""},
        {"priority": "0"},
        {"priority": "5"},
        {"priority": "1\x00"},
        {"environment": "Moon"},
        {"product": ""},
        {"product": "lost"},
        {"product": "99999999999999999999999"},
        {"watchers": "nobody@nowhere.example"},
        {"watchers": "\x00"},
        {"form_token": ""},
        {"form_token": "x"},
        {"priority": "1"},
        {"priority": "1", "phone": "+1 555 0100", "impact": "No orders."},
        {"priority": "1", "phone": "+1 555 0100", "is_reachable": "on"},
        {"priority": "1", "impact": "No orders.", "is_reachable": "on"},
        {"phone": "x" * 41},
        {"impact": "x" * 501},
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_the_rest_is_kept(
    license_: License, requestor: User, typed: dict[str, str]
) -> None:
    before = snapshot()
    response = file(requestor, license_, **typed)
    page = response.content.decode()
    assert response.status_code == 400
    kept = {"title": "Reports stay empty", "description": "All of them."}
    for name, words in kept.items():
        assert name in typed or words in page
    assert snapshot() == before


@pytest.mark.parametrize("title", ["x", "x" * 200])
def test_a_title_has_one_to_200_characters(license_: License, requestor: User, title: str) -> None:
    assert file(requestor, license_, title=title).status_code == 302
    assert Case.objects.get().title == title


def test_a_p1_is_filed_with_its_commitment(license_: License, requestor: User) -> None:
    commitment = {"phone": "+1 555 0100", "impact": "No orders.", "is_reachable": "on"}
    assert file(requestor, license_, priority="1", **commitment).status_code == 302
    assert Case.objects.get().priority == Priority.P1


def test_a_license_of_another_account_is_no_choice(requestor: User) -> None:
    foreign = make_license(product="target")
    before = snapshot()
    response = file(requestor, foreign)
    assert response.status_code == 400
    assert foreign.account.name not in response.content.decode()
    assert snapshot() == before


def test_a_license_without_a_seat_is_explained(license_: License, requestor: User) -> None:
    other = make_license(license_.account, "target")
    before = snapshot()
    response = file(requestor, other)
    assert response.status_code in (400, 403)
    assert "Target" in shown(response)
    assert "Reports stay empty" in response.content.decode()
    assert snapshot() == before


def test_who_may_not_file_at_all_is_told_why(license_: License, watcher: User) -> None:
    response = client_of(watcher).get(NEW)
    assert response.status_code == 200
    assert "named contact" in shown(response)
    barred = make_customer(license_, may_file_cases=False)
    before = snapshot()
    assert file(barred, license_).status_code in (400, 403)
    assert snapshot() == before


def test_an_ended_term_is_explained_with_its_day(license_: License, requestor: User) -> None:
    term = license_.terms.get()
    term.last_on = date(2026, 3, 2)
    term.save()
    before = snapshot()
    response = file(requestor, license_)
    assert response.status_code in (400, 409)
    assert "2026" in shown(response)
    assert snapshot() == before


def test_an_account_without_any_term_files_nothing(requestor: User) -> None:
    person = make_person(make_bare_license().account)
    assert client_of(person).get(NEW).status_code == 200


def test_filing_asks_for_a_sign_in_and_is_not_for_staff(
    license_: License, requestor: User, agent: User
) -> None:
    before = snapshot()
    assert Client().post(NEW, form_of(license_)).status_code == 302
    assert client_of(agent).get(NEW).status_code == 404
    assert snapshot() == before


def test_more_cases_than_the_hour_allows_are_refused_with_the_wait(
    license_: License, requestor: User, settings: Any
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "case": 1}
    assert file(requestor, license_).status_code == 302
    before = snapshot()
    response = file(requestor, license_)
    assert (response.status_code, int(response["Retry-After"]) > 0) == (429, True)
    assert "Reports stay empty" in response.content.decode()
    assert snapshot() == before


# --- Follow up --------------------------------------------------------------------------------------


def follow_up_of(case: Case) -> str:
    return f"/cases/{case.number}/follow-up/"


def follow_up_form(**typed: Any) -> dict[str, Any]:
    return {
        "form_token": new_token(),
        "environment": "Production",
        "title": "It goes on",
        "description": "Again.",
        "priority": "3",
        "watchers": "",
        **typed,
    }


def test_a_follow_up_is_filled_in_from_the_old_case(requestor: User, watcher: User, colleague: User) -> None:
    old = make_closed_case(requestor, watchers=[watcher], title="Old <title>", environment="Staging")
    page = client_of(requestor).get(follow_up_of(old)).content.decode()
    assert 'value="Old &lt;title&gt;"' in page
    assert watcher.email in page
    assert '<option value="Staging" selected>' in page
    assert 'value="1"' not in page.split('name="priority"', 1)[1].split("</fieldset>")[0]


def test_a_follow_up_is_filed_once_and_linked(requestor: User) -> None:
    old, form = make_closed_case(requestor), follow_up_form()
    client = client_of(requestor)
    first = client.post(follow_up_of(old), form)
    new = Case.objects.latest("pk")
    assert (first.status_code, first["Location"]) == (302, page_of(new))
    assert (new.follows, new.title, new.license) == (old, "It goes on", old.license)
    done = snapshot()
    assert client.post(follow_up_of(old), form)["Location"] == first["Location"]
    assert snapshot() == done


def test_a_second_follow_up_is_warned_of_and_possible(requestor: User) -> None:
    old = make_closed_case(requestor)
    operations.file_follow_up(
        old, "First one", description="x", priority=Priority.P3, actor=requestor, now=NOW
    )
    text = shown(client_of(requestor).get(follow_up_of(old)))
    assert "This case has a follow-up already." in text
    assert "First one" in text
    assert client_of(requestor).post(follow_up_of(old), follow_up_form()).status_code == 302
    assert old.follow_ups.count() == 2


@pytest.mark.parametrize("typed", [{"priority": "1"}, {"title": ""}, {"description": "x" * 32_001}])
def test_a_wrong_follow_up_is_refused_and_kept(requestor: User, typed: dict[str, str]) -> None:
    old = make_closed_case(requestor)
    before = snapshot()
    response = client_of(requestor).post(follow_up_of(old), follow_up_form(**typed))
    assert response.status_code == 400
    assert "title" in typed or "It goes on" in response.content.decode()
    assert snapshot() == before


def test_an_open_case_and_one_whose_term_has_ended_are_not_followed_up(
    license_: License, requestor: User
) -> None:
    opened, old = make_case(requestor), make_closed_case(requestor)
    client = client_of(requestor)
    assert client.get(follow_up_of(opened)).status_code == 409
    term = license_.terms.get()
    term.last_on = date(2026, 3, 2)
    term.save()
    before = snapshot()
    for response in (
        client.get(follow_up_of(old)),
        client.post(follow_up_of(old), follow_up_form()),
    ):
        assert response.status_code == 409
        assert "2026" in shown(response)
    assert snapshot() == before


def test_between_two_terms_a_follow_up_is_refused_before_anything_is_typed(
    license_: License, requestor: User
) -> None:
    old = make_closed_case(requestor)
    leave_a_gap(license_)
    client, before = client_of(requestor), snapshot()
    response = client.get(follow_up_of(old))
    why = "The license for Analytics is not in force now; cases can be filed from 1 Dec 2026 on."
    assert (response.status_code, why in shown(response)) == (409, True)
    assert 'name="title"' not in response.content.decode()
    # What somebody had typed before the term was over is kept.
    response = client.post(follow_up_of(old), follow_up_form())
    assert (response.status_code, why in shown(response)) == (409, True)
    assert 'value="It goes on"' in response.content.decode()
    assert snapshot() == before


def test_a_reader_and_a_stranger_do_not_follow_up(requestor: User, watcher: User) -> None:
    old, stranger = make_closed_case(requestor, watchers=[watcher]), make_customer()
    before = snapshot()
    assert client_of(watcher).post(follow_up_of(old), follow_up_form()).status_code == 403
    assert client_of(stranger).post(follow_up_of(old), follow_up_form()).status_code == 404
    assert snapshot() == before
