"""The pure core beside the model, fast: 50,000 random steps without a database (SPEC 2, 2.1)."""

from datetime import timedelta

import pytest

from cases import follow_up, lifecycle
from tests.machine.life import Disagreement
from tests.machine.pure import ACTIONS, PureWalk


def test_core_and_model_agree_after_every_step_of_a_random_walk() -> None:
    made = PureWalk(seed=1).walk(50_000)
    every = {name for name, _action in ACTIONS}
    every |= {"reminder sent", "reminder skipped", "hold_end ended", "closure closed"}
    assert {*made} == every


def test_a_walk_parts_from_a_core_whose_window_is_a_microsecond_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = lifecycle.refusal
    tick = timedelta(microseconds=1)
    monkeypatch.setattr(
        lifecycle,
        "refusal",
        lambda action, facts, roles, now: own(action, facts, roles=roles, now=now + tick),
    )
    with pytest.raises(Disagreement):
        PureWalk(seed=1).walk(50_000)


def test_a_walk_parts_from_a_core_whose_steps_are_due_a_microsecond_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = follow_up.steps_due
    tick = timedelta(microseconds=1)
    monkeypatch.setattr(follow_up, "steps_due", lambda period, now: own(period, now=now - tick))
    with pytest.raises(Disagreement):
        PureWalk(seed=1).walk(50_000)
