"""The form of a new case says until when support answers first, and the case's page says the same."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.models import Case
from entitlements import operations as entitlements
from entitlements.models import License
from entitlements.plans import Plan
from portal.accounts.models import Region, User
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token
from portal.work.instance import adopt
from tests.cases.views.browsing import NEW, page_of, shown
from tests.factories.browsers import client_of
from tests.factories.people import make_account, make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db

WHAT_APPLIES = "/admin/entitlements/responsetarget/what-applies/"
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
# A Friday; the Monday after it is taken off.
FRIDAY_16_40 = datetime(2026, 5, 15, 16, 40, 30, tzinfo=LOS_ANGELES)


@pytest.fixture(autouse=True)
def _friday(db: None):
    with time_machine.travel(FRIDAY_16_40, tick=False):
        yield


@pytest.fixture
def license_(db: None) -> License:
    region = Region.objects.get(pk="AMER")
    root = make_superuser()
    entitlements.add_day_off(region, date(2026, 5, 18), "Founders’ day", actor=root, now=FRIDAY_16_40)
    return make_license(make_account(country="US"), plan=Plan.EXPERT)


@pytest.fixture
def requestor(license_: License) -> User:
    return make_customer(license_)


def panels(html: str) -> dict[tuple[str, str], str]:
    """The ledgers of the form by places of products and by priority, in plain words."""
    found = re.findall(
        r'data-for-products="([\d ]+)" data-for-priority="(\d)">(.*?)</details>', html, flags=re.DOTALL
    )
    return {
        (places.strip(), priority): " ".join(re.sub("<[^>]*>", " ", text).split())
        for places, priority, text in found
    }


def test_a_p2_on_a_friday_before_a_day_off_is_explained_before_and_after_it_is_filed(
    license_: License, requestor: User
) -> None:
    client = client_of(requestor)
    form = client.get(NEW).content.decode()
    p2 = panels(form)["1", "2"]
    assert "first answer by Tue 19 May 2026, 07:10 PDT" in p2
    ledger = (
        "Fri 15 May 16:40 17:30 50 min",
        "Mon 18 May",
        "Founders’ day",
        "Tue 19 May 06:00 07:10 1 h 10 min",
        "Sum 2 h",
    )
    assert [line for line in ledger if line not in p2] == []

    sent = {
        "form_token": new_token(),
        "product": license_.pk,
        "environment": "Production",
        "title": "Slow",
        "description": "Since noon.",
        "priority": "2",
    }
    assert client.post(NEW, sent).status_code == 302
    page = shown(client.get(page_of(Case.objects.get())))
    assert "Tue 19 May 2026, 07:10 PDT" in page
    assert [line for line in ledger if line not in page] == []


TUESDAY = "Tue 19 May 2026, %s PDT"
TO_MINUTE = r"(\w{3} \d+ \w{3} \d{4}, \d\d:\d\d [A-Z]+)"
P1_ASKS = {"phone": "+1 555 0100", "impact": "Nobody can buy.", "is_reachable": "on"}


@pytest.mark.parametrize(
    ("plan", "priority", "due"),
    [
        (Plan.EXPERT, 1, "Fri 15 May 2026, 17:40 PDT"),
        (Plan.EXPERT, 2, TUESDAY % "07:10"),
        (Plan.EXPERT, 3, TUESDAY % "09:10"),
        (Plan.EXPERT, 4, TUESDAY % "16:40"),
        (Plan.ULTIMATE, 1, "Fri 15 May 2026, 16:55 PDT"),
        (Plan.ULTIMATE, 2, "Fri 15 May 2026, 17:10 PDT"),
        (Plan.ULTIMATE, 3, TUESDAY % "06:10"),
        (Plan.ULTIMATE, 4, TUESDAY % "16:40"),
    ],
)
def test_form_case_mail_and_the_page_for_staff_name_the_same_instant(
    license_: License, plan: Plan, priority: int, due: str
) -> None:
    product = make_license(license_.account, "target", plan=plan)
    person, staff = make_customer(product), make_superuser()
    User.objects.filter(pk=staff.pk).update(time_zone=LOS_ANGELES.key)
    client = client_of(person)
    preview = panels(client.get(NEW).content.decode())["1", str(priority)]
    sent = {"form_token": new_token(), "product": product.pk, "environment": "Production", "title": "Slow"}
    sent |= {"description": "Since noon.", "priority": str(priority)} | (P1_ASKS if priority == 1 else {})
    assert client.post(NEW, sent).status_code == 302
    case = Case.objects.get()
    adopt()
    send_due(FRIDAY_16_40, 10)
    [acknowledgement] = [message for message in mail.outbox if message.to == [person.email]]
    would_apply = {"account": product.account_id, "product": product.product_id, "priority": priority}
    said = {
        "form": re.findall(f"first answer by {TO_MINUTE}", preview),
        "case": re.findall(f"Due {TO_MINUTE}", shown(client.get(page_of(case)))),
        "mail": re.findall(f"Targeted initial response: by {TO_MINUTE}", str(acknowledgement.body)),
        "staff": re.findall(
            f"First response due {TO_MINUTE}", shown(client_of(staff).get(WHAT_APPLIES, would_apply))
        ),
    }
    assert said == {place: [due] for place in ("form", "case", "mail", "staff")}


def test_form_and_case_say_when_cases_are_worked_beside_when_minutes_count(license_: License) -> None:
    product = make_license(license_.account, "target", plan=Plan.ULTIMATE)
    person = make_customer(product)
    client = client_of(person)
    form = shown(client.get(NEW))
    assert [
        words
        for words in ("1 h, business hours Coverage: 24x5", "15 min, 24x7 Coverage: 24x7")
        if words not in form
    ] == []
    sent = {"form_token": new_token(), "product": product.pk, "environment": "Production", "title": "Slow"}
    assert client.post(NEW, {**sent, "description": "Since noon.", "priority": "3"}).status_code == 302
    page = shown(client.get(page_of(Case.objects.get())))
    assert "Target 1 h, business hours, Ultimate Coverage 24x5" in page


def test_products_promised_alike_stand_together_and_others_apart(license_: License, requestor: User) -> None:
    target = make_license(license_.account, "target", plan=Plan.EXPERT)
    campaign = make_license(license_.account, "campaign", plan=Plan.ULTIMATE)
    person = make_customer(license_, target, campaign)
    places = {places for places, _priority in panels(client_of(person).get(NEW).content.decode())}
    assert places == {"1 2", "3"}


def test_the_cost_of_the_form_does_not_grow_with_the_products(license_: License, requestor: User) -> None:
    more = [make_license(license_.account, code) for code in ("target", "campaign", "workfront")]
    person = make_customer(license_, *more)

    def cost(who: User) -> int:
        client = client_of(who)
        client.get(NEW)
        with CaptureQueriesContext(connection) as captured:
            client.get(NEW)
        return len(captured)

    assert cost(requestor) == cost(person)


def test_the_form_says_when_japanese_is_spoken_and_what_other_languages_promise(requestor: User) -> None:
    client = client_of(requestor)
    assert "next from Sun 17 May 2026, 17:00 PDT" in shown(client.get(NEW))
    requestor.language = "fr"
    requestor.save(update_fields=["language"])
    with translation.override("fr"):
        words = translation.gettext("Answers come in the case's language, not in that of this page.")
    assert words in shown(client_of(requestor).get(NEW))


def test_japanese_for_commerce_is_refused_beside_the_field_and_the_text_is_kept() -> None:
    license_ = make_license(product="commerce")
    sent = {
        "form_token": new_token(),
        "product": license_.pk,
        "environment": "Production",
        "language": "ja",
        "title": "Slow",
        "description": "Since noon.",
        "priority": "3",
    }
    answer = client_of(make_customer(license_)).post(NEW, sent)
    text = answer.content.decode()
    assert (answer.status_code, "supported in English only" in text, "Since noon." in text) == (
        400,
        True,
        True,
    )
    assert not Case.objects.exists()
