"""Every label and sentence about entitlements. Rules return codes with values; here they become words."""

from entitlements.wording.days import day, days
from entitlements.wording.history import EVENT_NAMES, FACT_NAMES
from entitlements.wording.plans import COMPARISON, PLAN_NAMES, PLANS, ComparisonRow, Words
from entitlements.wording.refusals import refusal_text

__all__ = [
    "COMPARISON",
    "EVENT_NAMES",
    "FACT_NAMES",
    "PLANS",
    "PLAN_NAMES",
    "ComparisonRow",
    "Words",
    "day",
    "days",
    "refusal_text",
]
