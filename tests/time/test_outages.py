"""What is done after the clock stood still for 3 hours, 3 days, 30 days: a table written by hand (SPEC 2.1).

Hours count from the setting of the waiting status. "2s97": the second reminder was sent at hour 97; "x":
it was skipped; "C144": the case closed at hour 144. The clock works until the outage begins, and again from
the instant at which it ends.
"""

import re
from datetime import timedelta

import pytest

from cases.follow_up import CatchUp
from cases.models import Case, FollowUpStep
from portal.notices.models import Notice
from portal.work import invariants
from tests.factories.cases import ASKED, current, make_policy, make_waiting_case, sweep_to
from tests.factories.people import make_customer

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DUE = {"1": 24, "2": 72, "3": 120}

# Outage from hour, for hours: what is done under *strict*, and under *notice first*.
TABLE = """
   0    3 | 1s24  2s72  3s120 C144 | 1s24  2s72  3s120 C144
  23    3 | 1s26  2s72  3s120 C144 | 1s26  2s72  3s120 C144
  25    3 | 1s24  2s72  3s120 C144 | 1s24  2s72  3s120 C144
  71    3 | 1s24  2s74  3s120 C144 | 1s24  2s74  3s120 C144
  73    3 | 1s24  2s72  3s120 C144 | 1s24  2s72  3s120 C144
 119    3 | 1s24  2s72  3s122 C144 | 1s24  2s72  3s122 C146
 121    3 | 1s24  2s72  3s120 C144 | 1s24  2s72  3s120 C144
 143    3 | 1s24  2s72  3s120 C146 | 1s24  2s72  3s120 C146

   0   72 | 1x72  2s72  3s120 C144 | 1x72  2s72  3s120 C144
  23   72 | 1x95  2s95  3s120 C144 | 1x95  2s95  3s120 C144
  25   72 | 1s24  2s97  3s120 C144 | 1s24  2s97  3s120 C144
  71   72 | 1s24  2x143 3s143 C144 | 1s24  2x143 3s143 C167
  73   72 | 1s24  2s72  3x145 C145 | 1s24  2s72  3s145 C169
 119   72 | 1s24  2s72  3x191 C191 | 1s24  2s72  3s191 C215
 121   72 | 1s24  2s72  3s120 C193 | 1s24  2s72  3s120 C193
 143   72 | 1s24  2s72  3s120 C215 | 1s24  2s72  3s120 C215

   0  720 | 1x720 2x720 3x720 C720 | 1x720 2x720 3s720 C744
  23  720 | 1x743 2x743 3x743 C743 | 1x743 2x743 3s743 C767
  25  720 | 1s24  2x745 3x745 C745 | 1s24  2x745 3s745 C769
  71  720 | 1s24  2x791 3x791 C791 | 1s24  2x791 3s791 C815
  73  720 | 1s24  2s72  3x793 C793 | 1s24  2s72  3s793 C817
 119  720 | 1s24  2s72  3x839 C839 | 1s24  2s72  3s839 C863
 121  720 | 1s24  2s72  3s120 C841 | 1s24  2s72  3s120 C841
 143  720 | 1s24  2s72  3s120 C863 | 1s24  2s72  3s120 C863
"""
ROWS = [re.split(r"\s*\|\s*", line.strip()) for line in TABLE.splitlines() if line]
CASES = [
    pytest.param(policy, *map(int, row[0].split()), row[column].split(), id=f"{policy} {row[0]}")
    for row in ROWS
    for column, policy in ((1, CatchUp.STRICT), (2, CatchUp.NOTICE_FIRST))
]


def done(case: Case) -> list[str]:
    """The steps of a case as the table writes them."""
    letters = {"sent": "s", "skipped": "x", "closed": "C"}
    return [
        f"{step.ordinal or ''}{letters[step.outcome]}{(step.done_at - ASKED) / HOUR:g}"
        for step in FollowUpStep.objects.filter(case=case).order_by("pk")
    ]


def work_until_closed(case: Case) -> None:
    """The clock goes right from here on: each step is carried out at its instant."""
    while (due := current(case).next_follow_up_at) is not None:
        assert sweep_to(due) == 1


@pytest.mark.parametrize(("policy", "begins", "lasts", "expected"), CASES)
def test_after_an_outage_each_step_is_sent_skipped_or_carried_out_when_the_table_says(
    policy: CatchUp, begins: int, lasts: int, expected: list[str]
) -> None:
    make_policy(ASKED, catch_up=policy)
    requestor = make_customer()
    case = make_waiting_case(requestor)
    sweep_to(*(ASKED + hours * HOUR for hours in DUE.values() if hours <= begins))

    sweep_to(ASKED + (begins + lasts) * HOUR)
    work_until_closed(case)

    assert done(case) == expected
    closed_at = ASKED + int(expected[-1][1:]) * HOUR
    after = current(case)
    assert (after.status, after.closed_at, after.reopen_until) == (
        "auto_closed",
        closed_at,
        closed_at + timedelta(days=14),
    )
    dues = FollowUpStep.objects.filter(kind="reminder").order_by("ordinal").values_list("due_at", flat=True)
    assert list(dues) == [ASKED + hours * HOUR for hours in DUE.values()]
    told = Notice.objects.filter(recipient=requestor, kind__in=["case_reminder", "case_auto_closed"])
    assert [notice.params.get("ordinal") for notice in told.order_by("pk")] == [
        *(int(step[0]) for step in expected if step[1] == "s"),
        None,
    ]
    assert invariants.check() == []


def test_the_table_has_every_phase_with_every_outage() -> None:
    outages = [tuple(map(int, row[0].split())) for row in ROWS]
    phases = (0, 23, 25, 71, 73, 119, 121, 143)
    assert outages == [(phase, lasts) for lasts in (3, 72, 720) for phase in phases]
