"""`python -m bench.business_time`: the engine of business time beside an independent library.

Both answer the same random questions for the four regions; a difference is an error. Then both are timed
in rounds that take turns. INSTANTS=10000 asks more or fewer. Needs no database. Ends with 1 where they
disagree or a goal is missed.
"""

import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from statistics import median
from time import process_time

import holidays
import pytz
from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule

from bench.measuring import ratio, spread, take_turns
from entitlements.business_time import Calendar, ClockKind, Hours, due_at

INSTANTS = int(os.environ.get("INSTANTS", "10_000"))
MICROSECONDS_AT_MOST = 2.5
FASTER_AT_LEAST = 25
ROUNDS = 9
# The library is slow: it is timed on so many of the questions.
TIMED = 500
YEARS = range(2024, 2031)
FIRST = datetime(2024, 1, 2, tzinfo=UTC)
MINUTES = 5 * 365 * 24 * 60
# SPEC 3.2: every target that is counted in business hours, in minutes; a business day comes from the region.
AMOUNTS = (30, 60, 120, 240)


@dataclass(frozen=True)
class Region:
    """The same hours for both: our calendar, and the library's rules."""

    calendar: Calendar
    rules: Rules
    full_day: int


@dataclass(frozen=True)
class Question:
    region: Region
    amount: timedelta
    since: datetime

    def ours(self) -> datetime:
        return due_at(self.region.calendar, ClockKind.BUSINESS, self.amount, self.since)

    def theirs(self) -> datetime:
        since = self.since.replace(second=0, microsecond=0)
        due = since + BusinessTimeDelta(self.region.rules, timedelta=self.amount)
        return due.astimezone(UTC)


def region(zone: str, opens: int, closes: int, country: str, subdivision: str | None = None) -> Region:
    """This will make a region open from Monday to Friday, in minutes since midnight, with its holidays."""
    days_off = holidays.country_holidays(country, subdiv=subdivision, years=YEARS)
    clock = pytz.timezone(zone)
    day = WorkDayRule(time(*divmod(opens, 60)), time(*divmod(closes, 60)), [0, 1, 2, 3, 4], tz=clock)
    week = (*((Hours(opens, closes),),) * 5, (), ())
    rules = Rules([day, HolidayRule(days_off, tz=clock)])
    return Region(Calendar(zone, week, days_off), rules, closes - opens)


def regions() -> tuple[Region, ...]:
    """The four regions of SPEC 3.3."""
    return (
        region("America/Los_Angeles", 6 * 60, 17 * 60 + 30, "US"),
        region("Europe/London", 9 * 60, 17 * 60, "GB", "ENG"),
        region("Asia/Singapore", 9 * 60, 17 * 60, "SG"),
        region("Asia/Tokyo", 9 * 60, 17 * 60, "JP"),
    )


def questions(number: int, seed: int = 1) -> Iterator[Question]:
    """This will draw instants to the microsecond from five years, each with a region and a target."""
    draw = random.Random(seed)
    known = regions()
    for _ in range(number):
        asked = draw.choice(known)
        since = FIRST + timedelta(minutes=draw.randrange(MINUTES), microseconds=draw.randrange(60_000_000))
        yield Question(asked, timedelta(minutes=draw.choice((*AMOUNTS, asked.full_day))), since)


def disagreements(asked: list[Question]) -> list[Question]:
    """This will find the questions that the two answer differently."""
    return [question for question in asked if question.ours() != question.theirs()]


def microseconds(act: Callable[[], None], answers: int) -> float:
    """This will say how much of the processor one answer takes: other work on the machine is left out."""
    started = process_time()
    act()
    return (process_time() - started) / answers * 1e6


def compare(asked: list[Question], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """This will take the microseconds per answer of both, in rounds that take turns."""
    drawn = [(q.region.calendar, ClockKind.BUSINESS, q.amount, q.since) for q in asked]
    rules = [(q.region.rules, q.amount, q.since.replace(second=0, microsecond=0)) for q in asked[:TIMED]]

    def ours() -> None:
        for calendar, clock, amount, since in drawn:
            due_at(calendar, clock, amount, since)

    def theirs() -> None:
        for rule, amount, since in rules:
            since + BusinessTimeDelta(rule, timedelta=amount)

    ours()  # the tables are there before the first round
    return take_turns(
        {
            "engine": lambda: microseconds(ours, len(drawn)),
            "library": lambda: microseconds(theirs, len(rules)),
        },
        rounds,
    )


def main() -> int:
    """This will print agreement, times and their ratio, and give the exit code."""
    asked = list(questions(INSTANTS))
    different = disagreements(asked)
    print(f"{len(asked) - len(different)} of {len(asked)} due instants agree with businesstimedelta")
    for question in different[:10]:
        zone = question.region.calendar.zone
        print(f"  {zone}, {question.amount} since {question.since}: {question.ours()} / {question.theirs()}")
    taken = compare(asked)
    faster = ratio(taken, "library", "engine")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"processor time per answer, median (least–greatest) of {ROUNDS} rounds that take turns")
    print(f"{os.cpu_count()} cores, load average {load}")
    print(f"engine            {spread(taken['engine'], 'µs')}; goal: at most {MICROSECONDS_AT_MOST} µs")
    print(f"businesstimedelta {spread(taken['library'], 'µs')}")
    print(f"ratio             {faster:.0f}; goal: at least {FASTER_AT_LEAST}")
    met = median(taken["engine"]) <= MICROSECONDS_AT_MOST and faster >= FASTER_AT_LEAST
    return 0 if met and not different else 1


if __name__ == "__main__":
    sys.exit(main())
