"""`manage.py load_catalogue`: bring the published catalogue, and say what differs from it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accelerators.operations import load_catalogue
from accelerators.operations.catalogue import Outcome
from accelerators.published import PUBLISHED
from portal.clock import business_now


class Command(BaseCommand):
    """Never overwrites what staff have edited, unless they name it."""

    help = (
        "Adds what is published and new; lists what staff have edited and what is published no longer, and"
        " leaves both as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask which edits are to be replaced."""
        parser.add_argument(
            "--replace",
            nargs="+",
            default=[],
            metavar="ADDRESS",
            help="Things that staff have edited and that are to say again, from now on, what is published.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Load, then print a line for each thing that is not as it was, and the sum."""
        replacing = options["replace"]
        if unknown := sorted({*replacing} - {item.slug for item in PUBLISHED}):
            raise CommandError(f"Not published: {', '.join(unknown)}.")
        loaded = load_catalogue(now=business_now(), replacing=replacing)
        for each in loaded:
            if each.outcome is not Outcome.SAME:
                self.stdout.write(f"{each.outcome}: {each.slug}")
            for column, (stored, published) in each.differences.items():
                self.stdout.write(f"    {column}: {stored!r}, published {published!r}")
        counts = {outcome: sum(each.outcome is outcome for each in loaded) for outcome in Outcome}
        self.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + ".")
