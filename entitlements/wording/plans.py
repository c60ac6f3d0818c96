"""Names of the success plans, and their comparison (SPEC 3.1)."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from entitlements.plans import Plan, Topic, capacity
from entitlements.targets import Service
from entitlements.wording.coverage import coverage_points
from entitlements.wording.words import Words

PLAN_NAMES: Mapping[str, Words] = {
    Plan.EXPERT: gettext_lazy("Expert Success Plan"),
    Plan.ULTIMATE: gettext_lazy("Ultimate Success Plan"),
}
PLANS = [(plan.value, PLAN_NAMES[plan]) for plan in Plan]


class ComparisonRow(NamedTuple):
    """One line of the comparison of the plans: lists of points, to be shown one below the other."""

    topic: Topic
    label: Words
    expert: tuple[Words, ...]
    ultimate: tuple[Words, ...]


_NOT_INCLUDED = (gettext_lazy("not included"),)

# SPEC 3.1, every row in its order.
COMPARISON: tuple[ComparisonRow, ...] = (
    ComparisonRow(
        Topic.SUMMARY,
        gettext_lazy("In a word"),
        (
            gettext_lazy(
                "Experts help around the clock with technical problems and critical business issues"
            ),
            gettext_lazy("Resources to guide yourself, best practice, and a community"),
            gettext_lazy("Comes with every license"),
        ),
        (
            gettext_lazy("A team that knows your business follows a roadmap aligned with your goals"),
            gettext_lazy("Strategic guidance, and technical health before problems arise"),
        ),
    ),
    ComparisonRow(
        Topic.TEAM,
        gettext_lazy("Success team"),
        (gettext_lazy("Pooled support engineers"),),
        (
            gettext_lazy(
                "Designated for you: Technical Account Manager, Customer Success Manager,"
                " Support Service Manager"
            ),
            gettext_lazy(
                "Pooled technical engineers and strategic experts, who deliver Success Accelerators"
            ),
            gettext_lazy("Pooled support engineers"),
        ),
    ),
    ComparisonRow(
        Topic.PROACTIVE,
        gettext_lazy("Proactive support"),
        _NOT_INCLUDED,
        (
            gettext_lazy("Reviews of upgrades and migrations, preparation of releases"),
            gettext_lazy("Reviews of the product roadmap"),
            gettext_lazy("Technical and strategic roadmaps brought into line"),
            gettext_lazy("Preparation of key events"),
            gettext_lazy("Planning of timely enablement"),
            gettext_lazy("Technical best practice and guidance for your industry"),
            gettext_lazy("Advocacy with the product teams"),
            gettext_lazy("A Mutual Action Plan"),
        ),
    ),
    ComparisonRow(
        Topic.COVERAGE,
        gettext_lazy("Coverage"),
        coverage_points(Service.EXPERT),
        coverage_points(Service.ULTIMATE),
    ),
    ComparisonRow(
        Topic.OUTAGES,
        gettext_lazy("Outage management"),
        (gettext_lazy("standard"),),
        (gettext_lazy("prioritised"),),
    ),
    ComparisonRow(
        Topic.ESCALATIONS,
        gettext_lazy("Escalation management"),
        (gettext_lazy("pooled"),),
        (gettext_lazy("a designated expert"),),
    ),
    ComparisonRow(
        Topic.ACCELERATORS,
        gettext_lazy("Success Accelerators"),
        _NOT_INCLUDED,
        (gettext_lazy("scheduled regularly by your Technical Account Manager and Customer Success Manager"),),
    ),
    ComparisonRow(
        Topic.CHANNELS,
        gettext_lazy("Channels"),
        (
            gettext_lazy("online"),
            gettext_lazy("phone"),
            gettext_lazy("Experience League"),
            gettext_lazy("forums"),
        ),
        (
            gettext_lazy("personalised online portal"),
            gettext_lazy("prioritised phone"),
            gettext_lazy("Experience League"),
            gettext_lazy("forums"),
        ),
    ),
    ComparisonRow(
        Topic.CONTACTS,
        gettext_lazy("Named contacts per product"),
        (str(capacity(Plan.EXPERT)),),
        (str(capacity(Plan.ULTIMATE)),),
    ),
)
