"""Folding what events changed gives the case as it stands; a missing event shows."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.folding import BrokenHistory, changes_between, fold, recorded


def test_values_are_written_as_json_holds_them() -> None:
    tokyo = datetime(2026, 3, 3, 0, 0, 0, 1, tzinfo=ZoneInfo("Asia/Tokyo"))
    values = [tokyo, "closed", "", None, 3, {7, 2}, set(), ["b", "a"]]
    assert [recorded(value) for value in values] == [
        "2026-03-02T15:00:00.000001+00:00",
        "closed",
        None,
        None,
        3,
        [2, 7],
        None,
        ["a", "b"],
    ]


def test_only_what_differs_is_a_change() -> None:
    before = {"status": "in_progress", "owner_id": None, "priority": 3}
    after = {"status": "in_progress", "owner_id": 7, "priority": 2}
    assert changes_between(before, after) == {"owner_id": [None, 7], "priority": [3, 2]}


def test_a_new_case_changes_all_that_it_begins_with() -> None:
    assert changes_between({}, {"status": "awaiting_assignment", "owner_id": None}) == {
        "status": [None, "awaiting_assignment"]
    }


def test_events_fold_to_the_newest_values_and_forget_what_was_cleared() -> None:
    history = [
        {"status": [None, "in_progress"], "owner_id": [None, 7]},
        {},
        {"status": ["in_progress", "closed"], "owner_id": [7, None]},
    ]
    assert fold(history) == {"status": "closed"}


def test_no_history_is_no_state() -> None:
    assert fold([]) == {}


def test_a_missing_event_is_found() -> None:
    history = [{"owner_id": [None, 7]}, {"owner_id": [8, 9]}]
    with pytest.raises(BrokenHistory, match="owner_id: history led to 7, the next event began with 8"):
        fold(history)


def test_an_instant_that_differs_by_a_microsecond_is_another_one() -> None:
    at = datetime(2026, 3, 2, 15, 0, tzinfo=ZoneInfo("UTC"))
    assert recorded(at) != recorded(at + timedelta(microseconds=1))
