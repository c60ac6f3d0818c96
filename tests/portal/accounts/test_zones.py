"""Whose clock a person reads: their own, the account's, the region's, else UTC."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError

from portal.accounts.zones import account_zone, validate_zone, viewer_zone, zone_names


@dataclass
class _Region:
    time_zone: str = "Europe/London"


@dataclass
class _Country:
    region: _Region


@dataclass
class _Account:
    time_zone: str
    country: _Country


@dataclass
class _Person:
    time_zone: str
    account: _Account | None
    is_authenticated: bool = True


def _account(time_zone: str) -> _Account:
    return _Account(time_zone, _Country(_Region()))


@pytest.mark.parametrize(
    ("person", "zone"),
    [
        (_Person("Asia/Tokyo", _account("Europe/Paris")), "Asia/Tokyo"),
        (_Person("", _account("Europe/Paris")), "Europe/Paris"),
        (_Person("", _account("")), "Europe/London"),
        (_Person("Asia/Tokyo", None), "Asia/Tokyo"),
        (_Person("", None), "UTC"),
        (AnonymousUser(), "UTC"),
        (None, "UTC"),
    ],
)
def test_the_nearest_zone_that_is_set_is_used(person: object, zone: str) -> None:
    assert viewer_zone(person) == ZoneInfo(zone)


def test_an_account_reads_its_regions_clock_when_it_has_no_zone() -> None:
    assert account_zone(_account("")) == ZoneInfo("Europe/London")
    assert account_zone(_account("Europe/Paris")) == ZoneInfo("Europe/Paris")


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "europe/paris x", "Europe/Paris\x00"])
def test_a_zone_is_refused_when_nobody_knows_it(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_zone(name)


def test_every_offered_zone_is_known() -> None:
    assert zone_names() == tuple(sorted(zone_names()))
    assert {"UTC", "Europe/Paris", "Asia/Tokyo", "America/Los_Angeles"} <= set(zone_names())
    for name in zone_names():
        validate_zone(name)
