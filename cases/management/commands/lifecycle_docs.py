"""`manage.py lifecycle_docs`: writes docs/lifecycle.md from the lifecycle's table, or checks it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from cases.lifecycle import ANY, ENDED, OPEN, TRANSITIONS, WAITING, Status, Target, Transition
from cases.wording import ACTION_NAMES, ROLE_NAMES, STATUS_NAMES

PAGE = Path("docs") / "lifecycle.md"

_HEAD = """# The lifecycle of a case

Generated from `cases/lifecycle.py` by `manage.py lifecycle_docs`; a test fails when it is stale. What is not
listed here is refused, with the rule, its value and what to do instead.

## Who may do what

| Action | Who | From | To |
|---|---|---|---|
"""
_GROUPS = {ANY: "any", OPEN: "any open", ENDED: "closed", WAITING: "waiting", frozenset[Status](): "–"}


class Command(BaseCommand):
    """Writes the table and the diagram."""

    help = "Write docs/lifecycle.md from the lifecycle's table; with --check, fail if it is stale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds --check."""
        parser.add_argument("--check", action="store_true", help="change nothing, fail if the page is stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Writes or compares the page."""
        path = Path(settings.BASE_DIR) / PAGE
        text = lifecycle_page()
        if not options["check"]:
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {PAGE}.")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{PAGE} is stale: run `manage.py lifecycle_docs`.")


def lifecycle_page() -> str:
    """This will write the whole page, in English."""
    with override("en"):
        rows = "".join(_row(row) for row in TRANSITIONS)
        return f"{_HEAD}{rows}\n## Statuses\n\n{_diagram()}"


def _row(row: Transition) -> str:
    who = ", ".join(sorted(str(ROLE_NAMES[role]) for role in row.roles))
    sources = _GROUPS.get(row.sources) or ", ".join(
        _name(status) for status in Status if status in row.sources
    )
    conditions = "".join(f"; {guard.__doc__}" for guard in row.guards if guard.__doc__)
    return f"| {ACTION_NAMES[row.action]} | {who} | {sources} | {_target(row.target)}{conditions} |\n"


def _target(target: Target) -> str:
    return _name(Status(target)) if target.value in set(Status) else str(target.value)


def _name(status: Status) -> str:
    return str(STATUS_NAMES[status])


def _diagram() -> str:
    """A state diagram in Mermaid: one arrow for each pair of statuses, with the actions along it."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for row in TRANSITIONS:
        for source in (status for status in Status if status in row.sources):
            for target in _targets(row.target, source):
                if target is not source:
                    names = arrows.setdefault((source, target), [])
                    if (name := str(ACTION_NAMES[row.action])) not in names:
                        names.append(name)
    states = "".join(f'    state "{_name(status)}" as {status.value}\n' for status in Status)
    lines = "".join(
        f"    {source.value} --> {target.value}: {' / '.join(names)}\n"
        for (source, target), names in arrows.items()
    )
    start = f"    [*] --> {Status.AWAITING_ASSIGNMENT.value}: File a case\n"
    return f"```mermaid\nstateDiagram-v2\n{states}{start}{lines}```\n"


def _targets(target: Target, source: Status) -> tuple[Status, ...]:
    match target:
        case Target.UNCHANGED:
            return ()
        case Target.TAKEN_UP:
            return (Status.IN_PROGRESS,) if source is Status.AWAITING_ASSIGNMENT else ()
        case Target.ANSWERED:
            return (Status.IN_PROGRESS,) if source in WAITING else ()
        case Target.REOPENED:
            return (Status.IN_PROGRESS, Status.AWAITING_ASSIGNMENT)
        case _:
            return (Status(target.value),)
