"""`manage.py tick`: do what is due now, or show what would be done."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from portal.clock import business_now
from portal.work import timed


class Command(BaseCommand):
    """Runs one tick by hand; two at once do no harm."""

    help = "Do everything that is due now; with --dry-run only show it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --dry-run."""
        parser.add_argument(
            "--dry-run", action="store_true", help="show what is due and planned, and change nothing"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print a report with one line for each kind of work."""
        now = business_now()
        self.stdout.write(f"Business time: {_instant(now)}")
        if options["dry_run"]:
            self._show(now)
        else:
            self._do(now)

    def _show(self, now: datetime) -> None:
        backlogs = {work.name: backlog for work, backlog in timed.backlogs(now)}
        for work, lines in timed.preview(now):
            count = backlogs[work.name].count
            self.stdout.write(f"{work.label}: {count} due")
            for line in lines:
                state = "due" if line.due_at <= now else "planned"
                self.stdout.write(f"  {state:<7}  {_instant(line.due_at)}  {line.about}  {line.what}")
            if count > len(lines) > 0:
                self.stdout.write(f"  ... and {count - len(lines)} more")
        self.stdout.write("Dry run: nothing was changed.")

    def _do(self, now: datetime) -> None:
        report = timed.run_tick(now)
        for work in timed.works():
            problem = report.failed.get(work.name)
            self.stdout.write(
                f"{work.label}: {report.done[work.name]} done{f'; {problem}' if problem else ''}"
            )
        left = f"{report.backlog.count} left" if report.backlog.count else "nothing left"
        self.stdout.write(f"Took {report.duration.total_seconds():.2f} s; {left}.")


def _instant(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
