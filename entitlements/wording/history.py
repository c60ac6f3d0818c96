"""The history that the administrator reads, in words (SPEC 3.4)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from entitlements.wording.plans import Words

# What stands in the history that the administrator reads (SPEC 3.4).
EVENT_NAMES: Mapping[str, Words] = {
    "account_opened": gettext_lazy("Account opened"),
    "account_changed": gettext_lazy("Account changed"),
    "person_added": gettext_lazy("Person added"),
    "person_changed": gettext_lazy("Person changed"),
    "permissions_changed": gettext_lazy("Permissions changed"),
    "sign_in_changed": gettext_lazy("Sign-in changed"),
    "administrator_appointed": gettext_lazy("Account administrator appointed"),
    "license_added": gettext_lazy("License added"),
    "term_added": gettext_lazy("Term added"),
    "contact_added": gettext_lazy("Named contact added"),
    "contact_removed": gettext_lazy("Named contact removed"),
}
