"""The customer's actions by their forms: done, done once, or refused with everything typed kept (SPEC 6)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import operations
from cases.lifecycle import Resolution, Status
from cases.models import Case
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.files.checks import MAX_BYTES
from portal.files.models import StoredFile
from portal.work.form_tokens import new_token
from tests.cases.records import kinds, snapshot
from tests.cases.views.browsing import act_on, page_of, send, shown
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    CLOSES,
    current,
    make_auto_closed_case,
    make_case,
    make_closed_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_customer, make_license, make_person

HOUR = timedelta(hours=1)
NOW = ASKED + HOUR


def solved_case(person: User) -> Case:
    return make_waiting_case(person, status=Status.RESOLUTION_PROVIDED)


# Action, the case it is possible in, what is typed, the event that follows.
ACTIONS: list[tuple[str, Callable[[User], Case], dict[str, str], str]] = [
    ("reply", make_waiting_case, {"text": "Version 2.6."}, "replied"),
    ("confirm", solved_case, {}, "confirmed"),
    ("reopen", make_closed_case, {"text": "It is back."}, "reopened"),
    ("extend", make_waiting_case, {}, "extended"),
    (
        "escalate",
        make_case,
        {"reason": "awaiting_callback_or_update", "text": "Please call."},
        "escalated",
    ),
    ("raise-urgency", make_case, {"justification": "A launch today"}, "urgency_raised"),
    ("close", make_case, {"resolution": "issue_obsolete"}, "closed"),
    ("edit-watchers", make_case, {"watchers": ""}, ""),
]
NAMES = [action[0] for action in ACTIONS]


# --- Done -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_an_action_is_done_and_leads_back_to_the_case(
    requestor: User, action: str, make: Callable[[User], Case], typed: dict[str, str], event: str
) -> None:
    case = make(requestor)
    before = kinds(case)
    response = send(requestor, case, action, **typed)
    assert (response.status_code, response["Location"]) == (302, page_of(case))
    assert kinds(case) == [*before, *([event] if event else [])]


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_a_double_submit_is_one_and_leads_to_the_same_place(
    requestor: User, action: str, make: Callable[[User], Case], typed: dict[str, str], event: str
) -> None:
    case, token = make(requestor), new_token()
    first = send(requestor, case, action, token=token, **typed)
    done = snapshot()
    second = send(requestor, case, action, token=token, **typed)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert snapshot() == done


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_a_form_without_its_token_is_refused_and_says_so(
    requestor: User, action: str, make: Callable[[User], Case], typed: dict[str, str], event: str
) -> None:
    case = make(requestor)
    before = snapshot()
    for token in ("", "short", "not a token at all, but long enough for one", "x" * 65):
        response = send(requestor, case, action, token=token, **typed)
        assert response.status_code == 400
        assert 'role="alert"' in response.content.decode()
        for text in typed.values():
            assert text in response.content.decode()
    assert snapshot() == before


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_a_token_that_somebody_else_has_spent_is_refused(
    requestor: User,
    colleague: User,
    action: str,
    make: Callable[[User], Case],
    typed: dict[str, str],
    event: str,
) -> None:
    case, other, token = make(requestor), make_case(colleague), new_token()
    send(colleague, other, "reply", token=token, text="Mine")
    before = snapshot()
    assert send(requestor, case, action, token=token, **typed).status_code == 400
    assert snapshot() == before


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_nobody_acts_on_a_case_that_is_not_theirs(
    requestor: User, action: str, make: Callable[[User], Case], typed: dict[str, str], event: str
) -> None:
    case, stranger = make(requestor), make_customer()
    before = snapshot()
    assert send(stranger, case, action, **typed).status_code == 404
    assert Client().post(act_on(case, action), typed).status_code == 302
    assert snapshot() == before


@pytest.mark.parametrize(("action", "make", "typed", "event"), ACTIONS, ids=NAMES)
def test_a_watcher_without_a_seat_is_told_why_not(
    requestor: User,
    watcher: User,
    action: str,
    make: Callable[[User], Case],
    typed: dict[str, str],
    event: str,
) -> None:
    case = make(requestor)
    operations.edit_watchers(case, watchers=[watcher], actor=requestor, now=ASKED)
    before = snapshot()
    response = send(watcher, case, action, **typed)
    assert response.status_code == 403
    assert "Only a named contact of the product can do this." in shown(response)
    assert snapshot() == before


def test_staff_do_not_act_through_the_customers_pages(waiting: Case, agent: User) -> None:
    before = snapshot()
    response = send(agent, waiting, "reply", text="Hello")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/admin/cases/case/{waiting.pk}/change/",
    )
    assert snapshot() == before


# --- By GET -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["confirm", "extend"])
def test_an_action_without_a_form_is_no_page(requestor: User, action: str) -> None:
    case = solved_case(requestor)
    before = snapshot()
    response = client_of(requestor).get(act_on(case, action))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert snapshot() == before


@pytest.mark.parametrize(
    ("action", "make"),
    [(action, make) for action, make, _typed, _event in ACTIONS if action not in ("confirm", "extend")],
)
def test_a_form_is_shown_by_get_and_nothing_happens(
    requestor: User, action: str, make: Callable[[User], Case]
) -> None:
    case = make(requestor)
    before = snapshot()
    assert client_of(requestor).get(act_on(case, action)).status_code == 200
    assert snapshot() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(waiting: Case, requestor: User, method: str) -> None:
    assert getattr(client_of(requestor), method)(act_on(waiting, "reply")).status_code == 405


@pytest.mark.parametrize("action", ["claim", "answer", "hold", "add-note", "file", "auto-close", "lost"])
def test_what_is_no_action_of_the_customers_is_not_found(waiting: Case, requestor: User, action: str) -> None:
    before = snapshot()
    client = client_of(requestor)
    assert client.get(act_on(waiting, action)).status_code == 404
    assert send(requestor, waiting, action, text="x", reason="x").status_code == 404
    assert snapshot() == before


# --- Refused by the state of the case ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "typed", "make", "words"),
    [
        ("confirm", {}, make_waiting_case, "Possible in Resolution Provided"),
        ("extend", {}, make_case, "Possible in Pending Response or Resolution Provided"),
        ("reopen", {"text": "Kept words"}, make_case, "Possible in Auto Closed or Closed"),
        ("close", {"resolution": "issue_obsolete"}, make_closed_case, "The case is Closed."),
        ("raise-urgency", {"justification": "Kept words"}, make_closed_case, "The case is Closed."),
        (
            "escalate",
            {"reason": "change_in_issue_urgency", "text": "Kept words"},
            make_closed_case,
            "The case is Closed.",
        ),
    ],
)
def test_what_the_state_forbids_is_refused_with_its_rule_and_the_text_is_kept(
    requestor: User, action: str, typed: dict[str, str], make: Callable[[User], Case], words: str
) -> None:
    case = make(requestor)
    before = snapshot()
    response = send(requestor, case, action, **typed)
    assert response.status_code == 409
    assert words in shown(response)
    if "Kept words" in typed.values():
        assert "Kept words" in response.content.decode()
    assert snapshot() == before


def test_a_stale_page_is_told_who_did_what(requestor: User, colleague: User) -> None:
    case = solved_case(requestor)
    operations.reply_to_case(case, text="No.", actor=colleague, now=ASKED + HOUR / 2)
    response = send(requestor, case, "confirm")
    assert response.status_code == 409
    assert "Customer replied" in shown(response)
    assert "Carl Colleague" in shown(response)
    assert "07:30 PST" in shown(response)


def test_reopening_too_late_names_the_instant_and_the_way_on(requestor: User, time_machine: Any) -> None:
    case = make_closed_case(requestor)
    last = case.reopen_until
    assert last is not None
    time_machine.move_to(last + timedelta(microseconds=1), tick=False)
    before = snapshot()
    response = send(requestor, case, "reopen", text="Kept words")
    assert response.status_code == 409
    text = shown(response)
    assert "Tue 17 Mar 2026, 08:00 PDT" in text
    assert "File a follow-up" in text
    assert "Kept words" in text
    assert snapshot() == before
    time_machine.move_to(last, tick=False)
    assert send(requestor, case, "reopen", text="In time").status_code == 302


def test_raising_twice_names_the_next_instant(requestor: User) -> None:
    case = make_case(requestor, priority=Priority.P4)
    send(requestor, case, "raise-urgency", justification="One")
    response = send(requestor, case, "raise-urgency", justification="Two")
    assert response.status_code == 409
    assert "Wed 4 Mar 2026, 08:00 PST" in shown(response)
    assert "Two" in response.content.decode()


def test_an_ended_term_is_named_where_it_refuses(license_: License, requestor: User) -> None:
    case = make_case(requestor)
    term = license_.terms.get()
    term.last_on = date(2026, 3, 2)
    term.save()
    response = send(requestor, case, "raise-urgency", justification="Now")
    assert response.status_code == 409
    assert "2026" in shown(response)


# --- A reply to a case that closed meanwhile --------------------------------------------------------


def test_a_reply_to_a_case_closed_meanwhile_is_kept_and_offered_with_reopening_and_follow_up(
    requestor: User, colleague: User
) -> None:
    case = make_waiting_case(requestor)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=colleague, now=ASKED + HOUR / 2)
    before = snapshot()
    response = send(requestor, case, "reply", text="My long answer.")
    page = response.content.decode()
    assert response.status_code == 409
    assert page.count("My long answer.") >= 2
    assert f'action="{act_on(case, "reopen")}"' in page
    assert f'action="/cases/{case.number}/follow-up/"' in page
    assert "Case closed" in shown(response)
    assert snapshot() == before

    follow_up = client_of(requestor).post(
        f"/cases/{case.number}/follow-up/", {"prefill": "1", "text": "My long answer."}
    )
    assert follow_up.status_code == 200
    assert "My long answer." in follow_up.content.decode()
    assert snapshot() == before


def test_past_the_window_only_the_follow_up_is_offered(requestor: User, time_machine: Any) -> None:
    case = make_auto_closed_case(requestor)
    time_machine.move_to(CLOSES + timedelta(days=14, microseconds=1), tick=False)
    response = send(requestor, case, "reply", text="My late answer.")
    page = response.content.decode()
    assert response.status_code == 409
    assert "My late answer." in page
    assert f'action="{act_on(case, "reopen")}"' not in page
    assert f'action="/cases/{case.number}/follow-up/"' in page


def test_a_reply_a_moment_before_the_closing_instant_wins(
    waiting: Case, requestor: User, time_machine: Any
) -> None:
    time_machine.move_to(CLOSES - timedelta(microseconds=1), tick=False)
    assert send(requestor, waiting, "reply", text="Just in time.").status_code == 302
    assert sweep_to(CLOSES) == 0
    assert current(waiting).status == Status.IN_PROGRESS


# --- What is typed ----------------------------------------------------------------------------------


def reply(person: User, case: Case, text: str, **more: Any) -> Any:
    return send(person, case, "reply", text=text, **more)


@pytest.mark.parametrize("text", ["", " \n\t ", "nul \x00 inside", "x" * 32_001, "x" * 32_000 + "\r\n" + "y"])
def test_a_text_that_cannot_be_taken_is_refused_beside_the_field_and_kept(
    waiting: Case, requestor: User, text: str
) -> None:
    before = snapshot()
    response = reply(requestor, waiting, text)
    assert response.status_code == 400
    page = response.content.decode()
    assert 'aria-invalid="true"' in page
    if text.strip():
        assert text.split("\x00")[0][:100] in page
    assert snapshot() == before


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("x" * 32_000, "x" * 32_000),
        ("x\r\n" * 15_999 + "xx", "x\n" * 15_999 + "xx"),
        ("a\rb\r\nc\nd", "a\nb\nc\nd"),
        ("日本語 é 🙂 <b>", "日本語 é 🙂 <b>"),
        ("\u202eright to left", "\u202eright to left"),
    ],
)
def test_line_ends_count_once_and_the_text_is_stored_as_written(
    waiting: Case, requestor: User, text: str, stored: str
) -> None:
    assert reply(requestor, waiting, text).status_code == 302
    assert waiting.messages.latest("pk").body == stored


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("close", {"resolution": "lost"}),
        ("close", {"resolution": ""}),
        ("close", {}),
        ("escalate", {"reason": "lost", "text": "Kept words"}),
        ("escalate", {"reason": "change_in_issue_urgency", "text": ""}),
        ("escalate", {"reason": "change_in_issue_urgency", "text": "nul\x00"}),
        ("raise-urgency", {"justification": ""}),
        ("raise-urgency", {"justification": "x" * 501}),
        ("raise-urgency", {"justification": "nul\x00"}),
        ("edit-watchers", {"watchers": "nobody@nowhere.example"}),
        ("edit-watchers", {"watchers": "nul\x00@nowhere.example"}),
        ("edit-watchers", {"watchers": "x" * 4001}),
        ("hand-to-colleague", {"colleague": "lost"}),
        ("hand-to-colleague", {"colleague": "99999999999999999999"}),
        ("hand-to-colleague", {"colleague": ""}),
        ("hand-to-colleague", {"colleague": "1\x00"}),
    ],
)
def test_a_wrong_choice_is_refused_on_the_form(
    case: Case, requestor: User, action: str, typed: dict[str, str]
) -> None:
    before = snapshot()
    response = send(requestor, case, action, **typed)
    assert response.status_code == 400
    if "Kept words" in typed.values():
        assert "Kept words" in response.content.decode()
    assert snapshot() == before


def test_the_customer_chooses_resolution_confirmed_anywhere(case: Case, requestor: User) -> None:
    assert send(requestor, case, "close", resolution="resolution_confirmed").status_code == 302
    assert current(case).resolution == "resolution_confirmed"


def test_repeated_keys_take_the_last_and_never_fail(waiting: Case, requestor: User) -> None:
    response = client_of(requestor).post(
        act_on(waiting, "reply"), {"form_token": [new_token(), new_token()], "text": ["one", "two"]}
    )
    assert response.status_code == 302
    assert waiting.messages.latest("pk").body == "two"


def test_more_replies_than_the_hour_allows_are_refused_with_the_wait(
    waiting: Case, requestor: User, settings: Any
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "reply": 2}
    for text in ("one", "two"):
        assert reply(requestor, waiting, text).status_code == 302
    before = snapshot()
    response = reply(requestor, waiting, "three")
    assert (response.status_code, int(response["Retry-After"]) > 0) == (429, True)
    assert "three" in response.content.decode()
    assert snapshot() == before


# --- People -----------------------------------------------------------------------------------------


def test_a_case_is_handed_to_a_contact_of_the_product(case: Case, requestor: User, colleague: User) -> None:
    response = send(requestor, case, "hand-to-colleague", colleague=colleague.pk)
    assert response.status_code == 302
    assert current(case).requestor == colleague
    assert client_of(requestor).get(response["Location"]).status_code == 200


def test_handing_over_twice_with_one_token_is_one(case: Case, requestor: User, colleague: User) -> None:
    token = new_token()
    first = send(requestor, case, "hand-to-colleague", token=token, colleague=colleague.pk)
    done = snapshot()
    second = send(requestor, case, "hand-to-colleague", token=token, colleague=colleague.pk)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert snapshot() == done


def test_nobody_of_another_account_or_without_a_seat_is_a_choice(
    license_: License, case: Case, requestor: User, watcher: User, agent: User
) -> None:
    foreigner, of_another_product = (
        make_customer(),
        make_customer(make_license(license_.account, "target")),
    )
    before = snapshot()
    for person in (foreigner, of_another_product, watcher, agent, requestor):
        response = send(requestor, case, "hand-to-colleague", colleague=person.pk)
        assert response.status_code == 400
        assert person.email not in response.content.decode() or person == requestor
    assert snapshot() == before


def test_watchers_are_saved_by_their_addresses(
    case: Case, requestor: User, colleague: User, watcher: User
) -> None:
    typed = f" {colleague.email.upper()};\n{watcher.email},, "
    assert send(requestor, case, "edit-watchers", watchers=typed).status_code == 302
    assert set(case.watchers.all()) == {colleague, watcher}


def test_addresses_of_others_are_named_and_kept(case: Case, requestor: User, watcher: User) -> None:
    foreigner = make_person()
    before = snapshot()
    response = send(requestor, case, "edit-watchers", watchers=f"{watcher.email}, {foreigner.email}")
    page = response.content.decode()
    assert response.status_code == 400
    assert f"{watcher.email}, {foreigner.email}" in page
    assert snapshot() == before


def test_eleven_watchers_are_refused_beside_the_field(license_: License, case: Case, requestor: User) -> None:
    addresses = [make_person(license_.account).email for _ in range(11)]
    before = snapshot()
    response = send(requestor, case, "edit-watchers", watchers=", ".join(addresses))
    assert response.status_code == 400
    assert "at most 10 watchers" in shown(response)
    assert snapshot() == before
    assert send(requestor, case, "edit-watchers", watchers=", ".join(addresses[:10])).status_code == 302


def test_a_watcher_who_may_no_longer_sign_in_does_not_stand_in_the_way(
    case: Case, requestor: User, watcher: User, colleague: User
) -> None:
    User.objects.filter(pk=watcher.pk).update(is_active=False)
    form = client_of(requestor).get(act_on(case, "edit-watchers")).content.decode()
    assert watcher.email not in form
    assert send(requestor, case, "edit-watchers", watchers=colleague.email).status_code == 302
    assert list(case.watchers.all()) == [colleague]


# --- Files ------------------------------------------------------------------------------------------


def upload(name: str = "app.log", content: bytes = b"ERROR 17\n") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_reply_brings_its_files(waiting: Case, requestor: User) -> None:
    files = [upload("app.log"), upload("données.csv", "a;é\n".encode())]
    assert reply(requestor, waiting, "See the files.", files=files).status_code == 302
    message = waiting.messages.latest("pk")
    assert [
        (attachment.file.name, attachment.file.size_bytes, attachment.file.uploaded_by)
        for attachment in message.attachments.order_by("pk")
    ] == [("app.log", 9, requestor), ("données.csv", 5, requestor)]


def test_ten_files_are_taken_and_eleven_refused(waiting: Case, requestor: User) -> None:
    before = snapshot()
    response = reply(requestor, waiting, "Kept words", files=[upload(f"{n}.txt") for n in range(11)])
    assert response.status_code == 400
    assert "Kept words" in response.content.decode()
    assert snapshot() == before
    assert reply(requestor, waiting, "Ten", files=[upload(f"{n}.txt") for n in range(10)]).status_code == 302
    assert StoredFile.objects.count() == 10


def test_a_file_of_20_mb_is_taken_and_one_byte_more_refused(waiting: Case, requestor: User) -> None:
    before = snapshot()
    response = reply(requestor, waiting, "Kept words", files=upload("big.log", b"x" * (MAX_BYTES + 1)))
    assert response.status_code == 400
    assert "big.log" in shown(response)
    assert "Kept words" in response.content.decode()
    assert snapshot() == before
    assert reply(requestor, waiting, "Big", files=upload("big.log", b"x" * MAX_BYTES)).status_code == 302
    assert StoredFile.objects.get().size_bytes == 20_971_520


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        ("program.exe", b"MZ\x90"),
        ("page.html", b"<script>alert(1)</script>"),
        ("image.svg", b"<svg onload=alert(1)/>"),
        ("picture.png", b"<script>alert(1)</script>"),
        ("broken.json", b"{"),
        ("binary.txt", b"\x00\x01"),
        ("noextension", b"x"),
    ],
)
def test_a_file_of_another_kind_or_content_is_refused_beside_the_field(
    waiting: Case, requestor: User, name: str, content: bytes
) -> None:
    before = snapshot()
    response = reply(requestor, waiting, "Kept words", files=[upload("good.txt"), upload(name, content)])
    assert response.status_code == 400
    page = response.content.decode()
    assert name in page
    assert "Kept words" in page
    assert "<script>alert" not in page
    assert snapshot() == before


def test_a_name_is_made_safe(waiting: Case, requestor: User) -> None:
    """What cannot be seen in a name is gone when it arrives; path characters are replaced."""
    reply(requestor, waiting, "x", files=upload("a\u202egnp.\u2066 b:c.txt"))
    assert StoredFile.objects.get().name == "agnp. b_c.txt"


def test_a_refused_reply_leaves_no_file(requestor: User) -> None:
    case = make_closed_case(requestor)
    before = snapshot()
    assert reply(requestor, case, "Late", files=upload()).status_code == 409
    assert snapshot() == before
