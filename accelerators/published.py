"""The catalogue as the portal is delivered (SPEC 4.1–4.4, 4.6). Pure data.

Every text is English here and in its row; pages show a row's text in the reader's language where the
catalogues of messages know it. An empty duration or effort is not published, and never made up.
"""

from collections.abc import Mapping
from typing import NamedTuple

from accelerators.kinds import LAUNCH_ADVISORY, Category, Cell, Kind
from entitlements.add_ons import AddOn
from entitlements.products import COMMERCE, EXPERIENCE_MANAGER


def gettext_noop(text: str) -> str:
    """Mark a text for translation and give it back."""
    return text


_ = gettext_noop


class Part(NamedTuple):
    """A phase, a feature or a task that belongs to a thing; what comes of it, where that is named."""

    name: str
    content: str = ""
    deliverable: str = ""


class Published(NamedTuple):
    """A thing of the catalogue. The cells are those of an add-on; no products means every product."""

    kind: Kind
    slug: str
    name: str
    summary: str
    category: str = ""
    duration: str = ""
    effort: str = ""
    audience: str = ""
    products: tuple[str, ...] = ()
    expert: str = ""
    ultimate: str = ""
    parts: tuple[Part, ...] = ()


# SPEC 4.2.
_AUDIENCES: Mapping[Category, str] = {
    Category.TECHNICAL: _(
        "E-commerce managers, technical leads, project managers, support specialists, business analysts"
    ),
    Category.ORGANIZATIONAL: _("E-commerce managers, technical leads, business analysts"),
    Category.ADOPTION: _("Product managers, IT governance managers, business analysts, solution architects"),
}


def _add_on(
    add_on: AddOn,
    name: str,
    summary: str,
    *,
    expert: Cell,
    ultimate: Cell,
    products: tuple[str, ...] = (),
) -> Published:
    return Published(
        Kind.ADD_ON, add_on.value, name, summary, products=products, expert=expert, ultimate=ultimate
    )


def _accelerator(
    slug: str,
    name: str,
    category: Category,
    summary: str,
    *,
    duration: str = "",
    effort: str = "",
    parts: tuple[Part, ...] = (),
) -> Published:
    return Published(
        Kind.ACCELERATOR,
        slug,
        name,
        summary,
        category=category,
        duration=duration,
        effort=effort,
        audience=_AUDIENCES[category],
        parts=parts,
    )


def _field_service(slug: str, name: str, products: tuple[str, ...], summary: str) -> Published:
    return Published(Kind.FIELD_SERVICE, slug, name, summary, products=products)


# SPEC 4.1.
_ADD_ONS = (
    _add_on(
        AddOn.EVENT_MANAGEMENT,
        _("Event Management"),
        _("Somebody leads and supports you through a key event, from the first plan to the last evening."),
        expert=Cell.AVAILABLE,
        ultimate=Cell.AVAILABLE,
    ),
    _add_on(
        AddOn.TECHNICAL_ACCOUNT_DIRECTOR,
        _("Technical Account Director"),
        _("One director leads all technical resources, talks to executives and keeps governance going."),
        expert=Cell.NOT_AVAILABLE,
        ultimate=Cell.AVAILABLE,
    ),
    _add_on(
        AddOn.ADVANCED_CLOUD_SUPPORT,
        _("Advanced Cloud Support"),
        _("The highest level of care for your cloud service, with the assurance that it brings its value."),
        expert=Cell.AVAILABLE,
        ultimate=Cell.AVAILABLE,
        products=("experience-manager-cloud",),
    ),
    _add_on(
        AddOn.MENTOR_SESSIONS,
        _("Mentor Sessions"),
        _("An expert teaches a skill in the week in which you need it."),
        expert=Cell.AVAILABLE,
        ultimate=Cell.INCLUDED,
    ),
    _add_on(
        AddOn.DEVELOPER_BOOST,
        _("Developer Boost"),
        _("Field engineers work beside your developers when something has to be repaired."),
        expert=Cell.AVAILABLE,
        ultimate=Cell.INCLUDED,
    ),
    _add_on(
        AddOn.PRIORITY_QUEUE_BUNDLE,
        _("Priority Queue Bundle"),
        _(
            "Your cases are worked first among those of equal priority, one person is your contact, Success"
            " Accelerators open, and Mentor Sessions and Developer Boost can be granted on top. It changes no"
            " response target."
        ),
        expert=Cell.AVAILABLE,
        ultimate=Cell.INCLUDED,
    ),
)

# SPEC 4.4.
_LAUNCH_PHASES = (
    Part(
        _("Kick-off"),
        _("Goals and dates, how we work together, who takes part, and when we meet."),
        _("Kick-off deck with the collaboration plan"),
    ),
    Part(
        _("Define"),
        _(
            "Requirements, KPIs and use cases, for one product or several; how you get ready, and the"
            " groundwork of a new implementation."
        ),
        _("Document with the assessment and recommendations"),
    ),
    Part(
        _("Design"),
        _(
            "Best practice, and a review of the technical specification and architecture, across several"
            " products where that is needed."
        ),
    ),
    Part(
        _("Go-live"),
        _(
            "Best practice; implementation, features and integrations are validated and readiness is checked;"
            " some products are tested under load."
        ),
    ),
    Part(
        _("Post-launch"),
        _("Enablement, use cases for growth, a summary, and the hand-over to support or field services."),
        _("Summary of the engagement"),
    ),
)

_WEEKS = _("3–6 weeks")
_TEN_HOURS = _("10 hours")

# SPEC 4.2.
_ACCELERATORS = (
    _accelerator(
        LAUNCH_ADVISORY,
        _("Launch Advisory"),
        Category.TECHNICAL,
        _("Advisers stay beside a new product in five phases, from planning to the hand-over after go-live."),
        duration=_("3–12 months"),
        effort=_("1–3 hours a week"),
        parts=_LAUNCH_PHASES,
    ),
    _accelerator(
        "upgrade-or-migration-readiness",
        _("Upgrade or Migration Readiness"),
        Category.TECHNICAL,
        _("Shows what stands between you and an upgrade or a migration before you begin."),
        duration=_WEEKS,
        effort=_("6 hours"),
    ),
    _accelerator(
        "environment-review",
        _("Environment Review"),
        Category.TECHNICAL,
        _("Experts examine how one technical environment is set up and write down what they find."),
        duration=_("2–4 weeks"),
        effort=_("4–6 hours"),
    ),
    _accelerator(
        "solution-troubleshooting",
        _("Solution Troubleshooting"),
        Category.TECHNICAL,
        _("Finds the cause of problems that ordinary support does not cover."),
        duration=_WEEKS,
        effort=_("case by case"),
    ),
    _accelerator(
        "solution-review",
        _("Solution Review"),
        Category.TECHNICAL,
        _("Looks at how a product is used and how well it performs."),
    ),
    _accelerator(
        "adoption-review",
        _("Adoption Review"),
        Category.ADOPTION,
        _("Tells how far people have taken a product into their daily work."),
    ),
    _accelerator(
        "event-planning-and-monitoring",
        _("Event Planning and Monitoring"),
        Category.TECHNICAL,
        _("Prepares a day on which nothing may fail, and watches over it."),
    ),
    _accelerator(
        "strategic-roadmap-and-cycle-planning",
        _("Strategic Roadmap & Cycle Planning"),
        Category.ORGANIZATIONAL,
        _("Brings your roadmap and the way you work into line with your strategy."),
        duration=_WEEKS,
        effort=_("12 hours"),
    ),
    _accelerator(
        "change-management-and-communication",
        _("Change Management & Communication Strategies"),
        Category.ORGANIZATIONAL,
        _("A plan that takes people along when something changes, and says who tells whom."),
        duration=_WEEKS,
        effort=_TEN_HOURS,
    ),
    _accelerator(
        "operating-models-and-governance",
        _("Operating Models & Governance"),
        Category.ORGANIZATIONAL,
        _("Settles the roles and rules by which you take products into use."),
        duration=_WEEKS,
        effort=_TEN_HOURS,
    ),
    _accelerator(
        "digital-review-and-benchmarking",
        _("Digital Review and Benchmarking"),
        Category.ORGANIZATIONAL,
        _("Sets what your customers experience beside what your industry does."),
        duration=_WEEKS,
        effort=_TEN_HOURS,
    ),
    _accelerator(
        "use-case-and-kpi-development",
        _("Use Case and KPI Development"),
        Category.ADOPTION,
        _("Turns objectives into use cases for your roadmap, and into measures that both sides trust."),
    ),
    _accelerator(
        "deskside-coaching",
        _("Deskside Coaching"),
        Category.ADOPTION,
        _("Several sessions beside your people that close the gaps in their skills."),
        duration=_("several sessions"),
    ),
    _accelerator(
        "tool-and-feature-governance",
        _("Tool and Feature Governance Strategy"),
        Category.ADOPTION,
        _("Decides who has access to which tools and features, how they are designed, and who keeps order."),
    ),
)

_ANALYTICS = ("analytics", "audience-manager", "target")
_FIVE = (*_ANALYTICS, "campaign", EXPERIENCE_MANAGER)
_SIX = (*_FIVE, COMMERCE)
_SEVEN = (*_SIX, "marketo-engage")

# SPEC 4.3.
_FIELD_SERVICES = (
    _field_service(
        "health-assessment",
        _("Health Assessment"),
        _SEVEN,
        _("A close look at one application: is it implemented soundly?"),
    ),
    _field_service(
        "feature-implementation-and-integration",
        _("Feature Implementation & Integration Support"),
        _FIVE,
        _("One simple feature or integration is set up with you, as a base to build on."),
    ),
    _field_service(
        "solution-troubleshooting-custom",
        _("Solution Troubleshooting (Custom)"),
        _SIX,
        _(
            "Looks into your own code or an unusual configuration, once a fault of the product or of its"
            " configuration is ruled out."
        ),
    ),
    _field_service(
        "experience-manager-cloud-adoption-advisory",
        _("Experience Manager as a Cloud Service Adoption Advisory"),
        (EXPERIENCE_MANAGER,),
        _("Is an upgrade or a migration feasible, and how would architecture and code have to change?"),
    ),
    _field_service(
        "basic-use-case-development",
        _("Basic Use Case Development & Support"),
        _SEVEN,
        _("One use case, with some help to carry out a small campaign, test or personalisation."),
    ),
    _field_service(
        "solution-reporting-and-analysis",
        _("Solution Reporting & Analysis"),
        _ANALYTICS,
        _("Finds what more could be reported, and sets up first reports or dashboards."),
    ),
    _field_service(
        "maturity-roadmap",
        _("Maturity Roadmap"),
        _SEVEN,
        _("The use cases through which you grow, in the order in which they make sense."),
    ),
    _field_service(
        "deskside-coaching-field",
        _("Deskside Coaching"),
        _SIX,
        _("Coaches your people in single features or in best practice, for one product or several."),
    ),
)

# SPEC 4.6.
_LEARNING = (
    Published(
        Kind.LEARNING,
        "digital-learning-services",
        _("Adobe Digital Learning Services"),
        _("A learning membership that goes with the Ultimate Success Plan."),
        parts=(
            Part(_("Learning paths"), _("Made for each person and each team.")),
            Part(_("Skills that keep up"), _("Learnt fast and refreshed, so that the investment pays.")),
            Part(_("A learning strategy"), _("From the first adoption to constant improvement.")),
        ),
    ),
)

_MORE_RESOURCES = Part(_("More resources"), _("By an agreed change."))
_DELIVERY_FEATURES = (
    Part(_("Delivery"), _("Fixed resources, kept for you.")),
    Part(_("Operational support"), _("Without a limit.")),
    Part(_("Roles"), _("All: development, quality, architecture, project and release management.")),
)


def _maintenance(slug: str, name: str, summary: str, *parts: Part) -> Published:
    return Published(Kind.MAINTENANCE, slug, name, summary, products=(COMMERCE,), parts=parts)


# SPEC 4.6: their service levels are the agreement's own text and set no target of first responses.
_MAINTENANCE = (
    _maintenance(
        "maintenance-fixed-capacity",
        _("Fixed capacity"),
        _("Contracted hours each month, for small businesses or brands with a good part of their own team."),
        Part(_("Hours"), _("Typically 40–160 a month for simple sites; that is a range, not a limit.")),
    ),
    _maintenance(
        "maintenance-sla-hotfix",
        _("SLA support with hotfix"),
        _("Service levels for every incident, with hours for repairs that cannot wait."),
        Part(_("Severity 1"), _("Around the clock, as an option.")),
        Part(_("Incidents"), _("A service level for all of them.")),
        Part(_("Hours"), _("An allocation each month.")),
        _MORE_RESOURCES,
    ),
    _maintenance(
        "maintenance-sla-dedicated",
        _("SLA for critical incidents with dedicated delivery capacity"),
        _("A delivery team of your own, with a service level where it hurts most."),
        Part(_("Severity 1"), _("A service level around the clock, as an option.")),
        *_DELIVERY_FEATURES,
        _MORE_RESOURCES,
    ),
    _maintenance(
        "maintenance-managed",
        _("Managed service with fixed maintenance capacity"),
        _("Everything is looked after: service levels around the clock, and all operations behind them."),
        Part(_("Incidents"), _("A service level for all of them, with an answer around the clock.")),
        *_DELIVERY_FEATURES,
        Part(_("Hotfixes"), _("With complete DevOps.")),
        _MORE_RESOURCES,
    ),
)


def _service_level(slug: str, name: str, summary: str, *tasks: str) -> Published:
    parts = tuple(Part(task) for task in tasks)
    return Published(Kind.SERVICE_LEVEL, slug, name, summary, products=(COMMERCE,), parts=parts)


_SERVICE_LEVELS = (
    _service_level(
        "service-level-operations",
        _("Operations and break-fix"),
        _("L1 watches and handles incidents; L2 handles problems and keeps improving."),
        _("Events"),
        _("Incidents"),
        _("Service requests"),
        _("Priority notification and reporting"),
        _("Problems"),
        _("Change management"),
        _("Support of peaks"),
    ),
    _service_level(
        "service-level-enhancements",
        _("Enhancements"),
        _("L3 builds what is new."),
        _("Backlog: grooming and prioritisation"),
        _("Planning of sprints and releases"),
        _("Design and development"),
        _("Functional tests of each sprint"),
        _("Help with tests of performance and security"),
        _("Planning of deployments"),
    ),
    _service_level(
        "service-level-optional",
        _("Optional"),
        _("L3, where it is agreed."),
        _("Audit of the architecture"),
        _("Tests of performance and security"),
        _("Support of business operations"),
        _("Production of content"),
        _("Merchandising operations"),
        _("Strategic consulting"),
        _("Updates of Commerce"),
    ),
    _service_level(
        "service-level-management",
        _("Delivery and service management"),
        _("Keeps all levels together and reports to you."),
        _("Oversight of delivery, floor and shifts"),
        _("Triage"),
        _("Communication with stakeholders"),
        _("Reporting and governance"),
        _("Constant improvement"),
        _("Audit of processes"),
        _("Documentation"),
        _("Updates of the platform"),
    ),
)

PUBLISHED: tuple[Published, ...] = (
    *_ADD_ONS,
    *_ACCELERATORS,
    *_FIELD_SERVICES,
    *_LEARNING,
    *_MAINTENANCE,
    *_SERVICE_LEVELS,
)
