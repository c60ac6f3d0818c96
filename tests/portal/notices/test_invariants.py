"""Every claim about the outbox is broken by a row that breaks it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from portal.notices.invariants import INVARIANTS
from portal.notices.models import Notice
from portal.notices.states import MailState
from portal.work.invariants import Violation, check
from tests.factories.people import make_agent

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 12, 3, 10, 26, tzinfo=UTC)


def make_notice(key="a", **columns):
    recipient = Notice.objects.first().recipient if Notice.objects.exists() else make_agent()
    return Notice.objects.create(
        **{"key": key, "kind": "note", "recipient": recipient, "created_at": NOW, **columns}
    )


def codes():
    return [violation.code for violation in check()]


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"state": MailState.QUIET},
        {"state": MailState.SENT, "sent_at": NOW, "address": "a@b.example", "attempts": 1},
        {"state": MailState.CANCELLED, "cancelled_because": "period_ended"},
        {"state": MailState.DEAD, "last_error": "550"},
        {
            "state": MailState.SENDING,
            "lease_token": "7b2f3c1e-0000-4000-8000-000000000001",
            "lease_until": NOW,
            "next_attempt_at": NOW,
        },
    ],
    ids=["pending", "quiet", "sent", "cancelled", "dead", "sending"],
)
def test_all_claims_hold_for_a_row_as_the_sender_leaves_it(columns):
    make_notice(**columns)

    assert check() == []


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"state": MailState.SENT, "sent_at": NOW, "address": "a@b.example"}, "N4"),
        ({"state": MailState.SENT, "sent_at": NOW, "attempts": 1}, "N4"),
        ({"state": MailState.CANCELLED}, "N4"),
        ({"state": MailState.DEAD}, "N4"),
        (
            {
                "state": MailState.SENDING,
                "lease_token": "7b2f3c1e-0000-4000-8000-000000000001",
                "lease_until": NOW,
                "next_attempt_at": NOW + timedelta(days=400),
            },
            "N3",
        ),
    ],
    ids=["sent unattempted", "sent to nobody", "cancelled silently", "dead silently", "lease never ends"],
)
def test_a_row_that_contradicts_itself_is_found(columns, code):
    make_notice(**columns)

    assert check() == [Violation(code, "notice:a", check()[0].what)]


@pytest.mark.parametrize(("column", "code"), [("key", "N1"), ("message_id", "N2")])
def test_what_stands_twice_is_found_where_no_constraint_refuses_it(column, code):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot drop a constraint inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE notices_notice DROP CONSTRAINT notices_notice_{column}_key")
    first = make_notice()
    make_notice(**{"key": "b", column: getattr(first, column)})

    assert codes() == [code]


def test_a_page_that_waits_sends_dies_or_arrives_breaks_no_claim():
    page = {"kind": "note", "created_at": NOW, "transport": "pager"}
    Notice.objects.create(key="a:pager", **page)
    Notice.objects.create(
        key="b:pager", state=MailState.SENT, sent_at=NOW, address="pager.example", attempts=1, **page
    )
    Notice.objects.create(key="c:pager", state=MailState.DEAD, last_error="NotTaken: HTTP 410", **page)

    assert check() == []


@pytest.mark.parametrize(
    "columns",
    [{"state": MailState.QUIET}, {"read_at": NOW}, {"key": "case:1:e2:p1_filed:u3"}],
    ids=["kept from the pager", "read by somebody", "one of several"],
)
def test_a_page_that_is_not_the_pagers_alone_is_found(columns):
    page = {"key": "a:pager", "kind": "note", "created_at": NOW, "transport": "pager", **columns}
    Notice.objects.create(**page)

    assert codes() == ["N5"]


def test_every_claim_about_the_outbox_can_be_broken():
    assert [invariant.code for invariant in INVARIANTS] == ["N1", "N2", "N3", "N4", "N5"]
