"""Success teams: places, who holds them, what customers see, and who hears of escalations (SPEC 2, 3.1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from cases import operations as cases
from cases.lifecycle import EscalationReason
from entitlements import operations
from entitlements.models import EntitlementEvent, License, TeamMember
from entitlements.plans import Plan
from entitlements.queries import team_of
from entitlements.teams import TeamRole
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from portal.errors import DomainError, FieldRefused, NotAllowed
from portal.notices.models import Notice
from tests.cases.records import refused
from tests.cases.views.browsing import shown
from tests.factories.cases import ASKED, make_owned_case
from tests.factories.people import (
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def ultimate() -> License:
    return make_license()


@pytest.fixture
def tess() -> User:
    return make_agent(name="Tess Technical")


def appoint(license_: License, member: User, role: TeamRole = TeamRole.TAM, **facts: object) -> TeamMember:
    facts = {"actor": make_superuser(), "now": NOW, **facts}
    return operations.appoint_to_team(license_.account, role, member, **facts)  # type: ignore[arg-type]


def names(license_: License, now: datetime = NOW) -> list[tuple[str, str]]:
    return [(place.role.value, str(place.member or "")) for place in team_of(license_.account, now)]


def test_a_place_is_given_and_the_next_holder_follows_at_the_same_instant(
    ultimate: License, tess: User
) -> None:
    first = appoint(ultimate, tess)
    assert names(ultimate) == [("tam", "Tess Technical"), ("csm", ""), ("ssm", "")]
    appoint(ultimate, make_agent(name="Theo"), now=NOW + HOUR)
    first.refresh_from_db()
    assert first.until == NOW + HOUR
    assert names(ultimate) == [("tam", "Theo"), ("csm", ""), ("ssm", "")]
    events = EntitlementEvent.objects.filter(kind="team_appointed").order_by("pk")
    theo = TeamMember.objects.get(until=None).member_id
    assert [event.detail for event in events] == [
        {"role": "tam", "before": None, "after": tess.pk},
        {"role": "tam", "before": tess.pk, "after": theo},
    ]


def test_a_place_is_left_once_and_held_by_nobody_then(ultimate: License, tess: User) -> None:
    place, root = appoint(ultimate, tess), make_superuser()
    operations.leave_team(place, actor=root, now=NOW + HOUR)
    assert names(ultimate)[0] == ("tam", "")
    with refused(DomainError, "left_the_team"):
        operations.leave_team(place, actor=root, now=NOW + HOUR)


def test_only_active_staff_hold_a_place_each_once(ultimate: License, tess: User) -> None:
    appoint(ultimate, tess)
    root, contact = make_superuser(), make_customer(ultimate)
    with refused(FieldRefused, "already_in_the_team"):
        appoint(ultimate, tess, actor=root)
    with refused(FieldRefused, "not_of_staff"):
        appoint(ultimate, contact, actor=root)
    appoint(ultimate, tess, TeamRole.CSM)  # one person may hold two places


def test_teams_are_the_entitlement_managers(ultimate: License, tess: User) -> None:
    place, administrator = appoint(ultimate, tess), make_administrator(ultimate)
    for actor in (administrator, make_lead(), tess):
        with refused(NotAllowed, "not_for_your_role"):
            appoint(ultimate, tess, TeamRole.SSM, actor=actor)
        with refused(NotAllowed, "not_for_your_role"):
            operations.leave_team(place, actor=actor, now=NOW)


def test_the_team_is_there_while_one_license_is_under_ultimate(tess: User) -> None:
    expert = make_license(plan=Plan.EXPERT)
    appoint(expert, tess)
    assert names(expert) == []
    second = make_license(expert.account, "target", last_on=date(2026, 3, 2))
    # The last day ends at midnight in Los Angeles.
    ends = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert names(second, ends - timedelta(microseconds=1))[0] == ("tam", "Tess Technical")
    assert names(second, ends) == []


def test_who_may_not_sign_in_any_more_holds_no_place(ultimate: License, tess: User) -> None:
    appoint(ultimate, tess)
    set_staff_sign_in(tess, is_active=False, actor=make_superuser(), now=NOW)
    assert names(ultimate)[0] == ("tam", "")


def test_the_database_holds_a_place_for_one(ultimate: License, tess: User) -> None:
    place = appoint(ultimate, tess)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamMember.objects.create(account=place.account, role=place.role, member=tess, since=NOW)


def page_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return shown(client.get("/entitlements/"))


def test_the_account_page_names_the_team_or_what_opens_it(ultimate: License, tess: User) -> None:
    appoint(ultimate, tess)
    text = page_of(make_customer(ultimate))
    assert "Technical Account Manager Tess Technical Leads you technically" in text
    assert "Support Service Manager To be appointed" in text
    pooled = page_of(make_customer(make_license(plan=Plan.EXPERT)))
    assert "Pooled support engineers A designated team comes with the Ultimate Success Plan." in pooled


def test_the_administrator_reads_who_followed_whom(ultimate: License, tess: User) -> None:
    administrator = make_administrator(ultimate)
    appoint(ultimate, tess)
    client = Client()
    client.force_login(administrator)
    text = shown(client.get("/entitlements/contacts/history/"))
    assert "Success team: place given: Technical Account Manager" in text
    assert "Tess Technical" in text


@pytest.mark.parametrize("plan", list(Plan))
def test_an_escalation_goes_to_the_ssm_under_ultimate_and_else_to_the_leads(plan: Plan) -> None:
    license_, lead, ssm = make_license(plan=plan), make_lead(), make_agent(name="Sam Service")
    appoint(license_, ssm, TeamRole.SSM)
    owner = make_agent()
    case = make_owned_case(make_customer(license_), agent=owner)
    reason = EscalationReason.UPDATE
    cases.escalate_case(case, reason=reason, text="Now.", actor=case.requestor, now=ASKED + 100 * HOUR)
    told = set(Notice.objects.filter(kind="case_escalated").values_list("recipient", flat=True))
    assert told == {owner.pk, ssm.pk if plan is Plan.ULTIMATE else lead.pk}


def test_staff_give_and_end_places_in_the_admin(ultimate: License, tess: User) -> None:
    client = Client()
    client.force_login(make_superuser())
    add = "/admin/entitlements/teammember/add/"
    assert client.get(f"{add}?account={ultimate.account_id}").status_code == 200
    sent = {"account": ultimate.account_id, "role": "tam", "member": tess.pk}
    assert client.post(add, sent).status_code == 302
    again = client.post(add, sent)
    assert again.status_code == 400
    assert "This person holds the place already." in shown(again)
    place = TeamMember.objects.get()
    change = f"/admin/entitlements/teammember/{place.pk}/change/"
    assert "Tess Technical" in shown(client.get(change))
    assert "Tess Technical" in shown(client.get(f"/admin/accounts/account/{ultimate.account_id}/change/"))
    assert client.post(change, {"is_sure": "on"}).status_code == 302
    assert TeamMember.objects.get().until is not None
