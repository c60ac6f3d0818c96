"""How far the demo's time runs ahead: one row, which also marks a database as the demo's."""

from datetime import timedelta

from django.db import models
from django.db.models import Q


class DemoClock(models.Model):
    """The demo's clock. Where it has no row, the database is not the demo's and time is the machine's."""

    # Always 1: there is one time.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))
    # The instant for which the story was loaded: its "now".
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = "demo clock"
        constraints = (
            models.CheckConstraint(condition=Q(id=1), name="demo_clock_is_one"),
            models.CheckConstraint(
                condition=Q(offset__gte=timedelta(0)), name="demo_clock_runs_forwards_only"
            ),
        )
