"""The hours of a week, and what can be wrong with a calendar. Pure."""

from dataclasses import dataclass
from typing import TypeAlias

MINUTES_OF_DAY = 24 * 60


class InvalidCalendar(ValueError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """A calendar that breaks a rule; its text is the rule's code."""


class OutOfCalendar(ValueError):  # noqa: N818 -- as above
    """An instant outside the years that the engine knows, 1970 to 2199 in the calendar's zone."""


class NeverOpen(Exception):  # noqa: N818 -- as above
    """The calendar is not open, or not for as long as was asked, in the years that the engine knows."""


class NeverCloses(Exception):  # noqa: N818 -- as above
    """The calendar is open, and does not close again in the years that the engine knows."""


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of a day, in minutes since local midnight: 0 <= opens < closes <= 1440, half-open.

    Raises InvalidCalendar("hours_not_in_a_day").
    """

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_OF_DAY:
            raise InvalidCalendar("hours_not_in_a_day")


# Seven days, Monday first.
Week: TypeAlias = tuple[tuple[Hours, ...], ...]

_WHOLE_DAY = (Hours(0, MINUTES_OF_DAY),)
# SPEC 3.2: 24x5 is [Monday 00:00, Saturday 00:00), holidays included.
WEEKDAYS: Week = (*(_WHOLE_DAY,) * 5, (), ())
ALWAYS: Week = (_WHOLE_DAY,) * 7
