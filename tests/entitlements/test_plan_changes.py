"""Another plan for the rest of a term: what becomes of the days, what is refused, whom it affects."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from entitlements import operations
from entitlements.models import EntitlementEvent, License, Term
from entitlements.plans import Plan
from entitlements.queries import PlanAffects, affected_by_plan, capacity_of, plan_in_force
from entitlements.wording import refusal_text
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.errors import DomainError
from tests.factories.browsers import client_of, saved_after_a_look
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_seat,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

# 3 March in London, 4 March in Tokyo.
NOW = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
MAY = date(2026, 5, 1)
Days = tuple[str, date, date]


@pytest.fixture
def license_() -> License:
    return make_license(make_account("Maison", country="FR"), plan=Plan.EXPERT, first_on=FIRST, last_on=LAST)


def terms_of(license_: License) -> list[Days]:
    rows = Term.objects.filter(license=license_).order_by("first_on")
    return [(term.plan, term.first_on, term.last_on) for term in rows]


def change(license_: License, plan: Plan, from_day: date, *, actor: User | None = None) -> Term:
    return operations.change_plan(license_, plan, from_day=from_day, actor=actor or make_superuser(), now=NOW)


def refused(license_: License, plan: Plan, from_day: date, *, actor: User | None = None) -> tuple[int, str]:
    """The refusal's status and sentence; proves that nothing changed."""
    before = terms_of(license_), EntitlementEvent.objects.count()
    with pytest.raises(DomainError) as found:
        change(license_, plan, from_day, actor=actor)
    assert (terms_of(license_), EntitlementEvent.objects.count()) == before
    return found.value.http_status, refusal_text(found.value)


def test_a_running_term_is_cut_and_the_other_plan_goes_on_to_its_last_day(license_: License) -> None:
    term = change(license_, Plan.ULTIMATE, MAY)

    assert terms_of(license_) == [("expert", FIRST, date(2026, 4, 30)), ("ultimate", MAY, LAST)]
    assert (term.plan, term.first_on) == (Plan.ULTIMATE, MAY)
    # Midnight of 1 May in London.
    turn = datetime(2026, 4, 30, 23, tzinfo=UTC)
    plans = [plan_in_force(license_, at) for at in (NOW, turn - timedelta(microseconds=1), turn)]
    assert plans == [Plan.EXPERT, Plan.EXPERT, Plan.ULTIMATE]


def test_the_change_is_on_the_record_with_before_and_after(license_: License) -> None:
    root = make_superuser()
    change(license_, Plan.ULTIMATE, MAY, actor=root)
    event = EntitlementEvent.objects.order_by("-pk")[0]
    assert (event.kind, event.account_id, event.license_id, event.actor_id, event.occurred_at) == (
        "plan_changed",
        license_.account_id,
        license_.pk,
        root.pk,
        NOW,
    )
    assert (event.is_public, event.detail) == (
        True,
        {
            "before": {"plan": "expert", "first_on": "2025-01-01", "last_on": "2026-12-31"},
            "after": {"plan": "ultimate", "first_on": "2026-05-01", "last_on": "2026-12-31"},
        },
    )


def test_the_administrator_reads_the_change_in_the_history(license_: License) -> None:
    boss = make_administrator(license_)
    change(license_, Plan.ULTIMATE, MAY)
    page = shown(client_of(boss).get("/entitlements/contacts/history/"))
    for words in ("Success plan changed", "Success plan: Expert Success Plan", "First day: 1 May 2026"):
        assert words in page, words


def test_a_plan_that_is_to_come_goes_back_from_the_day_on_which_it_begins(license_: License) -> None:
    change(license_, Plan.ULTIMATE, MAY)
    change(license_, Plan.EXPERT, MAY)
    assert terms_of(license_) == [("expert", FIRST, date(2026, 4, 30)), ("expert", MAY, LAST)]


def test_a_coming_term_is_cut_like_a_running_one(license_: License) -> None:
    operations.add_term(
        license_,
        Plan.EXPERT,
        first_on=date(2027, 2, 1),
        last_on=date(2027, 2, 2),
        actor=make_superuser(),
        now=NOW,
    )
    change(license_, Plan.ULTIMATE, date(2027, 2, 2))
    assert terms_of(license_)[1:] == [
        ("expert", date(2027, 2, 1), date(2027, 2, 1)),
        ("ultimate", date(2027, 2, 2), date(2027, 2, 2)),
    ]


def test_the_last_day_of_a_term_may_be_of_another_plan(license_: License) -> None:
    change(license_, Plan.ULTIMATE, LAST)
    assert terms_of(license_) == [("expert", FIRST, date(2026, 12, 30)), ("ultimate", LAST, LAST)]


@pytest.mark.parametrize(("country", "today"), [("FR", date(2026, 3, 3)), ("JP", date(2026, 3, 4))])
def test_a_plan_changes_tomorrow_in_the_region_and_not_today(country: str, today: date) -> None:
    license_ = make_license(make_account(country=country), plan=Plan.EXPERT, first_on=FIRST, last_on=LAST)
    tomorrow = today + timedelta(days=1)
    for day in (today - timedelta(days=1), today):
        status, text = refused(license_, Plan.ULTIMATE, day)
        assert (status, f"Choose {tomorrow.day} Mar 2026 or a later day." in text) == (400, True)
    assert change(license_, Plan.ULTIMATE, tomorrow).first_on == tomorrow


def test_a_change_is_refused_where_no_term_holds_the_day(license_: License) -> None:
    assert refused(license_, Plan.ULTIMATE, LAST + timedelta(days=1)) == (
        400,
        "No term of Analytics holds 1 Jan 2027. Choose a day of a term, or add a term for it.",
    )


def test_a_change_to_the_plan_that_holds_is_refused(license_: License) -> None:
    assert refused(license_, Plan.EXPERT, MAY) == (
        400,
        "On 1 May 2026 the license is under the Expert Success Plan already. Choose another plan, or another"
        " day.",
    )


def test_only_entitlement_managers_change_a_plan(license_: License) -> None:
    for person in (make_customer(license_), make_administrator(license_), make_agent(), make_lead()):
        assert refused(license_, Plan.ULTIMATE, MAY, actor=person)[0] == 403


def test_a_plan_that_falls_keeps_its_contacts_and_takes_nobody_until_it_is_under() -> None:
    license_ = make_license(plan=Plan.ULTIMATE, first_on=FIRST, last_on=LAST)
    seats = [make_seat(license_) for _ in range(5)]
    change(license_, Plan.EXPERT, MAY)
    later = datetime(2026, 5, 2, tzinfo=UTC)
    capacity = capacity_of(license_, later)
    assert (capacity.contacts, capacity.over, list(license_.seats.active().order_by("pk"))) == (5, 1, seats)
    with pytest.raises(DomainError, match="over_capacity"):
        operations.add_named_contact(
            license_, make_person(license_.account), actor=make_superuser(), now=later
        )


# --- Whom it affects --------------------------------------------------------------------------------


def test_whom_a_plan_affects_counts_contacts_and_open_invitations_against_it() -> None:
    license_ = make_license(make_account("Maison"), plan=Plan.ULTIMATE, first_on=FIRST, last_on=LAST)
    for number in range(4):
        make_customer(license_, name=f"Contact {number}")
    names = ("Contact 0", "Contact 1", "Contact 2", "Contact 3")
    facts = {"account": "Maison", "product": "Analytics", "contacts": names}
    under = affected_by_plan(license_, Plan.EXPERT, last_on=LAST, now=NOW)
    assert under == PlanAffects(**facts, capacity=4, over=0)
    operations.invite_contact(license_, "nina@maison.example", actor=make_superuser(), now=NOW)
    one_over = affected_by_plan(license_, Plan.EXPERT, last_on=LAST, now=NOW)
    assert one_over == PlanAffects(**facts, capacity=4, over=1)
    assert affected_by_plan(license_, Plan.ULTIMATE, last_on=LAST, now=NOW).over == 0
    # In the Americas it is 3 March: a term that ended the day before leaves nobody too many.
    for last_on, over in ((date(2026, 3, 2), 0), (date(2026, 3, 3), 1)):
        assert affected_by_plan(license_, Plan.EXPERT, last_on=last_on, now=NOW).over == over


# --- The admin --------------------------------------------------------------------------------------


@pytest.fixture
def manager() -> Client:
    return client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER))


def shown(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def page_of(license_: License) -> str:
    return reverse("admin:entitlements_term_change", args=[license_.terms.order_by("-first_on")[0].pk])


@time_machine.travel(NOW, tick=False)
def test_staff_see_whom_a_change_of_plan_affects_before_it_is_saved(manager: Client) -> None:
    license_ = make_license(make_account("Maison"), plan=Plan.ULTIMATE, first_on=FIRST, last_on=LAST)
    for number in range(6):
        make_customer(license_, name=f"Contact {number}")
    typed = {"plan": "expert", "from_day": "2026-05-01"}

    first = manager.post(page_of(license_), typed)
    assert (first.status_code, terms_of(license_)) == (200, [("ultimate", FIRST, LAST)])
    assert (
        "It affects Maison with 6 named contacts of Analytics: Contact 0, Contact 1, Contact 2, Contact 3,"
        " Contact 4, Contact 5. The plan allows 4: the license will be over capacity by 2. Its contacts"
        " stay, and nobody can be added until it is under. No case filed before changes. Tick to save it."
    ) in shown(first)
    assert 'value="2026-05-01"' in first.content.decode()

    second = saved_after_a_look(manager, page_of(license_), typed)
    assert second.status_code == 302
    assert terms_of(license_) == [("ultimate", FIRST, date(2026, 4, 30)), ("expert", MAY, LAST)]


@time_machine.travel(NOW, tick=False)
def test_staff_see_whom_a_new_term_affects_before_it_is_saved(manager: Client, license_: License) -> None:
    add = reverse("admin:entitlements_term_add")
    typed = {"license": license_.pk, "plan": "ultimate", "first_on": "2027-01-01", "last_on": "2027-12-31"}
    first = manager.post(add, typed)
    assert (first.status_code, len(terms_of(license_))) == (200, 1)
    assert "It affects Maison, which has no named contact of Analytics yet." in shown(first)
    assert saved_after_a_look(manager, add, typed).status_code == 302
    assert terms_of(license_)[1:] == [("ultimate", date(2027, 1, 1), date(2027, 12, 31))]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("from_day", "plan", "status", "text"),
    [
        ("2026-03-03", "ultimate", 400, "Choose 4 Mar 2026 or a later day."),
        ("2027-01-01", "ultimate", 200, "This term does not hold that day."),
        ("2024-12-31", "ultimate", 200, "This term does not hold that day."),
        ("0001-01-01", "ultimate", 200, "This term does not hold that day."),
        ("9999-12-31", "ultimate", 200, "This term does not hold that day."),
        ("2026-02-30", "ultimate", 200, "Enter a valid date"),
        ("", "ultimate", 200, "This field is required."),
        ("2026-05-01", "expert", 400, "under the Expert Success Plan already"),
        ("2026-05-01", "gold", 200, "is not one of the available choices"),
    ],
)
def test_the_form_refuses_with_the_rule_and_what_was_typed(
    manager: Client, license_: License, from_day: str, plan: str, status: int, text: str
) -> None:
    response = saved_after_a_look(manager, page_of(license_), {"plan": plan, "from_day": from_day})
    assert (response.status_code, terms_of(license_)) == (status, [("expert", FIRST, LAST)])
    assert text in shown(response)
    assert not from_day or f'value="{from_day}"' in response.content.decode()


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(("last_on", "status"), [(date(2026, 3, 3), 403), (date(2026, 3, 4), 302)])
def test_a_term_without_a_day_to_come_is_only_shown(manager: Client, last_on: date, status: int) -> None:
    license_ = make_license(make_account(country="FR"), plan=Plan.EXPERT, first_on=FIRST, last_on=last_on)
    page = manager.get(page_of(license_))
    assert (page.status_code, 'name="from_day"' in page.content.decode()) == (200, status == 302)
    typed = {"plan": "ultimate", "from_day": "2026-03-04"}
    assert saved_after_a_look(manager, page_of(license_), typed).status_code == status
