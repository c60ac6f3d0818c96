"""A canary counts as found when its run ends with 1 and the row that it is to turn red is red."""

import pytest

from tests.chaos import canaries, checking_answers, checking_notices, checking_operations
from tests.chaos.made_up import run
from tests.chaos.report import table
from tests.chaos.try_canaries import judge
from tests.chaos.verdict import Verdict

ROW = "5xx anywhere"
SAID = table([Verdict(ROW, "503 only", "1 × 500", ["it"]), Verdict("mail settled", "sent", "sent")])


def test_every_canary_has_a_row_of_the_table_to_turn_red() -> None:
    history, stored = run()
    verdicts = [
        *checking_operations.verdicts(history, stored),
        *checking_notices.verdicts(history, stored),
        *checking_answers.verdicts(history),
    ]

    assert canaries.TURNS_RED.keys() == canaries.NAMES.keys()
    assert set(canaries.TURNS_RED.values()) <= {verdict.what for verdict in verdicts}


def test_a_canary_whose_row_is_red_is_found() -> None:
    assert judge(1, SAID, ROW) == ""


@pytest.mark.parametrize(
    ("status", "row", "fault"),
    [
        (0, ROW, "NOT FOUND, the run ended with 0"),
        (2, ROW, "NOT FOUND, the run ended with 2"),
        (1, "mail settled", "NOT FOUND in 'mail settled'"),
        (1, "rows sent, with their mail", "NOT FOUND in 'rows sent, with their mail'"),
    ],
    ids=["all is right", "it could not run", "another row is red", "the row is not there"],
)
def test_a_canary_whose_run_is_right_or_wrong_elsewhere_is_not(status: int, row: str, fault: str) -> None:
    assert judge(status, SAID, row) == fault
