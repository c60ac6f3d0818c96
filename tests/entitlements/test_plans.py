"""The success plans."""

from entitlements.plans import Plan, Topic, capacity
from entitlements.wording import COMPARISON, PLAN_NAMES


def test_a_plan_says_how_many_named_contacts_a_product_may_have() -> None:
    assert {plan: capacity(plan) for plan in Plan} == {Plan.EXPERT: 4, Plan.ULTIMATE: 15}


def test_every_plan_has_a_name() -> None:
    assert {str(plan): str(name) for plan, name in PLAN_NAMES.items()} == {
        "expert": "Expert Success Plan",
        "ultimate": "Ultimate Success Plan",
    }


def test_the_comparison_has_every_topic_in_the_published_order() -> None:
    assert [row.topic for row in COMPARISON] == list(Topic)
    rows = {row.topic: row for row in COMPARISON}
    assert [str(text) for text in rows[Topic.COVERAGE].expert] == ["P1: 24x7", "P2, P3, P4: business hours"]
    assert [str(text) for text in rows[Topic.COVERAGE].ultimate] == [
        "P1: 24x7",
        "P2, P3: 24x5",
        "P4: business hours",
    ]
    assert (rows[Topic.CONTACTS].expert, rows[Topic.CONTACTS].ultimate) == (("4",), ("15",))
    assert [str(text) for text in rows[Topic.PROACTIVE].expert] == ["not included"]
    assert len(rows[Topic.PROACTIVE].ultimate) == 8
