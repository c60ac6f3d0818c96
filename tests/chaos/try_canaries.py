"""`make canaries`: one short run for each thing broken on purpose; 1 when the table does not show it."""

import subprocess
import sys

from tests.chaos.canaries import NAMES, TURNS_RED
from tests.system.running import ROOT

_SECONDS = 40
# With this one the mail server refuses and is away early.
_SEED = 2
# Starting, coming to rest and reading take less than this beside the run itself.
_MOST_SECONDS = 300


def main() -> int:
    """Try every canary, one after the other; return what the command exits with."""
    missed = 0
    for name, row in TURNS_RED.items():
        fault = _fault_of(name, row)
        missed += bool(fault)
        print(f"{name} ({NAMES[name]}): {fault or f'found in {row!r}'}", flush=True)
    print(f"{len(TURNS_RED) - missed} of {len(TURNS_RED)} canaries found")
    return 1 if missed else 0


def _fault_of(name: str, row: str) -> str:
    command = [sys.executable, "-m", "tests.chaos", "--canary", name]
    command += ["--seconds", str(_SECONDS), "--seed", str(_SEED)]
    try:
        run = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=_MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"did not end within {_MOST_SECONDS} s"
    fault = judge(run.returncode, run.stdout, row)
    return f"{fault}\n{run.stdout}{run.stderr}" if fault else ""


def judge(status: int, said: str, row: str) -> str:
    """Say what is wrong with a canary's run; "" where it ended with 1 and this row of its table is wrong."""
    if status != 1:
        return f"NOT FOUND, the run ended with {status}"
    is_red = any(line.startswith(row) and line.endswith("WRONG") for line in said.splitlines())
    return "" if is_red else f"NOT FOUND in {row!r}"


if __name__ == "__main__":
    sys.exit(main())
