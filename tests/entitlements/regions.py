"""The four regions of SPEC 3.3 with holidays written by hand, and instants written as local times."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from entitlements.business_time import Calendar, Hours


def hours(opens: str, closes: str) -> Hours:
    return Hours(*(int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes)))


def week(*day: Hours) -> tuple[tuple[Hours, ...], ...]:
    """Monday to Friday alike."""
    return (*(day,) * 5, (), ())


def days(text: str, year: int) -> dict[date, str]:
    """Days written `01-01 Name; 07-03 Other`."""
    split = (entry.split(maxsplit=1) for entry in text.replace("\n", " ").split(";"))
    return {date.fromisoformat(f"{year}-{day}"): " ".join(name.split()) for day, name in split}


# By hand, under the library's names: 2026 in full, other years as far as the tables go; no weekends.
AMERICAN = (
    days("01-01 New Year's Day", 2024)
    | days("12-25 Christmas Day", 2025)
    | days(
        """01-01 New Year's Day; 01-19 Martin Luther King Jr. Day; 02-16 Washington's Birthday;
        05-25 Memorial Day; 06-19 Juneteenth National Independence Day; 07-03 Independence Day (observed);
        09-07 Labor Day; 10-12 Columbus Day; 11-11 Veterans Day; 11-26 Thanksgiving Day;
        12-25 Christmas Day""",
        2026,
    )
    | days(
        "01-01 New Year's Day; 12-24 Christmas Day (observed); 12-31 New Year's Day (observed)",
        2027,
    )
)
ENGLISH = (
    days(
        """01-01 New Year's Day; 04-03 Good Friday; 04-06 Easter Monday; 05-04 May Day;
        05-25 Spring Bank Holiday; 08-31 Late Summer Bank Holiday; 12-25 Christmas Day;
        12-28 Boxing Day (observed)""",
        2026,
    )
    | days("01-01 New Year's Day; 12-27 Christmas Day (observed); 12-28 Boxing Day (observed)", 2027)
    | days("01-03 New Year's Day (observed)", 2028)
)
SINGAPOREAN = days("02-12 Chinese New Year (observed)", 2024) | days(
    """01-01 New Year's Day; 02-17 Chinese New Year; 02-18 Chinese New Year; 04-03 Good Friday;
    05-01 Labor Day; 05-27 Eid al-Adha; 06-01 Vesak Day (observed); 08-10 National Day (observed);
    11-09 Diwali (observed); 12-25 Christmas Day""",
    2026,
)
SINGAPOREAN |= days("01-01 New Year's Day", 2027)
JAPANESE = days(
    """01-01 New Year's Day; 01-12 Coming of Age Day; 02-11 Foundation Day; 02-23 Emperor's Birthday;
    03-20 Vernal Equinox Day; 04-29 Showa Day; 05-04 Greenery Day; 05-05 Children's Day;
    05-06 Substitute Holiday; 07-20 Marine Day; 08-11 Mountain Day; 09-21 Respect for the Aged Day;
    09-22 National Holiday; 09-23 Autumnal Equinox Day; 10-12 Sports Day; 11-03 Culture Day;
    11-23 Labor Thanksgiving Day""",
    2026,
) | days("01-01 New Year's Day; 03-22 Substitute Holiday", 2027)

NINE_TO_FIVE = week(hours("09:00", "17:00"))
REGIONS = {
    "AMER": Calendar("America/Los_Angeles", week(hours("06:00", "17:30")), AMERICAN),
    "EMEA": Calendar("Europe/London", NINE_TO_FIVE, ENGLISH),
    "APAC": Calendar("Asia/Singapore", NINE_TO_FIVE, SINGAPOREAN),
    "JP": Calendar("Asia/Tokyo", NINE_TO_FIVE, JAPANESE),
    # Not a region: two stretches a day.
    "LUNCH": Calendar("Asia/Tokyo", week(hours("09:00", "12:00"), hours("13:00", "17:00")), JAPANESE),
}
FULL_DAY = {
    name: timedelta(minutes=minutes)
    for name, minutes in (("AMER", 690), ("EMEA", 480), ("APAC", 480), ("JP", 480), ("LUNCH", 420))
}


def local(calendar: Calendar, text: str) -> datetime:
    """The instant, in UTC, of a local time such as `2026-11-01 01:30`; `*` is its second occurrence."""
    wall = datetime.fromisoformat(text.rstrip("*"))
    return wall.replace(tzinfo=ZoneInfo(calendar.zone), fold=int(text.endswith("*"))).astimezone(UTC)
