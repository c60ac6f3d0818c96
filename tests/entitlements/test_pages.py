"""The pages of the named contacts: what they show, what they change, what they refuse and how."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from entitlements import operations
from entitlements.invitations import VALID_FOR
from entitlements.models import EntitlementEvent, Invitation, License, Seat
from entitlements.models.invitations import token_for
from entitlements.plans import Plan
from portal.accounts.models import Account, SignIn, User
from portal.work.form_tokens import new_token
from tests.cases.views.browsing import own_statements, shown
from tests.factories.browsers import client_of
from tests.factories.cases import make_case
from tests.factories.people import (
    EPOCH,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
CONTACTS = "/entitlements/contacts/"
NEW = "new@customer.example"
PASSWORD = "a sentence nobody guesses"
WHO = {"name": "Nora New", "password": PASSWORD, "language": "fr", "time_zone": "Europe/Paris"}


@pytest.fixture(autouse=True)
def fixed_time(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def license_() -> License:
    return make_license(plan=Plan.EXPERT)


@pytest.fixture
def anna(license_: License) -> User:
    return make_administrator(license_, name="Anna Administrator")


def send(sender: User, path: str, **data: Any) -> Any:
    return client_of(sender).post(CONTACTS + path, {"form_token": new_token(), **data})


def page(person: User) -> str:
    response = client_of(person).get(CONTACTS)
    assert response.status_code == 200
    return shown(response)


def invited(license_: License, anna: User, address: str = NEW) -> Invitation:
    made = operations.invite_contact(license_, address, actor=anna, now=NOW)
    assert isinstance(made, Invitation)
    return made


def link_of(invitation: Invitation) -> str:
    return f"/entitlements/invitation/{token_for(Invitation.objects.get(pk=invitation.pk).nonce)}/"


# --- The administrator's page -----------------------------------------------------------------------


def test_the_page_says_how_many_seats_are_taken_and_by_whom(license_: License, anna: User) -> None:
    make_customer(license_, name="Carl Contact", email="carl@customer.example")
    invited(license_, anna)
    make_bare_license(license_.account, "campaign")
    text = page(anna)
    assert "3 of 4 seats · Expert Success Plan" in text
    assert "2 contacts, 1 pending invitation. 1 seat is free." in text
    assert "No term is in force: seats stay" in text
    assert "Carl Contact carl@customer.example · 0 open cases" in text
    assert "in 7 d 0 h Wed 11 Mar 2026, 08:00 PDT" in text
    assert "Contact invited: new@customer.example · Analytics You Wed 4 Mar 2026, 07:00 PST" in text


def test_a_plan_that_fell_shows_by_how_many_it_is_over(anna: User) -> None:
    falling = make_license(anna.account, "target", plan=Plan.ULTIMATE, last_on=date(2026, 2, 28))
    for _seat in range(6):
        make_seat(falling)
    days = {"first_on": date(2026, 3, 1), "last_on": date(2027, 2, 28)}
    operations.add_term(falling, Plan.EXPERT, **days, actor=make_superuser(), now=EPOCH)
    text = page(anna)
    assert "6 of 4 seats · Expert Success Plan Over capacity by 2" in text
    assert "Nobody lost access. Additions are refused until it is under its capacity." in text
    response = send(anna, "invite/", address=NEW, license=falling.pk)
    assert response.status_code == 409
    assert "It is over capacity by 2." in shown(response)
    assert f'value="{NEW}"' in response.content.decode()


def test_an_account_without_a_product_says_what_is_missing() -> None:
    anna = make_administrator()
    Seat.objects.update(removed_at=NOW)
    stranger = make_person()
    Account.objects.filter(pk=stranger.account_id).update(administrator=stranger)
    assert "No product yet" in page(stranger)
    assert anna.account_id != stranger.account_id


@pytest.mark.parametrize("path", ["", "history/"])
def test_a_page_costs_the_same_for_one_row_and_for_a_hundred(
    path: str, license_: License, anna: User, time_machine: Any
) -> None:
    wide = make_license(license_.account, "target", plan=Plan.ULTIMATE)
    make_case(make_customer(wide))
    invited(license_, anna)
    first = own_statements(anna, CONTACTS + path)
    for number in range(99):
        make_person(license_.account, name=f"Person {number}")
    for _seat in range(12):
        make_seat(wide)
    for number in range(2):
        invited(license_, anna, f"more{number}@customer.example")
    assert own_statements(anna, CONTACTS + path) == first == {"": 13, "history/": 4}[path]


def test_reading_costs_the_same_for_one_contact_and_for_many(license_: License) -> None:
    contact = make_customer(license_)
    first = own_statements(contact, CONTACTS)
    for _seat in range(3):
        make_seat(license_)
    assert own_statements(contact, CONTACTS) == first == 4


def test_people_come_in_pages(license_: License, anna: User) -> None:
    for number in range(30):
        make_person(license_.account, name=f"Person {number:02}")
    first, second = (shown(client_of(anna).get(f"{CONTACTS}?page={number}")) for number in (1, 2))
    assert ("Person 05" in first, "Person 26" in first) == (True, False)
    assert ("Person 05" in second, "Person 26" in second) == (False, True)


# --- Inviting ---------------------------------------------------------------------------------------


def test_an_invitation_is_sent_and_said_so(license_: License, anna: User) -> None:
    client = client_of(anna)
    data = {"form_token": new_token(), "address": NEW, "license": license_.pk}
    response = client.post(f"{CONTACTS}invite/", data, follow=True)
    assert response.redirect_chain == [(CONTACTS, 302)]
    assert "The invitation is on its way to new@customer.example." in shown(response)
    # A second click of the same form does nothing more.
    assert client.post(f"{CONTACTS}invite/", data).status_code == 302
    assert Invitation.objects.count() == 1


def test_a_colleague_is_seated_at_once(license_: License, anna: User) -> None:
    colleague = make_person(license_.account)
    response = send(anna, "invite/", address=colleague.email, license=license_.pk)
    assert response.status_code == 302
    assert Seat.objects.active().filter(user=colleague, license=license_).exists()


def test_who_cannot_be_invited_gets_the_same_page_and_uses_up_a_try(
    license_: License, anna: User, settings: Any
) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "invitation": 2}
    answers = []
    for address in (make_agent().email, make_customer().email, make_agent().email):
        response = send(anna, "invite/", address=address, license=license_.pk)
        text = re.sub(r'value="[\w-]{40,}"', "", response.content.decode().replace(address, "ADDRESS"))
        answers.append((response.status_code, text))
    assert [status for status, _text in answers] == [400, 400, 429]
    assert answers[0] == answers[1]
    assert "This address cannot be invited." in answers[0][1]


def test_the_form_is_filled_in_as_the_wish_for_a_seat_asks(license_: License, anna: User) -> None:
    person, stranger = make_person(license_.account), make_person()
    asked = f"{CONTACTS}?license={license_.pk}&person="
    assert f'value="{person.email}"' in client_of(anna).get(f"{asked}{person.pk}").content.decode()
    assert stranger.email not in client_of(anna).get(f"{asked}{stranger.pk}").content.decode()


def test_an_invitation_is_sent_again_and_revoked_by_a_button(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    old = link_of(invitation)
    assert send(anna, f"invitations/{invitation.pk}/again/").status_code == 302
    assert link_of(invitation) != old
    assert send(anna, f"invitations/{invitation.pk}/revoke/").status_code == 302
    assert Invitation.objects.get().revoked_at == NOW
    response = send(anna, f"invitations/{invitation.pk}/revoke/")
    assert (response.status_code, "was taken back" in shown(response)) == (409, True)
    assert client_of(anna).post(f"{CONTACTS}invitations/{invitation.pk}/again/").status_code == 400


# --- Permissions ------------------------------------------------------------------------------------


def ticks(*people: User, files: tuple[User, ...] = (), sees: tuple[User, ...] = ()) -> dict[str, Any]:
    data: dict[str, Any] = {"person": [person.pk for person in people]}
    for person in people:
        was = "f" * person.may_file_cases + "s" * person.sees_account_cases
        data[f"was-{person.pk}"] = was
        data |= {f"files-{person.pk}": "on"} if person in files else {}
        data |= {f"sees-{person.pk}": "on"} if person in sees else {}
    return data


def permissions_of(*people: User) -> list[tuple[bool, bool]]:
    rows = User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk")
    return list(rows.values_list("may_file_cases", "sees_account_cases"))


def test_permissions_are_saved_in_one_form(license_: License, anna: User) -> None:
    bert, cora = make_customer(license_), make_customer(license_, sees_account_cases=True)
    response = send(anna, "permissions/", **ticks(bert, cora, files=(cora,), sees=(bert, cora)))
    assert response.status_code == 302
    assert permissions_of(bert, cora) == [(False, True), (True, True)]
    events = EntitlementEvent.objects.filter(kind="permissions_changed", actor=anna)
    assert [event.detail["person"] for event in events] == [bert.pk]


def test_what_somebody_else_changed_meanwhile_stays(license_: License, anna: User) -> None:
    bert = make_customer(license_)
    shown_then = ticks(bert, files=(bert,))
    operations.set_contact_permissions(
        bert,
        may_file_cases=False,
        sees_account_cases=True,
        may_request=False,
        actor=make_superuser(),
        now=NOW,
    )
    assert send(anna, "permissions/", **shown_then).status_code == 302
    assert permissions_of(bert) == [(False, True)]


def test_permissions_of_strangers_and_staff_are_not_found_and_nothing_is_saved(
    license_: License, anna: User
) -> None:
    bert = make_customer(license_)
    for outsider in (make_customer(), make_agent(), make_superuser()):
        response = send(anna, "permissions/", **ticks(bert, outsider, sees=(bert, outsider)))
        assert response.status_code == 404
        assert permissions_of(bert, outsider)[0] == (True, False)
    assert permissions_of(bert) == [(True, False)]


# --- Leaving ----------------------------------------------------------------------------------------


def test_a_contact_with_open_cases_is_removed_once_a_successor_is_named(
    license_: License, anna: User
) -> None:
    bert = make_customer(license_, name="Bert")
    case = make_case(bert)
    seat = bert.seats.get()
    path = f"people/{bert.pk}/remove/"
    assert "Analytics 1 open case" in shown(client_of(anna).get(CONTACTS + path))
    refused = send(anna, path, seat=seat.pk)
    assert refused.status_code == 409
    assert "The contact still has 1 open case or request. Choose another contact" in shown(refused)
    token = new_token()
    data = {"form_token": token, "seat": seat.pk, "successor": anna.pk}
    client = client_of(anna)
    assert [client.post(CONTACTS + path, data).status_code for _click in range(2)] == [302, 302]
    case.refresh_from_db()
    assert (case.requestor, User.objects.get(pk=bert.pk).is_active) == (anna, False)


def test_a_contact_is_kept_as_one_without_a_seat_and_later_loses_the_sign_in(
    license_: License, anna: User
) -> None:
    bert = make_customer(license_)
    path = f"people/{bert.pk}/remove/"
    watched = make_case(anna, watchers=[bert])
    said = "With the last seat they watch no case any more, and read only what they may see: their own cases"
    assert said in shown(client_of(anna).get(CONTACTS + path))
    send(anna, path, seat=bert.seats.get().pk, keeps_sign_in="on")
    assert User.objects.get(pk=bert.pk).is_active
    assert not watched.watchers.exists()
    assert "This person has no seat and only reads." in shown(client_of(anna).get(CONTACTS + path))
    assert client_of(anna).get(f"{CONTACTS}people/{bert.pk}/replace/").status_code == 409
    assert send(anna, path).status_code == 302
    assert not User.objects.get(pk=bert.pk).is_active


def test_the_administrators_own_last_seat_stays_until_the_role_is_handed_over(
    license_: License, anna: User
) -> None:
    response = send(anna, f"people/{anna.pk}/remove/", seat=anna.seats.get().pk)
    assert response.status_code == 409
    assert "hand the role to another contact" in shown(response)


def test_a_seat_of_somebody_else_is_refused(license_: License, anna: User) -> None:
    bert, stranger = make_customer(license_), make_customer()
    for foreign in (anna.seats.get(), stranger.seats.get()):
        for verb in ("remove", "replace"):
            response = send(anna, f"people/{bert.pk}/{verb}/", seat=foreign.pk, address=NEW)
            assert response.status_code == 400, verb
    response = send(anna, f"people/{bert.pk}/remove/", seat=bert.seats.get().pk, successor=stranger.pk)
    assert response.status_code == 400
    assert Seat.objects.filter(removed_at=None).count() == 3


def test_a_contact_is_replaced_on_a_full_license(license_: License, anna: User) -> None:
    bert = make_customer(license_)
    for _seat in range(2):
        make_seat(license_)
    colleague = make_person(license_.account)
    response = send(anna, f"people/{bert.pk}/replace/", seat=bert.seats.get().pk, address=colleague.email)
    assert response.status_code == 302
    assert Seat.objects.active().filter(user=colleague).exists()


# --- Handing over -----------------------------------------------------------------------------------


def test_the_role_is_handed_over_after_a_confirmation(license_: License, anna: User) -> None:
    bert = make_customer(license_, name="Bert")
    chosen = client_of(anna).get(f"{CONTACTS}hand-over/?administrator={bert.pk}")
    assert f'<option value="{bert.pk}" selected>' in chosen.content.decode()
    assert send(anna, "hand-over/", administrator=bert.pk).status_code == 400
    assert send(anna, "hand-over/", administrator=bert.pk, is_sure="on").status_code == 302
    account = Account.objects.get(pk=license_.account_id)
    assert account.administrator == bert
    assert send(anna, "hand-over/", administrator=bert.pk, is_sure="on").status_code == 403


@pytest.mark.parametrize("who", ["stranger", "staff", "without a seat", "herself"])
def test_the_role_goes_to_active_contacts_only(who: str, license_: License, anna: User) -> None:
    make_customer(license_)
    people = {
        "stranger": make_customer(),
        "staff": make_agent(),
        "without a seat": make_person(license_.account),
        "herself": anna,
    }
    assert send(anna, "hand-over/", administrator=people[who].pk, is_sure="on").status_code == 400
    assert Account.objects.get(pk=license_.account_id).administrator == anna


def test_the_only_contact_is_told_to_invite_another_first(anna: User) -> None:
    assert "you are the only one" in shown(client_of(anna).get(f"{CONTACTS}hand-over/"))


# --- History ----------------------------------------------------------------------------------------


def test_the_history_says_who_did_what_and_what_was_before(license_: License, anna: User) -> None:
    bert = make_customer(license_, name="Bert")
    cora = make_customer(license_, name="Cora")
    send(anna, "permissions/", **ticks(bert, files=(bert,), sees=(bert,)))
    send(anna, f"people/{bert.pk}/replace/", seat=bert.seats.get().pk, address=NEW, keeps_sign_in="on")
    send(anna, "hand-over/", administrator=cora.pk, is_sure="on")
    text = shown(client_of(cora).get(f"{CONTACTS}history/"))
    assert "Account administrator appointed Anna Administrator Anna Administrator You" in text
    assert (
        "Named contact replaced: Bert Analytics Anna Administrator Named contact"
        " Invited in their place: new@customer.example Still signs in"
    ) in text
    assert (
        "Files cases: yes Sees all cases: no Asks for services: no"
        " Files cases: yes Sees all cases: yes Asks for services: no" in text
    )
    assert "Named contact added: Bert Analytics Support" in text


def test_every_kind_of_event_reads_well(license_: License, anna: User) -> None:
    root = make_superuser()
    bert = make_customer(license_, name="Bert")
    operations.change_account(
        license_.account,
        name="Other",
        country=license_.account.country,
        language="",
        time_zone="",
        actor=root,
        now=NOW,
    )
    facts = {"email": "b@customer.example", "name": "Bert B", "language": "nl", "time_zone": ""}
    operations.change_person(bert, **facts, actor=root, now=NOW)
    operations.remove_named_contact(bert.seats.get(), actor=anna, now=NOW)
    operations.set_sign_in(bert, is_active=True, actor=anna, now=NOW)
    operations.ask_for_seat(license_, actor=User.objects.get(pk=bert.pk), now=NOW)
    invitation = invited(license_, anna)
    operations.accept_invitation(link_of(invitation).split("/")[3], **WHO, now=NOW)
    text = shown(client_of(anna).get(f"{CONTACTS}history/"))
    for words in (
        "Invitation accepted Analytics Nora New – Named contact",
        "Seat asked for Analytics Bert B",
        "Sign-in changed: Bert B You May not sign in May sign in",
        "Person changed: Bert B Support – Changed: E-mail address, Language, Name",
        "Account changed Support",
    ):
        assert words in text, words
    with translation.override("fr"):
        assert client_of(anna).get(f"{CONTACTS}history/?page=2").status_code == 200


# --- Everybody else ---------------------------------------------------------------------------------


def test_a_contact_reads_who_the_contacts_of_their_products_are(license_: License, anna: User) -> None:
    target = make_license(license_.account, "target")
    bert = make_customer(license_, name="Bert")
    make_customer(target, name="Tina Target")
    make_customer(name="Stranger")
    text = page(bert)
    assert "Anna Administrator" in text
    assert anna.email in text
    assert "Tina Target" not in text
    assert "Stranger" not in text
    assert "/entitlements/contacts/invite/" not in client_of(bert).get(CONTACTS).content.decode()


def test_who_has_no_seat_asks_the_administrator_once_a_day(license_: License, anna: User) -> None:
    cora = make_person(license_.account, name="Cora")
    assert "You have no seat yet" in page(cora)
    assert send(cora, f"ask/{license_.pk}/").status_code == 302
    refused = send(cora, f"ask/{license_.pk}/")
    assert (refused.status_code, "You asked for a seat for Analytics already" in shown(refused)) == (
        409,
        True,
    )


def test_the_new_case_page_offers_to_ask_for_a_seat(license_: License, anna: User) -> None:
    cora = make_person(license_.account)
    assert f"{CONTACTS}ask/{license_.pk}/" in client_of(cora).get("/cases/new/").content.decode()


def test_the_way_to_the_contacts_stands_where_there_are_some(anna: User) -> None:
    assert f'href="{CONTACTS}"' in client_of(anna).get("/").content.decode()
    agent = make_agent()
    assert f'href="{CONTACTS}"' not in client_of(agent).get("/inbox/").content.decode()


# --- Accepting --------------------------------------------------------------------------------------


def test_the_invited_person_is_in_after_one_form(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    client = Client(headers={"user-agent": "Firefox/128.0"}, REMOTE_ADDR="203.0.113.7")
    shown_page = client.get(link_of(invitation))
    assert (shown_page.status_code, "no-store" in shown_page["Cache-Control"]) == (200, True)
    assert NEW in shown(shown_page)
    response = client.post(link_of(invitation), WHO, follow=True)
    assert response.redirect_chain == [("/", 302)]
    person = User.objects.get(email=NEW)
    assert client.session["_auth_user_id"] == str(person.pk)
    session = SignIn.objects.get(user=person)
    assert (session.address, session.agent) == ("203.0.113.7", "Firefox/128.0")
    assert Seat.objects.active().get(user=person).license == license_
    # The link once more leads home, and to anybody else nowhere.
    assert client.get(link_of(invitation))["Location"] == "/"
    used = Client().get(link_of(invitation))
    assert (used.status_code, "This invitation was used" in shown(used)) == (409, True)
    signed_in = Client().post("/login/", {"login": NEW, "password": PASSWORD})
    assert signed_in.status_code == 302


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "Write your name."),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": NEW}, "too similar"),
        ({"language": "tlh"}, "Choose one of the list."),
        ({"time_zone": "Mars/Olympus"}, "Choose one of the list."),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_is_kept(
    wrong: dict[str, str], words: str, license_: License, anna: User
) -> None:
    invitation = invited(license_, anna)
    response = Client().post(link_of(invitation), WHO | wrong)
    assert response.status_code == 400
    assert words in shown(response)
    assert PASSWORD not in response.content.decode()
    assert not User.objects.filter(email=NEW).exists()
    if "name" not in wrong:
        assert 'value="Nora New"' in response.content.decode()


def test_a_link_that_does_not_hold_says_why(license_: License, anna: User, time_machine: Any) -> None:
    invitation = invited(license_, anna)
    link = link_of(invitation)

    def words(path: str) -> str:
        answers = [Client().get(path), Client().post(path, WHO)]
        assert [answer.status_code for answer in answers] == [409, 409]
        return shown(answers[0])

    assert "This link is not whole." in words(link[:-2] + "/")
    time_machine.move_to(NOW + VALID_FOR, tick=False)
    assert "An invitation works for 7 days" in words(link)
    time_machine.move_to(NOW, tick=False)
    operations.send_invitation_again(invitation, actor=anna, now=NOW)
    assert "A newer mail has replaced this link." in words(link)
    operations.revoke_invitation(invitation, actor=anna, now=NOW)
    assert "This invitation was taken back" in words(link_of(invitation))


def test_who_has_a_sign_in_takes_the_seat_with_it(license_: License, anna: User) -> None:
    invitation = invited(license_, anna)
    person = make_person(license_.account, email=NEW)
    assert "There is a sign-in for new@customer.example already." in shown(Client().get(link_of(invitation)))
    assert client_of(anna).post(link_of(invitation)).status_code == 409
    client = client_of(person)
    assert client.get(link_of(invitation)).status_code == 200
    assert client.post(link_of(invitation))["Location"] == "/"
    assert Seat.objects.active().filter(user=person).exists()


def test_the_page_of_an_invitation_asks_little_of_the_database(license_: License, anna: User) -> None:
    link = link_of(invited(license_, anna))
    with CaptureQueriesContext(connection) as for_whole:
        Client().get(link)
    with CaptureQueriesContext(connection) as for_altered:
        Client().get(f"{link[:-2]}/")
    assert (len(for_whole), len(for_altered)) == (4, 2)


def test_a_forged_form_without_its_protection_is_refused(license_: License, anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(link_of(invited(license_, anna)), WHO).status_code == 403


def test_an_invitation_lasts_to_its_last_instant(license_: License, anna: User, time_machine: Any) -> None:
    invitation = invited(license_, anna)
    time_machine.move_to(NOW + VALID_FOR - timedelta(microseconds=1), tick=False)
    assert Client().post(link_of(invitation), WHO)["Location"] == "/"
