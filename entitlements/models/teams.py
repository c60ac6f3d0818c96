"""Who of staff looks after an account, and since when (SPEC 3.1, 4.7)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from entitlements.teams import TeamRole
from entitlements.wording import TEAM_ROLES
from portal.accounts.models import Account


class TeamMember(models.Model):
    """A person of staff in a place of an account's success team. When another follows, the row stays."""

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="team", verbose_name=_("account")
    )
    role = models.CharField(_("role"), max_length=3, choices=TEAM_ROLES)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("member")
    )
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("success team member")
        verbose_name_plural = _("success team members")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "role"), condition=Q(until__isnull=True), name="team_place_held_once"
            ),
            models.CheckConstraint(condition=Q(role__in=list(TeamRole)), name="team_role_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="team_ends_after_it_began"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.account}"
