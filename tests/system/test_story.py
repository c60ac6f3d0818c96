"""A case filed over HTTP is reminded of by a real beat, a real broker and a real worker."""

import re
from pathlib import Path

import pytest

from tests.system.running import Portal, Visitor, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

CUSTOMER = "contact@northwind.example"
AGENT = "agent@portal.example"
# Only the time moves: the work is left to beat and worker (the demo's own button would tick at once).
A_DAY_LATER = (
    "from datetime import timedelta\n"
    "from django.db.models import F\n"
    "from portal.demo.models import DemoClock\n"
    "print(DemoClock.objects.update(offset=F('offset') + timedelta(hours=25)))\n"
)


def file_case(customer: Visitor, title: str) -> str:
    """File a case of the first product that may be chosen; return its number."""
    product = next(value for value in customer.choices("/cases/new/", "product").values() if value)
    environment = next(value for value in customer.choices("/cases/new/", "environment").values() if value)
    filed = customer.post(
        "/cases/new/",
        product=product,
        environment=environment,
        title=title,
        description="It stops after the second step.",
        priority="3",
    )
    number = re.search(r"/cases/(E-\d{9})/", filed.url)
    assert number, filed.text
    return number.group(1)


def mails_about(portal: Portal, number: str) -> list[str]:
    folder = Path(portal.var_dir) / "mail"
    texts = [path.read_text("utf-8", errors="replace") for path in sorted(folder.glob("*"))]
    return [text for text in texts if number in text and f"To: {CUSTOMER}" in text]


def test_beat_and_worker_remind_of_a_case_that_was_filed_and_asked_back_over_http(portal):
    customer = Visitor(f"http://127.0.0.1:{portal.port}").sign_in(CUSTOMER)
    staff = Visitor(f"http://localhost:{portal.port}").sign_in(AGENT)
    number = file_case(customer, "Segments stop updating at midnight")
    page = f"/admin/cases/case/{int(number[2:])}"

    claimed = staff.post(f"{page}/act/claim/", form_at=f"{page}/change/")
    asked = staff.post(
        f"{page}/act/request-information/", form_at=f"{page}/change/", text="Which report suite?"
    )
    assert (claimed.status, asked.status) == (200, 200)
    assert "Pending Response" in customer.get(f"/cases/{number}/").text
    assert wait_for(lambda: len(mails_about(portal, number)) >= 1, within_seconds=30)
    before = len(mails_about(portal, number))

    moved = portal.run("shell", "-c", A_DAY_LATER)
    assert moved.stdout.strip().endswith("1"), moved.stderr

    assert wait_for(lambda: len(mails_about(portal, number)) > before, within_seconds=60)
    reminder = mails_about(portal, number)[-1]
    assert "Subject:" in reminder
    assert "eminder" in customer.get(f"/cases/{number}/").text
    assert number in customer.get("/inbox/").text
    assert wait_for(lambda: '"ok": true' in customer.get("/health/clock").text, within_seconds=40), (
        customer.get("/health/clock").text
    )
