"""Which installation may send mail."""

import pytest

from portal.errors import DomainError
from portal.work.instance import adopt, is_adopted
from portal.work.models import InstanceMark

pytestmark = pytest.mark.django_db


def test_a_database_is_nobodys_until_it_is_adopted(settings):
    settings.PORTAL_INSTANCE = "production"
    InstanceMark.objects.all().delete()
    assert not is_adopted()

    adopt()

    assert is_adopted()


def test_a_copy_started_elsewhere_is_not_adopted_until_staff_do_it(settings):
    settings.PORTAL_INSTANCE = "production"
    adopt()
    settings.PORTAL_INSTANCE = "trial"
    assert not is_adopted()

    adopt()

    assert [mark.name for mark in InstanceMark.objects.all()] == ["trial"]


def test_an_installation_without_a_name_adopts_nothing(settings):
    settings.PORTAL_INSTANCE = ""
    InstanceMark.objects.all().delete()

    with pytest.raises(DomainError, match="instance_unnamed"):
        adopt()

    assert not is_adopted()
