"""Whose rows a person may see, for everything that belongs to an account."""

from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from portal.accounts.groups import staff_groups
from portal.accounts.models import User

RowsT = TypeVar("RowsT", bound="models.QuerySet[Any]")


def of_account_of(rows: RowsT, user: User | AnonymousUser, account_path: str) -> RowsT:
    """Narrow rows down to those of the account of `user`; staff see all, strangers none."""
    if staff_groups(user):
        return rows
    if not isinstance(user, User) or not user.is_active or user.account_id is None:
        return rows.none()
    return rows.filter(**{account_path: user.account_id})
