"""Walls around what a request may ask: order, filter, way back, host, cache (reference 2.7, G6 to G9)."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from portal.accounts.models import User
from portal.notices.sender import send_due
from tests.factories import people
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.security.sending import ask, urlencoded
from tests.walks.routes import every_route

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked")]


def get_addresses(case: Case) -> list[str]:
    """Every address that can be read, with keys that lead somewhere."""
    found = []
    for route in every_route():
        if route.name.startswith("demo:") or route.name in ("account_logout", "admin:logout"):
            continue
        keys: dict[str, object] = dict.fromkeys(route.arguments, case.pk)
        keys |= {"action": "reply", "file_key": "nothing", "app_label": "cases", "url": "x"}
        keys |= {"uidb36": "1", "content_type_id": 1}
        if route.path.startswith("/cases/"):
            keys["key"] = case.number
        found.append(route.filled(keys))
    return found


# --- G6: no order and no filter by what one may not see ----------------------------------------------------


def relation_paths(model: type[Model], depth: int = 2) -> list[str]:
    """The names of columns, also across relations."""
    paths = []
    for field in model._meta.get_fields():
        paths.append(field.name)
        if depth > 1 and field.is_relation and field.related_model:
            paths += [f"{field.name}__{rest}" for rest in relation_paths(field.related_model, depth - 1)]
    return paths


def test_no_parameter_orders_or_narrows_the_customers_lists(owner: User) -> None:
    for title in ("a", "b", "c"):
        make_case(owner, title=title)
    client = client_of(owner)
    expected = titles(client.get("/cases/"))
    assert len(expected) == 3

    paths = relation_paths(Case)
    assert "requestor__password" in paths
    for start in range(0, len(paths), 150):
        narrowing = dict.fromkeys(set(paths[start : start + 150]) - {"status", "view", "whose", "page"}, "x")
        assert titles(client.get("/cases/", narrowing)) == expected
    for path in ("requestor__password", "-title", "title", "?", "messages__body", "account__administrator"):
        query = dict.fromkeys(("sort", "order", "o", "ordering", "order_by", "sortby", "orderBy"), path)
        assert titles(client.get("/cases/", query)) == expected, path


def titles(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row.case.title for row in response.context["rows"]]


@pytest.mark.parametrize(
    "name",
    ["cases_case", "entitlements_seat", "entitlements_invitation", "notices_notice", "accounts_account"],
)
def test_the_admin_answers_no_question_about_what_it_does_not_show(case: Case, name: str) -> None:
    client = client_of(people.make_lead())
    address = reverse(f"admin:{name}_changelist")
    for lookup in (
        *("requestor__password__startswith", "owner__password__regex", "account__people__password"),
        *("user__password__startswith", "recipient__password__gt", "administrator__password__lt"),
        *("token_hash__startswith", "nonce__gt", "license__invitations__token_hash__lt"),
    ):
        assert client.get(address, {lookup: "argon2"}).status_code in (302, 400), lookup
    first = client.get(address, {"o": "1"})
    assert first.status_code == 200
    for order in ("99", "-99", "password", "1.x", "--1", "1.1.1.1"):
        assert client.get(address, {"o": order}).status_code == 200, order


# --- G7, G8, G9 ---------------------------------------------------------------------------------------------

ELSEWHERE = (
    *(
        "//evil7.example",
        "///evil7.example",
        "////evil7.example",
        "https://evil7.example",
        "http:evil7.example",
    ),
    *(
        "http:/evil7.example",
        "https:evil7.example",
        "\\\\evil7.example",
        "/\\evil7.example",
        "\\/evil7.example",
    ),
    *(
        "/\t/evil7.example",
        "/\n/evil7.example",
        "/\r/evil7.example",
        " //evil7.example",
        "\x01//evil7.example",
    ),
    *("//evil7.example\\@127.0.0.1", "//127.0.0.1@evil7.example", "http://127.0.0.1@evil7.example"),
    *("http://127.0.0.1.evil7.example", "http://127.0.0.1:80@evil7.example/", "javascript:evil7()"),
    *(
        "JaVaScRiPt:evil7()",
        "java\tscript:evil7()",
        "data:text/html,evil7",
        "vbscript:evil7",
        "ftp://evil7.example",
    ),
    *(
        "//evil7.example/%2f..",
        "/%09/evil7.example",
        "/%5cevil7.example",
        "//%0aevil7.example",
        "///\\;@evil7.example",
    ),
    *("http://[::1]evil7.example", "https://evil7.example#127.0.0.1", "https://evil7.example?127.0.0.1"),
    *(
        "//\u3002evil7.example",
        "//evil7\u3002example",
        "\u2044/evil7.example",
        "@evil7.example",
        "//evil7.example:80",
    ),
    "https:///evil7.example",
)
_BROWSERS_SKIP = {ord(letter): None for letter in "\t\r\n"}


def leads_away(location: str) -> bool:
    """As browsers read it: backslashes are slashes, and tabs and line ends are nothing."""
    read = location.translate(_BROWSERS_SKIP).strip().replace("\\", "/")
    own = "http://127.0.0.1/", "http://testserver/", "http://localhost/"
    return not read.startswith(own) and (read.startswith("//") or ":" in read.split("/")[0])


def test_forty_ways_to_another_site_are_not_followed(owner: User) -> None:
    assert len(set(ELSEWHERE)) == 40
    owner.set_password(people.PASSWORD)
    owner.save()
    client = client_of(owner)
    found = {}
    for target in ELSEWHERE:
        answers = [client.post("/theme/", {"theme": "dark", "next": target})]
        signing = {"login": owner.email, "password": people.PASSWORD, "next": target}
        answers += [Client().post("/login/", signing)]
        answers += [client.get("/login/", {"next": target}), Client().get("/logout/", {"next": target})]
        answers += [client_of(owner).post("/logout/", {"next": target})]
        answers += [client.get("/admin/login/", {"next": target}), client.get("//evil7.example/%2f..")]
        found[target] = [answer["Location"] for answer in answers if answer.has_header("Location")]
        assert len(found[target]) >= 3, target
    away = {target: [to for to in where if leads_away(to)] for target, where in found.items()}
    assert {target: where for target, where in away.items() if where} == {}
    assert leads_away("//evil7.example")
    assert leads_away("/\\evil7.example")


@pytest.mark.parametrize(
    "host", ["evil7.example", "127.0.0.1.evil7.example", "127.0.0.1:x", "", "a b", "\xff"]
)
def test_a_foreign_host_is_a_bad_request(host: str) -> None:
    assert ask(None, "/login/", method="GET", kind="", HTTP_HOST=host)[0] == 400


@pytest.mark.usefixtures("adopted")
def test_links_in_mail_never_come_from_the_request(owner: User) -> None:
    owner.set_password(people.PASSWORD)
    owner.save()
    headers = {"HTTP_X_FORWARDED_HOST": "evil7.example", "HTTP_X_FORWARDED_PROTO": "https"}
    headers |= {"HTTP_FORWARDED": "host=evil7.example", "HTTP_X_ORIGINAL_URL": "/evil7"}
    body = urlencoded({b"email": owner.email.encode()})

    for host in ("127.0.0.1", "localhost:81", "evil7.example"):
        ask(None, "/password/reset/", body=io.BytesIO(body), length=str(len(body)), HTTP_HOST=host, **headers)
    send_due(timezone.now() + timedelta(minutes=1), 10)

    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert "evil7" not in message.message().as_string()
        assert "http://127.0.0.1:8000/password/reset/" in message.body


def test_every_page_of_a_person_is_kept_by_no_cache(case: Case, staff: User) -> None:
    found = {}
    for person in (case.requestor, staff):
        client = client_of(person)
        for address in get_addresses(case):
            answer = client.get(
                address, HTTP_X_FORWARDED_HOST="evil7.example", HTTP_X_FORWARDED_SCHEME="evil7"
            )
            kept = answer.headers.get("Cache-Control", "")
            if "no-store" not in kept and not address.startswith(
                ("/static/", "/healthz", "/readyz", "/health/")
            ):
                found[address] = kept
            if not answer.streaming:
                assert b"evil7" not in answer.content, address
    assert found == {}


def test_a_canary_of_the_json_that_no_page_reads_stays_out(owner: User) -> None:
    client = client_of(owner)
    body = json.dumps({"theme": "evil7", "next": "//evil7.example"})
    answer = client.post("/theme/", body, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (302, "/")
