"""Hostile bytes in every place of a request: path, query, form, cookie, header, JSON, numbers and dates.

No place makes a server error, on either database, and what is kept is shown as text. Where places times
values would take minutes, they take turns; the fuzz tries all of them with all of them.
"""

import io
import logging
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.urls import reverse

from cases.models import Case, FollowUpPolicy, Message
from entitlements.models import License
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.factories import people
from tests.factories.browsers import client_of, saved_after_a_look
from tests.security.corpus.text import BYTES, CONTROLS, DATES, NUMBERS, STORMS
from tests.security.parsing import faults_of
from tests.security.sending import FORM, ask, urlencoded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked")]


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever the answer, nothing is logged as an error of ours."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


# --- G1, G2: bytes anywhere ---------------------------------------------------------------------------------


def some(all_of_them: Sequence[Any], turn: int, how_many: int) -> list[Any]:
    """The next so many of them, round and round: after enough turns each had its turn."""
    return list(islice(cycle(all_of_them), turn * how_many, (turn + 1) * how_many))


def test_hostile_bytes_in_query_path_cookie_and_header_are_no_server_error(
    case: Case, staff: User, owner: User
) -> None:
    for turn in range(len(BYTES)):
        send_in_query_path_cookie_and_header(case, staff, owner, turn)


HEADERS = ("HTTP_COOKIE", "HTTP_REFERER", "HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT")


def send_in_query_path_cookie_and_header(case: Case, staff: User, owner: User, turn: int) -> None:
    raw = BYTES[turn]
    quoted = quote_from_bytes(raw)
    customer, agent = client_of(owner), client_of(staff)
    query = "&".join(f"{name}={quoted}" for name in ("page", "view", "status", "whose", quoted, "next"))
    for path in some(("/cases/", "/inbox/", "/cases/new/"), turn, 1):
        assert customer.get(f"{path}?{query}").status_code in (200, 400), path
    for name in ("q", *some(("p", "o", "owner", "is_active__exact"), turn, 1)):
        assert agent.get(f"/admin/cases/case/?{name}={quoted}").status_code in (200, 302, 400), name
    assert agent.get(f"/admin/cases/case/add/?q={quoted}").status_code in (200, 400)
    for path in (f"/{quoted}", f"/cases/{quoted}/", f"/cases/{case.number}/{quoted}/"):
        assert customer.get(path).status_code in (301, 302, 400, 404), path
    assert agent.get(f"/admin/accounts/account/{quoted}/change/").status_code in (301, 302, 400, 404)
    latin = raw.decode("latin-1")
    for header in some(HEADERS, turn, 2):
        value = f"session={latin}; csrftoken={latin}; theme={latin}" if header == "HTTP_COOKIE" else latin
        status, page = ask(None, "/login/", method="GET", kind="", **{header: value})
        assert (status, faults_of(page.decode())) == (200, []), header


FIELDS = (
    *(b"title", b"description", b"text", b"name", b"watchers", b"product", b"environment", b"priority"),
    *(b"phone", b"impact", b"language", b"time_zone", b"form_token", b"next", b"theme", b"notice", b"login"),
    *(b"password", b"email", b"said_by", b"channel", b"reason", b"last_on", b"tags", b"other"),
)
CUSTOMERS_FORMS = (
    *("/cases/new/", "/profile/", "/theme/", "/inbox/read/", "/login/", "/password/reset/"),
    *("/cases/{number}/reply/", "/cases/{number}/escalate/", "/cases/{number}/edit-watchers/"),
    *("/cases/{number}/hand-to-colleague/", "/cases/{number}/close/", "/cases/{number}/raise-urgency/"),
    "/password/change/",
)
STAFFS_FORMS = (
    *(f"/admin/cases/case/{{key}}/act/{act}/" for act in ("log-contact", "hold", "tag", "link-related")),
    *(f"/admin/cases/case/{{key}}/act/{act}/" for act in ("change-priority", "assign", "internal-note")),
    *("/admin/entitlements/person/add/", "/admin/cases/case/", "/admin/accounts/staffmember/add/"),
)


def test_hostile_bytes_in_any_field_are_no_server_error(case: Case, staff: User, owner: User) -> None:
    for turn in range(len(BYTES)):
        send_in_any_field(case, staff, owner, turn)


def send_in_any_field(case: Case, staff: User, owner: User, turn: int) -> None:
    raw = BYTES[turn]
    customer, agent = client_of(owner), client_of(staff)
    body = urlencoded(dict.fromkeys(FIELDS, raw) | {raw: raw})
    for path in some(CUSTOMERS_FORMS, turn, 3):
        answer = customer.post(path.format(number=case.number), body, content_type=FORM)
        assert answer.status_code < 500, path
    for path in some(STAFFS_FORMS, turn, 1):
        answer = agent.post(path.format(key=case.pk), body, content_type=FORM)
        assert answer.status_code < 500, path


@pytest.mark.parametrize(
    "raw", [b"{", b'{"a": "\\u0000"}', b"\xff\xfe", b"[" * 100_000, b"null", b'"\\ud800"']
)
@pytest.mark.parametrize("kind", ["application/json", "text/plain; charset=utf-7", "application/xml"])
def test_bodies_of_other_kinds_are_forms_without_fields(owner: User, raw: bytes, kind: str) -> None:
    client = client_of(owner)
    for path in ("/cases/new/", "/profile/", "/theme/", "/login/"):
        assert ask(client, path, body=io.BytesIO(raw), length=str(len(raw)), kind=kind)[0] in (302, 400, 200)


def test_strange_text_is_kept_to_the_letter_and_shown_harmlessly(owner: User, case: Case) -> None:
    for text in ["".join(CONTROLS), *STORMS]:
        write_and_read(owner, case, text)


def write_and_read(owner: User, case: Case, text: str) -> None:
    client = client_of(owner)
    body = {"form_token": new_token(), "text": f"before {text} after"}

    assert client.post(f"/cases/{case.number}/reply/", body).status_code == 302

    assert Message.objects.latest("pk").body == f"before {text} after".replace("\r", "\n")
    for path in (f"/cases/{case.number}/", "/cases/", "/inbox/"):
        page = client.get(path).content.decode()
        assert faults_of(page) == []
    assert "\x00" not in page


@pytest.mark.parametrize("text", ["a\x00b", "x" * 100 + "\x00"])
def test_nul_is_refused_beside_its_field_and_the_text_is_kept(owner: User, text: str) -> None:
    licenses = License.objects.filter(seats__user=owner)
    client = client_of(owner)
    whole = {
        "form_token": new_token(),
        "product": licenses.get().pk,
        "environment": "Production",
        "title": "The title",
        "description": "The description",
        "priority": "3",
    }
    for field in ("title", "description", "watchers"):
        page = client.post("/cases/new/", whole | {field: text})
        assert page.status_code == 400
        assert "Null characters are not allowed." in page.content.decode()
        assert ("The title" if field != "title" else "The description") in page.content.decode()
    assert not Case.objects.exists()


# --- G3: numbers and dates out of range -------------------------------------------------------------------


ADMIN = {
    name: "/admin/" + name.replace("_", "/", 1)
    for name in (
        "cases_case",
        "entitlements_person",
        "accounts_account",
        "notices_notice",
        "entitlements_seat",
        "entitlements_invitation",
    )
}
CUSTOMERS_NUMBERS = (
    *("/cases/E-{}/", "/cases/{}/", "/inbox/{}/", "/cases/E-{}/follow-up/"),
    *("/cases/?page={}", "/inbox/?page={}", "/cases/?view=all&page={}"),
)
STAFFS_NUMBERS = (
    *(f"{path}/?{query}={{}}" for path in ADMIN.values() for query in ("p", "o", "q")),
    *(f"{path}/{{}}/{page}/" for path in ADMIN.values() for page in ("change", "history")),
    *("/admin/cases/case/?priority={}", "/admin/cases/case/?id__exact={}", "/admin/cases/case/?e={}"),
    *(
        "/admin/entitlements/person/?account__id__exact={}",
        "/admin/entitlements/license/?product__id__exact={}",
    ),
    *("/admin/notices/notice/{}/mail/", "/admin/cases/case/add/?license={}"),
    *("/admin/cases/case/add/?follows={}", "/admin/entitlements/person/add/?account={}"),
    *("/admin/entitlements/seat/add/?license={}&user={}", "/admin/entitlements/term/add/?license={}"),
    *(
        "/admin/entitlements/license/add/?account={}&product={}",
        "/admin/accounts/account/add/?administrator={}",
    ),
    "/admin/accounts/duty/add/?user={}&region={}",
)
KEYS_OF_ACTIONS = (
    *(("assign", "owner"), ("hand-to-colleague", "colleague"), ("change-priority", "priority")),
    ("link-related", "other"),
)
ADDING = (
    *("entitlements_person", "entitlements_seat", "entitlements_license", "accounts_account"),
    "entitlements_invitation",
)


def test_numbers_beyond_every_key_lead_nowhere_from_anywhere(case: Case, staff: User) -> None:
    number = "9223372036854775808"
    agent, customer = client_of(staff), client_of(case.requestor)
    found = {path: customer.get(path.replace("{}", number)).status_code for path in CUSTOMERS_NUMBERS}
    found |= {path: agent.get(path.replace("{}", number)).status_code for path in STAFFS_NUMBERS}
    assert {path: status for path, status in found.items() if status not in (200, 302, 400, 404)} == {}


def test_numbers_out_of_range_lead_nowhere_and_break_nothing(case: Case, staff: User) -> None:
    for turn in range(len(NUMBERS)):
        ask_by_number(case, staff, turn)


def ask_by_number(case: Case, staff: User, turn: int) -> None:
    number = NUMBERS[turn]
    raw = quote_from_bytes(number.encode())
    agent, customer = client_of(staff), client_of(case.requestor)
    for path in some(CUSTOMERS_NUMBERS, turn, 2):
        assert customer.get(path.replace("{}", raw)).status_code == (200 if "page=" in path else 404), path
    for path in some(STAFFS_NUMBERS, turn, 2):
        assert agent.get(path.replace("{}", raw)).status_code in (200, 302, 400, 404), path
    assert customer.post("/inbox/read/", {"notice": number}).status_code in (302, 404)
    body = {"action": "claim_cases", "_selected_action": number, "index": number, "select_across": number}
    assert agent.post("/admin/cases/case/", body).status_code in (200, 302, 400)
    [(action, field)] = some(KEYS_OF_ACTIONS, turn, 1)
    address = reverse("admin:cases_case_act", args=[case.pk, action])
    answer = agent.post(address, {"form_token": new_token(), "reason": "x", field: number})
    assert answer.status_code in (400, 404, 409), (action, field)
    whole = dict.fromkeys(("account", "license", "user", "country", "administrator", "product"), number)
    [name] = some(ADDING, turn, 1)
    assert agent.post(reverse(f"admin:{name}_add"), whole).status_code in (200, 400)


def test_dates_out_of_range_are_refused_beside_their_field(case: Case, staff: User) -> None:
    for date in DATES:
        send_date(case, staff, date)


def send_date(case: Case, staff: User, date: str) -> None:
    agent = client_of(staff)
    hold = reverse("admin:cases_case_act", args=[case.pk, "hold"])
    answer = agent.post(hold, {"form_token": new_token(), "last_on": date, "reason": "x"})
    assert answer.status_code in (400, 409)
    policy = {"in_force_from": f"{date}T00:00", "reminder_hours": "24", "closure_hours": "144"}
    policy |= {"reopening_hours": "336", "catch_up": "strict"}
    before = FollowUpPolicy.objects.count()
    assert agent.post(reverse("admin:cases_followuppolicy_add"), policy).status_code in (200, 400, 409)
    assert FollowUpPolicy.objects.count() == before
    term = {"license": case.license_id, "plan": "expert", "first_on": date, "last_on": date}
    assert saved_after_a_look(agent, reverse("admin:entitlements_term_add"), term).status_code < 500
    for name, listed in (("filed_at__day", "cases_case"), ("created_at__year", "notices_notice")):
        address = reverse(f"admin:{listed}_changelist")
        assert agent.get(address, {name: date}).status_code in (200, 302, 400)


def test_pages_still_stand_after_a_term_at_either_end_of_the_calendar(case: Case, staff: User) -> None:
    """Terms may begin in the year 1 and end in 9999: no zone may push such a day off the calendar."""
    agent = client_of(staff)
    license_ = people.make_bare_license(case.account, "target")
    for first, last in (("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")):
        term = {"license": license_.pk, "plan": "expert", "first_on": first, "last_on": last}
        saved_after_a_look(agent, reverse("admin:entitlements_term_add"), term)
    pages = [client_of(case.requestor).get(path) for path in ("/", "/cases/new/", "/profile/")]
    pages += [agent.get(reverse("admin:entitlements_license_change", args=[license_.pk]))]
    pages += [
        agent.get(reverse("admin:cases_case_add")),
        agent.get(reverse("admin:entitlements_term_changelist")),
    ]
    assert [page.status_code for page in pages] == [200] * 6
