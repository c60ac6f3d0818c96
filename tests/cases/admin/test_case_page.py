"""The staff's page of a case, and the actions on it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import operations
from cases.action_pages import STAFF_ACTIONS
from cases.lifecycle import Status
from cases.models import Attachment, Case, CaseEvent, InternalNote, Message
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.cases.admin.pages import LIST, act, act_on, page_of, statements_of
from tests.factories.browsers import client_of
from tests.factories.cases import (
    ASKED,
    current,
    make_case,
)
from tests.factories.people import make_agent

pytestmark = pytest.mark.django_db


def test_page_shows_conversation_notes_timeline_and_what_the_clock_does(waiting: Case, agent: User) -> None:
    operations.add_note(waiting, text="Seen on **staging**", actor=agent, now=ASKED)
    operations.set_tags(waiting, tags=["Export"], actor=agent, now=ASKED)
    content = client_of(agent).get(page_of(waiting)).content.decode()
    for words in (
        "Which version of the tag library do you use?",
        "Internal, never shown to the customer",
        "Seen on <strong>staging</strong>",
        "Closes by itself in",
        "1st reminder, in 23 h 00 min",
        '<span class="tag">export</span>',
        "Wanda Watcher",
        "Answer only",
        "Ask again",
    ):
        assert words in content, words


def test_page_offers_every_staff_action_or_says_why_not(waiting: Case, agent: User) -> None:
    response = client_of(agent).get(page_of(waiting))
    shown = {offer.action for offer in [*response.context["possible"], *response.context["writing"]]}
    refused = {offer.action: reason for reason, offers in response.context["refused"] for offer in offers}
    assert shown | set(refused) == set(STAFF_ACTIONS) - {"decline-call"}  # no call is awaited
    assert refused["claim"] == "The case has an owner already. A lead can assign it anew."
    assert refused["assign"] == "Assign: only for a support lead."


def test_page_costs_the_same_for_1_and_100_messages(waiting: Case, agent: User) -> None:
    client = client_of(agent)
    operations.add_note(waiting, text="Note", actor=agent, now=ASKED)
    for_one = statements_of(client, page_of(waiting))
    for _ in range(99):
        operations.answer_case(waiting, text="More", actor=agent, now=ASKED)
    for_hundred = statements_of(client, page_of(waiting))
    assert (len(for_one), len(for_hundred)) == (14, 14)


def test_page_of_a_case_that_is_not_there_is_404(agent: User) -> None:
    client = client_of(agent)
    for key in (404, 999999999999999999999):
        assert client.get(f"{LIST}{key}/change/").status_code == 404
        assert client.post(f"{LIST}{key}/act/claim/").status_code == 404


def test_people_are_offered_only_when_asked_for(waiting: Case, colleague: User, agent: User) -> None:
    client = client_of(agent)
    assert "Carl Colleague" not in client.get(page_of(waiting)).content.decode()
    assert "Carl Colleague" in client.get(f"{page_of(waiting)}?do=hand-to-colleague").content.decode()


def test_staff_claim_ask_and_note(case: Case, agent: User) -> None:
    client = client_of(agent)
    claimed = act(client, case, "claim")
    assert (claimed.status_code, claimed["Location"]) == (302, page_of(case))
    log = SimpleUploadedFile("app.log", b"line 1\n")
    assert act(client, case, "request-information", text="Which version?", files=log).status_code == 302
    assert act(client, case, "add-note", text="Probably 2.6").status_code == 302
    asked = current(case)
    assert (asked.owner, asked.status) == (agent, Status.PENDING_RESPONSE)
    assert Attachment.objects.get(message__case=case).file.name == "app.log"
    assert InternalNote.objects.get(case=case).body == "Probably 2.6"
    followed = client.get(page_of(case)).content.decode()
    assert reverse("cases:download", args=[case.pk, Attachment.objects.get().file.key]) in followed


def test_a_double_click_acts_once(case: Case, agent: User) -> None:
    client, token = client_of(agent), new_token()
    first = client.post(act_on(case, "answer"), {"form_token": token, "text": "Hello"})
    second = client.post(act_on(case, "answer"), {"form_token": token, "text": "Hello"})
    assert first["Location"] == second["Location"] == page_of(case)
    assert Message.objects.filter(case=case, purpose="answer").count() == 1


def test_refused_text_is_kept_with_the_reason(case: Case, requestor: User, agent: User) -> None:
    operations.close_case(case, resolution="issue_obsolete", actor=requestor, now=ASKED)
    response = act(client_of(agent), case, "answer", text="My long answer")
    content = response.content.decode()
    assert response.status_code == 409
    assert "The case is Closed. Reopen it, or file a follow-up." in content
    assert "Rita Requestor" in content
    assert "My long answer" in content  # in the form of reopening
    assert Message.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("answer", {"text": ""}, "Fill this in."),
        ("answer", {"text": "x" * 32_001}, "32000"),
        ("hold", {"last_on": "9999-12-31", "reason": "x"}, "at most 30 days ahead"),
        ("hold", {"last_on": "2020-01-01", "reason": "x"}, "has not ended yet"),
        ("hold", {"last_on": "soon", "reason": "x"}, "Enter a valid date."),
        ("close", {"resolution": "resolution_confirmed", "reason": "x"}, "Select a valid choice."),
        ("change-priority", {"priority": "9", "reason": "x"}, "Select a valid choice."),
        ("change-priority", {"priority": "1", "reason": "x"}, "P1 needs a phone number"),
        ("link-related", {"other": "E-999999999"}, "There is no case E-999999999."),
        ("hand-to-colleague", {"colleague": "99999999999999999999"}, "Select a valid choice."),
        ("edit-watchers", {"watchers": "nobody@nowhere.example"}, "nobody@nowhere.example"),
        ("tag", {"tags": ",".join(f"t{number}" for number in range(11))}, "at most 10 tags"),
    ],
)
def test_bad_input_is_400_beside_its_field(
    waiting: Case, agent: User, action: str, data: dict[str, str], words: str
) -> None:
    before = Case.objects.filter(pk=waiting.pk).values().get()
    response = act(client_of(agent), waiting, action, **data)
    assert response.status_code == 400
    assert words in response.content.decode().replace("&#x27;", "'").replace(",000", "000")
    assert Case.objects.filter(pk=waiting.pk).values().get() == before


def test_what_one_may_never_do_is_403_and_what_the_state_forbids_409(waiting: Case, agent: User) -> None:
    client = client_of(agent)
    assert act(client, waiting, "assign", owner=agent.pk).status_code == 403
    assert act(client, waiting, "claim").status_code == 409
    assert act(client, waiting, "release").status_code == 409
    assert client.post(act_on(waiting, "resume"), {"reason": "x"}).status_code == 400  # no token
    assert current(waiting).status == Status.PENDING_RESPONSE


def test_actions_of_others_and_unknown_ones_are_404_and_a_get_405(waiting: Case, agent: User) -> None:
    client = client_of(agent)
    for action in ("reply", "extend", "auto-close", "file", "follow-up", "nonsense"):
        assert act(client, waiting, action, text="x").status_code == 404
    assert client.get(act_on(waiting, "answer")).status_code == 405


def test_every_action_of_staff_works_from_the_page(
    waiting: Case, requestor: User, colleague: User, agent: User, lead: User
) -> None:
    other = make_case(requestor)
    client = client_of(lead)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("hold", {"last_on": "2026-03-10", "reason": "Holidays"}),
        ("release", {}),
        ("answer", {"text": "A hint"}),
        ("provide-resolution", {"text": "Try 2.7"}),
        ("resume", {"reason": "By mistake"}),
        ("hand-to-engineering", {}),
        ("take-back", {}),
        ("log-contact", {"said_by": "Rita", "channel": "phone", "text": "It works"}),
        ("assign", {"owner": agent.pk}),
        ("change-priority", {"priority": "2", "reason": "More people hit"}),
        ("lower-priority", {"priority": "3"}),
        ("hand-to-colleague", {"colleague": colleague.pk}),
        ("edit-watchers", {"watchers": requestor.email}),
        ("tag", {"tags": "export, 503"}),
        ("link-related", {"other": other.number}),
        ("close", {"resolution": "issue_obsolete", "reason": "Done"}),
        ("reopen", {"text": "Again"}),
    ]
    for action, data in steps:
        response = act(client, waiting, action, **data)
        assert response.status_code == 302, (action, response.context["problem"])
    assert [event.kind for event in CaseEvent.objects.filter(case=waiting).order_by("pk")][2:] == [
        "held", "released", "answered", "resolution_provided", "resumed", "handed_to_engineering",
        "taken_back", "contact_logged", "assigned", "priority_changed", "priority_lowered",
        "requestor_changed", "watchers_changed", "tagged", "linked", "closed", "reopened",
    ]  # fmt: skip
    assert other.number in client.get(page_of(waiting)).content.decode()


def test_two_agents_cannot_both_claim(case: Case, agent: User) -> None:
    second = make_agent(name="Second")
    assert act(client_of(agent), case, "claim").status_code == 302
    response = act(client_of(second), case, "claim")
    assert response.status_code == 409
    assert "Ada Agent" in response.content.decode()
    assert current(case).owner == agent
