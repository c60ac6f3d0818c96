"""A form sent twice, or twenty times, at once: carried out once, and each submit leads to that result."""

import secrets
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from cases.models import Case
from entitlements.models import License
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from portal.work.models import FormToken
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import Actor, Statement, in_turn

TEXT = "It is version 2.6."
WRITE_MESSAGE = Statement(r'^INSERT INTO "cases_message"')
FAR_TOO_MANY = 20


def posting(name: str, person: User, address: str, **fields: Any) -> Actor:
    """One browser's submit, as the whole page does it."""
    client = Client(raise_request_exception=False)
    client.force_login(person)

    def post() -> tuple[int, str]:
        response = client.post(address, fields)
        return response.status_code, response.headers.get("Location", "")

    return Actor(name, post)


def replying(name: str, person: User, case: Case, token: str, text: str = TEXT) -> Actor:
    address = reverse("cases:act", args=[case.pk, "reply"])
    return posting(name, person, address, form_token=token, text=text)


def said(outcome: Outcome) -> list[str]:
    """What was written in the case, oldest first."""
    return [text for _purpose, _who, text in outcome.messages]


def only_once_replied(before: Outcome, after: Outcome) -> None:
    """One reply, with one of each thing that comes of it."""
    replied_at = after.events[-1][2]
    assert after == replace(
        before,
        status="in_progress",
        next_follow_up_at=None,
        periods=[(1, "pending_response", replied_at)],
        events=[*before.events, ("replied", "Rita Requestor", replied_at)],
        messages=[*before.messages, ("reply", "Rita Requestor", TEXT)],
        notices=sorted([*before.notices, ("case_customer_replied", "Ada Agent", "pending", "")]),
    )


def test_a_reply_sent_twice_is_one_and_both_lead_to_the_case(waiting: Case, rita: User) -> None:
    before, token, page = outcome_of(waiting), new_token(), reverse("cases:case", args=[waiting.pk])
    first, second = (replying(name, rita, waiting, token) for name in ("the click", "the second click"))

    in_turn(first, second, at=WRITE_MESSAGE)

    assert (first.outcome, second.outcome) == ((302, page), (302, page))
    only_once_replied(before, outcome_of(waiting))


def test_the_second_submit_is_carried_out_when_the_first_one_fails(waiting: Case, rita: User) -> None:
    before, token, page = outcome_of(waiting), new_token(), reverse("cases:case", args=[waiting.pk])
    first, second = (replying(name, rita, waiting, token) for name in ("the click", "the second click"))

    first.go_until(before=WRITE_MESSAGE)
    second.go_until_blocked_by(first)
    first.fails_with(ConnectionError("the web process is being killed"))
    first.finish()
    second.finish()

    assert (first.outcome, second.outcome) == ((500, ""), (302, page))
    only_once_replied(before, outcome_of(waiting))


def test_a_new_case_sent_twice_is_one(license_: License, rita: User) -> None:
    fields = {
        "form_token": new_token(),
        "product": license_.pk,
        "environment": "Production",
        "title": "Reports stay empty",
        "description": "Every report is empty.",
        "priority": 3,
    }
    first, second = (posting(name, rita, reverse("cases:new"), **fields) for name in ("one", "two"))

    in_turn(first, second, at=WRITE_MESSAGE)

    [case] = Case.objects.all()
    page = reverse("cases:case", args=[case.pk])
    assert (first.outcome, second.outcome) == ((302, page), (302, page))
    after = outcome_of(case)
    filed = [(kind, who) for kind, who, _when in after.events]
    assert (filed, said(after), after.notices) == (
        [("filed", "Rita Requestor")],
        ["Every report is empty."],
        [("case_acknowledgement", "Rita Requestor", "pending", "")],
    )


def test_a_reply_sent_twenty_times_at_once_is_one(waiting: Case, rita: User) -> None:
    before, token, page = outcome_of(waiting), new_token(), reverse("cases:case", args=[waiting.pk])
    gate = Barrier(FAR_TOO_MANY, timeout=15)
    clicks = [replying(f"click {number}", rita, waiting, token) for number in range(FAR_TOO_MANY)]
    for click in clicks:
        click.do_first(gate.wait)
        click.go()

    assert [click.finish() for click in clicks] == [(302, page)] * FAR_TOO_MANY
    only_once_replied(before, outcome_of(waiting))


@pytest.fixture
def without_unique_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: each submit finds a token of its own."""

    def always_first(
        rows: "QuerySet[FormToken]", defaults: dict[str, object], token: str
    ) -> tuple[FormToken, bool]:
        return rows.create(token=secrets.token_urlsafe(32), **defaults), True

    monkeypatch.setattr(QuerySet, "get_or_create", always_first)


@pytest.mark.usefixtures("without_unique_tokens")
def test_without_the_unique_token_a_reply_sent_twice_stands_there_twice(waiting: Case, rita: User) -> None:
    before, token = outcome_of(waiting), new_token()
    first, second = (replying(name, rita, waiting, token) for name in ("the click", "the second click"))

    in_turn(first, second, at=WRITE_MESSAGE)

    assert said(outcome_of(waiting)) == [*said(before), TEXT, TEXT]
