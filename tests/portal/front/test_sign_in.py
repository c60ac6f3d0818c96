"""Signing in and out: sessions, guessing, enumeration, throttles and forged addresses of the visitor."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from celery import current_app
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from entitlements.operations import change_person
from portal.accounts.addresses import prove_address
from portal.accounts.models import SignIn, User
from portal.clock import machine_now
from portal.notices import account_mail
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.work.instance import adopt
from portal.work.models import Try
from portal.work.tries import forget_old
from tests.factories.people import EPOCH, PASSWORD, make_agent, make_customer, make_person, make_superuser
from tests.hashers import QuickArgon2Hasher

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another-horse-battery"


@pytest.fixture(autouse=True)
def _fresh(db: None) -> None:
    """No earlier tries are counted, and this installation may send."""
    cache.clear()
    adopt()


@pytest.fixture
def person() -> User:
    return make_customer(email="ann@customer.example", can_sign_in=True)


def sign_in(client: Client, email: str, password: str = PASSWORD, **headers: str) -> Any:
    return client.post("/login/", {"login": email, "password": password}, headers=headers)


def key_of(client: Client) -> str:
    return client.cookies["session"].value


def who(client: Client) -> str:
    """Whom the portal takes the browser for: the profile's name field, or nobody."""
    response = client.get("/profile/")
    return "somebody" if response.status_code == 200 else "nobody"


def with_key(key: str) -> Client:
    client = Client()
    client.cookies["session"] = key
    return client


# --- Sessions ---------------------------------------------------------------------------------------


def test_a_session_that_an_attacker_prepared_is_not_the_one_signed_in(person: User) -> None:
    attacker = Client()
    attacker.get("/password/reset/1-set-password/")
    session = attacker.session
    session["prepared"] = "x"
    session.save()
    planted = session.session_key
    victim = with_key(planted)
    assert sign_in(victim, person.email).status_code == 302
    assert key_of(victim) != planted
    assert (who(victim), who(with_key(planted))) == ("somebody", "nobody")


def test_a_key_that_the_portal_never_gave_is_not_taken_over(person: User) -> None:
    made_up = "a" * 32
    victim = with_key(made_up)
    sign_in(victim, person.email)
    assert key_of(victim) != made_up
    assert who(with_key(made_up)) == "nobody"


def test_the_old_key_is_nobodys_after_signing_out(person: User) -> None:
    client = Client()
    sign_in(client, person.email)
    key = key_of(client)
    client.post("/logout/")
    assert who(with_key(key)) == "nobody"
    assert not SignIn.objects.filter(session_key=key).exists()


def test_changing_the_password_gives_a_new_key_and_ends_every_other_session(person: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here, person.email)
    sign_in(elsewhere, person.email)
    key = key_of(here)
    said = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/password/change/", said).status_code == 302
    assert key_of(here) != key
    assert (who(here), who(elsewhere), who(with_key(key))) == ("somebody", "nobody", "nobody")


def test_a_password_set_by_staff_ends_the_persons_sessions(person: User) -> None:
    client, root = Client(), Client()
    sign_in(client, person.email)
    root.force_login(make_superuser())
    page = f"/admin/entitlements/person/{person.pk}/password/"
    said = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    assert root.post(page, said).status_code == 302
    assert who(client) == "nobody"


def test_a_session_ends_twelve_hours_after_signing_in(person: User, time_machine: Any) -> None:
    time_machine.move_to(EPOCH, tick=False)
    client = Client()
    sign_in(client, person.email)
    client.cookies["session"]["max-age"] = ""
    time_machine.move_to(EPOCH + timedelta(hours=12, seconds=-1), tick=False)
    assert who(client) == "somebody"
    time_machine.move_to(EPOCH + timedelta(hours=12), tick=False)
    assert who(client) == "nobody"


# --- Enumeration ------------------------------------------------------------------------------------


class CountingHasher(QuickArgon2Hasher):
    """Counts the expensive computations: what a stopwatch would see, without its noise."""

    computed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).computed += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        type(self).computed += 1
        return super().verify(password, encoded)


@contextmanager
def counted_hashes(settings: Any) -> Iterator[list[int]]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.computed = 0
    found: list[int] = []
    yield found
    found.append(CountingHasher.computed)


def strangers_and_people() -> dict[str, str]:
    """Addresses of every kind of person whom an outsider might want to find out about."""
    deactivated = make_customer(email="gone@customer.example", can_sign_in=True)
    User.objects.filter(pk=deactivated.pk).update(is_active=False)
    make_person(email="invited@customer.example")
    make_customer(email="known@customer.example", can_sign_in=True)
    make_agent(email="agent@staff.example", can_sign_in=True)
    return {
        "unknown": "nobody@customer.example",
        "known": "known@customer.example",
        "deactivated": "gone@customer.example",
        "without a password": "invited@customer.example",
        "of staff": "agent@staff.example",
    }


def seen(response: Any, email: str) -> tuple[int, str, dict[str, str]]:
    """All that a visitor sees of an answer, without the address itself and what is random in it."""
    body = response.content.decode().replace(email, "ADDRESS")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, body, headers


def test_a_wrong_password_is_answered_alike_whoever_the_address_names(
    settings: Any, time_machine: Any
) -> None:
    # An answer says when it was given.
    time_machine.move_to(EPOCH, tick=False)
    answers, hashes = {}, {}
    for kind, email in strangers_and_people().items():
        Try.objects.all().delete()
        with counted_hashes(settings) as counted:
            answers[kind] = seen(sign_in(Client(), email, "not-the-password"), email)
        hashes[kind] = counted[0]
    assert answers == dict.fromkeys(answers, answers["unknown"])
    assert answers["unknown"][0] == 200
    assert hashes == dict.fromkeys(hashes, 1)


def test_a_reset_is_answered_alike_whoever_the_address_names(settings: Any) -> None:
    answers, hashes = {}, {}
    for kind, email in strangers_and_people().items():
        client = Client()
        with counted_hashes(settings) as counted:
            first = seen(client.post("/password/reset/", {"email": email}), email)
            answers[kind] = first, seen(client.get("/password/reset/done/"), email)
        hashes[kind] = counted[0]
    assert answers == dict.fromkeys(answers, answers["unknown"])
    assert hashes == dict.fromkeys(hashes, 0)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were sent to the broker."""
    tasks: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_options: tasks.append(name))
    return tasks


def work_of(client: Client, address: str, said: dict[str, str]) -> list[str]:
    """The statements of a POST, without what is typed or random in them."""
    with CaptureQueriesContext(connection) as captured:
        client.post(address, said)
    # Numbers, quoted text, and what the savepoints are called.
    return [re.sub(r"'(?:[^']|'')*'|_?x?\d+|\bNULL\b", "?", row["sql"]) for row in captured.captured_queries]


@pytest.mark.django_db(transaction=True)
def test_a_reset_does_the_same_work_whoever_the_address_names(woken: list[str]) -> None:
    statements, nudges = {}, {}
    for kind, email in strangers_and_people().items():
        woken.clear()
        statements[kind] = work_of(Client(), "/password/reset/", {"email": email})
        nudges[kind] = list(woken)
    assert statements == dict.fromkeys(statements, statements["unknown"])
    assert set(map(tuple, nudges.values())) == {("portal.notices.send",)}
    assert any('INSERT INTO "notices_notice"' in statement for statement in statements["unknown"])


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_does_the_same_work_whoever_the_address_names(woken: list[str]) -> None:
    # The first request from a source makes its row in the cache, which all others change.
    sign_in(Client(), "somebody@customer.example", "not-the-password")
    statements = {
        kind: work_of(Client(), "/login/", {"login": email, "password": "not-the-password"})
        for kind, email in strangers_and_people().items()
    }
    assert statements == dict.fromkeys(statements, statements["unknown"])
    assert woken == []


def test_a_link_for_a_new_password_goes_to_people_only_and_once(mailoutbox: list[Any]) -> None:
    for email in strangers_and_people().values():
        Client().post("/password/reset/", {"email": email})
    for _round in range(2):
        send_due(machine_now())
    assert sorted(mail.to[0] for mail in mailoutbox) == [
        "agent@staff.example",
        "invited@customer.example",
        "known@customer.example",
    ]
    cancelled = Notice.objects.filter(state="cancelled").order_by("address")
    assert list(cancelled.values_list("address", "cancelled_because")) == [
        ("gone@customer.example", "nobody_here"),
        ("nobody@customer.example", "nobody_here"),
    ]


def test_a_link_is_not_sent_to_an_address_that_was_given_up_meanwhile(
    person: User, mailoutbox: list[Any]
) -> None:
    Client().post("/password/reset/", {"email": person.email})
    User.objects.filter(pk=person.pk).update(email="new@customer.example")
    send_due(machine_now())
    assert mailoutbox == []


def test_what_was_asked_for_nobodys_address_is_forgotten_after_a_day(person: User) -> None:
    for email in (person.email, "nobody@customer.example"):
        Client().post("/password/reset/", {"email": email})
    waiting = Notice.objects.get(address="nobody@customer.example").queued_at
    assert account_mail.forget_strangers(waiting + timedelta(days=2)) == 0
    send_due(machine_now())
    a_day_later = waiting + timedelta(days=1)
    assert account_mail.forget_strangers(a_day_later - timedelta(microseconds=1)) == 0
    assert account_mail.forget_strangers(a_day_later) == 1
    assert [notice.address for notice in Notice.objects.all()] == [person.email]


def test_an_address_longer_than_any_of_ours_is_refused_beside_the_field(woken: list[str]) -> None:
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 20}.example"
    response = Client().post("/password/reset/", {"email": email})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["email"])
    assert (Notice.objects.count(), woken) == (0, [])


def person_key(person: User) -> str:
    """What names a person in a link for a new password."""
    return str(user_pk_to_url_str(person))


def test_a_link_for_a_new_password_tells_nothing_about_whom_it_names(person: User) -> None:
    answers = [
        seen(Client().get(f"/password/reset/{key}-abc-0123456789abcdef/"), f"{key}-abc")
        for key in (person_key(person), "zzzzz")
    ]
    assert answers[0] == answers[1]


# --- Addresses --------------------------------------------------------------------------------------


def test_an_address_that_was_given_up_signs_nobody_in(person: User) -> None:
    old = person.email
    account_mail.announce_password_reset(person.email, now=EPOCH)
    send_due(machine_now())
    change_person(
        person,
        email="new@customer.example",
        name="Ann",
        language="en",
        time_zone="",
        actor=make_superuser(),
        now=EPOCH,
    )
    assert sign_in(Client(), old).status_code == 200
    assert sign_in(Client(), "new@customer.example").status_code == 302
    assert EmailAddress.objects.count() == 0


def changed_by_staff(person: User, **facts: str) -> None:
    said = {"email": person.email, "name": "Ann", "language": "en", "time_zone": "", **facts}
    change_person(person, **said, actor=make_superuser(), now=EPOCH)


def test_a_changed_address_ends_every_session_of_its_person(person: User) -> None:
    here, neighbour = Client(), Client()
    sign_in(here, person.email)
    sign_in(neighbour, make_customer(email="bea@customer.example", can_sign_in=True).email)
    changed_by_staff(person)
    assert who(here) == "somebody"
    changed_by_staff(person, email="new@customer.example")
    assert (who(here), who(neighbour)) == ("nobody", "somebody")


def test_the_former_address_is_told_once_and_not_what_the_new_one_is(
    person: User, mailoutbox: list[Any]
) -> None:
    changed_by_staff(person, email="new@customer.example")
    changed_by_staff(person, email="new@customer.example")
    for _round in range(2):
        send_due(machine_now())
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["ann@customer.example"],
        "The address of your sign-in to the support portal was changed",
    )
    assert "ann@customer.example signs nobody in any more" in mail.body
    assert "new@customer.example" not in mail.body + mail.alternatives[0][0]


def test_an_address_is_changed_only_together_with_the_word_of_it(person: User) -> None:
    def lose(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "notices_notice"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    client = Client()
    sign_in(client, person.email)
    with connection.execute_wrapper(lose), pytest.raises(OperationalError):
        changed_by_staff(person, email="new@customer.example")
    assert (User.objects.get(pk=person.pk).email, who(client)) == ("ann@customer.example", "somebody")


@pytest.fixture
def must_be_proven(settings: Any) -> None:
    settings.PORTAL_REQUIRE_VERIFIED_EMAIL = True


def link_in(mail: Any) -> str:
    return str(re.search(r"/password/reset/\S+", mail.body).group())  # type: ignore[union-attr]


@pytest.mark.usefixtures("must_be_proven")
def test_whose_address_is_not_proven_is_let_in_after_the_link_that_was_mailed(
    person: User, mailoutbox: list[Any]
) -> None:
    client = Client()
    answer = sign_in(client, person.email)
    assert (answer.status_code, answer["Location"]) == (302, "/password/reset/done/")
    assert "Your address has to be proven first." in client.get("/password/reset/done/").content.decode()
    assert who(client) == "nobody"
    send_due(machine_now())
    [mail] = mailoutbox
    page = client.get(link_in(mail), follow=True).redirect_chain[-1][0]
    assert client.post(page, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}).status_code == 302
    assert sign_in(client, person.email, NEW_PASSWORD)["Location"] == "/"
    assert who(client) == "somebody"


@pytest.mark.usefixtures("must_be_proven")
def test_a_wrong_password_sends_no_link_to_whose_address_is_not_proven(person: User) -> None:
    assert sign_in(Client(), person.email, "not-the-password").status_code == 200
    assert not Notice.objects.exists()


@pytest.mark.usefixtures("must_be_proven")
def test_a_link_that_proves_is_not_asked_for_more_often_than_any_other(person: User) -> None:
    statuses = [sign_in(Client(), person.email).status_code for _each in range(6)]
    assert statuses == [302] * 5 + [429]
    assert Notice.objects.count() == 5


@pytest.mark.usefixtures("must_be_proven")
def test_a_changed_address_is_to_be_proven_again(person: User) -> None:
    prove_address(person, machine_now())
    assert sign_in(Client(), person.email)["Location"] == "/"
    changed_by_staff(person, email="new@customer.example")
    assert User.objects.get(pk=person.pk).email_verified_at is None
    assert sign_in(Client(), "new@customer.example")["Location"] == "/password/reset/done/"


def test_an_address_is_not_proven_for_one_that_has_replaced_it(person: User) -> None:
    before = User.objects.get(pk=person.pk)
    changed_by_staff(person, email="new@customer.example")
    prove_address(before, machine_now())
    assert User.objects.get(pk=person.pk).email_verified_at is None


def test_the_demo_and_the_tests_let_in_whose_address_is_not_proven(person: User) -> None:
    assert (person.email_verified_at, sign_in(Client(), person.email)["Location"]) == (None, "/")


# --- One door ---------------------------------------------------------------------------------------


def test_staff_guess_no_password_at_the_admins_address() -> None:
    client = Client()
    client.force_login(make_agent())
    root = make_superuser()
    root.set_password(PASSWORD)
    root.save(update_fields=["password"])
    response = client.post("/admin/login/", {"username": root.email, "password": PASSWORD})
    assert response.status_code == 405
    assert client.get("/admin/accounts/duty/add/").status_code == 403


# --- Throttles --------------------------------------------------------------------------------------


def test_the_eleventh_wrong_try_on_one_address_waits_wherever_it_comes_from(person: User) -> None:
    tries = [
        sign_in(Client(REMOTE_ADDR=f"10.0.0.{source}"), person.email, "not-the-password")
        for source in range(1, 12)
    ]
    assert [response.status_code for response in tries] == [200] * 10 + [429]
    assert tries[-1]["Retry-After"] == "900"


def test_losing_the_cache_gives_nobody_new_tries(person: User) -> None:
    statuses = []
    for source in range(1, 12):
        cache.clear()
        client = Client(REMOTE_ADDR=f"10.0.0.{source}")
        statuses.append(sign_in(client, person.email, "not-the-password").status_code)
    assert statuses == [200] * 10 + [429]


def test_losing_the_cache_gives_no_source_new_requests_for_a_password() -> None:
    client, statuses = Client(), []
    for number in range(21):
        cache.clear()
        said = {"email": f"p{number}@customer.example"}
        statuses.append(client.post("/password/reset/", said).status_code)
    assert statuses == [302] * 20 + [429]


@pytest.mark.parametrize("email", ["ann@customer.example", "nobody@customer.example"])
def test_the_sixth_request_for_one_address_waits_whoever_it_names(person: User, email: str) -> None:
    statuses = [
        Client(REMOTE_ADDR=f"10.0.0.{source}").post("/password/reset/", {"email": email}).status_code
        for source in range(6)
    ]
    assert statuses == [302] * 5 + [429]


def test_a_wrong_old_password_counts_like_one_at_sign_in(person: User) -> None:
    client = Client()
    sign_in(client, person.email)
    said = {"oldpassword": "not-the-password", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for _ in range(10):
        assert client.post("/password/change/", said).status_code == 200
    assert client.post("/password/change/", said | {"oldpassword": PASSWORD}).status_code == 429
    assert sign_in(Client(REMOTE_ADDR="10.0.0.1"), person.email).status_code == 429


def test_right_passwords_are_not_counted(person: User) -> None:
    assert [sign_in(Client(), person.email).status_code for _ in range(12)] == [302] * 12
    assert Try.objects.count() == 0


def test_no_address_stands_among_the_tries(person: User) -> None:
    sign_in(Client(REMOTE_ADDR="192.0.2.9"), person.email, "not-the-password")
    assert [key for key in Try.objects.values_list("key", flat=True) if len(key) != 64] == []


def test_tries_are_swept_up_when_they_count_no_longer(person: User, time_machine: Any) -> None:
    time_machine.move_to(EPOCH, tick=False)
    sign_in(Client(), person.email, "not-the-password")
    until = EPOCH + timedelta(minutes=15)
    assert (forget_old(until - timedelta(microseconds=1)), forget_old(until)) == (0, 2)


def test_after_ten_wrong_tries_from_one_source_not_even_the_right_password_gets_in(person: User) -> None:
    client = Client()
    for number in range(10):
        sign_in(client, f"person{number}@customer.example", "not-the-password")
    refused = sign_in(client, person.email)
    assert (refused.status_code, refused["Retry-After"], who(client)) == (429, "900", "nobody")


def test_nobody_is_locked_out_for_longer_than_a_quarter_of_an_hour(person: User, time_machine: Any) -> None:
    time_machine.move_to(EPOCH, tick=False)
    client = Client()
    for _ in range(11):
        refused = sign_in(client, person.email, "not-the-password")
    time_machine.move_to(EPOCH + timedelta(minutes=15), tick=False)
    assert (refused.status_code, sign_in(client, person.email).status_code) == (429, 302)


def test_unknown_addresses_are_throttled_just_as_known_ones(person: User) -> None:
    unknown = [sign_in(Client(), "nobody@customer.example", "wrong").status_code for _ in range(11)]
    assert unknown == [200] * 10 + [429]


def test_a_forged_source_is_no_new_source(person: User) -> None:
    client = Client()
    for number in range(10):
        forged = {"x-forwarded-for": f"10.9.8.{number}", "x-real-ip": f"10.9.8.{number}"}
        sign_in(client, f"person{number}@customer.example", "not-the-password", **forged)
    sign_in(client, person.email, **{"x-forwarded-for": "10.9.9.9"})
    assert who(client) == "nobody"


def test_behind_a_proxy_one_visitors_tries_do_not_lock_others_out(person: User, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    proxy = Client()
    for number in range(12):
        # What stands before the proxy's own entry is what the visitor claims.
        guesser = {"x-forwarded-for": f"10.9.8.{number}, 203.0.113.1"}
        sign_in(proxy, f"person{number}@customer.example", "not-the-password", **guesser)
    sign_in(proxy, person.email, **{"x-forwarded-for": "10.9.9.9, 203.0.113.1"})
    assert who(proxy) == "nobody"
    sign_in(proxy, person.email, **{"x-forwarded-for": "203.0.113.2"})
    assert who(proxy) == "somebody"


def test_too_many_requests_from_one_source_are_told_when_to_come_back() -> None:
    client = Client()
    statuses = [client.post("/password/reset/", {"email": f"p{n}@customer.example"}) for n in range(21)]
    assert [response.status_code for response in statuses] == [302] * 20 + [429]
    assert statuses[-1]["Retry-After"] == "900"


# --- Host -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "[::1"])
@pytest.mark.parametrize("path", ["/", "/login/", "/healthz", "/password/reset/", "/nothing/"])
def test_a_host_that_is_not_ours_is_refused(host: str, path: str) -> None:
    assert Client(HTTP_HOST=host).get(path).status_code == 400


def test_forwarded_headers_change_neither_links_nor_redirects(person: User) -> None:
    forged = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "444",
        "x-forwarded-server": "evil.example",
        "forwarded": "host=evil.example;proto=https",
        "x-original-url": "/admin/",
        "x-rewrite-url": "/admin/",
        "remote-user": person.email,
        "x-forwarded-user": person.email,
    }
    client = Client(headers=forged)
    asked = client.get("/profile/")
    assert (asked.status_code, asked["Location"]) == (302, "/login/?next=/profile/")
    assert "evil.example" not in client.get("/login/").content.decode()
    client.post("/password/reset/", {"email": person.email})
    send_due(machine_now())
    sent = Notice.objects.get()
    assert sent.kind == account_mail.RESET


def test_the_link_in_a_mail_starts_at_the_configured_address_whatever_host_asked(
    person: User, mailoutbox: list[Any]
) -> None:
    Client(headers={"x-forwarded-host": "evil.example"}).post("/password/reset/", {"email": person.email})
    send_due(machine_now())
    assert [re.findall(r"https?://[^/\s]+", mail.body)[0] for mail in mailoutbox] == ["http://127.0.0.1:8000"]
