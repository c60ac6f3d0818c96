"""The catalogue in the browser: read, asked from, followed; and what staff do with it in the admin."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accelerators import operations
from accelerators.models import CatalogueRow, EngagementRequest, UnitGrant
from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant, License
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.clock import business_now
from portal.work.form_tokens import new_token
from tests.accelerators.stage import DAY, ask
from tests.factories.browsers import client_of, saved_after_a_look
from tests.factories.cases import make_case
from tests.factories.people import (
    make_administrator,
    make_agent,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

PAGE = "/catalogue/"
THING = f"{PAGE}environment-review/"


def text_of(response: Any) -> str:
    """What a person reads, blanks made one."""
    main = response.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def said(**facts: Any) -> dict[str, Any]:
    return {"form_token": new_token(), "goal": "Faster pages", "wished_from": "", "wished_until": "", **facts}


# --- The two stories --------------------------------------------------------------------------------


def test_an_ultimate_customer_asks_and_reads_the_answer_of_their_manager(
    ultimate: License, rita: User, tam: User
) -> None:
    customer, manager = client_of(rita), client_of(tam)
    listed = text_of(customer.get(PAGE))
    assert "Shown for Analytics, Ultimate Success Plan" in listed
    page = text_of(customer.get(THING))
    assert "2–4 weeks" in page
    assert "4–6 hours" in page
    assert "Comes with the Ultimate Success Plan." in page
    assert "agreed with your success team" in text_of(customer.get(f"{PAGE}solution-review/"))

    wished = (business_now() + 14 * DAY).date().isoformat()
    sent = customer.post(f"{THING}request/?license={ultimate.pk}", said(wished_from=wished))
    request = EngagementRequest.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/requests/{request.pk}/")
    assert "You have asked for it" in text_of(customer.get(THING))

    inbox = text_of(manager.get("/inbox/"))
    assert f"{ultimate.account.name} asks for Environment Review" in inbox
    admin = f"/admin/accelerators/engagementrequest/{request.pk}/change/"
    shown = text_of(manager.get(admin))
    assert "Faster pages" in shown
    assert request.number in text_of(manager.get("/admin/accelerators/engagementrequest/?whose=mine"))
    decided = manager.post(admin, {"decision": "accept", "answer": "We begin in two weeks", "colleague": ""})
    assert decided.status_code == 302

    assert "Your request is accepted: Environment Review" in text_of(customer.get("/inbox/"))
    followed = text_of(customer.get(f"/requests/{request.pk}/"))
    assert "Accepted" in followed
    assert "We begin in two weeks" in followed
    assert request.number in text_of(customer.get("/requests/"))


def test_an_expert_customer_reads_why_not_gets_the_bundle_and_moves_up(
    expert: License, emil: User, pool: User
) -> None:
    customer = client_of(emil)
    granter = client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Mona Manager"))
    page = customer.get(THING)
    assert "What would open it: the Priority Queue Bundle or the Ultimate Success Plan." in text_of(page)
    assert f"/catalogue/priority-queue-bundle/?license={expert.pk}" in page.content.decode()
    refused = customer.post(f"{THING}request/?license={expert.pk}", said(goal="Keep this text"))
    assert (refused.status_code, "Keep this text" in text_of(refused)) == (409, True)

    customer.post(f"{PAGE}priority-queue-bundle/request/?license={expert.pk}", said())
    request = EngagementRequest.objects.get()
    admin = f"/admin/accelerators/engagementrequest/{request.pk}/change/"
    client_of(pool).post(admin, {"decision": "accept", "answer": "", "colleague": ""})
    assert f"{expert.account.name} is to get Priority Queue Bundle" in text_of(granter.get("/inbox/"))
    assert granted_by_the_link(granter, admin).status_code == 302
    assert AddOnGrant.objects.get().license == expert
    assert "You hold Priority Queue Bundle" in text_of(customer.get("/inbox/"))
    assert "You can ask for it" in text_of(customer.get(THING))
    assert "Priority Queue Bundle" in text_of(customer.get("/entitlements/"))

    make_case(make_customer(make_license(plan=Plan.EXPERT)), title="Earlier of another", now=business_now())
    make_case(emil, title="Later with the bundle", now=business_now())
    queue = text_of(client_of(make_agent()).get("/admin/cases/case/"))
    assert queue.index("Later with the bundle") < queue.index("Earlier of another")


def granted_by_the_link(client: Client, request_page: str) -> Any:
    """Follow a request's link to the form of a grant, and send the form as it comes, with a term."""
    [address] = re.findall(r'href="([^"]+)">Grant the add-on', client.get(request_page).content.decode())
    address = unescape(address)
    filled_in = dict(parse_qsl(urlsplit(address).query))
    today = (business_now() - DAY).date()
    term = {"first_on": today.isoformat(), "last_on": (today + 90 * DAY).isoformat()}
    assert client.get(address).status_code == 200
    return client.post(address, {"license": "", **filled_in, **term})


def test_what_the_account_holds_is_granted_to_it_by_the_link(
    ultimate: License, rita: User, tam: User
) -> None:
    made = ask(rita, ultimate, "event-management", now=business_now())
    operations.accept_request(made, actor=tam, now=business_now())
    page = f"/admin/accelerators/engagementrequest/{made.pk}/change/"
    granter = client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER))
    assert "Grant the add-on" not in text_of(client_of(tam).get(page))
    assert granted_by_the_link(granter, page).status_code == 302
    assert AddOnGrant.objects.get().license is None


def test_what_was_accepted_can_be_asked_for_once_more(ultimate: License, rita: User, tam: User) -> None:
    client = client_of(rita)
    first = ask(rita, ultimate, now=business_now())
    asked = client.get(THING)
    assert ("Request once more" in text_of(asked), "/request/?" in asked.content.decode()) == (False, False)
    operations.accept_request(first, actor=tam, now=business_now())
    page = text_of(client.get(THING))
    assert ("Request once more" in page, f"{first.number}, " in page) == (True, True)
    cards = client.get(PAGE).content.decode()
    assert (first.number in cards, "/environment-review/request/?" in cards) == (True, True)
    sent = client.post(f"{THING}request/?license={ultimate.pk}", said())
    assert (sent.status_code, EngagementRequest.objects.count()) == (302, 2)


def test_what_works_by_itself_is_not_asked_for(ultimate: License, rita: User) -> None:
    client, address = client_of(rita), f"{PAGE}priority-queue-bundle/"
    page = client.get(address)
    assert "You have it It comes with your success plan" in text_of(page)
    assert "/request/" not in page.content.decode()
    refused = client.post(f"{address}request/?license={ultimate.pk}", said())
    assert (refused.status_code, EngagementRequest.objects.count()) == (409, 0)


# --- Reading ----------------------------------------------------------------------------------------


def names(response: Any) -> list[str]:
    return re.findall(r'class="offer-head">.*?<h3><a [^>]*>([^<]+)</a>', response.content.decode(), re.S)


def test_filters_narrow_down_and_unknown_ones_count_as_none(ultimate: License, rita: User) -> None:
    client = client_of(rita)
    every = names(client.get(PAGE))
    assert len(every) == 6 + 14 + 8 + 1 + 4
    assert len(names(client.get(PAGE, {"kind": "accelerator"}))) == 14
    adoption = names(client.get(PAGE, {"category": "adoption-enablement"}))
    assert sorted(map(unescape, adoption)) == [
        "Adoption Review",
        "Deskside Coaching",
        "Tool and Feature Governance Strategy",
        "Use Case and KPI Development",
    ]
    available = names(client.get(PAGE, {"kind": "add-on", "state": "available"}))
    assert available == ["Event Management", "Technical Account Director"]
    services = {"kind": "field-service", "product": "commerce"}
    assert sorted(map(unescape, names(client.get(PAGE, services)))) == [
        "Basic Use Case Development & Support",
        "Deskside Coaching",
        "Health Assessment",
        "Maturity Roadmap",
        "Solution Troubleshooting (Custom)",
    ]
    nonsense = {"kind": "x", "category": "y", "state": "z", "license": "q", "product": "v"}
    assert names(client.get(PAGE, nonsense)) == every
    empty = text_of(client.get(PAGE, {"kind": "add-on", "category": "adoption-enablement"}))
    assert "Nothing in the catalogue is like that" in empty


def test_it_is_shown_for_the_license_that_the_address_names(ultimate: License) -> None:
    cloud = make_license(ultimate.account, "experience-manager-cloud", plan=Plan.EXPERT)
    person = make_customer(ultimate, cloud, may_request=True)
    client = client_of(person)
    page = f"{PAGE}advanced-cloud-support/"
    assert "Show it for Experience Manager as a Cloud Service" in text_of(
        client.get(page, {"license": ultimate.pk})
    )
    assert "You can ask for it" in text_of(client.get(page, {"license": cloud.pk}))
    foreign = make_license()
    assert "Show it for" in text_of(client.get(page, {"license": foreign.pk}))
    assert client.get(f"{page}request/", {"license": foreign.pk}).status_code == 404


def test_who_has_no_permission_or_no_seat_reads_all_and_is_shown_the_way(ultimate: License) -> None:
    make_administrator(ultimate, name="Anna Administrator")
    reader, colleague = client_of(make_customer(ultimate)), client_of(make_person(ultimate.account))
    assert "You may read the catalogue, and not request from it yet." in text_of(reader.get(PAGE))
    assert "Ask for the permission" in text_of(reader.get(THING))
    assert reader.get(f"{THING}request/", {"license": ultimate.pk}).status_code == 403
    asked = reader.post(f"{PAGE}ask/", {"form_token": new_token()})
    assert (asked.status_code, asked["Location"]) == (302, PAGE)
    assert reader.post(f"{PAGE}ask/", {"form_token": new_token()}).status_code == 409
    assert "You have no seat for Analytics." in text_of(colleague.get(PAGE))


def test_the_administrator_gives_the_permission_on_the_page_of_the_contacts(ultimate: License) -> None:
    client, bert = client_of(make_administrator(ultimate)), make_customer(ultimate)
    sent = {
        "form_token": new_token(),
        "person": bert.pk,
        f"was-{bert.pk}": "f",
        f"files-{bert.pk}": "on",
        f"requests-{bert.pk}": "on",
    }
    assert client.post("/entitlements/contacts/permissions/", sent).status_code == 302
    bert.refresh_from_db()
    assert (bert.may_file_cases, bert.sees_account_cases, bert.may_request) == (True, False, True)


def test_the_comparison_marks_what_one_has(ultimate: License, rita: User) -> None:
    target = make_license(ultimate.account, "target", plan=Plan.EXPERT)
    page = client_of(rita).get(f"{PAGE}compare/")
    assert ("Yours: Target" in text_of(page), "Yours: Analytics" in text_of(page)) == (True, True)
    assert "Analytics: with the plan" in line_of(page, "Mentor Sessions")
    assert line_of(page, "Success Accelerators") == "With the Priority Queue Bundle Included Analytics"
    assert line_of(page, "Field services") == "Not available Included Analytics"
    assert line_of(page, "Digital learning") == "Not available Available –"
    operations.grant_add_on(
        ultimate.account,
        AddOn.PRIORITY_QUEUE_BUNDLE,
        license_=target,
        first_on=(business_now() - 2 * DAY).date(),
        last_on=(business_now() + 60 * DAY).date(),
        actor=make_superuser(),
        now=business_now(),
    )
    opened = client_of(rita).get(f"{PAGE}compare/")
    assert line_of(opened, "Success Accelerators").endswith("Included Analytics, Target")
    assert "Analytics: with the plan Target: with the Priority Queue Bundle" in line_of(
        opened, "Mentor Sessions"
    )


def test_the_comparison_agrees_with_the_catalogue_while_a_launch_is_under_way(
    ultimate: License, rita: User, tam: User
) -> None:
    client = client_of(rita)
    assert line_of(client.get(f"{PAGE}compare/"), "Field services").endswith("Included Analytics")
    launch = ask(rita, ultimate, "launch-advisory", now=business_now())
    operations.accept_request(launch, actor=tam, now=business_now())
    assert line_of(client.get(f"{PAGE}compare/"), "Field services") == "Not available Included –"
    services = client.get(PAGE, {"kind": "field-service", "state": "included"})
    assert names(services) == []


def line_of(response: Any, name: str) -> str:
    """What a line of the comparison says after its name."""
    rows = re.findall(r"<tr [^>]*>(.*?)</tr>", response.content.decode(), re.S)
    texts = [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]
    [found] = [text.removeprefix(name).strip() for text in texts if text.startswith(name)]
    return found


def test_a_maintenance_model_shows_its_levels_and_who_answers(ultimate: License, rita: User) -> None:
    page = text_of(client_of(rita).get(f"{PAGE}maintenance-managed/"))
    for words in ("With complete DevOps.", "Merchandising operations", "Who answers for what"):
        assert words in page
    assert client_of(rita).get(f"{PAGE}service-level-optional/").status_code == 404


def test_staff_read_the_catalogue_with_nothing_marked(pool: User) -> None:
    client = client_of(pool)
    assert len(names(client.get(PAGE))) == 33
    assert client.get(THING).status_code == 200
    assert client.get("/requests/").status_code == 302


@pytest.mark.parametrize("requests", [1, 4])
def test_pages_cost_the_same_statements_whatever_there_is(
    ultimate: License, rita: User, tam: User, requests: int
) -> None:
    slugs = ("environment-review", "solution-review", "adoption-review", "launch-advisory")
    made = [ask(rita, ultimate, slug, now=business_now()) for slug in slugs[:requests]]
    client = client_of(rita)
    client.get("/requests/")
    costs = {
        PAGE: 14,
        f"{PAGE}health-assessment/": 12,
        # Whether a launch is under way, as the catalogue asks.
        f"{PAGE}compare/": 11,
        "/requests/": 10,
        f"/requests/{made[0].pk}/": 11,
    }
    found = {}
    for address in costs:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        found[address] = len(asked)
    assert found == costs


# --- Acting -----------------------------------------------------------------------------------------


def test_a_request_sent_twice_is_one(ultimate: License, rita: User) -> None:
    client, form = client_of(rita), said()
    address = f"{THING}request/?license={ultimate.pk}"
    first, second = client.post(address, form), client.post(address, form)
    assert first["Location"] == second["Location"]
    assert EngagementRequest.objects.count() == 1


def test_a_refused_form_keeps_what_was_typed(ultimate: License, rita: User) -> None:
    client = client_of(rita)
    response = client.post(
        f"{THING}request/?license={ultimate.pk}", said(goal="My goal", wished_from="2020-01-01")
    )
    assert response.status_code == 400
    page = response.content.decode()
    assert "My goal" in page
    assert "Choose a day from today on." in page
    assert EngagementRequest.objects.count() == 0


def test_a_request_is_cancelled_and_handed_over_in_the_browser(ultimate: License, rita: User) -> None:
    carl = make_customer(ultimate, name="Carl Colleague", may_request=True)
    made, client = ask(rita, ultimate, now=business_now()), client_of(rita)
    page = f"/requests/{made.pk}/"
    handed = client.post(f"{page}hand-to-colleague/", {"form_token": new_token(), "colleague": carl.pk})
    assert (handed.status_code, handed["Location"]) == (302, page)
    made.refresh_from_db()
    assert made.requester == carl
    assert client.get(f"{page}hand-to-colleague/").status_code == 403
    cancelled = client.post(f"{page}cancel/", {"form_token": new_token(), "answer": "Not needed"})
    assert cancelled.status_code == 302
    assert "Not needed" in text_of(client.get(page))
    assert client.get(f"{page}cancel/").status_code == 409
    assert client.post(f"{page}cancel/", {"form_token": new_token(), "answer": ""}).status_code == 409


def test_answer_and_reason_of_cancelling_are_shown_with_who_wrote_them(
    ultimate: License, rita: User, tam: User
) -> None:
    carl = make_customer(ultimate, name="Carl Colleague", may_request=True)
    made = ask(rita, ultimate, now=business_now())
    operations.accept_request(made, answer="Gladly", actor=tam, now=business_now())
    operations.cancel_request(made, reason="No time", actor=carl, now=business_now())
    page = f"/requests/{made.pk}/"
    read = text_of(client_of(rita).get(page))
    assert "What your success team said Gladly Why it was taken back (Carl Colleague) No time" in read
    assert "Why it was taken back (You) No time" in text_of(client_of(carl).get(page))
    shown = text_of(client_of(tam).get(f"/admin/accelerators/engagementrequest/{made.pk}/change/"))
    assert "Answered: Gladly" in shown
    assert "Why it was taken back: No time (Carl Colleague)" in shown


def test_a_declined_request_comes_with_its_reason_to_the_inbox_and_its_page(
    ultimate: License, rita: User, tam: User
) -> None:
    customer, manager = client_of(rita), client_of(tam)
    customer.post(f"{THING}request/?license={ultimate.pk}", said())
    request = EngagementRequest.objects.get()
    admin = f"/admin/accelerators/engagementrequest/{request.pk}/change/"
    sent = manager.post(admin, {"decision": "decline", "answer": "Too early for it", "colleague": ""})
    assert sent.status_code == 302

    inbox = customer.get("/inbox/").content.decode()
    [link] = re.findall(r'<a href="([^"]+)">(?:<span.*?</span>)?Your request is declined', inbox)
    read = text_of(customer.get(link, follow=True))
    assert "Declined Your success team has said no, and why. What your success team said" in read
    assert "Too early for it" in read
    assert "The request is Declined now." in read
    assert request.number not in text_of(customer.get("/requests/"))
    assert request.number in text_of(customer.get("/requests/?view=all"))
    assert "You can ask for it" in text_of(customer.get(THING))


def test_what_a_phase_brings_is_agreed_where_it_is_not_published(ultimate: License, rita: User) -> None:
    client = client_of(rita)
    page = text_of(client.get(f"{PAGE}launch-advisory/"))
    assert page.count("What you get is agreed with your success team.") == 2
    assert page.count("You get: ") == 3
    assert "What you get is agreed" not in text_of(client.get(f"{PAGE}digital-learning-services/"))


def test_a_field_service_says_what_it_is_beside_consulting(ultimate: License, rita: User) -> None:
    client, words = client_of(rita), "They complement consulting, and do not replace it"
    assert words in text_of(client.get(f"{PAGE}health-assessment/"))
    assert words not in text_of(client.get(THING))


def test_a_hand_over_names_both_people(ultimate: License, rita: User, tam: User) -> None:
    carl = make_customer(ultimate, name="Carl Colleague", may_request=True)
    made = ask(rita, ultimate, now=business_now())
    operations.hand_request_to_colleague(made, colleague=carl, actor=rita, now=business_now())
    read = text_of(client_of(carl).get(f"/requests/{made.pk}/"))
    assert "Handed to a colleague from Rita Requester to You Rita Requester" in read
    shown = text_of(client_of(tam).get(f"/admin/accelerators/engagementrequest/{made.pk}/change/"))
    assert "Handed to a colleague from Rita Requester to Carl Colleague (Rita Requester)" in shown


def test_what_the_account_asked_for_is_shown_for_each_of_its_licenses(ultimate: License, rita: User) -> None:
    target = make_license(ultimate.account, "target")
    make_seat(target, rita)
    made, client = ask(rita, ultimate, "event-management", now=business_now()), client_of(rita)
    page = f"{PAGE}event-management/?license={target.pk}"
    assert made.number in text_of(client.get(page))
    assert "You have asked for it" in text_of(client.get(page))


def test_the_form_of_a_request_leads_back_to_the_thing_for_its_license(ultimate: License, rita: User) -> None:
    target = make_license(ultimate.account, "target")
    make_seat(target, rita)
    form = client_of(rita).get(f"{THING}request/?license={target.pk}").content.decode()
    assert form.count(f'href="{THING}?license={target.pk}"') == 2
    assert f'href="{THING}"' not in form


# --- In the admin -----------------------------------------------------------------------------------


def test_a_decision_that_is_refused_comes_back_beside_its_field(
    ultimate: License, rita: User, tam: User
) -> None:
    made, client = ask(rita, ultimate, now=business_now()), client_of(tam)
    address = f"/admin/accelerators/engagementrequest/{made.pk}/change/"
    response = client.post(address, {"decision": "decline", "answer": " ", "colleague": ""})
    assert (response.status_code, "Write the reason" in response.content.decode()) == (400, True)
    handing = client.post(address, {"decision": "hand-to-colleague", "answer": "", "colleague": ""})
    assert "Choose an active named contact" in handing.content.decode()
    made.refresh_from_db()
    assert made.status == "requested"


def test_units_are_asked_for_where_something_is_counted_in_them(
    ultimate: License, rita: User, tam: User
) -> None:
    root = client_of(make_superuser())
    # Begun in every zone.
    today = (business_now() - DAY).date()
    sent = {
        "license": ultimate.pk,
        "add_on": "mentor-sessions",
        "units": "3",
        "first_on": today.isoformat(),
        "last_on": (today + 30 * DAY).isoformat(),
    }
    assert root.post("/admin/accelerators/unitgrant/add/", sent).status_code == 302
    assert "3 / 3" in text_of(root.get("/admin/accelerators/unitgrant/"))
    made = ask(rita, ultimate, "mentor-sessions", now=business_now())
    address = f"/admin/accelerators/engagementrequest/{made.pk}/change/"
    client = client_of(tam)
    assert "3 sessions left." in text_of(client.get(address))
    answer = {"decision": "accept", "answer": "", "colleague": ""}
    too_many = client.post(address, {**answer, "units": "4"})
    assert (too_many.status_code, "Left for this license: 3 sessions." in text_of(too_many)) == (409, True)
    assert client.post(address, {**answer, "units": "2"}).status_code == 302
    assert "Uses 2 sessions." in text_of(client.get(address))
    assert "used" in text_of(root.get(f"/admin/accelerators/unitgrant/{UnitGrant.objects.get().pk}/change/"))
    assert "1 of 3" in text_of(client_of(rita).get(f"{PAGE}mentor-sessions/"))


def test_a_grant_is_ended_in_the_admin(expert: License, emil: User) -> None:
    made = operations.grant_add_on(
        expert.account,
        AddOn.PRIORITY_QUEUE_BUNDLE,
        license_=expert,
        first_on=(business_now() - 2 * DAY).date(),
        last_on=(business_now() + 60 * DAY).date(),
        actor=make_superuser(),
        now=business_now(),
    )
    root, address = client_of(make_superuser()), f"/admin/entitlements/addongrant/{made.pk}/change/"
    assert root.post(address, {"is_sure": "on"}).status_code == 302
    made.refresh_from_db()
    assert (made.next_step_at, made.ends_at <= business_now()) == (None, True)
    assert root.post(address, {"is_sure": "on"}).status_code == 403


def test_a_catalogue_manager_sees_what_changes_before_it_is_saved(db: None) -> None:
    cora = client_of(make_staff(StaffGroup.CATALOGUE_MANAGER))
    old = CatalogueRow.objects.get(slug="environment-review")
    form = cora.get(f"/admin/accelerators/cataloguerow/add/?from={old.pk}")
    assert 'value="Environment Review"' in form.content.decode()
    typed = {
        "slug": old.slug,
        "kind": old.kind,
        "name": old.name,
        "summary": old.summary,
        "category": old.category,
        "duration": "5 weeks",
        "effort": old.effort,
        "audience": old.audience,
        "products": "",
        "expert": "",
        "ultimate": "",
        "parts": "Look | At the set-up\nWrite | Findings | A document",
        "is_offered": "on",
        "in_force_from": "2100-01-01T00:00",
    }
    shown = cora.post("/admin/accelerators/cataloguerow/add/", typed)
    assert shown.status_code == 200
    assert "Duration: 2–4 weeks → 5 weeks" in text_of(shown)
    assert "No undecided request depends on it." in text_of(shown)
    assert "It will read: Success Accelerator Environment Review" in text_of(shown)
    assert "Duration 5 weeks Your effort 4–6 hours Category Technical Readiness" in text_of(shown)
    assert CatalogueRow.objects.filter(slug=old.slug).count() == 1
    assert saved_after_a_look(cora, "/admin/accelerators/cataloguerow/add/", typed).status_code == 302
    new = CatalogueRow.objects.latest("pk")
    assert new.parts == [
        {"name": "Look", "content": "At the set-up", "deliverable": ""},
        {"name": "Write", "content": "Findings", "deliverable": "A document"},
    ]
    wrong = cora.post("/admin/accelerators/cataloguerow/add/", {**typed, "parts": "a|b|c|d", "is_sure": "on"})
    assert "Write each part as" in text_of(wrong)


def test_a_catalogue_manager_sees_how_many_requests_could_no_longer_be_accepted(
    ultimate: License, expert: License, rita: User, emil: User, tam: User
) -> None:
    ask(rita, ultimate, "event-management", now=business_now())
    ask(emil, expert, "event-management", now=business_now())
    old = CatalogueRow.objects.get(slug="event-management")
    typed = {
        **{name: getattr(old, name) for name in ("slug", "kind", "name", "summary", "category")},
        "duration": "",
        "effort": "",
        "audience": "",
        "products": "",
        "parts": "",
        "is_offered": "on",
        "expert": "not-available",
        "ultimate": "available",
        "in_force_from": "2100-01-01T00:00",
    }
    cora = client_of(make_staff(StaffGroup.CATALOGUE_MANAGER))
    address = "/admin/accelerators/cataloguerow/add/"
    assert "One undecided request could no longer be accepted." in text_of(cora.post(address, typed))
    typed.pop("is_offered")
    assert "2 undecided requests could no longer be accepted." in text_of(cora.post(address, typed))
    incomplete = {**typed, "slug": "new-thing", "expert": "", "ultimate": ""}
    assert "A new thing. It will read: Add-on Event Management" in text_of(cora.post(address, incomplete))
    assert CatalogueRow.objects.filter(slug=old.slug).count() == 1


def test_a_success_manager_reads_the_cases_of_their_accounts_and_does_nothing_to_them(
    ultimate: License, rita: User, tam: User, emil: User
) -> None:
    hers, other = make_case(rita, title="Hers alone"), make_case(emil, title="Of somebody else")
    client = client_of(tam)
    listed = text_of(client.get("/admin/cases/case/"))
    assert ("Hers alone" in listed, "Of somebody else" in listed) == (True, False)
    assert client.get(f"/admin/cases/case/{hers.pk}/change/").status_code == 200
    assert client.get(f"/admin/cases/case/{other.pk}/change/").status_code == 404
    note = {"form_token": new_token(), "text": "Text"}
    assert client.post(f"/admin/cases/case/{hers.pk}/act/add-note/", note).status_code == 403
    cora = client_of(make_staff(StaffGroup.CATALOGUE_MANAGER))
    assert cora.get("/admin/cases/case/").status_code == 403
    assert cora.get("/admin/notices/notice/").status_code == 403
