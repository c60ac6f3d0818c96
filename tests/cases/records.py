"""What tests compare: the whole record of cases before and after, history and notices."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from cases.models import Case, CaseEvent
from portal.accounts.models import User
from portal.errors import DomainError
from portal.notices.models import Notice

_OF_SIGNING_IN = frozenset({"accounts.SignIn"})
APPS = ("cases", "entitlements", "files", "notices", "accounts")


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Every row of the apps that an operation on a case could touch; signing in is no change."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name != "last_login"}
            for row in model._base_manager.order_by("pk").values()
        ]
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if not model._meta.proxy and model._meta.label not in _OF_SIGNING_IN
    }


@contextmanager
def refused(kind: type[DomainError], code: str, **values: object) -> Iterator[None]:
    """What happens inside is refused with this code and these values, and nothing has changed."""
    before = snapshot()
    with pytest.raises(DomainError) as caught:
        yield
    error = caught.value
    shown = {name: error.values.get(name) for name in values}
    assert (type(error), error.code, shown) == (kind, code, values)
    assert snapshot() == before


@contextmanager
def invisible() -> Iterator[None]:
    """What happens inside ends as if the case did not exist, and nothing has changed."""
    before = snapshot()
    with pytest.raises(Case.DoesNotExist):
        yield
    assert snapshot() == before


@contextmanager
def telling() -> Iterator[set[str]]:
    """Gathers the keys of the notices that are announced inside."""
    before = set(Notice.objects.values_list("key", flat=True))
    told: set[str] = set()
    yield told
    told |= set(Notice.objects.values_list("key", flat=True)) - before


def keys(event: CaseEvent, kind: str, *people: User) -> set[str]:
    """The keys of the notices of one event to these people."""
    return {f"case:{event.case_id}:e{event.pk}:{kind}:u{person.pk}" for person in people}


def newest(case: Case) -> CaseEvent:
    """The newest line of a case's history."""
    return case.events.order_by("-pk")[0]


def recorded(case: Case) -> tuple[str, User | None, bool, dict[str, Any]]:
    """The newest line of a case's history: kind, actor, whether the customer sees it, detail."""
    event = newest(case)
    return event.kind, event.actor, event.is_public, event.detail


def kinds(case: Case) -> list[str]:
    """The kinds of all events of a case, oldest first."""
    return list(case.events.order_by("pk").values_list("kind", flat=True))
