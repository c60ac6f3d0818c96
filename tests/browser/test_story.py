"""The story: file, answer, wait, remind, close, reopen, follow up; as customer and as staff."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page

from cases.models import Case
from portal.accounts.wording import countdown, exact
from portal.clock import business_now, machine_now
from portal.notices.models import MailState, Notice
from portal.notices.sender import send_due
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once("the story is told over HTTP above each database, see tests/journeys and tests/system"),
    pytest.mark.timeout(300),
]

CUSTOMER = "contact@northwind.example"
AGENT = "agent@portal.example"
LEAD = "lead@portal.example"
# The zones of the two in the demo.
CUSTOMERS_ZONE = ZoneInfo("America/Los_Angeles")

TITLE = "Real-time report counts every order twice"
LOG = b"2026-03-02 07:00:01 ERROR collector: duplicate hit id 4711\n" * 40
QUESTION = "Which report suite is it, and since which hour do you see it?"
REMINDER_STOPS = "Stopped by an answer, or by closing the case."
CLOSURE_STOPS = (
    "Stopped by an answer of yours or of a watcher, or by closing the case yourself. "
    "An extension, or a hold by support, moves it."
)


def test_a_case_is_asked_about_reminded_closed_and_reopened(visitor: Callable[..., Visitor]) -> None:
    customer, staff = visitor(), visitor()
    customer.go("/")
    customer.sign_in(CUSTOMER)
    case = _file(customer)
    _ask(staff, case)
    _see_what_is_planned(customer, case)
    _be_reminded_after_a_day(customer, case)
    _find_the_mail_in_the_outbox(staff, case)
    _see_it_close_on_day_six(customer, case)
    _reopen(customer, case)
    _follow_up_what_is_too_old(customer)


def _file(customer: Visitor) -> Case:
    page = customer.page
    customer.press(page.get_by_role("link", name="New case"))
    page.get_by_label("Product you need help with").select_option(label="Analytics")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Description").fill("Since this morning.\n\n```\nduplicate hit id 4711\n```")
    page.get_by_label("Files").set_input_files(
        {"name": "collector.log", "mimeType": "text/plain", "buffer": LOG}
    )
    customer.press(page.get_by_role("button", name="File the case"))
    case = Case.objects.latest("pk")
    assert customer.path == f"/cases/{case.number}/"
    assert page.get_by_role("heading", level=1).inner_text() == TITLE
    with page.expect_download() as download:
        page.get_by_role("link", name="collector.log").click()
    assert download.value.path().read_bytes() == LOG
    return case


def _ask(staff: Visitor, case: Case) -> None:
    page = staff.page
    staff.go("/admin/")
    staff.sign_in(AGENT)
    staff.go("/admin/cases/case/")
    staff.press(page.get_by_role("link", name=case.number))
    staff.press(page.get_by_role("button", name="Claim"))
    page.get_by_label("Message").first.fill(QUESTION)
    staff.press(page.get_by_role("button", name="Ask and wait"))


def _see_what_is_planned(customer: Visitor, case: Case) -> None:
    earliest = business_now()
    customer.go(f"/cases/{case.number}/")
    latest = business_now()
    case.refresh_from_db()
    assert case.period is not None
    start = case.period.started_at
    assert _planned(customer.page) in (_series(start, earliest), _series(start, latest))
    assert customer.page.locator(".stand .stand-when time").inner_text() == _instant(
        start + timedelta(hours=144)
    )


def _planned(page: Page) -> list[str]:
    steps = page.locator("ol.timeline li[data-state=planned]").all()
    return [_text(step) for step in steps]


def _text(element: Locator) -> str:
    """All of an element's text, also what is read out only, as one line."""
    return " ".join(element.inner_text().split())


def _series(start: datetime, now: datetime) -> list[str]:
    """The published series: reminders after 24, 72 and 120 hours, closure after 144, 14 days to reopen."""
    steps = (
        (24, "1st reminder", REMINDER_STOPS),
        (72, "2nd reminder", REMINDER_STOPS),
        (120, "3rd reminder", REMINDER_STOPS),
        (144, "The case closes by itself", CLOSURE_STOPS),
        (480, "Reopening ends", "Stopped by reopening. After it, a linked follow-up case is the way on."),
    )
    return [
        f"{name}, in {countdown(at - now)} (planned) {_instant(at)} {stops}"
        for name, at, stops in ((name, start + timedelta(hours=hours), stops) for hours, name, stops in steps)
    ]


def _instant(at: datetime) -> str:
    return exact(at, CUSTOMERS_ZONE)


def _be_reminded_after_a_day(customer: Visitor, case: Case) -> None:
    page = customer.page
    customer.press(page.get_by_role("button", name="A day later"))
    [reminder] = _notices(case, "case_reminder")
    unread = Notice.objects.visible_to(reminder.recipient).filter(read_at=None).count()
    customer.press(page.get_by_role("link", name=f"Inbox, {unread} unread"))
    entry = page.get_by_role("listitem").filter(has_text=case.number).first
    assert _text(entry.get_by_role("heading")) == f"Unread: 1st reminder: your case waits for you: {TITLE}"


def _notices(case: Case, kind: str) -> list[Notice]:
    return list(Notice.objects.filter(about=case.about, kind=kind).order_by("pk"))


def _find_the_mail_in_the_outbox(staff: Visitor, case: Case) -> None:
    """The outbox is the lead's: the demo bar makes one of the agent."""
    page = staff.page
    [reminder] = _notices(case, "case_reminder")
    while send_due(machine_now()).sent:  # what the worker does every few seconds
        pass
    reminder.refresh_from_db()
    assert reminder.state == MailState.SENT
    staff.press(page.locator(f"button[name=email][value='{LEAD}']"))
    staff.go(f"/admin/notices/notice/?q={case.about}")
    row = page.get_by_role("row").filter(has_text="Reminder")
    assert row.get_by_text("Sent", exact=True).count() == 1
    staff.press(row.get_by_role("link").first)
    assert page.locator("pre").inner_text() == reminder.sent_text
    assert case.period is not None
    for instant in (timedelta(hours=72), timedelta(hours=120), timedelta(hours=144)):
        assert _instant(case.period.started_at + instant) in reminder.sent_text


def _see_it_close_on_day_six(customer: Visitor, case: Case) -> None:
    page = customer.page
    customer.go(f"/cases/{case.number}/")
    for _day in range(4):
        page.get_by_role("button", name="A day later").click()
    customer.press(page.get_by_role("button", name="A day later"))
    assert case.period is not None
    due_at = case.period.started_at + timedelta(hours=144)
    case.refresh_from_db()
    assert case.status == "auto_closed"
    assert case.closed_at is not None
    assert timedelta(0) <= case.closed_at - due_at < timedelta(hours=24)
    assert page.locator(".stand .badge").inner_text() == "Auto Closed"
    assert len(_notices(case, "case_reminder")) == 3
    assert len(_notices(case, "case_auto_closed")) == 1
    customer.go("/inbox/")
    entry = page.get_by_role("listitem").filter(has_text=case.number).first
    assert f"Your case closed by itself: {TITLE}" in entry.inner_text()
    customer.press(entry.get_by_role("link"))


def _reopen(customer: Visitor, case: Case) -> None:
    page = customer.page
    customer.go(f"/cases/{case.number}/")
    customer.press(page.locator(".stand").get_by_role("link", name="Reopen"))
    page.get_by_label("Message").fill("It is still so: suite nw-global, since Monday 6:00.")
    customer.press(page.get_by_role("main").get_by_role("button", name="Reopen"))
    assert page.locator(".stand .badge").inner_text() == "In Progress"
    case.refresh_from_db()
    assert (case.status, case.closed_at) == ("in_progress", None)


def _follow_up_what_is_too_old(customer: Visitor) -> None:
    page = customer.page
    old = (
        Case.objects.filter(requestor__email=CUSTOMER, reopen_until__lt=business_now(), follow_ups=None)
        .order_by("pk")
        .last()
    )
    assert old is not None
    assert old.reopen_until is not None
    customer.go(f"/cases/{old.number}/")
    until = _instant(old.reopen_until)
    assert f"Reopening ended on {until}." in page.locator(".stand").inner_text()
    customer.go(f"/cases/{old.number}/reopen/")
    assert page.get_by_role("alert").inner_text() == (
        f"Not possible now. Reopening was possible until {until}. "
        "File a follow-up: it is filled in from this case and linked with it."
    )
    customer.press(page.get_by_role("link", name="File a follow-up"))
    assert page.get_by_label("Title").input_value() == old.title
    assert page.get_by_label("Environment").input_value() == old.environment
    page.get_by_label("Description").fill("It is back since the release of this week.")
    customer.press(page.get_by_role("button", name="File the follow-up"))
    new = Case.objects.latest("pk")
    assert new.follows == old
    customer.press(page.locator("dl.facts").get_by_role("link", name=old.title))
    assert customer.path == f"/cases/{old.number}/"
    customer.press(page.locator("dl.facts").get_by_role("link", name=new.title))
    assert customer.path == f"/cases/{new.number}/"
