"""Follow-up policies in the admin."""

from typing import Any

import pytest

from cases.models import Case, FollowUpPolicy
from portal.accounts.models import User
from tests.cases.admin.pages import ADD_POLICY, POLICIES
from tests.factories.browsers import client_of

pytestmark = pytest.mark.django_db


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
