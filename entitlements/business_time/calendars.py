"""The calendar of a region. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from entitlements.business_time.hours import WEEKDAYS, InvalidCalendar, Week
from entitlements.business_time.stretches import Table, table


@dataclass(frozen=True)
class Calendar:
    """The hours of a region: its zone (IANA), its week, Monday first, and its days off by name.

    Equal calendars share their tables. Raises InvalidCalendar with the rule's code: `zone_unknown`,
    `week_not_seven_days`, or `hours_not_ascending` where those of one day touch, overlap or descend.
    """

    zone: str
    week: Week
    days_off: Mapping[date, str]
    business: Table = field(init=False, repr=False, compare=False)
    weekdays: Table = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise InvalidCalendar("week_not_seven_days")
        if any(later.opens <= earlier.closes for day in self.week for earlier, later in pairwise(day)):
            raise InvalidCalendar("hours_not_ascending")
        object.__setattr__(self, "days_off", MappingProxyType(dict(self.days_off)))
        object.__setattr__(self, "business", table(self.zone, self.week, frozenset(self.days_off)))
        object.__setattr__(self, "weekdays", table(self.zone, WEEKDAYS, frozenset()))

    def __hash__(self) -> int:
        return hash((self.zone, self.week, frozenset(self.days_off.items())))

    def __reduce__(self) -> tuple[type["Calendar"], tuple[object, ...]]:
        return Calendar, (self.zone, self.week, dict(self.days_off))
