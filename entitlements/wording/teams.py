"""Names of the places in a success team, and what each is for (SPEC 1, 3.1)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from entitlements.teams import TeamRole
from entitlements.wording.words import Words

TEAM_ROLE_NAMES: Mapping[str, Words] = {
    TeamRole.TAM: gettext_lazy("Technical Account Manager"),
    TeamRole.CSM: gettext_lazy("Customer Success Manager"),
    TeamRole.SSM: gettext_lazy("Support Service Manager"),
    TeamRole.TAD: gettext_lazy("Technical Account Director"),
}
TEAM_ROLES = [(role.value, TEAM_ROLE_NAMES[role]) for role in TeamRole]
TEAM_ROLE_MEANINGS: Mapping[str, Words] = {
    TeamRole.TAM: gettext_lazy("Leads you technically, before problems arise"),
    TeamRole.CSM: gettext_lazy("Plans success, adoption and best practice with you"),
    TeamRole.SSM: gettext_lazy("Coordinates incidents and escalations, and keeps you up to date"),
    TeamRole.TAD: gettext_lazy("Leads all technical resources, with the ear of the executives"),
}
