"""Every refusal of the catalogue has its sentence, every sentence its refusal, and every reason its words."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from accelerators.availability import Reason, Way
from accelerators.lifecycle import Status
from accelerators.wording.refusals import _REFUSALS, reason_text, refusal_text, ways_text
from entitlements.add_ons import AddOn
from entitlements.plans import Plan
from entitlements.wording.refusals import _REFUSALS as ENTITLEMENTS_REFUSALS
from portal.accounts.refusals import REFUSALS as PEOPLE_REFUSALS
from portal.errors import DomainError

APP = Path(__file__).resolve().parents[2] / "accelerators"
EVERY_VALUE = {
    "reason": Reason.NEEDS_ULTIMATE,
    "ways": (Way.ULTIMATE,),
    "status": Status.DECLINED,
    "allowed": {Status.REQUESTED},
    "product": "Analytics",
    "number": "R-000000001",
    "most": 2000,
    "add_on": AddOn.MENTOR_SESSIONS,
    "left": 2,
    "first_on": date(2026, 3, 1),
    "last_on": date(2026, 3, 31),
    "plan": Plan.ULTIMATE,
    "name": "Abacus",
    "asked_at": datetime(2026, 3, 1, tzinfo=UTC),
    "hours": 24,
}


def _codes_in_the_source() -> set[str]:
    raised = re.compile(r'(?:DomainError|NotAllowed|FieldRefused|Refusal)\(\s*"(\w+)"')
    passed_on = re.compile(r'(?:missing|too_long)="(\w+)"')
    return {
        code
        for source in APP.rglob("*.py")
        for pattern in (raised, passed_on)
        for code in pattern.findall(source.read_text())
    }


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    elsewhere = {*ENTITLEMENTS_REFUSALS, *PEOPLE_REFUSALS} - {*_REFUSALS}
    assert _codes_in_the_source() - elsewhere == set(_REFUSALS)


@pytest.mark.parametrize("code", sorted(_REFUSALS))
def test_a_refusal_is_a_sentence_with_its_values(code: str) -> None:
    text = refusal_text(DomainError(code, **EVERY_VALUE))
    assert text[0].isupper() or text[0].isdigit()
    assert text.endswith(".")
    assert "%(" not in text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            DomainError(
                "not_available",
                reason=Reason.NEEDS_ULTIMATE_OR_BUNDLE,
                plan=None,
                ways=(Way.BUNDLE, Way.ULTIMATE),
            ),
            "It belongs to the Ultimate Success Plan and to the Priority Queue Bundle; here you have neither."
            " What would open it: the Priority Queue Bundle or the Ultimate Success Plan.",
        ),
        (
            DomainError("wrong_status", status=Status.DECLINED, allowed={Status.ACCEPTED, Status.REQUESTED}),
            "The request is Declined now. This is possible only while it is: Requested, Accepted.",
        ),
        (DomainError("wish_too_far", last_on=date(2028, 3, 1)), "Choose a day not after 1 Mar 2028."),
        (
            DomainError("not_in_units"),
            "Only these are counted in units: Mentor Sessions, Developer Boost.",
        ),
        (
            DomainError("units_short", add_on=AddOn.MENTOR_SESSIONS, left=1),
            "Left for this license: 1 session. Take fewer, or have more granted first.",
        ),
    ],
)
def test_a_refusal_says_rule_value_and_what_to_do(error: DomainError, text: str) -> None:
    assert refusal_text(error) == text


def test_every_reason_and_every_way_has_words() -> None:
    assert all(reason_text(reason, Plan.EXPERT).endswith(".") for reason in Reason)
    assert reason_text(Reason.PLAN_INCLUDES, Plan.EXPERT) == "Comes with the Expert Success Plan."
    assert reason_text(Reason.NOT_UNDER_PLAN, Plan.ULTIMATE) == (
        "It is not offered under the Ultimate Success Plan."
    )
    assert all(ways_text([way]).startswith("What would open it: ") for way in Way)
    assert ways_text([]) == ""
