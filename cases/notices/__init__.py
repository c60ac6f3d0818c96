"""What is told about cases, to whom and in which words (SPEC 2.2)."""

from cases.notices.kinds import T, register_kinds
from cases.notices.telling import (
    acknowledge,
    cancel_reminders,
    closure_draft,
    customer_recipients,
    customers_told,
    each_once,
    hold_ended_draft,
    page_drafts,
    reminder_draft,
    staff_recipients,
    target_draft,
    tell_customer,
    tell_people,
    tell_staff,
)
from cases.notices.words import REMINDER, WORDS, NoticeWords

__all__ = [
    "REMINDER",
    "WORDS",
    "NoticeWords",
    "T",
    "acknowledge",
    "cancel_reminders",
    "closure_draft",
    "customer_recipients",
    "customers_told",
    "each_once",
    "hold_ended_draft",
    "page_drafts",
    "register_kinds",
    "reminder_draft",
    "staff_recipients",
    "target_draft",
    "tell_customer",
    "tell_people",
    "tell_staff",
]
