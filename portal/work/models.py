"""Rows that keep the machinery honest: heartbeat, spent form tokens, tries, instance mark."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.clock import machine_now

TOKEN_LENGTH = 64


class Heartbeat(models.Model):
    """The last sign of life of one recurring work; one row per name, overwritten each time."""

    name = models.CharField(_("name"), max_length=60, primary_key=True)
    # Machine time: whether the clock is alive does not depend on the demo's shifted one.
    at = models.DateTimeField(_("at"))
    business_at = models.DateTimeField(_("business time"))
    backlog = models.PositiveIntegerField(_("backlog"), default=0)
    oldest_due = models.DateTimeField(_("oldest due"), null=True, blank=True)
    took_ms = models.PositiveIntegerField(_("took (ms)"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("clock")

    def __str__(self) -> str:
        return self.name


class FormToken(models.Model):
    """A form that was carried out: its token, and the address of what came of it.

    Unique by token, so that a form sent twice is carried out once (SPEC 6, 409 by stale page).
    """

    token = models.CharField(max_length=TOKEN_LENGTH, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=40)
    # Empty only inside the transaction that carries the form out.
    address = models.CharField(max_length=500, blank=True)
    # Machine time: limits per hour and forgetting count by it.
    created_at = models.DateTimeField(default=machine_now)

    class Meta:
        indexes = (
            models.Index(fields=("user", "purpose", "created_at"), name="form_token_by_person"),
            models.Index(fields=("created_at",), name="form_token_by_age"),
        )
        constraints = (models.CheckConstraint(condition=~Q(token=""), name="form_token_has_a_token"),)


class Try(models.Model):
    """One try to sign in, to ask for a new password or to give a code, under one of its keys."""

    key = models.CharField(max_length=64)
    # Machine time: guessing is limited by the clock on the wall.
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("key", "at"), name="try_by_key"),
            models.Index(fields=("at",), name="try_by_age"),
        )


class InstanceMark(models.Model):
    """The installation that may send mail from this database: one row, set by adopting (SPEC 2.2)."""

    # Always 1: a database belongs to one installation.
    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    adopted_at = models.DateTimeField(default=machine_now)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1) & ~Q(name=""), name="instance_mark_is_one"),)

    def __str__(self) -> str:
        return self.name
