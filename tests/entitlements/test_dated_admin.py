"""Dated rows in the admin: nothing is saved before one has seen whom it affects."""

import re
from datetime import UTC, date, datetime
from typing import Any
from unittest.mock import ANY

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entitlements import operations
from entitlements.models import DayOff, License, RegionHours, ResponseTarget
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from tests.factories.browsers import client_of, saved_after_a_look
from tests.factories.people import (
    EPOCH,
    make_account,
    make_customer,
    make_lead,
    make_license,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def license_() -> License:
    operations.import_holidays([2026], now=NOW)
    made = make_license(
        make_account("Northwind", country="US"),
        plan=Plan.EXPERT,
        first_on=EPOCH.date(),
        last_on=date(2026, 12, 31),
    )
    make_customer(made, email="contact@northwind.example")
    return made


def shown(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


TARGET = {
    "service": "expert",
    "priority": "2",
    "clock": "business",
    "minutes": "90",
    "in_force_from": "2026-07-01T00:00",
}
HOURS = {
    "region": "AMER",
    "zone": "America/New_York",
    "monday": "09:00-12:00, 13:00-17:00",
    "full_day_minutes": "420",
    "in_force_from": "2026-07-01T00:00",
}
DAY_OFF = {"region": "AMER", "day": "2026-08-03", "name": "Stocktaking"}


@pytest.mark.parametrize(
    ("model", "sent"),
    [(ResponseTarget, TARGET), (RegionHours, HOURS), (DayOff, DAY_OFF)],
    ids=["target", "hours", "day-off"],
)
def test_a_row_is_saved_once_one_has_seen_whom_it_affects(
    license_: License, model: Any, sent: dict[str, str]
) -> None:
    make_account("Kaze", country="JP")
    root, known = client_of(make_superuser()), model.objects.count()
    add = reverse(f"admin:entitlements_{model._meta.model_name}_add")

    first = root.post(add, sent)
    assert (first.status_code, model.objects.count()) == (200, known)
    assert "It affects 1 account: Northwind. No case filed before changes." in shown(first)

    second = saved_after_a_look(root, add, sent)
    assert (second.status_code, model.objects.count()) == (302, known + 1)
    page = root.get(reverse(f"admin:entitlements_{model._meta.model_name}_changelist"))
    assert page.status_code == 200


def tick_of(response: Any) -> str:
    return str(response.context["adminform"].form.fields["is_sure"].widget.attrs["value"])


TOO_SOON = "Nothing was saved: the tick was not for what the form says now. Look, then tick."


@pytest.mark.parametrize(
    ("model", "sent", "changed"),
    [
        (ResponseTarget, TARGET, {"service": "ultimate"}),
        (ResponseTarget, TARGET, {"in_force_from": "2026-07-02T00:00"}),
        (RegionHours, HOURS, {"region": "JP"}),
        (RegionHours, HOURS, {"zone": ""}),
        (RegionHours, HOURS, {"sunday": "09:00-10:00"}),
        (DayOff, DAY_OFF, {"day": "2026-08-04"}),
        (DayOff, DAY_OFF, {"name": "Stocktaking 2"}),
    ],
)
def test_nothing_is_saved_when_the_tick_was_for_something_else(
    license_: License, model: Any, sent: dict[str, str], changed: dict[str, str]
) -> None:
    root, known = client_of(make_superuser()), model.objects.count()
    add = reverse(f"admin:entitlements_{model._meta.model_name}_add")
    tick = tick_of(root.post(add, sent))
    for said, given in ((sent, "on"), (sent, tick[:-1]), ({**sent, **changed}, tick)):
        again = root.post(add, {**said, "is_sure": given})
        assert (again.status_code, model.objects.count()) == (200, known)
        assert TOO_SOON in shown(again)
        assert "Tick to save it." in shown(again)
        assert "checked" not in again.content.decode()
    assert root.post(add, {**sent, **changed, "is_sure": tick_of(again)}).status_code == 302
    assert model.objects.count() == known + 1


def test_nothing_is_saved_when_others_are_affected_than_one_has_seen(license_: License) -> None:
    root, add = client_of(make_superuser()), reverse("admin:entitlements_dayoff_add")
    tick, known = tick_of(root.post(add, DAY_OFF)), DayOff.objects.count()
    make_account("Contoso", country="US")
    again = root.post(add, {**DAY_OFF, "is_sure": tick})
    assert (again.status_code, DayOff.objects.count()) == (200, known)
    assert f"{TOO_SOON} It affects 2 accounts: Contoso, Northwind." in shown(again)


def test_hours_are_read_as_people_write_them_and_refused_where_nobody_could(license_: License) -> None:
    root, add = client_of(make_superuser()), reverse("admin:entitlements_regionhours_add")
    assert saved_after_a_look(root, add, HOURS).status_code == 302
    made = RegionHours.objects.latest("pk")
    assert made.week == [[[540, 720], [780, 1020]], [], [], [], [], [], []]
    listed = shown(root.get(reverse("admin:entitlements_regionhours_changelist")))
    assert (made.zone, "America/New_York" in listed) == ("America/New_York", True)
    for wrong in ("9-12", "09:00–25:00", "09:60-10:00", "nine", "10:00-09:00", "09:00-10:00, 09:30-11:00"):
        typed = {**HOURS, "monday": wrong, "in_force_from": "2026-08-01T00:00"}
        page = saved_after_a_look(root, add, typed)
        assert page.status_code in {200, 409}, wrong
        assert wrong in page.content.decode(), wrong
    assert RegionHours.objects.latest("pk") == made


def test_a_refusal_is_shown_at_its_field_and_keeps_what_was_typed(license_: License) -> None:
    root, add = client_of(make_superuser()), reverse("admin:entitlements_responsetarget_add")
    page = saved_after_a_look(root, add, {**TARGET, "in_force_from": "2026-05-01T00:00"})
    assert page.status_code == 400
    assert "A dated row begins in the future" in shown(page)
    assert 'value="90"' in page.content.decode()


def test_staff_confirm_and_strike_days(license_: License) -> None:
    root = client_of(make_superuser())
    DayOff.objects.all().delete()
    operations.import_holidays([2028], now=NOW)
    guess = DayOff.objects.get(region="APAC", day=date(2028, 5, 5))
    change = reverse("admin:entitlements_dayoff_change", args=[guess.pk])
    seen = root.post(change, {"decision": "confirm"})
    assert "Tick to save it." in shown(seen)
    for decision, counts in (("confirm", True), ("strike", False)):
        assert saved_after_a_look(root, change, {"decision": decision}).status_code == 302
        guess.refresh_from_db()
        assert guess.counts is counts
    assert root.post(change, {"decision": "strike", "is_sure": "on"}).status_code == 403
    for state, count in (("struck", 1), ("waits", DayOff.objects.filter(is_estimated=True).count() - 1)):
        page = root.get(reverse("admin:entitlements_dayoff_changelist"), {"state": state})
        assert page.context["cl"].result_count == count


INDEX = "/admin/"


def index_of(person: Any) -> tuple[int, str]:
    """What the index costs and what it says."""
    browser = client_of(person)
    browser.get(INDEX)  # so that what Django remembers for good is there each time
    with CaptureQueriesContext(connection) as captured:
        page = browser.get(INDEX)
    return len(captured), shown(page)


def test_who_may_confirm_days_off_is_told_how_many_wait(db: None) -> None:
    DayOff.objects.all().delete()
    manager, lead = make_staff(StaffGroup.ENTITLEMENT_MANAGER), make_lead()
    cost, page = index_of(manager)
    assert (cost, "confirmation" in page) == (14, False)
    operations.import_holidays([2028], now=NOW)
    waiting = DayOff.objects.filter(is_estimated=True)
    count = waiting.count()
    assert index_of(manager) == (cost, ANY)
    assert f"{count} days off wait for confirmation: no target skips them before." in index_of(manager)[1]
    listed = client_of(manager).get(f"{reverse('admin:entitlements_dayoff_changelist')}?state=waits")
    assert listed.context["cl"].result_count == count
    assert (
        f'href="{listed.request["PATH_INFO"]}?state=waits"' in client_of(manager).get(INDEX).content.decode()
    )
    assert "confirmation" not in index_of(lead)[1]
    for row in waiting[1:]:
        operations.strike_day_off(row, actor=make_superuser(), now=NOW)
    assert "1 day off waits for confirmation: no target skips it before." in index_of(manager)[1]
    operations.confirm_day_off(waiting[0], actor=make_superuser(), now=NOW)
    assert "confirmation" not in index_of(manager)[1]
