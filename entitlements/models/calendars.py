"""When regions work: dated hours, holidays and days off. Cases keep what was decided at their filing."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entitlements.business_time import MINUTES_OF_DAY, Calendar, Hours
from entitlements.calendars import DaySource
from entitlements.wording import DAY_OFF_SOURCES
from portal.accounts.models import NAME_LENGTH, Region
from portal.accounts.zones import validate_zone
from portal.audit.models import AppendOnly


class RegionHours(models.Model):
    """A dated row of a region's week, in force from its instant until the next row's; never changed."""

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="hours", verbose_name=_("region")
    )
    in_force_from = models.DateTimeField(_("in force from"))
    # Where the clock stands that the hours and the days off go by; empty is the region's.
    zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    # Monday first; each day a list of [opens, closes] in minutes since local midnight, ascending.
    week = models.JSONField(_("week"))
    full_day_minutes = models.PositiveSmallIntegerField(
        _("minutes of a business day"), help_text=_("What a target of one business day counts.")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        constraints = (
            models.UniqueConstraint(fields=("region", "in_force_from"), name="hours_once"),
            models.CheckConstraint(
                condition=Q(full_day_minutes__gt=0, full_day_minutes__lte=MINUTES_OF_DAY),
                name="hours_full_day_within_a_day",
            ),
        )

    def __str__(self) -> str:
        return str(self.region)

    @property
    def zone_in_force(self) -> str:
        """The zone that the hours are read in: the row's own, else the region's."""
        return self.zone or self.region.time_zone

    @property
    def full_day(self) -> timedelta:
        """What a target of one business day counts."""
        return timedelta(minutes=self.full_day_minutes)

    def stretches(self) -> tuple[tuple[Hours, ...], ...]:
        """The week as the pure rules read it."""
        return tuple(tuple(Hours(opens, closes) for opens, closes in day) for day in self.week)


class DayOffQuerySet(models.QuerySet["DayOff"]):
    """Ways to narrow days off down."""

    def in_force(self) -> "DayOffQuerySet":
        """Days that count: none that was struck, none whose date is a guess that nobody confirmed."""
        return self.filter(Q(is_estimated=False) | Q(confirmed_at__isnull=False), struck_at__isnull=True)

    def waiting(self) -> "DayOffQuerySet":
        """Days whose date is a guess that nobody has confirmed or struck."""
        return self.filter(is_estimated=True, confirmed_at__isnull=True, struck_at__isnull=True)


class DayOff(models.Model):
    """A public holiday or a day off of a region. A row stays; striking it says who and when."""

    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="days_off", verbose_name=_("region")
    )
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    source = models.CharField(_("source"), max_length=8, choices=DAY_OFF_SOURCES)
    source_version = models.CharField(_("version of the source"), max_length=40, blank=True)
    is_estimated = models.BooleanField(_("estimated"), default=False)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    struck_at = models.DateTimeField(_("struck at"), null=True, blank=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("struck by"),
    )

    objects = DayOffQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday or day off")
        verbose_name_plural = _("holidays and days off")
        constraints = (
            models.UniqueConstraint(
                fields=("region", "day"), condition=Q(struck_at__isnull=True), name="day_off_once"
            ),
            models.CheckConstraint(
                condition=Q(source__in=[source.value for source in DaySource]), name="day_off_source_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(is_estimated=True),
                name="day_off_confirmed_if_estimated",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day}, {self.name}"

    @property
    def counts(self) -> bool:
        """Whether nobody works on it; `DayOffQuerySet.in_force` says the same of many."""
        return self.struck_at is None and (not self.is_estimated or self.confirmed_at is not None)


class FrozenCalendar(AppendOnly):
    """A region's calendar as it stood when cases were filed; alike ones are one row.

    A case keeps it with its target, so that no later row about hours, zones or days off moves it (SPEC 3.2).
    """

    hours = models.ForeignKey(RegionHours, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=64)
    # The name of each day off by its date in ISO format.
    days_off = models.JSONField()
    # Of all of it, in hexadecimal: alike calendars are found by it.
    digest = models.CharField(max_length=64, unique=True)

    def rules(self) -> Calendar:
        """The calendar as the pure rules read it."""
        days_off = {date.fromisoformat(day): name for day, name in self.days_off.items()}
        return Calendar(zone=self.zone, week=self.hours.stretches(), days_off=days_off)
