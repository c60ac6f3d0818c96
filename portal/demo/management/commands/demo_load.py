"""`manage.py demo_load`: the demo's accounts, people and cases into an empty database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.clock import machine_now
from portal.demo.operations import load_demo
from portal.demo.people import PASSWORD
from portal.demo.queries import IN_DEMO_BAR, is_demo_database
from portal.demo.wording import refusal_text
from portal.errors import DomainError


class Command(BaseCommand):
    """Load the demo and print its logins."""

    help = "Load the demo into an empty database, as if it had run for weeks, and print the logins."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --if-empty."""
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where the demo is loaded already"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, or say why not."""
        if options["if_empty"] and is_demo_database():
            return
        try:
            load_demo(machine_now())
        except DomainError as error:
            raise CommandError(refusal_text(error)) from error
        if not options["if_empty"]:
            self._print_logins()

    def _print_logins(self) -> None:
        width = max(len(person.email) for person in IN_DEMO_BAR)
        for person in IN_DEMO_BAR:
            self.stdout.write(f"  {person.email:<{width}}  {person.intro}")
        self.stdout.write(f"  Password for everybody: {PASSWORD}")
