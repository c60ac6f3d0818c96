"""Stored files. What they belong to, and so who may see them, is said by the app that attaches them."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.clock import machine_now


def new_key() -> str:
    """Make the key of a file in its address: 32 URL-safe characters that nobody can guess."""
    return secrets.token_urlsafe(24)


class StoredFile(models.Model):
    """A file as it was uploaded; `blob` is where its bytes lie, `name` only what people call it."""

    key = models.CharField(max_length=32, unique=True, default=new_key)
    name = models.CharField(_("name"), max_length=150)
    size_bytes = models.PositiveBigIntegerField(_("size"))
    # The extension that was checked against the content, such as "pdf".
    kind = models.CharField(_("kind"), max_length=10)
    sha256 = models.CharField(max_length=64)
    blob = models.CharField(max_length=100, unique=True)
    uploaded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    # Machine time: the limit of uploads per hour counts by it.
    stored_at = models.DateTimeField(_("stored at"), default=machine_now)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = (models.Index(fields=("uploaded_by", "stored_at"), name="stored_file_by_person"),)
        constraints = (
            models.CheckConstraint(condition=Q(size_bytes__gte=1), name="stored_file_is_not_empty"),
            models.CheckConstraint(condition=~Q(name=""), name="stored_file_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name
