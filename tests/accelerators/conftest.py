"""An account under each plan with its people, and the staff who decide."""

import pytest

from entitlements import operations as entitlements
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.teams import TeamRole
from portal.accounts.groups import StaffGroup
from portal.accounts.models import User
from tests.accelerators.stage import NOW
from tests.factories.people import make_customer, make_license, make_staff, make_superuser


@pytest.fixture
def ultimate() -> License:
    """A license under Ultimate, for Analytics."""
    return make_license()


@pytest.fixture
def expert() -> License:
    """A license of another account under Expert, for Analytics."""
    return make_license(plan=Plan.EXPERT)


@pytest.fixture
def rita(ultimate: License) -> User:
    """A named contact under Ultimate who may request."""
    return make_customer(ultimate, name="Rita Requester", may_request=True)


@pytest.fixture
def emil(expert: License) -> User:
    """A named contact under Expert who may request."""
    return make_customer(expert, name="Emil Expert", may_request=True)


@pytest.fixture
def tam(ultimate: License) -> User:
    """The Technical Account Manager of the account under Ultimate."""
    person = make_staff(StaffGroup.SUCCESS_MANAGER, name="Tess Technical")
    root = make_superuser()
    entitlements.appoint_to_team(ultimate.account, TeamRole.TAM, person, actor=root, now=NOW)
    return person


@pytest.fixture
def pool() -> User:
    """A success manager of the pool."""
    return make_staff(StaffGroup.SUCCESS_MANAGER, name="Paul Pool")
