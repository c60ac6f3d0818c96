"""`manage.py demo_clock`: what time it is in the demo, and letting time pass there."""

import re
from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.clock import business_now, machine_now
from portal.demo.operations import advance_demo, reset_demo
from portal.demo.queries import current_offset
from portal.demo.wording import offset_text, refusal_text
from portal.errors import DomainError

_DURATION = re.compile(r"(?P<count>\d{1,6})(?P<unit>[mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def duration(text: str) -> timedelta:
    """This will read 90m, 24h or 3d; raises ArgumentTypeError on everything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ArgumentTypeError(f"{text!r} is no duration: write 90m, 24h or 3d")
    return int(match["count"]) * _UNITS[match["unit"]]


class Command(BaseCommand):
    """Move or reset the demo's clock, and print what time it is there."""

    help = "Print the demo's time; let time pass there with all that falls due; or load the demo anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --advance or --reset."""
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument("--advance", type=duration, metavar="24h|90m|3d", help="let this much time pass")
        wanted.add_argument("--reset", action="store_true", help="load the demo anew, for the real time")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Carry out what is asked and print the time."""
        try:
            if options["reset"]:
                reset_demo(machine_now())
            elif options["advance"] is not None:
                advance_demo(options["advance"])
        except DomainError as error:
            raise CommandError(refusal_text(error)) from error
        now, ahead = business_now(), offset_text(current_offset())
        self.stdout.write(f"{now:%Y-%m-%d %H:%M:%S} UTC, {ahead} ahead of the machine's clock")
