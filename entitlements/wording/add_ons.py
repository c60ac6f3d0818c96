"""Names of the add-ons (SPEC 4.1)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from entitlements.add_ons import AddOn
from entitlements.wording.words import Words

ADD_ON_NAMES: Mapping[str, Words] = {
    AddOn.EVENT_MANAGEMENT: gettext_lazy("Event Management"),
    AddOn.TECHNICAL_ACCOUNT_DIRECTOR: gettext_lazy("Technical Account Director"),
    AddOn.ADVANCED_CLOUD_SUPPORT: gettext_lazy("Advanced Cloud Support"),
    AddOn.MENTOR_SESSIONS: gettext_lazy("Mentor Sessions"),
    AddOn.DEVELOPER_BOOST: gettext_lazy("Developer Boost"),
    AddOn.PRIORITY_QUEUE_BUNDLE: gettext_lazy("Priority Queue Bundle"),
}
ADD_ONS = [(add_on.value, ADD_ON_NAMES[add_on]) for add_on in AddOn]
