"""Calls that customers ask for (SPEC 2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.calls import CallOutcome
from cases.models.case import PHONE_LENGTH, Case
from cases.wording import CALL_OUTCOMES


class CallRequest(models.Model):
    """A call to this number: in [starts_at, ends_at), or as soon as possible where it has no end."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="calls")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    phone = models.CharField(max_length=PHONE_LENGTH)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=CALL_OUTCOMES, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_at__isnull=True), name="call_one_awaited"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="")
                | Q(ended_at__isnull=False, outcome__in=list(CallOutcome)),
                name="call_ended_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="call_has_a_length"
            ),
        )
