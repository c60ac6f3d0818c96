"""What every list of the admin shows: its name, dates as on the other pages, and what an empty one means."""

from datetime import UTC, datetime

import pytest

from entitlements.models import License
from tests.factories.browsers import client_of
from tests.factories.people import make_license, make_superuser

pytestmark = pytest.mark.django_db
LICENSES = "/admin/entitlements/license/"


def test_a_list_is_called_what_it_lists_and_writes_instants_as_other_pages_do() -> None:
    License.objects.filter(pk=make_license().pk).update(added_at=datetime(2026, 3, 2, 15, 4, tzinfo=UTC))
    page = client_of(make_superuser()).get(LICENSES).content.decode()
    assert "<h1>Licenses</h1>" in page
    assert "Mon 2 Mar 2026, 15:04" in page
    assert "Nothing" not in page


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (LICENSES, "Nothing is here yet."),
        (f"{LICENSES}?q=nobody", "Nothing matches."),
        ("/admin/accelerators/engagementrequest/?status__exact=declined", "Nothing matches."),
    ],
)
def test_an_empty_list_says_whether_something_is_only_out_of_sight(address: str, words: str) -> None:
    assert words in client_of(make_superuser()).get(address).content.decode()
