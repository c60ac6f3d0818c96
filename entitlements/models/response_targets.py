"""What a first response is promised in, as dated rows (SPEC 3.2)."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from entitlements import targets
from entitlements.business_time import ClockKind
from entitlements.targets import MOST_MINUTES, Priority, Service
from entitlements.wording import CLOCKS, PRIORITIES, SERVICES


class ResponseTarget(models.Model):
    """A target of a service and priority, in force from its instant until the next row's; never changed."""

    service = models.CharField(_("service"), max_length=16, choices=SERVICES)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES)
    clock = models.CharField(_("clock"), max_length=12, choices=CLOCKS)
    # None: one business day, whose length is the region's.
    minutes = models.PositiveIntegerField(_("minutes"), null=True, blank=True)
    in_force_from = models.DateTimeField(_("in force from"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )

    class Meta:
        verbose_name = _("response target")
        verbose_name_plural = _("response targets")
        constraints = (
            models.UniqueConstraint(fields=("service", "priority", "in_force_from"), name="target_once"),
            models.CheckConstraint(
                condition=Q(service__in=[service.value for service in Service]), name="target_service_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=[priority.value for priority in Priority]),
                name="target_priority_known",
            ),
            models.CheckConstraint(
                condition=Q(clock=ClockKind.BUSINESS_DAY, minutes__isnull=True)
                | (~Q(clock=ClockKind.BUSINESS_DAY) & Q(minutes__gt=0, minutes__lte=MOST_MINUTES)),
                name="target_minutes_unless_a_business_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_service_display()}, {self.get_priority_display()}"

    def amount(self, full_day: timedelta) -> timedelta:
        """How long the target is, where a business day is so long."""
        return targets.amount(ClockKind(self.clock), self.minutes, full_day=full_day)
