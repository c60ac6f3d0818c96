"""Ends what a supervisor left behind when it was killed outright.

A process of its own that imports the standard library only. It reads process groups from standard input,
one number a line, and waits. The line "done" lets it go. The end of input without that line means that the
supervisor died: each group is asked to end, and two seconds later made to.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TextIO

PATIENCE_SECONDS = 2.0


def groups_left(lines: TextIO) -> list[int]:
    """Read groups until the input ends; return those to be ended, none after the line "done"."""
    groups: list[int] = []
    for line in lines:
        word = line.strip()
        if word == "done":
            return []
        if word.isdigit():
            groups.append(int(word))
    return groups


def signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; tell whether anything of it is left to hear it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end_groups(groups: list[int]) -> None:
    """Ask each group to end, wait up to two seconds, then kill what is left."""
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and any(signal_group(group, 0) for group in groups):
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    with suppress(KeyboardInterrupt):
        end_groups(groups_left(sys.stdin))
