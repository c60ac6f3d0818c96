"""The table at the end of a run."""

from collections import Counter
from collections.abc import Sequence

from tests.chaos.history import OK, REFUSED, UNKNOWN, History
from tests.chaos.verdict import Verdict

_SHOWN_FAULTS = 8


def table(verdicts: Sequence[Verdict]) -> str:
    """What, expected, found, verdict; below it the first departures of each row that is wrong."""
    rows = [("what", "expected", "found", "verdict")]
    rows += [
        (verdict.what, verdict.expected, verdict.found, "right" if verdict.is_right else "WRONG")
        for verdict in verdicts
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    for verdict in verdicts:
        if not verdict.is_right:
            lines += ["", f"{verdict.what}: {len(verdict.faults)} times"]
            lines += [f"  {fault}" for fault in verdict.faults[:_SHOWN_FAULTS]]
            if len(verdict.faults) > _SHOWN_FAULTS:
                lines.append("  ...")
    return "\n".join(lines)


def figures(history: History) -> str:
    """Operations by kind and result, faults by kind, and how often the clock moved."""
    results = Counter((operation.kind, operation.result) for operation in history.operations)
    lines = [f"{'operation':<22}{'ok':>6}{'refused':>9}{'unknown':>9}"]
    for kind in sorted({kind for kind, _result in results}):
        lines.append(
            f"{kind:<22}{results[kind, OK]:>6}{results[kind, REFUSED]:>9}{results[kind, UNKNOWN]:>9}"
        )
    total = Counter(operation.result for operation in history.operations)
    lines.append(f"{'all':<22}{total[OK]:>6}{total[REFUSED]:>9}{total[UNKNOWN]:>9}")
    several = sum(operation.attempts > 1 for operation in history.operations)
    anew = sum(operation.result == OK and operation.unanswered > 0 for operation in history.operations)
    lines.append(f"{several} forms sent more than once, {anew} of them until an answer came")
    lines += [f"{len(history.answers)} requests", ""]
    kinds = Counter(fault.kind for fault in history.faults)
    for kind in sorted(kinds):
        notes = [fault.note for fault in history.faults if fault.kind == kind]
        lines.append(f"{kind:<34}{kinds[kind]:>3}  {'; '.join(notes)}")
    kills = sum("kill" in fault.kind for fault in history.faults)
    lines.append(
        f"{len(history.faults)} faults, {kills} of them kill -9 of web, worker or beat; "
        f"the clock moved {history.jumps} times"
    )
    return "\n".join(lines)
