"""Cases in the admin: the queue, the page of a case and its actions, filing for a contact, policies."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import operations
from cases.lifecycle import STAFF_ACTIONS, EscalationReason, Priority, Status
from cases.models import Attachment, Case, CaseEvent, FollowUpPolicy, InternalNote, Message
from cases.queries import in_queue_order, queue_summary, reminder_reached_nobody
from entitlements.models import License
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_p1_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import (
    make_agent,
    make_customer,
    make_license,
    make_person,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:cases_case_changelist")
ADD = reverse("admin:cases_case_add")
POLICIES = reverse("admin:cases_followuppolicy_changelist")
ADD_POLICY = reverse("admin:cases_followuppolicy_add")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def page_of(case: Case) -> str:
    return reverse("admin:cases_case_change", args=[case.pk])


def act_on(case: Case, action: str) -> str:
    return reverse("admin:cases_case_act", args=[case.pk, action])


def act(client: Client, case: Case, action: str, **data: Any) -> Any:
    return client.post(act_on(case, action), {"form_token": new_token(), **data})


def numbers_in(response: Any) -> list[str]:
    """The numbers of the list's rows, in their order."""
    return re.findall(r'class="field-number"><a [^>]*>(E-\d{9})<', response.content.decode())


def statements_of(client: Client, address: str) -> list[str]:
    """The statements of a page that speak of cases, licenses and people; the frame's own are left out."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    signed_in = 'accounts_user" WHERE "accounts_user"."id" ='
    frame = re.compile(rf'FROM "(django_session|demo_|work_|notices_notice|auth_group|{signed_in})')
    health = 'MIN("cases_case"."next_follow_up_at")'
    said = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in said if not frame.search(sql) and health not in sql and sql.startswith("SELECT")]


@pytest.fixture(autouse=True)
def at_asked(time_machine: Any) -> None:
    """Everything happens an hour after ASKED, unless a test says otherwise."""
    time_machine.move_to(ASKED + timedelta(hours=1), tick=False)


# --- Who gets in ------------------------------------------------------------------------------------


def addresses(case: Case) -> list[str]:
    return [
        LIST,
        ADD,
        f"{ADD}?license={case.license_id}",
        f"{ADD}?follows={case.pk}",
        page_of(case),
        POLICIES,
    ]


def test_agents_and_leads_see_queue_case_and_policies(case: Case, agent: User, lead: User) -> None:
    for person in (agent, lead):
        statuses = [client_of(person).get(address).status_code for address in addresses(case)]
        # A case that is open is not followed up.
        assert statuses == [200, 200, 200, 409, 200, 200]


def test_staff_without_a_role_see_nothing(case: Case) -> None:
    nobody = make_staff(name="Nora Nobody")
    nobody.groups.clear()
    client = client_of(User.objects.get(pk=nobody.pk))
    statuses = [client.get(address).status_code for address in addresses(case)]
    assert statuses == [403, 403, 403, 403, 404, 403]
    assert "cases/case" not in client.get(reverse("admin:index")).content.decode().replace(
        "/admin/cases/case/", "", 1
    )
    assert act(client, case, "claim").status_code == 404
    assert current(case).owner is None


def test_customers_and_strangers_are_kept_out(case: Case, requestor: User) -> None:
    for client in (Client(), client_of(requestor)):
        for address in [*addresses(case), ADD_POLICY]:
            assert client.get(address).status_code in (302, 403, 404)
        assert act(client, case, "claim").status_code in (302, 403, 404)
    assert current(case).owner is None


def test_nothing_of_a_case_is_deleted_or_edited_by_hand(case: Case) -> None:
    client = client_of(make_superuser())
    for path in ("delete/", "history/", ""):
        assert client.get(f"{LIST}{case.pk}/{path}").status_code == 404
    assert client.post(page_of(case), {"title": "Changed"}).status_code == 405
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": [case.pk]}).status_code == 302
    assert current(case).title == "Reports stay empty"


# --- The queue --------------------------------------------------------------------------------------


def test_queue_puts_escalated_first_then_priority_then_unanswered_then_the_longest_wait(
    license_: License, requestor: User, agent: User
) -> None:
    hour = timedelta(hours=1)
    closed = make_closed_case(requestor, agent=agent, priority=Priority.P2)
    answered_late = make_case(requestor, title="answered, word at 3 h", now=FILED)
    answered_early = make_case(requestor, title="answered, word at 2 h", now=FILED + hour)
    for case in (answered_late, answered_early):
        operations.answer_case(case, text="Looking", actor=agent, now=FILED + 2 * hour)
    operations.reply_to_case(answered_early, text="Yes", actor=requestor, now=FILED + 2 * hour)
    operations.reply_to_case(answered_late, text="Yes", actor=requestor, now=FILED + 3 * hour)
    unanswered_new = make_case(requestor, now=FILED + 5 * hour)
    unanswered_old = make_case(requestor, now=FILED + 4 * hour)
    minor = make_case(requestor, priority=Priority.P4, now=FILED - 9 * hour)
    urgent = make_case(requestor, priority=Priority.P2, now=FILED + 6 * hour)
    critical = make_p1_case(requestor, now=FILED + 7 * hour)
    escalated = make_owned_case(requestor, agent=agent, priority=Priority.P4, now=FILED)
    operations.answer_case(escalated, text="Looking", actor=agent, now=FILED + 2 * hour)
    operations.escalate_case(
        escalated, reason=EscalationReason.UPDATE, text="Well?", actor=requestor, now=FILED + 8 * hour
    )
    expected = [
        escalated, critical, urgent, unanswered_old, unanswered_new,
        answered_early, answered_late, minor, closed,
    ]  # fmt: skip
    assert list(in_queue_order(Case.objects.all())) == expected
    shown = numbers_in(client_of(agent).get(f"{LIST}?state=all"))
    assert shown == [case.number for case in expected]


def test_list_shows_open_cases_until_asked_for_others(requestor: User, agent: User, waiting: Case) -> None:
    closed = make_closed_case(requestor, agent=agent, title="Old question")
    mine = waiting.number
    client = client_of(agent)
    found = {
        query: numbers_in(client.get(f"{LIST}?{query}"))
        for query in (
            "", "state=closed", "status=closed", "owner=me", "owner=nobody", "status=pending_response",
            "priority=3", "priority=1", "product=analytics", "product=target", "region=AMER", "region=JP",
            "attention=escalated", "attention=clock", "attention=closing", "status=nonsense", "priority=x",
            f"q={closed.pk}", f"q={closed.number}", f"q=e-{closed.pk:09d}", "q=Old+question", "q=empty",
        )
    }  # fmt: skip
    assert found == {
        "": [mine],
        "state=closed": [closed.number],
        "status=closed": [closed.number],
        "owner=me": [mine],
        "owner=nobody": [],
        "status=pending_response": [mine],
        "priority=3": [mine],
        "priority=1": [],
        "product=analytics": [mine],
        "product=target": [],
        "region=AMER": [mine],
        "region=JP": [],
        "attention=escalated": [],
        "attention=clock": [],
        "attention=closing": [],
        "status=nonsense": [mine, closed.number],
        "priority=x": [mine],
        f"q={closed.pk}": [closed.number],
        f"q={closed.number}": [closed.number],
        f"q=e-{closed.pk:09d}": [closed.number],
        "q=Old+question": [closed.number],
        "q=empty": [mine],
    }


@pytest.mark.parametrize(
    "query",
    ["q=999999999999999999", "p=99999999999", "p=-1", "o=99", "o=x", "q=%25", "e=1", "q=" + "9" * 400],
)
def test_list_stands_up_to_any_query(case: Case, agent: User, query: str) -> None:
    assert client_of(agent).get(f"{LIST}?{query}").status_code in (200, 302)


def test_list_says_what_the_clock_does_next(waiting: Case, requestor: User, agent: User) -> None:
    held = make_waiting_case(requestor, agent=agent)
    operations.hold_case(held, last_on=ASKED.date(), reason="Holidays", actor=agent, now=ASKED)
    content = client_of(agent).get(LIST).content.decode()
    assert "1st reminder in 23 h 00 min" in content
    assert "On hold until" in content


def test_list_costs_the_same_for_1_and_100_cases(requestor: User, agent: User) -> None:
    client = client_of(agent)
    make_waiting_case(requestor, agent=agent)
    client.get(LIST)
    for_one = statements_of(client, LIST)
    for number in range(99):
        make_case(requestor, title=f"Case {number}") if number % 9 else make_waiting_case(
            requestor, agent=agent
        )
    for_hundred = statements_of(client, f"{LIST}?all=")
    assert (len(for_one), len(for_hundred)) == (6, 6)


def test_cases_whose_latest_reminder_reached_nobody_are_found(
    waiting: Case, requestor: User, agent: User
) -> None:
    reached = make_waiting_case(requestor, agent=agent)

    def unreached() -> list[Case]:
        return list(reminder_reached_nobody(Case.objects.all()))

    assert unreached() == []  # no reminder yet
    sweep_to(ASKED + timedelta(hours=24))
    assert unreached() == []
    Notice.objects.filter(about=waiting.about, kind="case_reminder").update(state="cancelled")
    assert unreached() == [waiting]
    sweep_to(ASKED + timedelta(hours=72))
    assert unreached() == []  # the second one reached somebody
    Notice.objects.filter(about=waiting.about, kind="case_reminder").update(state="dead")
    Notice.objects.filter(about=reached.about, kind="case_reminder").update(state="sent", sent_at=ASKED)
    assert unreached() == [waiting]
    assert numbers_in(client_of(agent).get(f"{LIST}?attention=unreached")) == [waiting.number]
    operations.reply_to_case(waiting, text="2.7", actor=requestor, now=ASKED + timedelta(hours=73))
    assert unreached() == []


# --- Several at once --------------------------------------------------------------------------------


def bulk(client: Client, action: str, *cases: Case, **data: Any) -> Any:
    chosen = {"action": action, "index": 0, "_selected_action": [case.pk for case in cases]}
    return client.post(f"{LIST}?state=all", {**chosen, **data}, follow=True)


def test_lead_claims_several_and_is_told_which_were_not_possible(
    case: Case, requestor: User, agent: User, lead: User
) -> None:
    owned = make_owned_case(requestor, agent=agent)
    response = bulk(client_of(lead), "claim_cases", case, owned)
    told = [str(message) for message in response.context["messages"]]
    assert told[0].startswith(f"{owned.number}: The case has an owner already.")
    assert told[1] == "1 case done."
    assert (current(case).owner, current(owned).owner) == (lead, agent)


def test_lead_assigns_and_closes_several_with_a_reason(
    case: Case, waiting: Case, agent: User, lead: User
) -> None:
    client = client_of(lead)
    asked = bulk(client, "assign_cases", case, waiting)
    assert "Assign cases" in asked.content.decode()
    bulk(client, "assign_cases", case, waiting, apply=1, owner=lead.pk)
    assert {current(case).owner, current(waiting).owner} == {lead}
    refused = bulk(
        client, "close_cases", case, waiting, apply=1, resolution="resolution_confirmed", reason=""
    )
    assert refused.status_code == 400
    assert current(case).status == Status.IN_PROGRESS
    bulk(
        client, "close_cases", case, waiting, apply=1, resolution="issue_obsolete", reason="Merged elsewhere"
    )
    assert {current(case).status, current(waiting).status} == {Status.CLOSED}
    assert CaseEvent.objects.filter(kind="closed").latest("pk").detail["reason"] == "Merged elsewhere"


def test_agents_neither_see_nor_reach_the_actions_on_several(case: Case, agent: User) -> None:
    client = client_of(agent)
    assert "claim_cases" not in client.get(LIST).content.decode()
    for action in ("claim_cases", "assign_cases", "close_cases"):
        response = bulk(
            client, action, case, apply=1, owner=agent.pk, resolution="issue_obsolete", reason="x"
        )
        assert response.status_code == 403
    assert (current(case).owner, current(case).status) == (None, Status.AWAITING_ASSIGNMENT)


# --- The page of a case -----------------------------------------------------------------------------


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
    assert shown | set(refused) == set(STAFF_ACTIONS)
    assert refused["claim"] == "The case has an owner already. A lead can assign it anew."
    assert refused["assign"] == "Assign: only for a support lead."


def test_page_costs_the_same_for_1_and_100_messages(waiting: Case, agent: User) -> None:
    client = client_of(agent)
    operations.add_note(waiting, text="Note", actor=agent, now=ASKED)
    for_one = statements_of(client, page_of(waiting))
    for _ in range(99):
        operations.answer_case(waiting, text="More", actor=agent, now=ASKED)
    for_hundred = statements_of(client, page_of(waiting))
    assert (len(for_one), len(for_hundred)) == (10, 10)


def test_page_of_a_case_that_is_not_there_is_404(agent: User) -> None:
    client = client_of(agent)
    for key in (404, 999999999999999999999):
        assert client.get(f"{LIST}{key}/change/").status_code == 404
        assert client.post(f"{LIST}{key}/act/claim/").status_code == 404


def test_people_are_offered_only_when_asked_for(waiting: Case, colleague: User, agent: User) -> None:
    client = client_of(agent)
    assert "Carl Colleague" not in client.get(page_of(waiting)).content.decode()
    assert "Carl Colleague" in client.get(f"{page_of(waiting)}?do=hand-to-colleague").content.decode()


# --- Acting -----------------------------------------------------------------------------------------


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


# --- Filing for a contact ---------------------------------------------------------------------------


def filing(contact: User, **data: Any) -> dict[str, Any]:
    return {
        "form_token": new_token(),
        "requestor": contact.pk,
        "channel": "phone",
        "title": "Segments are empty",
        "description": "Since noon.",
        "environment": "Production",
        "priority": "3",
        **data,
    }


def test_staff_file_for_a_contact_who_called(license_: License, requestor: User, agent: User) -> None:
    client = client_of(agent)
    found = client.get(f"{ADD}?q={requestor.email}").content.decode()
    assert f"?license={license_.pk}" in found
    address = f"{ADD}?license={license_.pk}"
    assert requestor.name in client.get(address).content.decode()
    response = client.post(address, filing(requestor))
    case = Case.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(case))
    assert (case.requestor, case.filed_by, case.channel) == (requestor, agent, "phone")


def test_contacts_who_may_not_file_are_not_offered_nor_taken(
    license_: License, requestor: User, agent: User
) -> None:
    barred = make_customer(license_, name="Barred Barry", may_file_cases=False)
    stranger = make_customer(make_license(license_.account, "target"))
    client, address = client_of(agent), f"{ADD}?license={license_.pk}"
    assert "Barred Barry" not in client.get(address).content.decode()
    for person in (barred, stranger, agent):
        assert client.post(address, filing(person)).status_code == 400
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{"priority": "1"}, {"title": ""}, {"title": "x" * 201}, {"channel": "portal"}, {"requestor": "x"}],
)
def test_incomplete_filing_keeps_what_was_typed(
    license_: License, requestor: User, agent: User, data: dict[str, str]
) -> None:
    response = client_of(agent).post(f"{ADD}?license={license_.pk}", filing(requestor, **data))
    assert response.status_code == 400
    assert "Since noon." in response.content.decode()
    assert not Case.objects.exists()


def test_nothing_is_filed_without_a_license_or_a_contact(license_: License, agent: User) -> None:
    client = client_of(agent)
    for query in ("license=x", "license=99999999999999999", "follows=", "follows=x", "license=" + "9" * 30):
        assert client.get(f"{ADD}?{query}").status_code == 404
    assert client.post(ADD, {}).status_code == 404
    assert client.get(f"{ADD}?license={license_.pk}").status_code == 409  # nobody has a seat


def test_staff_file_a_follow_up_of_a_closed_case(requestor: User, agent: User) -> None:
    old = make_closed_case(requestor, agent=agent, title="Old question")
    client, address = client_of(agent), f"{ADD}?follows={old.pk}"
    assert "Old question" in client.get(address).content.decode()
    response = client.post(address, filing(requestor, title="Again"))
    case = Case.objects.get(title="Again")
    assert (response.status_code, case.follows, case.requestor, case.filed_by) == (302, old, requestor, agent)
    assert case.number in client.get(page_of(old)).content.decode()
    assert "follows this one already" in client.get(address).content.decode()


# --- Follow-up policies -----------------------------------------------------------------------------


def policy(**data: Any) -> dict[str, Any]:
    return {
        "in_force_from": "2026-03-10T00:00",
        "reminder_hours": "24, 48",
        "closure_hours": "96",
        "reopening_hours": "240",
        "catch_up": "notice_first",
        **data,
    }


def test_lead_adds_a_policy_that_begins_in_the_future(waiting: Case, lead: User) -> None:
    client = client_of(lead)
    assert "1 case waits now" in client.get(ADD_POLICY).content.decode()
    assert client.post(ADD_POLICY, policy()).status_code == 302
    added = FollowUpPolicy.objects.latest("in_force_from")
    assert (added.reminder_hours, added.closure_hours, added.reopening_hours) == ([24, 48], 96, 240)
    assert (added.catch_up, added.made_by) == ("notice_first", lead)
    content = client.get(POLICIES).content.decode()
    assert "coming" in content
    assert "in force" in content


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"in_force_from": "2026-03-01T00:00"}, 400),
        ({"in_force_from": "9999-12-31T23:59"}, 200),
        ({"reminder_hours": "48, 24"}, 409),
        ({"reminder_hours": "24, 96"}, 409),
        ({"reminder_hours": "0"}, 409),
        ({"reminder_hours": "soon"}, 200),
        ({"reminder_hours": "-1"}, 200),
        ({"closure_hours": "2147483648"}, 200),
        ({"closure_hours": "0"}, 200),
        ({"catch_up": "never"}, 200),
    ],
)
def test_policy_that_breaks_a_rule_is_refused(lead: User, data: dict[str, str], status: int) -> None:
    before = FollowUpPolicy.objects.count()
    assert client_of(lead).post(ADD_POLICY, policy(**data)).status_code == status
    assert FollowUpPolicy.objects.count() == before


def test_policies_are_added_by_leads_only_and_never_changed(agent: User, lead: User) -> None:
    assert client_of(agent).post(ADD_POLICY, policy()).status_code == 403
    row = FollowUpPolicy.objects.get()
    client = client_of(lead)
    assert "24 h, 72 h, 120 h" in client.get(f"{POLICIES}{row.pk}/change/").content.decode()
    before = FollowUpPolicy.objects.values().get()
    for path, status in (("change/", 403), ("delete/", 404), ("history/", 404)):
        assert client.post(f"{POLICIES}{row.pk}/{path}", policy()).status_code == status
    assert FollowUpPolicy.objects.values().get() == before


# --- The index and leavers --------------------------------------------------------------------------


def test_index_counts_what_waits_for_who_looks(waiting: Case, case: Case, agent: User) -> None:
    make_person()
    summary = queue_summary(agent, ASKED + timedelta(hours=120))
    assert (summary.unowned, summary.mine, summary.escalated, summary.closing_today) == (1, 1, 0, 1)
    assert queue_summary(agent, ASKED + timedelta(hours=120, seconds=-1)).closing_today == 0
    assert "My queue" in client_of(agent).get(reverse("admin:index")).content.decode()


def test_cases_that_close_within_24_hours_are_found(
    waiting: Case, requestor: User, agent: User, time_machine: Any
) -> None:
    make_waiting_case(requestor, agent=agent, now=ASKED + timedelta(seconds=1))
    time_machine.move_to(ASKED + timedelta(hours=120), tick=False)
    found = numbers_in(client_of(agent).get(f"{LIST}?owner=me&attention=closing"))
    assert found == [waiting.number]


def test_open_cases_of_staff_who_leave_are_released(waiting: Case, requestor: User, agent: User) -> None:
    working = make_owned_case(requestor, agent=agent)
    page = reverse("admin:accounts_staffmember_change", args=[agent.pk])
    said = {
        "email": agent.email,
        "name": agent.name,
        "language": "en",
        "time_zone": "",
        "staff_groups": "Agent",
    }
    assert client_of(make_superuser()).post(page, said).status_code == 302
    left = {case.pk: (case.owner, case.status) for case in Case.objects.all()}
    assert left == {
        waiting.pk: (None, Status.PENDING_RESPONSE),
        working.pk: (None, Status.AWAITING_ASSIGNMENT),
    }


def test_two_agents_cannot_both_claim(case: Case, agent: User) -> None:
    second = make_agent(name="Second")
    assert act(client_of(agent), case, "claim").status_code == 302
    response = act(client_of(second), case, "claim")
    assert response.status_code == 409
    assert "Ada Agent" in response.content.decode()
    assert current(case).owner == agent
