"""Mail about signing in: its token exists in the mail alone."""

import re
from datetime import UTC, datetime

import pytest
from django.db import OperationalError, connection

from portal.clock import machine_now
from portal.notices.account_mail import announce_password_changed
from portal.notices.models import Notice
from portal.notices.sender import send_due
from tests.factories.people import PASSWORD, make_person

pytestmark = pytest.mark.usefixtures("adopted")


def ask_for_reset(client, email):
    return client.post("/password/reset/", {"email": email})


def test_a_reset_writes_a_row_without_a_link_and_the_link_works_once(client, sink, settings):
    settings.PORTAL_BASE_URL = ""
    person = make_person(email="chris@customer.example", can_sign_in=True)

    assert ask_for_reset(client, "chris@customer.example").status_code == 302
    [notice] = Notice.objects.all()
    assert (notice.recipient, notice.address) == (None, person.email)
    assert (notice.params, notice.sent_text) == ({}, "")
    assert send_due(machine_now()).sent == 1

    [mail] = sink.mails
    link = re.search(r"/password/reset/\S+", mail.get_body(("plain",)).get_content()).group()
    page = client.get(link, follow=True)
    done = client.post(
        page.redirect_chain[-1][0], {"password1": "staple-battery-horse", "password2": "staple-battery-horse"}
    )
    person.refresh_from_db()
    assert (done.status_code, person.check_password("staple-battery-horse")) == (302, True)
    assert [told.kind for told in Notice.objects.order_by("pk")] == ["password_reset", "password_changed"]
    again = client.get(link, follow=True)
    assert b'name="password1"' not in again.content


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, sink):
    make_person(email="chris@customer.example", can_sign_in=True)

    known = ask_for_reset(client, "chris@customer.example")
    unknown = ask_for_reset(client, "nobody@customer.example")

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    send_due(machine_now())
    assert [mail["To"] for mail in sink.mails] == ["chris@customer.example"]


def test_a_reset_is_written_in_its_readers_language(client, sink):
    make_person(email="chris@customer.example", language="fr", can_sign_in=True)

    ask_for_reset(client, "chris@customer.example")
    send_due(machine_now())

    [mail] = sink.mails
    assert mail["Subject"] == "Choisissez un nouveau mot de passe pour le portail de support"


def test_whoever_changes_a_password_is_told(sink):
    person = make_person(time_zone="America/Los_Angeles")

    announce_password_changed(person, now=datetime(2025, 12, 3, 18, 26, tzinfo=UTC))
    send_due(machine_now())

    [mail] = sink.mails
    text = mail.get_body(("plain",)).get_content()
    assert "Wed 3 Dec 2025, 10:26 PST" in text
    assert person.email in text


@pytest.mark.parametrize("word_is_written", [True, False])
def test_a_password_is_changed_only_together_with_the_word_of_it(client, word_is_written):
    person = make_person(can_sign_in=True)
    client.force_login(person)
    client.raise_request_exception = False
    old, new = PASSWORD, "staple-battery-horse"

    def lose(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "notices_notice"') and not word_is_written:
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose):
        answer = client.post("/password/change/", {"oldpassword": old, "password1": new, "password2": new})

    person.refresh_from_db()
    told = [notice.kind for notice in Notice.objects.all()]
    if word_is_written:
        assert (answer.status_code, person.check_password(new), told) == (302, True, ["password_changed"])
    else:
        assert (answer.status_code, person.check_password(old), told) == (503, True, [])
