"""Every label and sentence about entitlements. Rules return codes with values; here they become words."""

from entitlements.wording.add_ons import ADD_ON_NAMES, ADD_ONS
from entitlements.wording.affected import affected, affected_by_end, affected_by_plan
from entitlements.wording.calendars import (
    DAY_OFF_SOURCES,
    WeekLine,
    clock_time,
    read_hours,
    week_lines,
)
from entitlements.wording.capacity import seats_text
from entitlements.wording.coverage import CLOCK_NAMES, coverage_name
from entitlements.wording.days import day, days
from entitlements.wording.history import EVENT_NAMES, FACT_NAMES
from entitlements.wording.invitations import (
    INVITATION_STATES,
    LINK_WORKS,
    SEND_AGAIN,
    invitation_on_its_way,
    seat_is_theirs,
)
from entitlements.wording.plans import COMPARISON, PLAN_NAMES, PLANS, ComparisonRow
from entitlements.wording.refusals import SHEET_REFUSALS, refusal_text
from entitlements.wording.targets import (
    CLOCKS,
    PRIORITIES,
    PRIORITY_IMPACTS,
    PRIORITY_NAMES,
    SERVICE_NAMES,
    SERVICES,
    Ledger,
    TargetRow,
    about_managed_services,
    ledger_in_words,
    length,
    target_rows,
    target_text,
)
from entitlements.wording.teams import TEAM_ROLE_MEANINGS, TEAM_ROLE_NAMES, TEAM_ROLES
from entitlements.wording.words import Words

__all__ = [
    "ADD_ONS",
    "ADD_ON_NAMES",
    "CLOCKS",
    "CLOCK_NAMES",
    "COMPARISON",
    "DAY_OFF_SOURCES",
    "EVENT_NAMES",
    "FACT_NAMES",
    "INVITATION_STATES",
    "LINK_WORKS",
    "PLANS",
    "PLAN_NAMES",
    "PRIORITIES",
    "PRIORITY_IMPACTS",
    "PRIORITY_NAMES",
    "SEND_AGAIN",
    "SERVICES",
    "SERVICE_NAMES",
    "SHEET_REFUSALS",
    "TEAM_ROLES",
    "TEAM_ROLE_MEANINGS",
    "TEAM_ROLE_NAMES",
    "ComparisonRow",
    "Ledger",
    "TargetRow",
    "WeekLine",
    "Words",
    "about_managed_services",
    "affected",
    "affected_by_end",
    "affected_by_plan",
    "clock_time",
    "coverage_name",
    "day",
    "days",
    "invitation_on_its_way",
    "ledger_in_words",
    "length",
    "read_hours",
    "refusal_text",
    "seat_is_theirs",
    "seats_text",
    "target_rows",
    "target_text",
    "week_lines",
]
