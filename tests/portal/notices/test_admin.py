"""The outbox in the admin: for leads, and a sent mail can do nothing there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from portal.notices.models import Notice
from tests.factories.people import make_agent, make_customer, make_lead, make_superuser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("note")]

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


def make_notice(state="sent", **facts):
    sent = {"sent_at": NOW, "sent_subject": "A note", "sent_text": "Hello", "sent_html": "<p>Hello</p>"}
    return Notice.objects.create(
        **{
            "key": f"k{Notice.objects.count()}",
            "kind": "note",
            "recipient": make_agent(),
            "created_at": NOW + timedelta(days=3),
            "queued_at": NOW - timedelta(minutes=1),
            "state": state,
            **(sent if state == "sent" else {}),
            **facts,
        }
    )


def page(notice, name="change"):
    return reverse(f"admin:notices_notice_{name}", args=[notice.pk])


@pytest.fixture
def lead(client):
    person = make_lead()
    client.force_login(person)
    return person


LIST = "admin:notices_notice_changelist"


@pytest.mark.parametrize("make", [make_agent, make_customer])
def test_nobody_but_leads_reads_the_outbox(client, make):
    notice = make_notice()
    client.force_login(make())

    for address in (reverse(LIST), page(notice), page(notice, "mail")):
        assert client.get(address).status_code in {302, 403}, address
    for act in ("again", "cancel"):
        assert client.post(page(notice, act)).status_code in {302, 403}


@pytest.mark.parametrize("make", [make_lead, make_superuser])
def test_a_lead_reads_the_outbox_in_the_same_number_of_statements_for_any_length(
    client, make, django_assert_max_num_queries
):
    client.force_login(make())
    for _ in range(12):
        make_notice()

    with django_assert_max_num_queries(15):
        response = client.get(reverse(LIST))

    assert response.status_code == 200
    assert b"Note" in response.content


def test_the_outbox_is_narrowed_by_state_kind_and_recipient(client, lead):
    make_notice("dead", about="case:1")
    make_notice("pending", about="case:2")

    for query in ("?state__exact=dead", "?q=case:1", "?kind=note&state__exact=dead"):
        content = client.get(reverse(LIST) + query).content.decode()
        assert ("case:1" in content, "case:2" in content) == (True, False), query


def test_the_outbox_shows_instants_in_the_viewers_zone_and_finds_a_case_by_its_number(client, lead):
    make_notice(about="case:1", params={"number": "E-000000001"})
    make_notice(about="case:2", params={"number": "E-000000002"})

    content = client.get(reverse(LIST) + "?q=E-000000002").content.decode()

    assert "<h1>Outbox</h1>" in content
    assert ("E-000000001" in content, ">E-000000002</td>" in content) == (False, True)
    assert ">Sat 6 Dec 2025, 10:26 UTC</a>" in content
    assert ">Sat 6 Dec 2025, 10:27 UTC</td>" in content


def test_a_notice_shows_its_mail_as_sent_at_the_time_that_people_saw(client, lead):
    content = client.get(page(make_notice())).content.decode()

    assert "A note" in content
    assert "Sat 6 Dec 2025, 10:27 UTC" in content
    assert "<iframe sandbox" in content
    assert "<p>Hello</p>" not in content


def make_page(state="sent", **facts):
    said = {"sent_at": NOW, "sent_text": '{"event": "p1_filed"}', "address": "pager.example"}
    return Notice.objects.create(
        key=f"k{Notice.objects.count()}:pager",
        kind="note",
        transport="pager",
        created_at=NOW,
        queued_at=NOW,
        state=state,
        **(said if state == "sent" else {}),
        **facts,
    )


def test_a_lead_sees_what_was_paged_and_when(client, lead):
    content = client.get(page(make_page())).content.decode()

    assert "{&quot;event&quot;: &quot;p1_filed&quot;}" in content
    assert "Wed 3 Dec 2025, 10:26 UTC" in content
    assert "pager.example" in content
    assert "Read in the portal" not in content


def test_a_page_that_was_given_up_is_found_with_its_reason_and_sent_again(client, lead):
    make_notice("dead", about="case:1")
    dead = make_page("dead", about="case:2", last_error="NotTaken: HTTP 410")

    listed = client.get(reverse(LIST) + "?transport__exact=pager&state__exact=dead").content.decode()
    shown = client.get(page(dead)).content.decode()
    client.post(page(dead, "again"))

    assert ("case:1" in listed, "case:2" in listed) == (False, True)
    assert "NotTaken: HTTP 410" in shown
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)


def test_a_page_that_waits_is_cancelled(client, lead):
    waiting = make_page("pending")

    assert "Cancel the page" in client.get(page(waiting)).content.decode()
    client.post(page(waiting, "cancel"))

    waiting.refresh_from_db()
    assert (waiting.state, waiting.cancelled_because) == ("cancelled", "by_staff")


def test_the_mails_own_page_can_do_nothing_and_only_we_may_frame_it(client, lead):
    response = client.get(page(make_notice(), "mail"))

    assert response.content == b"<p>Hello</p>"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Content-Security-Policy"] == (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )


@pytest.mark.parametrize("key", ["0", "999999", "9" * 30, "x", "_00"])
def test_a_notice_that_is_not_there_is_not_found(client, lead, key):
    assert client.get(f"/admin/notices/notice/{key}/change/").status_code == 404
    assert client.get(f"/admin/notices/notice/{key}/mail/", follow=True).status_code == 404


def test_a_mail_that_was_not_sent_has_no_page(client, lead):
    notice = make_notice("pending")

    assert client.get(page(notice, "mail")).status_code == 404
    assert b"It has not been sent." in client.get(page(notice)).content


@pytest.mark.parametrize("kind", ["broken", "of an app that is gone"])
def test_a_notice_that_cannot_be_rendered_can_be_looked_at(client, lead, kind):
    assert client.get(page(make_notice("dead", kind=kind))).status_code == 200


def test_a_secret_that_was_not_kept_is_said(client, lead):
    notice = make_notice(kind="secret", sent_text="", sent_html="")

    assert b"its text was not kept" in client.get(page(notice)).content


@pytest.mark.parametrize(
    ("act", "before", "after"), [("again", "dead", "pending"), ("cancel", "pending", "cancelled")]
)
def test_a_lead_sends_again_and_cancels(client, lead, act, before, after):
    notice = make_notice(before)

    response = client.post(page(notice, act), follow=True)

    notice.refresh_from_db()
    assert (response.status_code, notice.state) == (200, after)


@pytest.mark.parametrize("act", ["again", "cancel"])
def test_an_act_that_does_not_fit_says_why_and_changes_nothing(client, lead, act):
    notice = make_notice("sent")

    response = client.post(page(notice, act), follow=True)

    notice.refresh_from_db()
    assert notice.state == "sent"
    assert b"this one: Sent." in response.content


@pytest.mark.parametrize("act", ["again", "cancel"])
def test_following_a_link_changes_nothing(client, lead, act):
    assert client.get(page(make_notice("dead"), act)).status_code == 405


def test_a_lead_sends_several_again_and_hears_of_those_that_were_not_given_up(client, lead):
    notices = [make_notice("dead"), make_notice("dead"), make_notice("sent")]

    response = client.post(
        reverse(LIST),
        {"action": "send_selected_again", "_selected_action": [notice.pk for notice in notices]},
        follow=True,
    )

    assert list(Notice.objects.order_by("pk").values_list("state", flat=True)) == [
        "pending",
        "pending",
        "sent",
    ]
    assert b"Done for 2 mails." in response.content
    assert b"this one: Sent." in response.content
