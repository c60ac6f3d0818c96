"""The profile: what a person is told of their own access."""

import pytest

from portal.accounts.models import User
from tests.factories.browsers import client_of
from tests.factories.people import make_administrator, make_customer, make_license

pytestmark = pytest.mark.django_db

EVERY, OWN = "You see every case of your account", "You see the cases that you filed or watch"


def cases_of(person: User) -> list[str]:
    page = client_of(person).get("/profile/").content.decode()
    return [words for words in (EVERY, OWN) if words in page]


def test_who_sees_the_whole_accounts_cases_is_told_so_the_administrator_without_the_permission() -> None:
    license_ = make_license()
    assert cases_of(make_administrator(license_)) == [EVERY]
    assert cases_of(make_customer(license_, sees_account_cases=True)) == [EVERY]
    assert cases_of(make_customer(license_)) == [OWN]
