"""Every verb on a case: one function each, called by pages, admin, commands and the demo alike."""

from cases.operations.callers import log_caller, take_over_case
from cases.operations.calls import cancel_call, decline_call, request_call
from cases.operations.conversation import (
    add_note,
    answer_case,
    log_contact,
    provide_resolution,
    reply_to_case,
    request_information,
)
from cases.operations.ending import close_case, confirm_resolution, reopen_case
from cases.operations.filing import file_case, file_follow_up
from cases.operations.labels import link_related, set_tags
from cases.operations.people import edit_watchers, hand_to_colleague
from cases.operations.policies import add_policy
from cases.operations.urgency import (
    acknowledge_escalation,
    change_priority,
    escalate_case,
    lower_priority,
    raise_urgency,
)
from cases.operations.waiting import extend_waiting, hold_case, release_hold
from cases.operations.work import (
    assign_case,
    claim_case,
    hand_to_engineering,
    release_cases_of,
    resume_case,
    take_back,
)

__all__ = [
    "acknowledge_escalation",
    "add_note",
    "add_policy",
    "answer_case",
    "assign_case",
    "cancel_call",
    "change_priority",
    "claim_case",
    "close_case",
    "confirm_resolution",
    "decline_call",
    "edit_watchers",
    "escalate_case",
    "extend_waiting",
    "file_case",
    "file_follow_up",
    "hand_to_colleague",
    "hand_to_engineering",
    "hold_case",
    "link_related",
    "log_caller",
    "log_contact",
    "lower_priority",
    "provide_resolution",
    "raise_urgency",
    "release_cases_of",
    "release_hold",
    "reopen_case",
    "reply_to_case",
    "request_call",
    "request_information",
    "resume_case",
    "set_tags",
    "take_back",
    "take_over_case",
]
