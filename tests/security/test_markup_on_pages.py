"""Forty payloads in every field, on every page and in every mail: shown as text, never as markup (SPEC 6).

The pages are parsed; nothing is searched for by its spelling. `parsing.faults_of` says what counts.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from cases.models import Case
from entitlements.models import License, Product
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.notices.states import MailState
from portal.work.form_tokens import new_token
from tests.factories import people
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.security.corpus.markup import GROUPS, XSS
from tests.security.hostile_case import hostile_case
from tests.security.parsing import faults_of, read

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("at_asked", "store_folder", "adopted"),
    pytest.mark.once("what a page escapes is decided in Python"),
]

# An address may hold markup between its quotation marks, and still be one.
HOSTILE_ADDRESS = '"<img/src/onerror=evil7()>"@customer.example'


@pytest.mark.parametrize("payload", XSS)
def test_the_checker_finds_each_payload_where_a_page_would_let_it_in(payload: str) -> None:
    places = ("<p>{}</p>", '<p title="{}">x</p>', "<p title='{}'>x</p>", "<p title={}>x</p>")
    decoded = payload.replace("&lt;", "<").replace("&gt;", ">")
    assert any(faults_of(place.format(decoded)) for place in places)


def test_the_checker_finds_nothing_in_an_innocent_page() -> None:
    page = '<p class="a">x <a href="/cases/">y</a><script src="/static/admin/js/core.js"></script></p>'
    assert faults_of(page) == []


@pytest.fixture
def license_() -> License:
    account = people.make_account(f"Account {XSS[0]}")
    Product.objects.filter(code="target").update(name=XSS[9])
    return people.make_license(account, "target")


@pytest.fixture
def reader(license_: License) -> User:
    """The administrator, who sees all cases and watches them."""
    return people.make_administrator(license_, email=HOSTILE_ADDRESS, name=XSS[12])


def test_forty_payloads_in_every_field_are_text_on_every_page_and_in_every_mail(
    license_: License, reader: User, staff: User
) -> None:
    cases = [hostile_case(payload, license_, agent=staff, watchers=[reader]) for payload in GROUPS]
    send_one_of_each_mail()

    found = faults_in(
        [
            *pages_of_cases(cases, reader, staff),
            *pages(client_of(reader), READERS_PAGES),
            *pages(client_of(staff), staff_lists(cases[0])),
            *sent_mails(),
        ]
    )

    assert found == {}


def faults_in(pages: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What is wrong with which page; an account of all pages."""
    faults = {name: faults_of(html) for name, html in pages}
    assert len(faults) > 30
    return {name: found for name, found in faults.items() if found}


def pages(client: Client, addresses: Iterable[str], *, status: int = 200) -> Iterator[tuple[str, str]]:
    for address in addresses:
        response = client.get(address)
        assert response.status_code == status, (address, response.status_code)
        yield f"{address} as {client.session['_auth_user_id']}", response.content.decode()


READERS_PAGES = (
    *("/", "/cases/?view=all", "/profile/", "/cases/new/"),
    *(f"/inbox/?page={page}" for page in (1, 3)),
)


def pages_of_cases(cases: list[Case], reader: User, staff: User) -> Iterator[tuple[str, str]]:
    """Each case as the customer sees it and as staff do; the pages of its actions for some."""
    customer, agent = client_of(reader), client_of(staff)
    yield from pages(customer, [f"/cases/{case.number}/" for case in cases])
    yield from pages(agent, [reverse("admin:cases_case_change", args=[case.pk]) for case in cases])
    for case in cases[::5]:
        acts = ("reply", "close", "edit-watchers", "hand-to-colleague")
        yield from pages(customer, [f"/cases/{case.number}/{act}/" for act in acts])


def staff_lists(case: Case) -> list[str]:
    """The admin's lists, its pages of one row, and those that ask before they act."""
    lists = (
        *("cases_case", "entitlements_person", "accounts_account", "entitlements_license"),
        *("entitlements_seat", "entitlements_term", "entitlements_entitlementevent", "notices_notice"),
        *("work_heartbeat", "entitlements_product", "entitlements_invitation"),
    )
    rows = {
        "entitlements_person": case.requestor_id,
        "accounts_account": case.account_id,
        "entitlements_license": case.license_id,
        "entitlements_seat": case.requestor.seats.get().pk,
    }
    newest = Notice.objects.filter(state=MailState.SENT).order_by("-pk")[:3]
    return [
        *(reverse(f"admin:{name}_changelist") for name in lists),
        *(reverse(f"admin:{name}_change", args=[key]) for name, key in rows.items()),
        *(reverse("admin:notices_notice_change", args=[notice.pk]) for notice in newest),
        *(reverse("admin:notices_notice_mail", args=[notice.pk]) for notice in newest),
        reverse("admin:cases_case_changelist") + "?all=&p=1",
        reverse("admin:cases_case_add"),
        reverse("admin:cases_case_add") + f"?license={case.license_id}",
        reverse("admin:entitlements_seat_add") + f"?license={case.license_id}",
    ]


def send_one_of_each_mail() -> None:
    """Sends a mail of each kind about each case, and cancels its like."""
    kept = {(notice.kind, notice.about): notice.pk for notice in Notice.objects.order_by("pk")}
    rest = Notice.objects.exclude(pk__in=kept.values())
    rest.update(state=MailState.CANCELLED, cancelled_because="obsolete")
    while send_due(timezone.now(), 100).sent:
        pass


def sent_mails() -> Iterator[tuple[str, str]]:
    assert len(mail.outbox) > 8 * len(GROUPS)
    for message in mail.outbox:
        [(html, kind)] = message.alternatives
        assert kind == "text/html"
        yield f"mail {message.extra_headers['Message-ID']}", html


# --- What is typed comes back ---------------------------------------------------------------------------


def test_what_was_typed_into_a_refused_form_comes_back_as_text(reader: User, license_: License) -> None:
    client = client_of(reader)
    case = make_case(reader)
    number = case.number
    found = {}
    for payload in GROUPS:
        everything = dict.fromkeys(
            (
                *("product", "environment", "title", "description", "priority", "phone", "impact"),
                *("watchers", "text", "name", "time_zone", "language", "form_token", "colleague", "reason"),
            ),
            payload,
        )
        addresses = (
            "/cases/new/",
            f"/cases/{number}/edit-watchers/",
            f"/cases/{number}/escalate/",
            "/profile/",
        )
        for address in addresses:
            response = client.post(address, everything | {"next": payload})
            if response.status_code != 302:
                assert response.status_code == 400
                found[payload, address] = faults_of(response.content.decode())
    assert {key: faults for key, faults in found.items() if faults} == {}
    assert len(found) >= 3 * len(GROUPS)


@pytest.mark.parametrize(
    "address",
    [
        reverse_name + query
        for reverse_name, query in (
            ("/admin/cases/case/", "?{q}"),
            ("/admin/cases/case/add/", "?{q}"),
            ("/admin/entitlements/person/", "?{q}"),
            ("/admin/notices/notice/", "?{q}"),
            ("/cases/", "?{view}&{status}&{whose}"),
            ("/login/", "?{next}"),
            ("/nowhere/", "{path}/?{q}"),
        )
    ],
)
def test_what_was_asked_for_comes_back_as_text(staff: User, address: str) -> None:
    client = client_of(staff)
    found = {}
    for payload in GROUPS:
        pairs = {name: urlencode({name: payload}) for name in ("q", "view", "status", "whose", "next")}
        path = urlencode({"": payload})[1:].replace("%2F", "/").replace("+", "%20")
        response = client.get(address.format(**pairs, path=path), follow=True)
        assert response.status_code in (200, 400, 404)
        found[payload] = faults_of(response.content.decode())
    assert {payload: faults for payload, faults in found.items() if faults} == {}


def test_what_was_typed_at_sign_in_comes_back_as_text() -> None:
    for payload in GROUPS:
        for address, data in (
            ("/login/", {"login": payload, "password": payload, "next": payload}),
            ("/password/reset/", {"email": payload}),
        ):
            response = Client().post(address, data)
            assert faults_of(response.content.decode()) == []


def test_refusals_that_name_what_they_refuse_name_it_as_text(staff: User, reader: User) -> None:
    """Staff's actions echo too: bulk closing with a hostile reason, tags that are too many."""
    client = client_of(staff)
    case = make_case(reader)
    for payload in GROUPS:
        for action, data in (
            ("tag", {"tags": ",".join(f"{payload[:20]}{n}" for n in range(12))}),
            ("link-related", {"other": payload}),
            ("hold", {"last_on": payload, "reason": payload}),
            ("change-priority", {"priority": payload, "reason": payload, "impact": payload}),
        ):
            address = reverse("admin:cases_case_act", args=[case.pk, action])
            response = client.post(address, {"form_token": new_token(), **data})
            assert response.status_code in (400, 404, 409), (action, response.status_code)
            assert faults_of(response.content.decode()) == []


# --- The same pages with innocent words -----------------------------------------------------------------


def test_lists_of_hostile_cases_have_the_bones_of_lists_of_innocent_ones(staff: User) -> None:
    """No element more, no attribute more: the titles change words only."""

    def bones(title: str) -> list[Any]:
        license_ = people.make_license()
        person = people.make_customer(license_, name=title)
        for _ in range(3):
            make_case(person, title=title, description="innocent")
        client = client_of(person)
        html = [client.get(address).content.decode() for address in ("/", "/cases/", "/inbox/", "/profile/")]
        return [read(page).skeleton() for page in html]

    innocent = bones("innocent words")
    assert [payload for payload in GROUPS if bones(payload) != innocent] == []


def test_a_browser_finds_nothing_either(
    browser: Browser, license_: License, reader: User, staff: User
) -> None:
    """Chromium's own parser reads one case's pages; what it builds has no script, handler or acting link."""
    case = hostile_case(GROUPS[3], license_, agent=staff, watchers=[reader])
    send_one_of_each_mail()
    addresses = ("/", "/cases/", f"/cases/{case.number}/", "/inbox/", "/profile/")
    html = [text for _name, text in pages(client_of(reader), addresses)]
    html += [text for _name, text in pages(client_of(staff), staff_lists(case))]
    page = browser.new_page()
    faults = [page.evaluate(_LOOK, text) for text in html]
    canary = page.evaluate(_LOOK, "<p onclick=evil7()>x<script>evil7()</script><a href=javascript:evil7()>y")
    page.close()
    assert faults == [[]] * len(html)
    assert canary == ["p onclick", "script", "a href"]


_LOOK = """html => {
  const found = []
  const parsed = new DOMParser().parseFromString(html, 'text/html')
  for (const element of parsed.querySelectorAll('*')) {
    const name = element.localName
    const own = name === 'script' && /^[/](static|admin[/]jsi18n)[/]/.test(element.getAttribute('src') || '')
    if (['script', 'object', 'embed', 'base', 'math'].includes(name) && !own) found.push(name)
    if (name.includes('evil7')) found.push(name)
    for (const attribute of element.attributes) {
      const isHandler = attribute.name.startsWith('on') || attribute.name.includes('evil7')
      const acts = /^[\\0- ]*(javascript|data|vbscript):/i.test(attribute.value)
      if (isHandler || attribute.name === 'srcdoc' || (acts && attribute.name !== 'value'
          && attribute.name !== 'title')) found.push(`${name} ${attribute.name}`)
    }
  }
  return found
}"""
