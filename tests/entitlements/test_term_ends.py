"""A term that ends sooner: what becomes of its days, what is refused, whom it affects."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from entitlements import operations
from entitlements.models import EntitlementEvent, License, Term
from entitlements.permissions import filing_refusal
from entitlements.plans import Plan
from entitlements.queries import plan_in_force
from entitlements.wording import refusal_text
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from portal.errors import DomainError
from tests.factories.browsers import client_of, saved_after_a_look
from tests.factories.cases import make_case
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

# 3 March in London, 4 March in Tokyo.
NOW = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
# The year was mistyped.
FIRST, LAST = date(2025, 1, 1), date(2062, 12, 31)
MAY = date(2026, 5, 1)
DAY, TICK = timedelta(days=1), timedelta(microseconds=1)


@pytest.fixture
def license_() -> License:
    return make_license(make_account("Maison", country="FR"), plan=Plan.EXPERT, first_on=FIRST, last_on=LAST)


def days_of(license_: License) -> list[tuple[date, date]]:
    return list(Term.objects.filter(license=license_).order_by("first_on").values_list("first_on", "last_on"))


def end(license_: License, from_day: date, *, actor: User | None = None) -> Term:
    return operations.end_term(license_, from_day=from_day, actor=actor or make_superuser(), now=NOW)


def refused(license_: License, from_day: date, *, actor: User | None = None) -> tuple[int, str]:
    """The refusal's status and sentence; proves that nothing changed."""
    before = days_of(license_), EntitlementEvent.objects.count()
    with pytest.raises(DomainError) as found:
        end(license_, from_day, actor=actor)
    assert (days_of(license_), EntitlementEvent.objects.count()) == before
    return found.value.http_status, refusal_text(found.value)


def test_a_term_ends_the_day_before_and_leaves_room_for_another(license_: License) -> None:
    assert end(license_, MAY).last_on == MAY - DAY
    # Midnight of 1 May in London.
    turn = datetime(2026, 4, 30, 23, tzinfo=UTC)
    assert [plan_in_force(license_, at) for at in (NOW, turn - TICK, turn)] == [
        Plan.EXPERT,
        Plan.EXPERT,
        None,
    ]
    facts = {"first_on": MAY, "last_on": date(2027, 4, 30), "actor": make_superuser(), "now": NOW}
    operations.add_term(license_, Plan.ULTIMATE, **facts)
    assert days_of(license_) == [(FIRST, MAY - DAY), (MAY, date(2027, 4, 30))]
    assert plan_in_force(license_, turn) == Plan.ULTIMATE


def test_the_end_is_on_the_record_with_before_and_after(license_: License) -> None:
    root, boss = make_superuser(), make_administrator(license_)
    end(license_, MAY, actor=root)
    event = EntitlementEvent.objects.order_by("-pk")[0]
    assert (event.kind, event.license_id, event.actor_id, event.occurred_at, event.is_public) == (
        "term_ended_sooner",
        license_.pk,
        root.pk,
        NOW,
        True,
    )
    assert event.detail == {
        "before": {"plan": "expert", "first_on": "2025-01-01", "last_on": "2062-12-31"},
        "after": {"plan": "expert", "first_on": "2025-01-01", "last_on": "2026-04-30"},
    }
    page = shown(client_of(boss).get("/entitlements/contacts/history/"))
    for words in ("Term ended sooner", "Last day: 31 Dec 2062", "Last day: 30 Apr 2026"):
        assert words in page, words


def test_seats_and_cases_stay_as_at_the_end_of_every_term(license_: License) -> None:
    contact = make_customer(license_)
    case = make_case(contact, now=NOW)
    before = Case.objects.filter(pk=case.pk).values().get()
    end(license_, MAY)
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert license_.seats.active().get().user == contact
    refusals = [filing_refusal(contact, license_, at) for at in (NOW, datetime(2026, 5, 2, tzinfo=UTC))]
    assert [refusal and (refusal.code, refusal.values) for refusal in refusals] == [
        None,
        ("term_ended", {"product": "Analytics", "last_on": date(2026, 4, 30)}),
    ]


@pytest.mark.parametrize(("country", "today"), [("FR", date(2026, 3, 3)), ("JP", date(2026, 3, 4))])
def test_a_term_ends_tomorrow_in_the_region_at_the_earliest(country: str, today: date) -> None:
    license_ = make_license(make_account(country=country), plan=Plan.EXPERT, first_on=FIRST, last_on=LAST)
    for day in (today - DAY, today):
        status, text = refused(license_, day)
        assert (status, f"Choose {(today + DAY).day} Mar 2026 or a later day." in text) == (400, True)
    assert end(license_, today + DAY).last_on == today


def test_a_day_that_no_term_holds_and_the_first_of_one_are_refused(license_: License) -> None:
    end(license_, MAY)
    assert refused(license_, MAY) == (
        400,
        "No term of Analytics holds 1 May 2026. Choose a day of a term, or add a term for it.",
    )
    coming = {"first_on": date(2027, 2, 1), "last_on": date(2027, 2, 2)}
    operations.add_term(license_, Plan.EXPERT, **coming, actor=make_superuser(), now=NOW)
    assert refused(license_, date(2027, 2, 1)) == (
        400,
        "The term begins on 1 Feb 2027, and would have no day at all. Choose a later day.",
    )
    assert end(license_, date(2027, 2, 2)).last_on == date(2027, 2, 1)


def test_only_entitlement_managers_end_a_term(license_: License) -> None:
    for person in (make_customer(license_), make_administrator(license_), make_agent(), make_lead()):
        assert refused(license_, MAY, actor=person)[0] == 403


# --- The admin --------------------------------------------------------------------------------------


def shown(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


@time_machine.travel(NOW, tick=False)
def test_staff_see_whom_an_end_affects_before_it_is_saved(license_: License) -> None:
    make_customer(license_, name="Rita Requestor")
    manager = client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER))
    page = reverse("admin:entitlements_term_change", args=[license_.terms.get().pk])
    typed = {"plan": "none", "from_day": "2026-05-01"}
    first = manager.post(page, typed)
    assert (first.status_code, days_of(license_)) == (200, [(FIRST, LAST)])
    assert (
        "It affects Maison with 1 named contact of Analytics: Rita Requestor. From 1 May 2026 on nothing can"
        " be filed, until another term begins; open cases run to their end, and seats stay. No case filed"
        " before changes. Tick to save it."
    ) in shown(first)
    assert saved_after_a_look(manager, page, typed).status_code == 302
    assert days_of(license_) == [(FIRST, MAY - DAY)]


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize(
    ("from_day", "status", "text"),
    [
        ("2026-03-03", 400, "Choose 4 Mar 2026 or a later day."),
        ("2063-01-01", 200, "This term does not hold that day."),
        ("2026-02-30", 200, "Enter a valid date"),
    ],
)
def test_the_form_refuses_with_the_rule_and_what_was_typed(
    license_: License, from_day: str, status: int, text: str
) -> None:
    manager = client_of(make_staff(StaffGroup.ENTITLEMENT_MANAGER))
    page = reverse("admin:entitlements_term_change", args=[license_.terms.get().pk])
    response = saved_after_a_look(manager, page, {"plan": "none", "from_day": from_day})
    assert (response.status_code, days_of(license_)) == (status, [(FIRST, LAST)])
    assert text in shown(response)
    assert f'value="{from_day}"' in response.content.decode()
