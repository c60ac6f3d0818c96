"""The two clocks: business time may be shifted, machine time never."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal import clock

NOW = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _plain_clock() -> Iterator[None]:
    before = clock._offset
    clock.use_offset(lambda: timedelta(0))
    yield
    clock.use_offset(before)


def test_both_clocks_agree_when_nothing_shifts_them() -> None:
    with time_machine.travel(NOW, tick=False):
        assert (clock.business_now(), clock.machine_now()) == (NOW, NOW)


def test_only_business_time_moves_when_an_offset_is_set() -> None:
    clock.use_offset(lambda: timedelta(days=6, microseconds=1))
    with time_machine.travel(NOW, tick=False):
        assert clock.business_now() == NOW + timedelta(days=6, microseconds=1)
        assert clock.machine_now() == NOW


def test_the_offset_is_asked_again_at_each_reading() -> None:
    offsets = iter([timedelta(hours=1), timedelta(hours=25)])
    clock.use_offset(lambda: next(offsets))
    with time_machine.travel(NOW, tick=False):
        assert clock.business_now() == NOW + timedelta(hours=1)
        assert clock.business_now() == NOW + timedelta(hours=25)


def test_readings_are_aware_and_in_utc() -> None:
    assert clock.machine_now().utcoffset() == timedelta(0)
    assert clock.business_now().tzinfo is UTC
