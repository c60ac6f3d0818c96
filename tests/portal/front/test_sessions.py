"""Sessions: when they end by themselves, what becomes of what was typed, and the list of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from cases.models import Case
from portal.accounts.models import SignIn, User
from portal.accounts.sessions import forget_old
from portal.front.devices import device_in_words
from portal.work.form_tokens import new_token
from tests.factories.people import EPOCH, PASSWORD, make_agent, make_customer, make_license

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Safari/604.1"


@pytest.fixture(autouse=True)
def _limits(db: None, settings: Any, time_machine: Any) -> None:
    """The limits of a deployment, and a clock that stands still."""
    settings.PORTAL_SESSION_IDLE_MINUTES, settings.PORTAL_SESSION_IDLE_MINUTES_STAFF = 120, 30
    cache.clear()
    time_machine.move_to(EPOCH, tick=False)


@pytest.fixture
def person() -> User:
    return make_customer(make_license(), email="ann@customer.example", can_sign_in=True)


def signed_in(person: User, agent: str = FIREFOX, **options: str) -> Client:
    client = Client(headers={"user-agent": agent}, **options)
    said = client.post("/login/", {"login": person.email, "password": PASSWORD})
    assert said.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


# --- Limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("of_staff", "minutes"), [(False, 120), (True, 30)])
def test_a_session_ends_after_its_time_without_use(
    person: User, time_machine: Any, of_staff: bool, minutes: int
) -> None:
    somebody = make_agent(can_sign_in=True) if of_staff else person
    client = signed_in(somebody)
    last_use = EPOCH + timedelta(minutes=minutes, microseconds=-1)
    time_machine.move_to(last_use, tick=False)
    assert is_in(client)
    time_machine.move_to(last_use + timedelta(minutes=minutes), tick=False)
    assert not is_in(client)
    assert SignIn.objects.filter(user=somebody).count() == 0


def test_a_session_ends_twelve_hours_after_signing_in_however_much_it_is_used(
    person: User, time_machine: Any
) -> None:
    client = signed_in(person)
    client.cookies["session"]["max-age"] = ""
    for quarter in range(1, 48):
        time_machine.move_to(EPOCH + timedelta(minutes=15 * quarter), tick=False)
        assert is_in(client)
    time_machine.move_to(EPOCH + timedelta(hours=12), tick=False)
    assert not is_in(client)


def test_a_new_password_does_not_prolong_a_session(person: User, time_machine: Any) -> None:
    client = signed_in(person)
    time_machine.move_to(EPOCH + timedelta(minutes=60), tick=False)
    new = {
        "oldpassword": PASSWORD,
        "password1": "another-horse-battery",
        "password2": "another-horse-battery",
    }
    assert client.post("/password/change/", new).status_code == 302
    assert SignIn.objects.get(user=person).signed_in_at == EPOCH


def test_a_clock_that_is_set_back_prolongs_nothing(person: User, time_machine: Any) -> None:
    time_machine.move_to(EPOCH + timedelta(days=3), tick=False)
    client = signed_in(person)
    time_machine.move_to(EPOCH, tick=False)
    assert is_in(client)
    row = SignIn.objects.get(user=person)
    assert (row.signed_in_at, row.used_at) == (EPOCH, EPOCH)
    time_machine.move_to(EPOCH + timedelta(minutes=120), tick=False)
    assert not is_in(client)


def test_a_use_is_written_once_a_minute_at_most(
    person: User, time_machine: Any, django_assert_num_queries: Any
) -> None:
    client = signed_in(person)
    client.get("/unsent/")
    time_machine.move_to(EPOCH + timedelta(seconds=59), tick=False)
    with django_assert_num_queries(2):
        client.get("/login/")
    time_machine.move_to(EPOCH + timedelta(seconds=60), tick=False)
    with django_assert_num_queries(3):
        client.get("/login/")


def test_sessions_that_are_over_are_swept_up(person: User) -> None:
    signed_in(person)
    until = EPOCH + timedelta(hours=12)
    assert (forget_old(until - timedelta(microseconds=1)), forget_old(until)) == (0, 1)


# --- What somebody sees of it -----------------------------------------------------------------------


def test_the_sign_in_page_says_after_which_time_and_leads_back(person: User, time_machine: Any) -> None:
    client = signed_in(person)
    time_machine.move_to(EPOCH + timedelta(minutes=120), tick=False)
    led = client.get("/inbox/")
    assert led["Location"] == "/login/?next=/inbox/"
    page = client.get(led["Location"]).content.decode()
    assert "You were signed out after 2 hours without use. Sign in to go on where you were." in page
    said = {"login": person.email, "password": PASSWORD, "next": "/inbox/"}
    assert client.post("/login/", said)["Location"] == "/inbox/"


def test_whoever_signs_out_is_told_no_such_thing(person: User) -> None:
    client = signed_in(person)
    client.post("/logout/")
    assert "signed out after" not in client.get("/login/").content.decode()


def filing(person: User) -> dict[str, str]:
    return {
        "form_token": new_token(),
        "product": str(person.seats.get().license_id),
        "environment": "Production",
        "title": "Nothing loads",
        "description": "Since this <morning>.",
        "priority": "3",
        "watchers": "",
    }


def sent_too_late(person: User, time_machine: Any) -> Client:
    client = signed_in(person)
    time_machine.move_to(EPOCH + timedelta(minutes=120), tick=False)
    answer = client.post("/cases/new/", filing(person))
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Funsent%2F")
    return client


def test_what_was_typed_waits_until_the_person_has_signed_in_again(person: User, time_machine: Any) -> None:
    client = sent_too_late(person, time_machine)
    said = {"login": person.email, "password": PASSWORD, "next": "/unsent/"}
    assert client.post("/login/", said)["Location"] == "/unsent/"
    answer = client.get("/unsent/")
    assert "Since this &lt;morning&gt;." in answer.content.decode()
    sent = answer.context["sent"]
    again = client.post(sent.address, dict([*sent.typed, *sent.rest]))
    assert (again.status_code, Case.objects.get().title) == (302, "Nothing loads")
    assert "Nothing is waiting to be sent." in client.get("/unsent/").content.decode()


def test_what_was_typed_is_shown_to_nobody_else(person: User, time_machine: Any) -> None:
    client = sent_too_late(person, time_machine)
    other = make_customer(make_license(), can_sign_in=True)
    assert "Since this" not in client.get("/login/").content.decode()
    client.post("/login/", {"login": other.email, "password": PASSWORD})
    assert "Nothing is waiting to be sent." in client.get("/unsent/").content.decode()
    assert "unsent" not in client.session


def test_what_was_typed_can_be_dropped(person: User, time_machine: Any) -> None:
    client = sent_too_late(person, time_machine)
    client.post("/login/", {"login": person.email, "password": PASSWORD})
    assert client.post("/unsent/drop/")["Location"] == "/"
    assert "Nothing is waiting to be sent." in client.get("/unsent/").content.decode()
    assert Case.objects.count() == 0


# --- The list ---------------------------------------------------------------------------------------


def places(client: Client) -> list[tuple[str, str, bool]]:
    found = client.get("/security/").context["places"]
    return [(place.device, place.address, place.is_here) for place in found]


def test_the_list_names_device_address_and_which_one_is_here(person: User, time_machine: Any) -> None:
    signed_in(person, SAFARI, REMOTE_ADDR="192.0.2.7")
    signed_in(make_customer(make_license(), can_sign_in=True))
    time_machine.move_to(EPOCH + timedelta(minutes=5), tick=False)
    here = signed_in(person)
    assert places(here) == [
        ("Firefox on Linux", "127.0.0.1", True),
        ("Safari on iPhone", "192.0.2.7", False),
    ]
    page = here.get("/security/").content.decode()
    assert [row.pk for row in SignIn.objects.all() if row.pk in page] == []


@pytest.mark.parametrize("number", [0, 3])
def test_the_list_costs_one_statement_however_long_it_is(
    person: User, number: int, django_assert_num_queries: Any
) -> None:
    here = signed_in(person)
    for _ in range(number):
        signed_in(person)
    # Who asks (2), second factors, sessions, the frame's unread notices, and the demo's bar.
    with django_assert_num_queries(6):
        here.get("/security/")


def test_a_session_that_is_ended_is_nobodys_at_its_next_request(person: User) -> None:
    there, here = signed_in(person, SAFARI), signed_in(person)
    [name] = [place.name for place in here.get("/security/").context["places"] if not place.is_here]
    assert here.post("/security/sessions/end/", {"session": name}).status_code == 302
    assert (is_in(here), is_in(there), len(places(here))) == (True, False, 1)


def test_all_others_are_ended_at_once(person: User) -> None:
    others = [signed_in(person, SAFARI) for _ in range(2)]
    stranger, here = signed_in(make_customer(make_license(), can_sign_in=True)), signed_in(person)
    here.post("/security/sessions/end/", {"session": "others"})
    assert [is_in(client) for client in (*others, stranger, here)] == [False, False, True, True]


@pytest.mark.parametrize("wanted", ["", "x", "\ud83d", "0" * 32, "1" * 40_000])
def test_nobody_ends_what_is_not_theirs_or_not_there(person: User, wanted: str) -> None:
    theirs = signed_in(make_customer(make_license(), can_sign_in=True))
    name = theirs.get("/security/").context["places"][0].name
    here = signed_in(person)
    for sent in (wanted.encode("utf-8", "replace").decode(), name):
        assert here.post("/security/sessions/end/", {"session": sent}).status_code == 404
    assert is_in(theirs)


def test_a_new_password_leaves_only_this_session_in_the_list(person: User) -> None:
    there, here = signed_in(person, SAFARI), signed_in(person)
    new = {
        "oldpassword": PASSWORD,
        "password1": "another-horse-battery",
        "password2": "another-horse-battery",
    }
    here.post("/password/change/", new)
    assert (places(here), is_in(there)) == ([("Firefox on Linux", "127.0.0.1", True)], False)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/120 Safari/537 Edg/120", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit Chrome/120 Safari/537", "Chrome on macOS"),
        ("curl/8", "Unknown browser"),
        ("", "Unknown browser"),
        ("<b>Firefox</b>", "Firefox"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str) -> None:
    assert device_in_words(agent) == words
