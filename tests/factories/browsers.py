"""Browsers without a screen."""

from django.test import Client

from portal.accounts.models import User


def client_of(person: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(person)
    return client
