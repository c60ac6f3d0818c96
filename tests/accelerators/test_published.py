"""What SPEC 4.1–4.6 publishes, written down by hand: a figure or a name that differs is found here."""

import pytest

from accelerators.kinds import Kind
from accelerators.published import PUBLISHED, Published
from accelerators.wording import CATEGORY_NAMES

TECHNICAL, ORGANIZATIONAL, ADOPTION = (
    "Technical Readiness",
    "Organizational Readiness",
    "Adoption & Enablement",
)
AUDIENCES = {
    TECHNICAL: (
        "e-commerce managers",
        "technical leads",
        "project managers",
        "support specialists",
        "business analysts",
    ),
    ORGANIZATIONAL: ("e-commerce managers", "technical leads", "business analysts"),
    ADOPTION: (
        "product managers",
        "IT governance managers",
        "business analysts",
        "solution architects",
    ),
}
# Name, category, duration, the customer's effort; empty: not published.
ACCELERATORS = [
    ("Launch Advisory", TECHNICAL, "3–12 months", "1–3 hours a week"),
    ("Upgrade or Migration Readiness", TECHNICAL, "3–6 weeks", "6 hours"),
    ("Environment Review", TECHNICAL, "2–4 weeks", "4–6 hours"),
    ("Solution Troubleshooting", TECHNICAL, "3–6 weeks", "case by case"),
    ("Solution Review", TECHNICAL, "", ""),
    ("Adoption Review", ADOPTION, "", ""),
    ("Event Planning and Monitoring", TECHNICAL, "", ""),
    ("Strategic Roadmap & Cycle Planning", ORGANIZATIONAL, "3–6 weeks", "12 hours"),
    ("Change Management & Communication Strategies", ORGANIZATIONAL, "3–6 weeks", "10 hours"),
    ("Operating Models & Governance", ORGANIZATIONAL, "3–6 weeks", "10 hours"),
    ("Digital Review and Benchmarking", ORGANIZATIONAL, "3–6 weeks", "10 hours"),
    ("Use Case and KPI Development", ADOPTION, "", ""),
    ("Deskside Coaching", ADOPTION, "several sessions", ""),
    ("Tool and Feature Governance Strategy", ADOPTION, "", ""),
]
# Each phase with what it delivers, and words that its text cannot do without.
PHASES = [
    ("Kick-off", "Kick-off deck with the collaboration plan", ("goals", "dates", "who takes part", "meet")),
    (
        "Define",
        "Document with the assessment and recommendations",
        ("requirements", "kpis", "use cases", "several", "groundwork"),
    ),
    ("Design", "", ("best practice", "specification", "architecture", "several products")),
    (
        "Go-live",
        "",
        ("best practice", "implementation", "features", "integrations", "readiness", "under load"),
    ),
    ("Post-launch", "Summary of the engagement", ("enablement", "use cases", "summary", "hand-over")),
]
# Each model with the names of its parts, and words that stand in one of them.
MODELS = [
    ("Fixed capacity", ["Hours"], ("40–160", "range, not a limit")),
    (
        "SLA support with hotfix",
        ["Severity 1", "Incidents", "Hours", "More resources"],
        ("option", "all of them", "each month", "agreed change"),
    ),
    (
        "SLA for critical incidents with dedicated delivery capacity",
        ["Severity 1", "Delivery", "Operational support", "Roles", "More resources"],
        ("option", "fixed", "without a limit", "development, quality, architecture", "agreed change"),
    ),
    (
        "Managed service with fixed maintenance capacity",
        ["Incidents", "Delivery", "Operational support", "Roles", "Hotfixes", "More resources"],
        ("around the clock", "all of them", "complete devops", "fixed", "agreed change"),
    ),
]


def of_kind(kind: Kind) -> list[Published]:
    return [item for item in PUBLISHED if item.kind is kind]


def test_each_accelerator_has_its_category_duration_effort_and_audience() -> None:
    found = [
        (str(item.name), str(CATEGORY_NAMES[item.category]), str(item.duration), str(item.effort))
        for item in of_kind(Kind.ACCELERATOR)
    ]
    assert found == ACCELERATORS
    for item in of_kind(Kind.ACCELERATOR):
        audience = str(item.audience).lower()
        wanted = AUDIENCES[str(CATEGORY_NAMES[item.category])]
        assert [who for who in wanted if who.lower() not in audience] == [], item.slug
        assert audience.count(",") == len(wanted) - 1, item.slug


def test_launch_advisory_has_its_phases_with_their_deliverables() -> None:
    [launch] = [item for item in PUBLISHED if item.slug == "launch-advisory"]
    assert [(str(part.name), str(part.deliverable)) for part in launch.parts] == [
        (name, deliverable) for name, deliverable, _words in PHASES
    ]
    for part, (_name, _deliverable, words) in zip(launch.parts, PHASES, strict=True):
        assert [word for word in words if word not in str(part.content).lower()] == [], part.name


def test_each_maintenance_model_has_its_features() -> None:
    models = of_kind(Kind.MAINTENANCE)
    assert [(str(item.name), [str(part.name) for part in item.parts]) for item in models] == [
        (name, parts) for name, parts, _words in MODELS
    ]
    for item, (_name, _parts, words) in zip(models, MODELS, strict=True):
        text = " ".join(str(part.content) for part in item.parts).lower()
        assert [word for word in words if word not in text] == [], item.slug


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        (
            0,
            "event incident service request priority notification reporting problem change peak support",
        ),
        (
            1,
            "backlog prioritisation sprint release design development functional tests deployment",
        ),
        (
            2,
            "architecture performance security business operations content merchandising strategic Commerce",
        ),
        (
            3,
            "oversight triage communication reporting governance improvement process documentation platform",
        ),
    ],
)
def test_each_service_level_names_its_tasks(tasks: int, words: str) -> None:
    level = of_kind(Kind.SERVICE_LEVEL)[tasks]
    text = " ".join([str(level.summary), *(str(part.name) for part in level.parts)]).lower()
    assert [word for word in words.lower().split() if word not in text] == []


def test_digital_learning_says_what_it_brings() -> None:
    [learning] = of_kind(Kind.LEARNING)
    assert [str(part.name) for part in learning.parts] == [
        "Learning paths",
        "Skills that keep up",
        "A learning strategy",
    ]
