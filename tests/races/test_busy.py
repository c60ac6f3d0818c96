"""A row that somebody holds: a person gets an answer in bounded time, the clock passes over it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape

import pytest
from django import forms as django_forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cases import forms, operations
from cases.models import Case
from portal.accounts.models import User
from portal.front.unsent import TYPED
from portal.work.form_tokens import new_token
from portal.work.models import FormToken
from portal.work.timed import run_tick
from tests.factories.cases import ASKED, make_case
from tests.races.becoming import REMINDS, reminded
from tests.races.outcome import outcome_of
from tests.races.stage import LOCK_CASES, Actor, Statement, on_postgresql

TEXT = "It is version 2.6,\nand <b>nothing</b> else has changed."


@pytest.fixture
def impatient(committed: None) -> Iterator[None]:
    """This session gives up after a fifth of a second, so that the test need not wait for five."""
    quick, usual = (
        ("SET lock_timeout = '200ms'", "RESET lock_timeout")
        if on_postgresql()
        else ("PRAGMA busy_timeout = 200", "PRAGMA busy_timeout = 20000")
    )
    with connection.cursor() as cursor:
        cursor.execute(quick)
        yield
        cursor.execute(usual)


@contextmanager
def held(case: Case, person: User) -> Iterator[None]:
    """Somebody of staff has locked the case and does not come to an end."""
    holder = Actor("the holder", lambda: operations.add_note(case, text="Hm.", actor=person, now=ASKED))
    holder.go_until(after=LOCK_CASES)
    try:
        yield
    finally:
        holder.finish()


@pytest.fixture
def browser(rita: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(rita)
    return client


def sent_again(page: HttpResponse, client: Client) -> HttpResponse:
    """What the page's one button sends."""
    html = page.content.decode()
    [address] = re.findall(r'<form[^>]* action="([^"]+)" method="post"', html)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    fields |= dict(
        re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', html, flags=re.DOTALL)
    )
    return client.post(unescape(address), {name: unescape(value) for name, value in fields.items()})


def test_a_reply_to_a_case_that_is_held_says_busy_keeps_the_text_and_is_sent_again_once(
    waiting: Case, ada: User, browser: Client, impatient: None
) -> None:
    address = reverse("cases:act", args=[waiting.pk, "reply"])
    before = outcome_of(waiting)

    with held(waiting, ada):
        busy = browser.post(address, {"form_token": new_token(), "text": TEXT})
        assert (busy.status_code, busy["Retry-After"]) == (503, "5")
        assert outcome_of(waiting) == before
        assert not FormToken.objects.exists()

    noted = replace(before, events=[*before.events, ("noted", "Ada Agent", ASKED)])
    assert outcome_of(waiting) == noted
    page = reverse("cases:case", args=[waiting.pk])
    answers = [sent_again(busy, browser) for _ in range(3)]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 3
    after = outcome_of(waiting)
    assert [body.replace("\r\n", "\n") for _purpose, _who, body in after.messages[-2:]] == [
        before.messages[-1][2],
        TEXT,
    ]
    assert (after.status, len(after.messages)) == ("in_progress", len(before.messages) + 1)


def test_files_cannot_be_sent_again_by_the_page_but_the_text_is_shown(
    waiting: Case, ada: User, browser: Client, impatient: None
) -> None:
    address = reverse("cases:act", args=[waiting.pk, "reply"])
    upload = SimpleUploadedFile("log.txt", b"all is well")

    with held(waiting, ada):
        busy = browser.post(address, {"form_token": new_token(), "text": TEXT, "files": upload})

    html = busy.content.decode()
    assert busy.status_code == 503
    assert "It is version 2.6,\nand &lt;b&gt;nothing&lt;/b&gt; else has changed." in html
    assert "choose the files once more" in html
    assert 'type="submit"' not in html


def test_staff_are_told_the_same_in_the_admin(waiting: Case, ada: User, bob: User, impatient: None) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(bob)
    before = outcome_of(waiting)

    with held(waiting, ada):
        busy = browser.post(
            reverse("admin:cases_case_act", args=[waiting.pk, "resume"]),
            {"form_token": new_token(), "reason": "Answered on the phone."},
        )
        assert (busy.status_code, "Answered on the phone." in busy.content.decode()) == (503, True)
        assert outcome_of(waiting) == before


def test_of_several_cases_at_once_those_before_a_busy_one_are_done_and_the_rest_told(
    rita: User, ada: User, lou: User, impatient: None
) -> None:
    cases = [make_case(rita) for _ in range(3)]
    browser = Client(raise_request_exception=False)
    browser.force_login(lou)
    form = {"action": "claim_cases", "_selected_action": [case.pk for case in cases]}

    with held(cases[1], ada):
        page = browser.post(reverse("admin:cases_case_changelist"), form, follow=True)

    html = page.content.decode()
    assert page.status_code == 200
    # SQLite has one lock for all of them: the first is busy already.
    busy, owners = (cases[1], [lou.name, None, None]) if on_postgresql() else (cases[0], [None] * 3)
    assert ("1 case done." in html) == on_postgresql()
    assert f"{busy.number} is busy. It and the cases after it were left as they are" in html
    assert list(Case.objects.order_by("pk").values_list("owner__name", flat=True)) == owners


def test_what_nobody_vouches_for_is_not_shown_again(
    rita: User,
) -> None:
    """The database goes before the check against forgery: the text may be a stranger's."""
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(rita)

    def away(_execute: object, *_statement: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        page = client.post("/cases/", {"form_token": new_token(), "text": "Call +1 555 0199 now."})

    assert (page.status_code, "+1 555 0199" in page.content.decode()) == (503, False)


def test_any_other_fault_is_still_called_one(rita: User, browser: Client) -> None:
    def broken(_execute: object, *_statement: object) -> None:
        raise ZeroDivisionError

    with connection.execute_wrapper(broken):
        assert browser.get("/cases/").status_code == 500


def test_every_text_of_a_form_is_among_those_shown_again() -> None:
    lists = {"tags", "watchers"}
    texts = {
        name
        for form in vars(forms).values()
        if isinstance(form, type) and issubclass(form, django_forms.Form)
        for name, field in form.base_fields.items()
        if isinstance(field, django_forms.CharField) and (field.max_length or 0) > 400
    }
    assert texts - lists - set(TYPED) == set()


# --- The clock --------------------------------------------------------------------------------------


def test_the_clock_passes_over_a_held_case_and_the_next_tick_does_it(
    waiting: Case, ada: User, impatient: None
) -> None:
    before = outcome_of(waiting)

    with held(waiting, ada):
        if on_postgresql():
            report = run_tick(REMINDS)
            assert (report.done["follow_up"], report.failed, report.is_complete) == (0, {}, False)
        else:
            # One writer at a time: not even the heartbeat can be written beside the holder.
            with pytest.raises(OperationalError, match="database is locked"):
                run_tick(REMINDS)
    noted = replace(before, events=[*before.events, ("noted", "Ada Agent", ASKED)])
    assert outcome_of(waiting) == noted

    report = run_tick(REMINDS)
    assert (report.done["follow_up"], report.failed, report.is_complete) == (1, {}, True)
    assert outcome_of(waiting) == reminded(noted)


def test_a_tick_that_waits_too_long_writes_nothing_puts_nothing_off_and_the_next_one_does_it(
    waiting: Case, rita: User, impatient: None
) -> None:
    if not on_postgresql():
        pytest.skip("on SQLite nobody writes beside the holder: the tick waits at its beginning, as above")
    before = outcome_of(waiting)

    def rename() -> None:
        with transaction.atomic():
            # A new address locks the person's key, to which the reminder's notice has to refer.
            User.objects.filter(pk=rita.pk).update(email="rita@new.example")

    change = Actor("the change of address", rename)
    change.go_until(after=Statement(r'^UPDATE "accounts_user"'))
    report = run_tick(REMINDS)
    assert (report.done["follow_up"], list(report.failed)) == (0, ["follow_up"])
    assert "lock timeout" in report.failed["follow_up"]
    assert outcome_of(waiting) == before

    change.finish()
    report = run_tick(REMINDS)
    assert (report.done["follow_up"], report.failed) == (1, {})
    assert outcome_of(waiting) == reminded(before)


def test_a_session_gives_up_after_the_seconds_of_the_settings(committed: None) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        if not on_postgresql():
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (20_000,)
            return
        found = []
        for name in names:
            cursor.execute(f"SHOW {name}")
            found += cursor.fetchone()
    assert found == ["5s", "30s", "1min"]
