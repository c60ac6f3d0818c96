"""`manage.py import_holidays`: brings the regions' public holidays of some years."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from entitlements.operations import import_holidays
from entitlements.terms import EARLIEST_DAY, LATEST_DAY
from portal.clock import machine_now


class Command(BaseCommand):
    """Imports; what staff added or struck stays, and importing again changes nothing."""

    help = "Bring the regions' public holidays of some years, observed days included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask for the years."""
        this_year = machine_now().year
        parser.add_argument("years", nargs="*", type=int, default=list(range(this_year, this_year + 3)))

    def handle(self, *, years: list[int], **_options: Any) -> None:
        """Import and say what changed."""
        if not all(EARLIEST_DAY.year <= year <= LATEST_DAY.year for year in years):
            raise CommandError(f"Years lie between {EARLIEST_DAY.year} and {LATEST_DAY.year}.")
        done = import_holidays(years, now=machine_now())
        self.stdout.write(
            f"{done.added} days added, {done.confirmed} guesses became certain, {done.struck} were struck."
        )
