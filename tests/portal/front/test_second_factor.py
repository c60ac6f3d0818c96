"""Second factors: setting them up, signing in with them, and who must have one before anything else."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from entitlements.operations import appoint_administrator
from portal.accounts.models import User
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.work.instance import adopt
from tests.factories.people import (
    EPOCH,
    PASSWORD,
    make_agent,
    make_customer,
    make_license,
    make_superuser,
)
from tests.factories.second_factors import SECRET, code_now, give_app, has_app, wrong_code

pytestmark = pytest.mark.django_db

BOTH = ["staff", "administrators"]


@pytest.fixture(autouse=True)
def _fresh(db: None, time_machine: Any) -> None:
    """No earlier tries are counted, this installation may send, and the clock stands still."""
    cache.clear()
    adopt()
    time_machine.move_to(EPOCH, tick=False)


@pytest.fixture
def person() -> User:
    return make_customer(make_license(), email="ann@customer.example", can_sign_in=True)


@pytest.fixture
def agent() -> User:
    return make_agent(email="agent@staff.example", can_sign_in=True)


def sign_in(client: Client, person: User) -> Any:
    return client.post("/login/", {"login": person.email, "password": PASSWORD})


def give_code(client: Client, code: str) -> Any:
    return client.post("/login/code/", {"code": code})


def confirm(client: Client) -> None:
    client.post("/reauthenticate/", {"password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def signed_in(person: User) -> Client:
    client = Client()
    assert sign_in(client, person)["Location"] in ("/", "/admin/")
    confirm(client)
    return client


# --- Setting up -------------------------------------------------------------------------------------


def test_an_app_is_set_up_by_its_first_code_and_brings_recovery_codes(
    person: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(person)
    page = client.get("/security/app/").content.decode()
    secret = re.search(r'class="key">(\w+)<', page)[1]  # type: ignore[index]
    assert "<svg" in page
    assert "<?xml" not in page
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/security/app/", {"code": code_now(secret)})
    assert (done.status_code, done["Location"]) == (302, "/security/codes/")
    codes = re.findall(r"<li><code>(\d{10})</code></li>", client.get("/security/codes/").content.decode())
    assert len(set(codes)) == 10
    assert client.get("/security/codes/download/").content.decode().split() == codes
    assert "10 codes are left" in client.get("/security/").content.decode()
    assert [(notice.kind, notice.params) for notice in Notice.objects.all()] == [
        ("second_factor", {"what": "app_added"})
    ]


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_key_on_the_page(person: User) -> None:
    client = signed_in(person)
    secret = re.search(r'class="key">(\w+)<', client.get("/security/app/").content.decode())[1]  # type: ignore[index]
    answer = client.post("/security/app/", {"code": "000000" if code_now(secret) != "000000" else "111111"})
    assert (answer.status_code, f">{secret}<" in answer.content.decode(), has_app(person)) == (
        200,
        True,
        False,
    )


def test_setting_up_asks_for_the_password_once_more(person: User) -> None:
    client = Client()
    client.force_login(person)
    asked = client.get("/security/app/")
    assert (asked.status_code, asked["Location"]) == (302, "/reauthenticate/?next=%2Fsecurity%2Fapp%2F")


def test_no_secret_stands_in_the_database_as_it_is(person: User) -> None:
    codes = give_app(person)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert [secret for secret in (SECRET, *codes) if secret in stored] == []


def test_a_secret_locked_by_a_former_key_still_works_and_by_an_unknown_one_lets_nobody_in(
    person: User, settings: Any
) -> None:
    give_app(person)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" + "1" * 50
    client = Client()
    sign_in(client, person)
    assert give_code(client, code_now()).status_code == 200
    settings.SECRET_KEY_FALLBACKS = [former]
    assert give_code(client, code_now()).status_code == 302


def test_the_last_factor_takes_the_recovery_codes_with_it(person: User) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    give_code(client, code_now())
    confirm(client)
    assert client.post("/security/app/remove/")["Location"] == "/security/"
    assert Authenticator.objects.count() == 0
    assert Notice.objects.get().params == {"what": "app_removed"}


def test_new_recovery_codes_end_the_old_ones(person: User) -> None:
    old = give_app(person)
    client = Client()
    sign_in(client, person)
    give_code(client, code_now())
    confirm(client)
    client.post("/security/codes/new/")
    again = Client()
    sign_in(again, person)
    assert (give_code(again, old[0]).status_code, is_in(again)) == (200, False)


def test_the_mail_about_a_change_names_what_and_whom(person: User, mailoutbox: list[Any]) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    give_code(client, code_now())
    confirm(client)
    client.post("/security/app/remove/")
    send_due(machine_now())
    assert [mail.subject for mail in mailoutbox] == ["The authenticator app was removed from your sign-in"]
    assert "ann@customer.example" in mailoutbox[0].body


# --- Signing in -------------------------------------------------------------------------------------


def test_signing_in_asks_for_a_code_where_there_is_an_app(person: User) -> None:
    give_app(person)
    client = Client()
    assert sign_in(client, person)["Location"] == "/login/code/"
    assert not is_in(client)
    assert give_code(client, code_now()).status_code == 302
    assert is_in(client)


def test_the_page_that_was_asked_for_comes_after_the_code(person: User) -> None:
    give_app(person)
    client = Client()
    client.post("/login/?next=/inbox/", {"login": person.email, "password": PASSWORD, "next": "/inbox/"})
    assert give_code(client, code_now())["Location"] == "/inbox/"


def test_a_code_works_once_even_where_the_cache_was_lost(person: User) -> None:
    give_app(person)
    first, second = Client(), Client()
    sign_in(first, person)
    sign_in(second, person)
    assert give_code(first, code_now()).status_code == 302
    cache.clear()
    assert (give_code(second, code_now()).status_code, is_in(second)) == (200, False)


@pytest.mark.parametrize("steps", [-2, -1, 1, 2])
def test_a_code_of_another_half_minute_does_not_work(person: User, steps: int) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    assert (give_code(client, code_now(steps=steps)).status_code, is_in(client)) == (200, False)


def test_a_recovery_code_works_once(person: User) -> None:
    codes = give_app(person)
    first, second = Client(), Client()
    sign_in(first, person)
    assert give_code(first, codes[3]).status_code == 302
    sign_in(second, person)
    assert (give_code(second, codes[3]).status_code, is_in(second)) == (200, False)
    assert give_code(second, codes[4]).status_code == 302


def test_a_new_password_by_mail_does_not_spare_the_code(person: User, mailoutbox: list[Any]) -> None:
    give_app(person)
    client = Client()
    client.post("/password/reset/", {"email": person.email})
    send_due(machine_now())
    link = re.search(r"http://127.0.0.1:8000(/password/reset/\S+)", mailoutbox[0].body)[1]  # type: ignore[index]
    page = client.get(link)["Location"]
    new = {"password1": "another-horse-battery", "password2": "another-horse-battery"}
    assert client.post(page, new)["Location"] == "/password/reset/finished/"
    assert not is_in(client)
    said = {"login": person.email, "password": "another-horse-battery"}
    assert client.post("/login/", said)["Location"] == "/login/code/"
    assert not is_in(client)


def test_a_wrong_password_does_not_tell_who_has_a_second_factor(person: User, settings: Any) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    give_app(person)
    plain = make_customer(make_license(), email="bob@customer.example", can_sign_in=True)
    answers = []
    for email in (person.email, plain.email, "eve@customer.example"):
        client = Client()
        said = client.post("/login/", {"login": email, "password": "not-the-password"})
        second = client.get("/login/code/")
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said.content.decode())
        answers.append((said.status_code, body.replace(email, "ADDRESS"), second["Location"]))
    assert answers == [answers[0]] * 3


def test_the_second_step_is_nobodys_before_the_first(person: User) -> None:
    give_app(person)
    answers = [Client().get("/login/code/"), give_code(Client(), code_now())]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/login/")] * 2


def test_the_eleventh_wrong_code_waits_wherever_it_comes_from_and_whatever_the_cache_forgot(
    person: User, time_machine: Any
) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    statuses = []
    for source in range(11):
        cache.clear()
        answer = client.post("/login/code/", {"code": wrong_code()}, REMOTE_ADDR=f"10.0.0.{source}")
        statuses.append(answer.status_code)
    assert statuses == [200] * 10 + [429]
    assert give_code(client, code_now()).status_code == 429
    time_machine.move_to(EPOCH + timedelta(minutes=15), tick=False)
    later = Client()
    sign_in(later, person)
    assert give_code(later, code_now()).status_code == 302


# --- Who must have one ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/cases/", "/profile/", "/admin/", "/admin/cases/case/", "/inbox/"])
def test_staff_without_a_second_factor_are_led_to_setting_one_up(
    agent: User, settings: Any, path: str
) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    client = Client()
    sign_in(client, agent)
    led = client.get(path)
    assert (led.status_code, led["Location"]) == (302, "/security/")
    assert client.post(path).headers.get("Location") == "/security/"


def test_the_page_says_why_and_how_to_leave(agent: User, settings: Any) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    client = Client()
    sign_in(client, agent)
    page = client.get("/security/").content.decode()
    assert "Set up a second factor first" in page
    assert "You work for support and see the cases of every customer." in page
    assert client.get("/logout/").status_code == 200
    client.post("/logout/")
    assert client.get("/security/")["Location"] == "/login/?next=/security/"


def test_every_page_opens_once_there_is_one(agent: User, settings: Any) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    client = Client()
    sign_in(client, agent)
    confirm(client)
    secret = re.search(r'class="key">(\w+)<', client.get("/security/app/").content.decode())[1]  # type: ignore[index]
    client.post("/security/app/", {"code": code_now(secret)})
    assert client.get("/admin/").status_code == 200
    assert "Set up a second factor first" not in client.get("/security/").content.decode()


def test_an_account_administrator_must_have_one_and_other_customers_need_not(
    person: User, settings: Any
) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    colleague = make_customer(make_license(person.account, "target"), can_sign_in=True)
    assert person.account is not None
    appoint_administrator(person.account, person, actor=make_superuser(), now=EPOCH)
    administrator, other = Client(), Client()
    sign_in(administrator, person)
    sign_in(other, colleague)
    assert administrator.get("/cases/")["Location"] == "/security/"
    assert "You administer your company" in administrator.get("/security/").content.decode()
    assert other.get("/cases/").status_code == 200


@pytest.mark.parametrize(
    ("required", "staff_led", "administrator_led"),
    [([], False, False), (["staff"], True, False), (["administrators"], False, True), (BOTH, True, True)],
)
def test_the_setting_says_who(
    agent: User, person: User, settings: Any, required: list[str], staff_led: bool, administrator_led: bool
) -> None:
    settings.PORTAL_MFA_REQUIRED = required
    assert person.account is not None
    appoint_administrator(person.account, person, actor=make_superuser(), now=EPOCH)
    led = []
    for somebody in (agent, person):
        client = Client()
        sign_in(client, somebody)
        led.append(client.get("/profile/").status_code == 302)
    assert led == [staff_led, administrator_led]


def test_asking_for_a_second_factor_costs_a_request_no_statement(
    agent: User, settings: Any, django_assert_num_queries: Any
) -> None:
    give_app(agent)
    client = Client()
    client.force_login(agent)
    with django_assert_num_queries(2):
        client.get("/admin/login/")
    settings.PORTAL_MFA_REQUIRED = BOTH
    with django_assert_num_queries(2):
        client.get("/admin/login/")


def test_removing_the_last_one_leads_to_setting_up_another(agent: User, settings: Any) -> None:
    settings.PORTAL_MFA_REQUIRED = BOTH
    give_app(agent)
    client = Client()
    sign_in(client, agent)
    give_code(client, code_now())
    confirm(client)
    client.post("/security/app/remove/")
    assert client.get("/admin/")["Location"] == "/security/"


# --- Somebody else's --------------------------------------------------------------------------------


def test_a_passkey_of_somebody_else_is_not_there(person: User, agent: User) -> None:
    theirs = Authenticator.objects.create(
        user=agent, type=Authenticator.Type.WEBAUTHN, data={"name": "Key", "credential": {}}
    )
    client = signed_in(person)
    for key in (theirs.pk, 999_999_999, 10**40):
        for what in ("rename", "remove"):
            assert client.get(f"/security/passkeys/{key}/{what}/").status_code == 404
            assert client.post(f"/security/passkeys/{key}/{what}/", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Key"


def test_whoever_has_lost_all_of_them_is_let_in_by_the_operator_and_told(
    person: User, mailoutbox: list[Any]
) -> None:
    give_app(person)
    call_command("remove_second_factors", "Ann@customer.example ", stdout=StringIO())
    assert sign_in(Client(), person)["Location"] == "/"
    send_due(machine_now())
    assert [mail.subject for mail in mailoutbox] == ["The second factors of your sign-in were removed"]


@pytest.mark.parametrize("email", ["nobody@customer.example", "ann@customer.example"])
def test_the_operator_is_told_when_there_is_nothing_to_remove(person: User, email: str) -> None:
    with pytest.raises(CommandError):
        call_command("remove_second_factors", email)
    assert Notice.objects.count() == 0


# --- Bad input --------------------------------------------------------------------------------------

_KEY = '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": %s}'
HOSTILE_CREDENTIALS = [
    "",
    "null",
    "1",
    "[]",
    "{}",
    '"text"',
    "not json",
    "\x00",
    '{"id": 1}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    '{"id": "a", "rawId": "a", "type": "public-key", "response": null}',
    _KEY % '{"clientDataJSON": "", "attestationObject": ""}',
    _KEY % '{"clientDataJSON": "e30", "attestationObject": "oA"}',
    _KEY % '{"clientDataJSON": "e30", "authenticatorData": "YQ", "signature": "YQ"}',
    '{"id": "\\u0000", "rawId": {"a": []}, "response": {"clientDataJSON": 1e400}}',
    "[" * 3000,
    "9" * 5000,
]


@pytest.mark.parametrize("credential", HOSTILE_CREDENTIALS, ids=range(len(HOSTILE_CREDENTIALS)))
def test_a_made_up_passkey_is_refused_and_never_a_fault(person: User, credential: str) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    client.get("/login/code/")
    assert client.post("/login/code/", {"credential": credential}).status_code == 200
    give_code(client, code_now())
    confirm(client)
    client.get("/security/passkeys/add/")
    sent = {"name": "Key", "credential": credential}
    assert client.post("/security/passkeys/add/", sent).status_code == 200
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 0


@pytest.mark.parametrize(
    "code", ["", " ", "\x00", "x" * 40_000, "１２３４５６", "-1", "🔑", "' OR 1=1", "12\r\n34"]
)
def test_a_strange_code_is_a_wrong_code(person: User, code: str) -> None:
    give_app(person)
    client = Client()
    sign_in(client, person)
    assert (give_code(client, code).status_code, is_in(client)) == (200, False)
