"""Roles of staff."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts.groups import StaffGroup, forget_groups, staff_groups
from portal.accounts.models import User
from portal.accounts.reference import load_reference_rows
from tests.factories.people import make_customer, make_staff, make_superuser

pytestmark = pytest.mark.django_db


def test_staff_have_the_roles_they_were_given() -> None:
    assert staff_groups(make_staff(StaffGroup.AGENT)) == {StaffGroup.AGENT}
    assert staff_groups(make_staff(StaffGroup.LEAD)) == {StaffGroup.LEAD}
    assert staff_groups(make_staff(*StaffGroup)) == set(StaffGroup)


def test_the_superuser_has_every_role() -> None:
    assert staff_groups(make_superuser()) == set(StaffGroup)


def test_nobody_else_has_a_role() -> None:
    left = make_staff(StaffGroup.LEAD)
    left.is_active = False
    root = make_superuser()
    root.is_active = False
    customer = make_customer()
    customer.groups.set(make_staff(StaffGroup.LEAD).groups.all())
    for person in (left, root, customer, AnonymousUser(), None):
        assert staff_groups(person) == frozenset()


def test_roles_are_read_once_per_person_object(django_assert_num_queries: Any) -> None:
    agent = User.objects.get(pk=make_staff(StaffGroup.AGENT).pk)
    with django_assert_num_queries(1):
        assert staff_groups(agent) == staff_groups(agent)
    agent.groups.clear()
    assert staff_groups(agent) == {StaffGroup.AGENT}
    forget_groups(agent)
    assert staff_groups(agent) == frozenset()


def test_loading_the_reference_rows_again_changes_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        load_reference_rows()
