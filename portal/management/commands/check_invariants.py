"""`manage.py check_invariants`: ask a database whether everything that was promised is true of it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.work.invariants import SHOWN, Invariant, invariants, violations_of


class Command(BaseCommand):
    """Reads only; exits with status 1 if a claim is broken."""

    help = (
        "Check what must be true of this database, whatever crashed: steps, closures, history, mail, files."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --only."""
        parser.add_argument(
            "--only", nargs="+", metavar="CODE", help="ask these claims alone, such as I16 N1"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each claim, and the first offenders of each that is broken."""
        asked = _asked(options["only"])
        broken = sum(self._tell(invariant) for invariant in asked)
        if broken:
            raise CommandError(f"{broken} of {len(asked)} claims are broken.")
        self.stdout.write(f"All {len(asked)} claims hold.")

    def _tell(self, invariant: Invariant) -> bool:
        found = list(violations_of(invariant))
        more = " or more" if len(found) == SHOWN else ""
        verdict = f"BROKEN by {len(found)}{more}" if found else "holds"
        self.stdout.write(f"{invariant.code:<5} {invariant.claim}: {verdict}")
        for violation in found:
            self.stdout.write(f"        {violation.about}: {violation.what}")
        return bool(found)


def _asked(codes: list[str] | None) -> list[Invariant]:
    known = {invariant.code: invariant for invariant in invariants()}
    if unknown := [code for code in codes or () if code not in known]:
        raise CommandError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}.")
    return [known[code] for code in codes] if codes else list(known.values())
