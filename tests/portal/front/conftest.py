"""A provider of sign-ins for the tests of signing in, and somebody whom it knows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from portal.accounts.models import User
from portal.oidc_settings import origins
from portal.work.instance import adopt
from tests.factories.identity_provider import ANN, CLIENT_ID, CLIENT_SECRET, IdentityProvider, running
from tests.factories.people import EPOCH, make_customer


@pytest.fixture
def still(db: None, time_machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted yet, this installation may send, the clock stands, and no proxy is in between."""
    cache.clear()
    adopt()
    time_machine.move_to(EPOCH, tick=False)
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
def provider(still: None, settings: Any) -> Iterator[IdentityProvider]:
    """A provider at which Ann is signed in, and which answers for two domains."""
    with running() as started:
        started.user = dict(ANN)
        settings.PORTAL_OIDC_ISSUER = started.issuer
        settings.PORTAL_OIDC_CLIENT_ID, settings.PORTAL_OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.PORTAL_OIDC_NAME = "Customer Inc."
        settings.PORTAL_OIDC_DOMAINS = ["customer.example", "staff.example"]
        settings.PORTAL_OIDC_ORIGINS = origins(started.issuer, [])
        yield started


@pytest.fixture
def ann(still: None) -> User:
    """Somebody of a customer whom the provider knows."""
    return make_customer(email="ann@customer.example", can_sign_in=True)
