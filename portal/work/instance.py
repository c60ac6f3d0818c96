"""Which installation a database belongs to: a restored or cloned one sends nothing (SPEC 2.2)."""

from django.conf import settings

from portal.clock import machine_now
from portal.errors import DomainError
from portal.work.models import InstanceMark


def is_adopted() -> bool:
    """Tell whether this installation has adopted this database."""
    name = settings.PORTAL_INSTANCE
    return bool(name) and InstanceMark.objects.filter(name=name).exists()


def adopt() -> None:
    """Make this database this installation's own: from now on it sends mail.

    Raises DomainError "instance_unnamed" where PORTAL_INSTANCE is empty.
    """
    if not settings.PORTAL_INSTANCE:
        raise DomainError("instance_unnamed")
    InstanceMark.objects.update_or_create(
        pk=1, defaults={"name": settings.PORTAL_INSTANCE, "adopted_at": machine_now()}
    )
