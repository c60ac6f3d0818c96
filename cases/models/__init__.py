"""Cases and what hangs on them. Rows for people come only through `visible_to(user)` (DESIGN 4)."""

from cases.models.calls import CallRequest
from cases.models.case import (
    CALLER_LENGTH,
    PHONE_LENGTH,
    RECORDED_COLUMNS,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Case,
    CaseEvent,
    CaseQuerySet,
    Watcher,
    case_number,
)
from cases.models.response import ResponseDecision
from cases.models.waiting import FollowUpPolicy, FollowUpStep, Hold, WaitingPeriod
from cases.models.writing import Attachment, CaseTag, InternalNote, Message, RelatedLink

__all__ = [
    "CALLER_LENGTH",
    "PHONE_LENGTH",
    "RECORDED_COLUMNS",
    "TEXT_LENGTH",
    "TITLE_LENGTH",
    "Attachment",
    "CallRequest",
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "CaseTag",
    "FollowUpPolicy",
    "FollowUpStep",
    "Hold",
    "InternalNote",
    "Message",
    "RelatedLink",
    "ResponseDecision",
    "WaitingPeriod",
    "Watcher",
    "case_number",
]
