"""`manage.py adopt_database`: let this installation send mail from this database."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.errors import DomainError
from portal.work.instance import adopt, is_adopted


class Command(BaseCommand):
    """Sets the instance mark, after a first deployment or a deliberate move (SPEC 2.2)."""

    help = "Make this database this installation's own, so that it sends mail."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Adopt, and say whether that changed anything."""
        if is_adopted():
            self.stdout.write(f"This database belongs to {settings.PORTAL_INSTANCE} already.")
            return
        try:
            adopt()
        except DomainError as problem:
            raise CommandError("Set PORTAL_INSTANCE to this installation's name first.") from problem
        self.stdout.write(
            f"This database now belongs to {settings.PORTAL_INSTANCE}: waiting mail will be sent."
        )
