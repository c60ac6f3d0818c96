"""Waiting periods with their policies, holds and steps."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases import follow_up
from cases.lifecycle import WAITING
from cases.models.case import Case
from cases.wording import STATUSES


class FollowUpPolicy(models.Model):
    """A dated row of the follow-up rules, in force from its instant until the next row's.

    Rows begin in the future when made and are never changed; a waiting period keeps the row in force when
    its status was set (SPEC 2.1).
    """

    in_force_from = models.DateTimeField(unique=True)
    reminder_hours = models.JSONField(help_text="Elapsed hours to each reminder, ascending.")
    closure_hours = models.PositiveIntegerField()
    reopening_hours = models.PositiveIntegerField()
    catch_up = models.CharField(
        max_length=12, choices=[(choice.value, choice.value) for choice in follow_up.CatchUp]
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("follow-up policy")
        verbose_name_plural = _("follow-up policies")
        constraints = (
            models.CheckConstraint(condition=Q(closure_hours__gt=0), name="policy_closure_positive"),
            models.CheckConstraint(condition=Q(reopening_hours__gt=0), name="policy_reopening_positive"),
        )

    def rules(self) -> follow_up.Policy:
        """The row as the pure rules read it."""
        return follow_up.Policy(
            reminders_after=tuple(timedelta(hours=hours) for hours in self.reminder_hours),
            closes_after=timedelta(hours=self.closure_hours),
            reopen_within=timedelta(hours=self.reopening_hours),
            catch_up=follow_up.CatchUp(self.catch_up),
        )


class WaitingPeriod(models.Model):
    """One setting of a waiting status, until it is left or set anew; numbered within its case from 1."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="periods")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=24, choices=STATUSES)
    policy = models.ForeignKey(FollowUpPolicy, on_delete=models.PROTECT, related_name="+")
    # A caller's case waits without one: to be taken over.
    question = models.ForeignKey("Message", null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("case", "number"), name="period_numbered_once"),
            models.UniqueConstraint(
                fields=("case",), condition=Q(ended_at__isnull=True), name="period_one_running"
            ),
            models.CheckConstraint(condition=Q(status__in=WAITING), name="period_of_a_waiting_status"),
        )

    def rules(self) -> follow_up.Period:
        """The period as the pure rules read it; uses `holds` and `steps`, best prefetched."""
        return follow_up.Period(
            started_at=self.started_at,
            policy=self.policy.rules(),
            holds=tuple(hold.rules() for hold in self.holds.all()),
            done={step.step_of_series: step.done_at for step in self.steps.all()},
        )


class Hold(models.Model):
    """A stretch in which a period's clock stands still; a customer's extension is one too."""

    period = models.ForeignKey(WaitingPeriod, on_delete=models.PROTECT, related_name="holds")
    began_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("period",), condition=Q(ended_at__isnull=True), name="hold_one_running"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("began_at")), name="hold_ends_after_it_began"
            ),
        )

    def rules(self) -> follow_up.Hold:
        """The hold as the pure rules read it."""
        return follow_up.Hold(self.began_at, self.until, self.ended_at)


class FollowUpStep(models.Model):
    """A step that the clock carried out, at most once per case, waiting period and step (SPEC 2.1)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    period = models.ForeignKey(WaitingPeriod, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=12)
    ordinal = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()
    outcome = models.CharField(max_length=8)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("period", "kind", "ordinal"), name="step_once_per_period"),
        )

    @property
    def step_of_series(self) -> follow_up.Step:
        """The step as the pure rules name it."""
        return follow_up.Step(follow_up.StepKind(self.kind), self.ordinal)
