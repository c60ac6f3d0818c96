"""The history that the administrator reads, in words (SPEC 3.4)."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from entitlements.wording.words import Words

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
    "plan_changed": gettext_lazy("Success plan changed"),
    "term_ended_sooner": gettext_lazy("Term ended sooner"),
    "contact_added": gettext_lazy("Named contact added"),
    "contact_removed": gettext_lazy("Named contact removed"),
    "contact_replaced": gettext_lazy("Named contact replaced"),
    "contact_invited": gettext_lazy("Contact invited"),
    "invitation_sent_again": gettext_lazy("Invitation sent again"),
    "invitation_revoked": gettext_lazy("Invitation revoked"),
    "invitation_accepted": gettext_lazy("Invitation accepted"),
    "access_granted": gettext_lazy("Support access granted"),
    "access_revoked": gettext_lazy("Support access ended"),
    "team_appointed": gettext_lazy("Success team: place given"),
    "team_left": gettext_lazy("Success team: place vacated"),
    "seat_asked": gettext_lazy("Seat asked for"),
    "permission_asked": gettext_lazy("Permission to request asked for"),
    "add_on_granted": gettext_lazy("Add-on granted"),
    "add_on_withdrawn": gettext_lazy("Add-on ended sooner"),
    "add_on_ended": gettext_lazy("Add-on ended"),
    "units_granted": gettext_lazy("Units granted"),
}

# What stands in an event's "before" and "after", by its key there, in the order in which it is shown.
FACT_NAMES: Mapping[str, Words] = {
    "name": gettext_lazy("Name"),
    "country": gettext_lazy("Billing country"),
    "country_id": gettext_lazy("Billing country"),
    "time_zone": gettext_lazy("Time zone"),
    "email": gettext_lazy("E-mail address"),
    "language": gettext_lazy("Language"),
    "may_file_cases": gettext_lazy("Files cases"),
    "sees_account_cases": gettext_lazy("Sees all cases"),
    "may_request": gettext_lazy("Asks for services"),
    "add_on": gettext_lazy("Add-on"),
    "units": gettext_lazy("Units"),
    "environment": gettext_lazy("Environment"),
    "scope": gettext_lazy("What support may look at"),
    "product": gettext_lazy("Product"),
    "plan": gettext_lazy("Success plan"),
    "first_on": gettext_lazy("First day"),
    "last_on": gettext_lazy("Last day"),
}
