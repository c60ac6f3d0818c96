"""The add-ons to a success plan, and by whom each is held (SPEC 4.1). Pure data."""

from datetime import timedelta
from enum import StrEnum


class AddOn(StrEnum):
    """An add-on. The values are stored, and name pages of the catalogue."""

    EVENT_MANAGEMENT = "event-management"
    TECHNICAL_ACCOUNT_DIRECTOR = "technical-account-director"
    ADVANCED_CLOUD_SUPPORT = "advanced-cloud-support"
    MENTOR_SESSIONS = "mentor-sessions"
    DEVELOPER_BOOST = "developer-boost"
    PRIORITY_QUEUE_BUNDLE = "priority-queue-bundle"


# Held by the whole account; every other one by a license.
OF_THE_ACCOUNT = frozenset({AddOn.EVENT_MANAGEMENT, AddOn.TECHNICAL_ACCOUNT_DIRECTOR})
# Of these units are granted, used, returned, and lapse.
IN_UNITS = frozenset({AddOn.MENTOR_SESSIONS, AddOn.DEVELOPER_BOOST})
# How long before a grant's end its account is told.
TOLD_BEFORE_END = timedelta(days=30)
