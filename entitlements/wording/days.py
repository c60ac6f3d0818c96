"""Days without a time, as people read them."""

from datetime import date

from django.utils.dateformat import format as date_format
from django.utils.formats import get_format
from django.utils.translation import pgettext


def day(when: date) -> str:
    """Write a day as people read it: 3 Dec 2025."""
    return date_format(when, get_format("DATE_FORMAT"))


def days(first_on: date, last_on: date) -> str:
    """Write a stretch of days, both ends included."""
    return f"{day(first_on)} – {day(last_on)}"


def weekday_and_day(when: date) -> str:
    """Write a day with its weekday where the year is known: Wed 3 Dec."""
    # Translators: Django date format of a day with its weekday, without the year: Wed 3 Dec
    return date_format(when, pgettext("weekday and day", "D j M"))
