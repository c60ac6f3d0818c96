"""Lets somebody in again whose phone, keys and recovery codes are all gone."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.models import User
from portal.clock import business_now
from portal.notices.account_mail import FactorChange, announce_factor_change


class Command(BaseCommand):
    """Removes all second factors of a person, who is told by mail."""

    help = (
        "Remove all second factors of a person who has lost them; make sure first that it is them who asks. "
        "They sign in by password alone the next time, and are told by mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the address."""
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *_args: object, **options: Any) -> None:
        """Remove them and say how many."""
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError("Nobody signs in with this address.")
        with transaction.atomic():
            number, _tables = Authenticator.objects.filter(user=person).delete()
            if not number:
                raise CommandError("This person has no second factor.")
            announce_factor_change(person, FactorChange.ALL_REMOVED, now=business_now())
        self.stdout.write(f"Removed the second factors of {person.email} ({number}).")
