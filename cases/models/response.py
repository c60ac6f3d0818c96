"""What decided the target of a case's first response, frozen (SPEC 3.2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from cases.models.case import Case
from cases.wording import TARGET_CAUSES
from entitlements.business_time import LedgerLine, LineKind
from entitlements.models import FrozenCalendar, ResponseTarget, Term
from entitlements.wording import PRIORITIES, SERVICES
from portal.audit.models import AppendOnly


class ResponseDecision(AppendOnly):
    """A target as it was decided, with all that decided it; a change of priority adds one.

    No row about plans, targets, regions, hours or days off that is entered later changes it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="response_decisions")
    cause = models.CharField(max_length=8, choices=TARGET_CAUSES)
    made_at = models.DateTimeField()

    priority = models.PositiveSmallIntegerField(choices=PRIORITIES)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=16, choices=SERVICES)
    target = models.ForeignKey(ResponseTarget, on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey(FrozenCalendar, on_delete=models.PROTECT, related_name="+")

    # When the case was filed, or reopened with a fresh target; a lowered priority counts from here.
    opened_at = models.DateTimeField()
    # From here this target counts: its whole minute.
    counts_from = models.DateTimeField()
    warns_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Each stretch as [kind, since, until, counted minutes, name of a day off], instants in ISO format.
    ledger = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=("case", "id"), name="decision_of_case"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(warns_at__lte=models.F("due_at")), name="decision_warns_before_due"
            ),
        )

    def lines(self) -> tuple[LedgerLine, ...]:
        """The ledger as the pure rules write it."""
        return tuple(
            LedgerLine(
                LineKind(kind),
                datetime.fromisoformat(since),
                datetime.fromisoformat(until),
                timedelta(minutes=minutes),
                name,
            )
            for kind, since, until, minutes, name in self.ledger
        )


def ledger_kept(lines: Sequence[LedgerLine]) -> list[list[object]]:
    """This will write a ledger as a decision keeps it."""
    return [
        [str(line.kind), line.since.isoformat(), line.until.isoformat(), line.counted // _MINUTE, line.name]
        for line in lines
    ]


_MINUTE = timedelta(minutes=1)
