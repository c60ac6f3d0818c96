"""Who is told what about requests and add-ons, and how it reads."""

from accelerators.notices.kinds import register_kinds
from accelerators.notices.requests import grant_path, units_path
from accelerators.notices.telling import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    ENDED,
    ENDING,
    GRANTED,
    HANDED_OVER,
    LACKS_UNITS,
    PERMISSION_ASKED,
    RECEIVED,
    TAKEN_BACK,
    TO_GRANT,
    tell_deciders,
    tell_granters,
    tell_of_add_on,
    tell_of_asked_permission,
    tell_of_cancelling,
    tell_requester,
)

__all__ = [
    "ACCEPTED",
    "CANCELLED",
    "DECLINED",
    "ENDED",
    "ENDING",
    "GRANTED",
    "HANDED_OVER",
    "LACKS_UNITS",
    "PERMISSION_ASKED",
    "RECEIVED",
    "TAKEN_BACK",
    "TO_GRANT",
    "grant_path",
    "register_kinds",
    "tell_deciders",
    "tell_granters",
    "tell_of_add_on",
    "tell_of_asked_permission",
    "tell_of_cancelling",
    "tell_requester",
    "units_path",
]
