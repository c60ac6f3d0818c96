"""The regions' hours as delivered, and whose public holidays they keep (SPEC 3.3). Pure data."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class DaySource(StrEnum):
    """Where a holiday or a day off comes from."""

    HOLIDAYS = "holidays"  # the library of that name
    STAFF = "staff"


class PublishedHours(NamedTuple):
    """From Monday to Friday, in minutes since local midnight."""

    opens: int
    closes: int

    @property
    def week(self) -> list[list[list[int]]]:
        """The seven days, Monday first."""
        return [[[self.opens, self.closes]] if day < _SATURDAY else [] for day in range(7)]


class HolidayCountry(NamedTuple):
    """A country of the library, by ISO 3166, and its subdivision where only one counts."""

    country: str
    subdivision: str | None = None


_SATURDAY = 5
_HOURS = 60

PUBLISHED_HOURS: Mapping[str, PublishedHours] = {
    "AMER": PublishedHours(6 * _HOURS, 17 * _HOURS + 30),
    "EMEA": PublishedHours(9 * _HOURS, 17 * _HOURS),
    "APAC": PublishedHours(9 * _HOURS, 17 * _HOURS),
    "JP": PublishedHours(9 * _HOURS, 17 * _HOURS),
}
HOLIDAYS_OF: Mapping[str, HolidayCountry] = {
    "AMER": HolidayCountry("US"),
    "EMEA": HolidayCountry("GB", "ENG"),
    "APAC": HolidayCountry("SG"),
    "JP": HolidayCountry("JP"),
}
