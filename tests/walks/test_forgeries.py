"""What a forged request gets: other people's ids, no token, another address to go to, oracles in lists."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from entitlements import operations as entitlements
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.accounts.operations import set_staff_groups, set_staff_sign_in
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.factories.people import make_customer, make_person, make_superuser
from tests.walks.actions import model_of
from tests.walks.matrix import QUESTIONS, answer_of, ask, browser_with, declared, every_row, undone
from tests.walks.policy import ENTRIES
from tests.walks.policy.entries import Entry
from tests.walks.roles import Role, Whose
from tests.walks.world import NO_NUMBER, NOW, World, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]


# --- H1: what one may not see is what does not exist ------------------------------------------------


def hidden(role: Role) -> list[tuple[Entry, Whose, str]]:
    """What the policy hides from a role behind 404, apart from what is not there."""
    return [
        (entry, whose, method)
        for entry, whose, method in QUESTIONS
        if method in ("GET", "POST")
        and Whose.MISSING in {each[0] for each in entry.cells}
        and whose is not Whose.MISSING
        and entry.cells[whose, method][role] == 404
    ]


def shape_of(response: Any, *names: object) -> tuple[int, str, dict[str, str]]:
    """An answer without what was asked for and what is random in it."""
    body = response.content.decode()
    # The longest first: a short number can be a part of a long one.
    for name in sorted(map(str, names), key=len, reverse=True):
        body = body.replace(name, "NAME")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, body, headers


def number_of(world: World, entry: Entry, whose: Whose) -> list[object]:
    return [*entry.values(world, whose).values(), *entry.query(world, whose).values()]


@pytest.mark.parametrize("role", [Role.STRANGER, Role.CONTACT, Role.REQUESTOR, Role.REMOVED])
def test_what_is_hidden_answers_exactly_as_what_is_not_there(world: World, role: Role) -> None:
    asked = hidden(role)
    client = world.clients[role]
    for entry, whose, method in asked:
        with undone(), CaptureQueriesContext(connection) as for_hidden:
            theirs = ask(client, entry, world, whose=whose, method=method)
        with undone(), CaptureQueriesContext(connection) as for_missing:
            missing = ask(client, entry, world, whose=Whose.MISSING, method=method)
        names = [*number_of(world, entry, whose), *number_of(world, entry, Whose.MISSING)]
        assert shape_of(theirs, *names) == shape_of(missing, *names), (entry.title, whose, method)
        # Not even by the work that it takes.
        assert len(for_hidden) == len(for_missing), (entry.title, whose, method)
    assert len(asked) > 20


def test_the_ids_inside_a_form_of_somebody_else_are_as_good_as_made_up(world: World) -> None:
    case, requestor = world.waiting[Whose.OWN], world.clients[Role.REQUESTOR]
    other = world.person(Role.STRANGER)
    colleague = world.person(Role.COLLEAGUE)
    license_ = world.waiting[Whose.OTHER_ACCOUNT].license_id
    key = Notice.objects.filter(recipient=other).earliest("pk").pk
    forged: list[tuple[str, str, object, object]] = [
        (f"/cases/{case.number}/hand-to-colleague/", "colleague", other.pk, NO_NUMBER),
        # A person of the account without a seat is no contact either.
        (f"/cases/{case.number}/hand-to-colleague/", "colleague", colleague.pk, NO_NUMBER),
        (f"/cases/{case.number}/edit-watchers/", "watchers", other.email, "nobody@customer.example"),
        ("/cases/new/", "product", license_, NO_NUMBER),
        ("/cases/new/", "watchers", other.email, "nobody@customer.example"),
        ("/inbox/read/", "notice", key, NO_NUMBER),
    ]
    filing = {"product": world.license.pk, "environment": "Production", "title": "T", "priority": "3"}
    before = every_row()
    for path, field, theirs, made_up in forged:
        token, answers = new_token(), []
        for value in (theirs, made_up):
            said = {"form_token": token, "description": "D", **filing, field: value}
            echoed = [value] if isinstance(value, str) else []
            answers.append(shape_of(requestor.post(path, said), *echoed))
        assert answers[0] == answers[1], (path, field)
        assert answers[0][0] in (302, 400), (path, field)
    assert every_row() == before


def test_staff_cannot_assign_to_customers_nor_link_cases_of_two_accounts(world: World) -> None:
    case, lead = world.waiting[Whose.OWN], world.clients[Role.LEAD]
    elsewhere = world.waiting[Whose.OTHER_ACCOUNT].number
    before = every_row()
    for action, said in (
        ("assign", {"owner": world.person(Role.REQUESTOR).pk}),
        ("assign", {"owner": world.person(Role.BARE_STAFF).pk}),
        ("hand-to-colleague", {"colleague": world.person(Role.STRANGER).pk}),
        ("edit-watchers", {"watchers": world.person(Role.STRANGER).email}),
        ("link-related", {"other": elsewhere}),
    ):
        response = lead.post(
            f"/admin/cases/case/{case.pk}/act/{action}/", {"form_token": new_token(), **said}
        )
        assert response.status_code == 400, action
    assert every_row() == before


# What no form of a customer asks for: none of it may be set by sending it along.
FOREIGN = {
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "on",
    "may_file_cases": "on",
    "sees_account_cases": "on",
    "may_request": "on",
    "account": "1",
    "groups": "1",
    "staff_groups": "Lead",
    "email": "other@customer.example",
    "password": "another-horse-battery",
    "administrator": "1",
    "requestor": "1",
    "actor": "1",
    "owner": "1",
    "status": "closed",
    "filed_at": "2020-01-01T00:00",
    "is_from_staff": "on",
    "channel": "phone",
}


def test_what_a_form_does_not_ask_for_is_not_set_by_sending_it(world: World) -> None:
    client, person = world.clients[Role.COLLEAGUE], world.person(Role.COLLEAGUE)
    said = {"name": "New name", "time_zone": "Europe/Paris", "language": "en", "staff_mail": "", **FOREIGN}
    before = User.objects.values().get(pk=person.pk)
    assert client.post("/profile/", said).status_code == 302
    after = User.objects.values().get(pk=person.pk)
    assert {name for name in after if after[name] != before[name]} == {"name"}

    case = world.waiting[Whose.OWN]
    before = Case.objects.values().get(pk=case.pk)
    reply = {"form_token": new_token(), "text": "Text", **FOREIGN}
    assert world.clients[Role.REQUESTOR].post(f"/cases/{case.number}/reply/", reply).status_code == 302
    after = Case.objects.values().get(pk=case.pk)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {
        "status",
        "period_id",
        "next_follow_up_at",
        "last_event_at",
        "last_event_kind",
        "last_event_by_id",
    }
    message = case.messages.latest("pk")
    assert (message.author, message.is_from_staff, message.said_by) == (
        world.person(Role.REQUESTOR),
        False,
        "",
    )


# --- H3: rights end at the next request, on every address -------------------------------------------


def column(role: Role, methods: tuple[str, ...]) -> dict[tuple[str, Whose, str], object]:
    return {
        (cell.title, cell.whose, cell.method): answer
        for cell, answer in declared().items()
        if cell.role is role and cell.method in methods
    }


def measured(world: World, client: Client) -> dict[tuple[str, Whose, str], object]:
    """What somebody gets at every address, by reading and by sending."""
    found = {}
    cookies = client.cookies.output(header="", sep=";")
    for entry, whose, method in QUESTIONS:
        if method in ("GET", "POST"):
            with undone():
                response = ask(browser_with(cookies), entry, world, whose=whose, method=method)
                found[entry.title, whose, method] = answer_of(response)
    return found


def test_a_contact_who_is_removed_loses_every_address_at_the_next_request(world: World) -> None:
    person = world.person(Role.WATCHER)
    client = client_of(person)
    watched = f"/cases/{world.waiting[Whose.WATCHED].number}/"
    assert client.get(watched).status_code == 200
    seat = person.seats.get()
    entitlements.remove_named_contact(seat, actor=make_superuser(), now=NOW, keeps_sign_in=True)
    assert measured(world, client) == column(Role.REMOVED, ("GET", "POST"))


def test_a_contact_whose_sign_in_ends_is_nobody_at_the_next_request(world: World) -> None:
    person = world.person(Role.OVERSEER)
    client = client_of(person)
    assert client.get("/cases/").status_code == 200
    entitlements.remove_named_contact(person.seats.get(), actor=make_superuser(), now=NOW)
    assert measured(world, client) == column(Role.DEACTIVATED, ("GET", "POST"))


def test_a_requestor_without_a_seat_sees_not_even_their_own_closed_case(world: World) -> None:
    person = world.person(Role.REQUESTOR)
    client, closed = client_of(person), f"/cases/{world.closed[Whose.OWN].number}/"
    assert client.get(closed).status_code == 200
    entitlements.remove_named_contact(
        person.seats.get(),
        actor=make_superuser(),
        now=NOW,
        successor=world.person(Role.CONTACT),
        keeps_sign_in=True,
    )
    assert client.get(closed).status_code == 404
    assert client.get(f"/cases/{world.waiting[Whose.OWN].number}/").status_code == 404


def test_staff_who_lose_their_role_or_their_sign_in_lose_the_admin_at_the_next_request(world: World) -> None:
    person = world.person(Role.LEAD)
    client, outbox = client_of(person), "/admin/notices/notice/"
    root = make_superuser()
    case = f"/admin/cases/case/{world.waiting[Whose.OWN].pk}/change/"
    found = [(client.get(outbox).status_code, client.get(case).status_code)]
    set_staff_groups(person, [StaffGroup.AGENT], actor=root)
    found.append((client.get(outbox).status_code, client.get(case).status_code))
    set_staff_groups(person, [], actor=root)
    found.append((client.get(outbox).status_code, client.get(case).status_code))
    set_staff_sign_in(person, is_active=False, actor=root, now=NOW)
    found.append((client.get(outbox).status_code, client.get(case).status_code))
    assert found == [(200, 200), (403, 200), (403, 404), (302, 302)]


def test_who_hands_the_administration_over_loses_what_came_with_it(world: World) -> None:
    client = client_of(world.person(Role.ADMINISTRATOR))
    other_product = f"/cases/{world.waiting[Whose.OTHER_PRODUCT].number}/"
    assert client.get(other_product).status_code == 200
    entitlements.appoint_administrator(
        world.account, world.person(Role.CONTACT), actor=make_superuser(), now=NOW
    )
    assert client.get(other_product).status_code == 404


# --- H11: no form without its token -----------------------------------------------------------------


def test_every_form_without_its_token_is_refused_for_everybody(world: World) -> None:
    before = every_row()
    for role in (Role.ANONYMOUS, Role.SUPERUSER):
        cookies = world.clients[role].cookies.output(header="", sep=";")
        client = browser_with(cookies, enforce_csrf_checks=True)
        for entry in ENTRIES:
            whose = next(iter(entry.cells))[0]
            response = ask(client, entry, world, whose=whose, method="POST")
            assert response.status_code == 403, (role, entry.title)
            assert "Traceback" not in response.content.decode()
    assert every_row() == before


def test_a_token_of_another_browser_or_from_another_site_is_refused(world: World) -> None:
    person, case = world.person(Role.REQUESTOR), world.waiting[Whose.OWN]
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    page = client.get(f"/cases/{case.number}/close/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
    said = {"csrfmiddlewaretoken": token, "form_token": new_token(), "resolution": "issue_obsolete"}
    path = f"/cases/{case.number}/close/"

    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(person)
    elsewhere.get("/profile/")
    assert elsewhere.post(path, said).status_code == 403
    assert client.post(path, said, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, said, headers={"origin": "null"}).status_code == 403
    assert client.post(path, said).status_code == 302


# --- G7: no way out by a redirect -------------------------------------------------------------------

WAYS_OUT = [
    "https://evil.example",
    "http://evil.example/",
    "HTTPS://evil.example",
    "//evil.example",
    "//evil.example/%2f..",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "\x08//evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "http://127.0.0.1:8000@evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example#127.0.0.1",
    "http://evil.example?127.0.0.1",
    "http://evil.example\\@127.0.0.1",
    "http://[::ffff:evil.example]/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://evil.example",
    "//evil.example:80",
    "//user@evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "//evil%E3%80%82example",
    "。evil.example",
    "//ｅvil.example",
    "?next=//evil.example",
    "..//evil.example",
    "./..//evil.example",
]
HERE = "http://portal.test"
# What browsers drop or turn into a slash, and so read differently from us.
MISREAD = re.compile(r"[\x00-\x20\\]")


def leads_out(location: str) -> bool:
    """Whether a browser that is told to go there would leave the portal."""
    target = urlsplit(urljoin(f"{HERE}/login/", location))
    return bool(MISREAD.search(location)) or f"{target.scheme}://{target.netloc}" != HERE


def redirects(world: World, target: str) -> Iterator[tuple[str, Any]]:
    """Every view that is told where to go on to, told `target`."""
    anonymous, requestor, agent = (
        world.clients[role] for role in (Role.ANONYMOUS, Role.REQUESTOR, Role.AGENT)
    )
    login = {"login": world.person(Role.REQUESTOR).email, "password": "correct-horse-battery"}
    yield "theme", anonymous.post("/theme/", {"theme": "dark", "next": target})
    yield "sign-in", Client().post("/login/", {**login, "next": target})
    yield "sign-in, by address", Client().post("/login/", login, query_params={"next": target})
    yield "sign-in, signed in", requestor.get("/login/", {"next": target})
    yield "sign-out, not signed in", Client().get("/logout/", {"next": target})
    yield "sign-out", client_of(world.person(Role.CONTACT)).post("/logout/", {"next": target})
    yield "sign-up", requestor.get("/signup/", {"next": target})
    yield (
        "reauthentication",
        client_of(world.person(Role.CONTACT)).post(
            "/reauthenticate/", {"password": login["password"], "next": target}
        ),
    )
    yield "admin's sign-in", agent.get("/admin/login/", {"next": target})
    yield "admin's sign-in, anonymous", anonymous.get("/admin/login/", {"next": target})
    yield "admin's sign-out", client_of(world.person(Role.CONTACT)).get("/admin/logout/", {"next": target})
    yield "demo", anonymous.post("/demo/advance/", {"by": "24h", "next": target})
    yield "password reset", Client().post("/password/reset/", {"email": "x@y.example", "next": target})


@pytest.mark.parametrize("target", WAYS_OUT)
def test_no_redirect_leads_out(world: World, target: str) -> None:
    for name, response in redirects(world, target):
        location = response.headers.get("Location", "")
        assert response.status_code < 500, name
        assert not leads_out(location), (name, location)


@pytest.mark.parametrize("path", ["//evil.example/cases", "//evil.example", "/\\evil.example/x", "///x"])
def test_a_missing_slash_at_the_end_is_not_completed_to_another_site(path: str) -> None:
    response = Client().generic("GET", "/", PATH_INFO=path)
    assert response.status_code in (400, 404) or response["Location"].startswith("/%2F"), response


# --- G6: lists tell nothing about what they do not show ---------------------------------------------


def secret_paths(model: type[models.Model], depth: int = 3) -> Iterator[str]:
    """Every path of relations from a model to a password or another secret."""
    for field in model._meta.get_fields():
        name = field.name
        if name in ("password", "session_key", "token", "lease_token", "blob"):
            yield name
        related = field.related_model
        if depth and related is not None and related is not model and isinstance(related, type):
            yield from (f"{name}__{rest}" for rest in secret_paths(related, depth - 1))


OF_SECRETS = [
    (model_of(each), path)
    for each in admin.site._registry.values()
    for path in sorted(set(secret_paths(each.model, 1)))
]


def test_there_are_secrets_to_ask_for() -> None:
    expected = {
        ("entitlements/person", "password"),
        ("accounts/staffmember", "password"),
        ("cases/case", "owner__password"),
        ("notices/notice", "recipient__password"),
    }
    assert expected <= set(OF_SECRETS)


def test_no_list_of_the_admin_narrows_down_by_a_secret(world: World) -> None:
    plain = {model: rows_of(world.clients[Role.LEAD].get(f"/admin/{model}/")) for model, _path in OF_SECRETS}
    for model, path in OF_SECRETS:
        if (model, path) == ("notices/notice", "lease_token"):
            continue  # the sender's own mark: useless to whoever learns it, and gone with the mail
        response = world.clients[Role.LEAD].get(f"/admin/{model}/", {f"{path}__startswith": "a"})
        assert response.status_code in (302, 400) or rows_of(response) == plain[model], (model, path)


def test_no_list_of_the_admin_sorts_by_a_secret(world: World) -> None:
    for model, path in dict(OF_SECRETS).items():
        client, address = world.clients[Role.LEAD], f"/admin/{model}/"
        plain = rows_of(client.get(address))
        # Django takes the number of a column only; any other word stands for no order at all.
        unsorted = rows_of(client.get(address, {"o": "nothing"}))
        assert rows_of(client.get(address, {"o": path})) == unsorted, (model, path)
        for word in ("order_by", "sort", "ordering"):
            response = client.get(address, {word: path})
            assert response.status_code in (302, 400) or rows_of(response) == plain, (model, word)


def rows_of(response: Any) -> list[str]:
    """The keys of a list's rows, in their order."""
    return re.findall(r'<a href="[^"]*/([^/"]+)/change/', response.content.decode())


def test_no_list_of_the_portal_narrows_or_sorts_by_what_it_does_not_offer(world: World) -> None:
    client = world.clients[Role.ADMINISTRATOR]
    paths = (*sorted(set(secret_paths(Case, 1))), "owner__email", "internal_notes__body", "status", "-pk")
    for page in ("/cases/", "/inbox/"):
        plain = numbers_in(client.get(page))
        for path in paths:
            query = f"sort={path}&o={path}&order={path}&{path}=a&{path}__gte=a&{path}__startswith=a"
            assert numbers_in(client.get(f"{page}?{query.replace('&status=a', '')}")) == plain, query


def numbers_in(response: Any) -> list[str]:
    assert response.status_code == 200
    return re.findall(r'href="/cases/(E-\d{9})/', response.content.decode())


def test_autocomplete_offers_only_what_the_person_may_see_in_its_own_list(world: World) -> None:
    query = {"app_label": "entitlements", "model_name": "seat", "field_name": "license", "term": ""}
    statuses = {
        role: world.clients[role].get("/admin/autocomplete/", query).status_code
        for role in (Role.ANONYMOUS, Role.REQUESTOR, Role.BARE_STAFF, Role.AGENT)
    }
    assert statuses == {Role.ANONYMOUS: 302, Role.REQUESTOR: 302, Role.BARE_STAFF: 403, Role.AGENT: 200}
    for field in ("user", "removed_by", "nothing", "user__password"):
        asked = {**query, "field_name": field}
        assert world.clients[Role.SUPERUSER].get("/admin/autocomplete/", asked).status_code == 403


def test_a_popup_and_a_raw_form_are_refused_to_who_only_reads(world: World) -> None:
    before = every_row()
    for entry in ENTRIES:
        if entry.title.startswith("/admin/") and entry.title.endswith(("/add/", "/change/", "/delete/")):
            for whose, method in entry.cells:
                if method == "POST" and entry.cells[whose, "POST"][Role.AGENT] == 403:
                    body = {**entry.body(world, whose), "_popup": "1", "_saveasnew": "1"}
                    path = entry.path
                    for name, value in entry.values(world, whose).items():
                        path = path.replace(f"<{name}>", str(value))
                    response = world.clients[Role.AGENT].post(f"{path}?_popup=1", body)
                    assert response.status_code == 403, path
    assert every_row() == before


def test_nobody_is_of_two_accounts_and_strangers_of_one_name_are_strangers(world: World) -> None:
    """An account's name or an address that contains another's opens nothing."""
    twin = make_customer(email="x-" + world.person(Role.REQUESTOR).email, name="Requestor")
    near = make_person(email=world.person(Role.REQUESTOR).email.replace("@", "+1@"))
    for person in (twin, near):
        assert client_of(person).get(f"/cases/{world.waiting[Whose.OWN].number}/").status_code == 404
