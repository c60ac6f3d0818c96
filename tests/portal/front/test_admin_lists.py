"""What every list of the admin shows: its name, dates as on the other pages, and what an empty one means."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from entitlements.models import License
from tests.factories.browsers import client_of
from tests.factories.cases import make_closed_case
from tests.factories.people import make_license, make_superuser

pytestmark = pytest.mark.django_db
LICENSES = "/admin/entitlements/license/"


def test_a_list_is_called_what_it_lists_and_writes_instants_as_other_pages_do() -> None:
    License.objects.filter(pk=make_license().pk).update(added_at=datetime(2026, 3, 2, 15, 4, tzinfo=UTC))
    page = client_of(make_superuser()).get(LICENSES).content.decode()
    assert "<h1>Licenses</h1>" in page
    assert "Mon 2 Mar 2026, 15:04" in page
    assert "Nothing" not in page


def test_an_empty_list_says_whether_something_is_only_out_of_sight() -> None:
    browser, yet, other = client_of(make_superuser()), "Nothing is here yet.", "Nothing matches."
    queue, searched = "/admin/cases/case/", f"{LICENSES}?q=nobody"
    assert [said_of(browser, address) for address in (queue, searched)] == [yet, yet]
    # The queue shows open cases unless asked for others.
    make_closed_case()
    assert [said_of(browser, address) for address in (queue, searched, f"{queue}?state=all")] == [
        other,
        other,
        "",
    ]


def said_of(browser: Client, address: str) -> str:
    page = browser.get(address).content.decode()
    return next((words for words in ("Nothing is here yet.", "Nothing matches.") if words in page), "")
