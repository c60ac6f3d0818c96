"""The bench of business time at a tiny size: what differs is seen, whatever the times."""

from datetime import timedelta

import pytest

from bench import business_time
from bench.business_time import compare, disagreements, questions
from entitlements.business_time import due_at


def test_a_due_instant_that_differs_from_the_librarys_is_seen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = list(questions(20))
    assert disagreements(asked) == []
    monkeypatch.setattr(business_time, "due_at", lambda *target: due_at(*target) + timedelta(minutes=1))
    monkeypatch.setattr(business_time, "INSTANTS", 20)
    assert disagreements(asked) == asked
    assert business_time.main() == 1
    assert "0 of 20 due instants agree" in capsys.readouterr().out


def test_both_are_timed_in_every_round() -> None:
    taken = compare(list(questions(20)), rounds=2)
    assert {name: len(times) for name, times in taken.items()} == {"engine": 2, "library": 2}
