"""Browsers without a screen."""

import re
from collections.abc import Mapping
from typing import Any

from django.test import Client

from portal.accounts.models import User


def client_of(person: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(person)
    return client


def saved_after_a_look(client: Client, address: str, sent: Mapping[str, Any]) -> Any:
    """What a dated form answers who looks first and then ticks; the look's answer where it offers no tick."""
    look = client.post(address, dict(sent))
    tick = re.search(r'name="is_sure"[^>]* value="(\w+)"', look.content.decode())
    return client.post(address, {**sent, "is_sure": tick[1]}) if tick else look
