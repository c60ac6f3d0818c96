"""Words for instants and durations, the same on pages, in mail and in the admin (SPEC 2.3)."""

from datetime import datetime, timedelta, tzinfo

from django.utils.dateformat import format as date_format
from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext

_MINUTE = timedelta(minutes=1)


def exact(when: datetime, zone: tzinfo) -> str:
    """Write an aware instant in a zone, to the minute and with the zone's name: Wed 3 Dec 2025, 10:26 PST.

    Names of days and months, and their order (`portal.formats`), are those of the active language. A zone
    without letters of its own is written as its distance from UTC: UTC+04:00.
    """
    local = when.astimezone(zone)
    return f"{date_format(local, get_format('DATETIME_FORMAT'))} {zone_label(local)}"


def zone_label(local: datetime) -> str:
    """Name the zone of a local time as clocks there do, PST or CET, else by its offset: UTC+04:00."""
    name = local.tzname() or ""
    if name.isalpha():
        return name
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def countdown(left: timedelta) -> str:
    """Write a duration in two units, rounded down: 3 d 23 h, 2 h 24 min, 22 min. A day is 24 hours.

    Less than a minute, or nothing left at all, is "less than 1 min".
    """
    minutes = max(left, timedelta(0)) // _MINUTE
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        # Translators: a duration, d for days, h for hours
        return gettext("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        # Translators: a duration, h for hours
        return gettext("%(hours)d h %(minutes)02d min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return gettext("%(minutes)d min") % {"minutes": minutes}
    return gettext("less than 1 min")


def signed_out_after(after: timedelta, *, was_idle: bool) -> str:
    """Say why somebody has to sign in again."""
    minutes = after // timedelta(minutes=1)
    if minutes % 60:
        time = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    else:
        time = ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    if was_idle:
        said = gettext("You were signed out after %(time)s without use. Sign in to go on where you were.")
    else:
        said = gettext("You were signed out %(time)s after signing in. Sign in to go on where you were.")
    return said % {"time": time}
