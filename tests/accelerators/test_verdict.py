"""What a thing's page says first: whether it may be had, what would open it, and what its reader lacks."""

import re
from html import unescape
from typing import Any

import pytest

from accelerators import operations
from accelerators.models import CatalogueRow, EngagementRequest
from entitlements.models import License
from portal.accounts.models import User
from portal.clock import business_now
from portal.work.form_tokens import new_token
from tests.accelerators.stage import DAY, ask, grant
from tests.factories.browsers import client_of
from tests.factories.people import make_administrator, make_customer, make_person

pytestmark = pytest.mark.django_db

PAGE = "/catalogue/"
THING = f"{PAGE}environment-review/"
CLOSED = (
    "Why you cannot ask for it now",
    "It belongs to the Ultimate Success Plan and to the Priority Queue Bundle; here you have neither."
    " What would open it: the Priority Queue Bundle or the Ultimate Success Plan.",
)
NO_PERMISSION = "You need the permission to request from the catalogue. Your account administrator gives it."
NO_SEAT = (
    "Requests for Analytics are for its named contacts, and you have no seat. Ask your account administrator"
    " for one."
)
OF_ULTIMATE = (
    "You have it",
    "It comes with your success plan and works without being asked for: there is nothing to request.",
)


def said(person: User, address: str = THING) -> tuple[list[str], list[str]]:
    """What the first part of a thing's page says, and the buttons that it offers."""
    page = client_of(person).get(address)
    assert page.status_code == 200
    [part] = re.findall(r'aria-labelledby="next">(.*?)</section>', page.content.decode(), re.S)
    texts = [re.sub("<[^>]+>", "", text) for text in re.findall(r"<(?:h2|p)[ >].*?</(?:h2|p)>", part, re.S)]
    assert 'class="row"></div>' not in part
    return [unescape(text) for text in texts], re.findall(r'class="button[^"]*" href="[^"]*">([^<]*)<', part)


def test_a_contact_without_the_permission_reads_what_would_open_it_and_then_what_they_lack(
    expert: License,
) -> None:
    make_administrator(expert)
    sentences, buttons = said(make_customer(expert))
    assert sentences == [*CLOSED, NO_PERMISSION]
    assert buttons == ["See the Priority Queue Bundle", "Compare the plans", "Ask for the permission …"]


def test_a_person_without_a_seat_reads_what_would_open_it_and_then_what_they_lack(expert: License) -> None:
    sentences, buttons = said(make_person(expert.account))
    assert sentences == [*CLOSED, NO_SEAT]
    assert buttons == ["See the Priority Queue Bundle", "Compare the plans", "Ask for a seat …"]


def test_who_lacks_nothing_but_the_plan_reads_the_ways_alone(expert: License, emil: User) -> None:
    assert said(emil) == ([*CLOSED], ["See the Priority Queue Bundle", "Compare the plans"])


def test_where_it_can_be_had_who_may_not_ask_reads_that_and_what_they_lack(ultimate: License) -> None:
    reason = "Comes with the Ultimate Success Plan."
    heading = "Why you cannot ask for it now"
    assert said(make_customer(ultimate)) == ([heading, reason, NO_PERMISSION], ["Ask for the permission …"])
    assert said(make_person(ultimate.account)) == ([heading, reason, NO_SEAT], ["Ask for a seat …"])
    administrator = make_administrator(ultimate)
    assert said(administrator)[1] == ["Give yourself the permission"]


def test_what_comes_with_the_plan_is_had_by_whoever_reads_it(ultimate: License, rita: User) -> None:
    bundle = f"{PAGE}priority-queue-bundle/"
    for person in (rita, make_customer(ultimate), make_person(ultimate.account)):
        sentences, buttons = said(person, bundle)
        assert sentences[:2] == [*OF_ULTIMATE]
        assert buttons == []


# --- What is no longer offered ----------------------------------------------------------------------


@pytest.fixture
def withdraw() -> Any:
    """Withdraw a thing, as a row of staff does once its instant has come."""

    def do(slug: str) -> None:
        row = CatalogueRow.objects.get(slug=slug)
        row.pk, row.in_force_from, row.is_offered = None, business_now() - DAY, False
        row.save(force_insert=True)

    return do


def test_what_is_no_longer_offered_keeps_its_page_and_leaves_the_list(
    ultimate: License, rita: User, tam: User, withdraw: Any
) -> None:
    made = ask(rita, ultimate, now=business_now() - 2 * DAY)
    operations.accept_request(made, actor=tam, now=business_now() - 2 * DAY)
    withdraw("environment-review")
    client = client_of(rita)
    linked = re.findall(
        r'href="(/catalogue/environment[^"]+)"', client.get(f"/requests/{made.pk}/").content.decode()
    )
    sentences, buttons = said(rita, linked[0])
    assert (sentences[0], sentences[-1], buttons) == (
        "Why you cannot ask for it now",
        "It is not offered any more.",
        [],
    )
    assert made.number in sentences[1]
    assert THING not in client.get(PAGE).content.decode()
    assert said(tam) == (["It cannot be had now", "It is not offered any more."], [])


def test_what_is_no_longer_offered_is_not_asked_for(ultimate: License, rita: User, withdraw: Any) -> None:
    withdraw("environment-review")
    client, address = client_of(rita), f"{THING}request/?license={ultimate.pk}"
    form = {"form_token": new_token(), "goal": "Keep this text", "wished_from": "", "wished_until": ""}
    assert client.get(address).status_code == 409
    refused = client.post(address, form)
    assert (refused.status_code, "It is not offered any more." in refused.content.decode()) == (409, True)
    assert "Keep this text" in refused.content.decode()
    assert EngagementRequest.objects.count() == 0


def test_who_holds_what_is_no_longer_offered_sees_until_when(
    expert: License, emil: User, withdraw: Any
) -> None:
    today = business_now().date()
    grant(expert, first_on=today - DAY, last_on=today + 60 * DAY, now=business_now() - DAY)
    withdraw("priority-queue-bundle")
    page = client_of(emil).get(f"{PAGE}priority-queue-bundle/?license={expert.pk}")
    text = page.content.decode()
    assert (page.status_code, "Held until" in text, "It is not offered any more." in text) == (
        200,
        True,
        True,
    )
