"""Business time: when a target falls due, and the ledger that shows why (SPEC 3.2, 3.3). Pure.

Hours are half-open: the opening instant counts, the closing one does not. All instants are aware; those
given back are in UTC.
"""

from entitlements.business_time.calendars import Calendar
from entitlements.business_time.clocks import (
    ClockKind,
    add,
    count,
    due_at,
    is_open,
    next_closing,
    next_opening,
    subtract,
)
from entitlements.business_time.hours import (
    MINUTES_OF_DAY,
    Hours,
    InvalidCalendar,
    NeverCloses,
    NeverOpen,
    OutOfCalendar,
)
from entitlements.business_time.ledgers import LedgerLine, LineKind, ledger

__all__ = [
    "MINUTES_OF_DAY",
    "Calendar",
    "ClockKind",
    "Hours",
    "InvalidCalendar",
    "LedgerLine",
    "LineKind",
    "NeverCloses",
    "NeverOpen",
    "OutOfCalendar",
    "add",
    "count",
    "due_at",
    "is_open",
    "ledger",
    "next_closing",
    "next_opening",
    "subtract",
]
