"""One account with its people, and the staff who serve it."""

import pytest

from cases.models import Case
from entitlements.models import License
from portal.accounts.models import User
from tests.factories.cases import make_case, make_waiting_case
from tests.factories.people import make_agent, make_customer, make_lead, make_license, make_person


@pytest.fixture
def license_(db: None) -> License:
    """Analytics of an account in the Americas, whose zone is Los Angeles'."""
    return make_license()


@pytest.fixture
def requestor(license_: License) -> User:
    return make_customer(license_, name="Rita Requestor")


@pytest.fixture
def colleague(license_: License) -> User:
    """Another named contact of the product."""
    return make_customer(license_, name="Carl Colleague", sees_account_cases=True)


@pytest.fixture
def watcher(license_: License) -> User:
    """A person of the account without a seat, who watches the case."""
    return make_person(license_.account, name="Wanda Watcher")


@pytest.fixture
def agent(db: None) -> User:
    return make_agent(name="Ada Agent")


@pytest.fixture
def lead(db: None) -> User:
    return make_lead(name="Lou Lead")


@pytest.fixture
def case(requestor: User, watcher: User) -> Case:
    """Awaiting Assignment, P3."""
    return make_case(requestor, watchers=[watcher])


@pytest.fixture
def waiting(requestor: User, watcher: User, agent: User) -> Case:
    """Pending Response since ASKED, owned by the agent."""
    return make_waiting_case(requestor, agent=agent, watchers=[watcher])
