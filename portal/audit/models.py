"""History: one row for everything that happened, never changed and never removed (DESIGN 5)."""

from django.conf import settings
from django.db import models


class AppendOnly(models.Model):
    """The abstract row that is only ever added; `append_only` guards each table that derives from it."""

    class Meta:
        abstract = True


class Event(AppendOnly):
    """The abstract row of a history table.

    It names people by key and holds no name or address, so that erasing a person leaves history true.
    """

    kind = models.CharField(max_length=60)
    # Null: the clock did it.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    occurred_at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True)
    # Whether the customer may see it.
    is_public = models.BooleanField(default=False)

    class Meta:
        abstract = True
