"""Every change of what an account is entitled to, append-only."""

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from entitlements.models.licenses import License
from portal.accounts.groups import staff_groups
from portal.accounts.models import Account, User
from portal.audit.models import Event


class EntitlementEventQuerySet(models.QuerySet["EntitlementEvent"]):
    """Ways to narrow history down."""

    def visible_to(self, user: User | AnonymousUser) -> "EntitlementEventQuerySet":
        """History that `user` may read: staff all; an account's own, its administrator (SPEC 3.4)."""
        if staff_groups(user):
            return self
        if not isinstance(user, User) or not user.is_active or user.account_id is None:
            return self.none()
        return self.filter(account_id=user.account_id, account__administrator=user, is_public=True)


class EntitlementEvent(Event):
    """One change of what an account is entitled to; append-only. People stand in it by key only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entitlement_events")
    license = models.ForeignKey(
        License, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )

    objects = EntitlementEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("entitlement event")
        verbose_name_plural = _("entitlement events")
        indexes = (models.Index(fields=("account", "-id"), name="entitlement_event_newest"),)
