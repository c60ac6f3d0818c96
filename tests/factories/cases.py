"""Cases in every state, brought there through the real operations.

A case is filed at FILED and asked about a day later, unless told otherwise.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from cases import operations
from cases.follow_up import PUBLISHED, CatchUp
from cases.lifecycle import Resolution, Status
from cases.models import Case, FollowUpPolicy
from cases.sweep import carry_out_steps
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from tests.factories.people import make_agent, make_customer, make_lead

# A Monday: 07:00 in Los Angeles, 15:00 in London, midnight in Tokyo.
FILED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ASKED = FILED + timedelta(days=1)
# The published closing instant of a case asked about at ASKED.
CLOSES = ASKED + PUBLISHED.closes_after

QUESTION = "Which version of the tag library do you use?"
SOLUTION = "Update the tag library to 2.7, then clear the cache."


def make_case(
    requestor: User | None = None,
    *,
    license_: License | None = None,
    title: str = "Reports stay empty",
    description: str = "Since this morning every report of the suite is empty.",
    priority: Priority = Priority.P3,
    watchers: Iterable[User] = (),
    now: datetime = FILED,
    **facts: Any,
) -> Case:
    """A case that nobody has taken up."""
    requestor = requestor or make_customer()
    license_ = license_ or License.objects.filter(
        seats__user=requestor, seats__removed_at__isnull=True
    ).earliest("pk")
    facts.setdefault("actor", requestor)
    return operations.file_case(
        license_,
        title,
        description=description,
        priority=priority,
        requestor=requestor,
        watchers=watchers,
        now=now,
        **facts,
    )


def make_p1_case(requestor: User | None = None, **facts: Any) -> Case:
    """A P1 with its commitment."""
    return make_case(
        requestor,
        priority=Priority.P1,
        phone="+1 555 0100",
        impact="No orders come in.",
        is_reachable=True,
        **facts,
    )


def make_owned_case(requestor: User | None = None, *, agent: User | None = None, **facts: Any) -> Case:
    """A case in progress, claimed an hour after it was filed."""
    case = make_case(requestor, **facts)
    return operations.claim_case(case, actor=agent or make_agent(), now=case.filed_at + timedelta(hours=1))


def make_waiting_case(
    requestor: User | None = None,
    *,
    agent: User | None = None,
    status: Status = Status.PENDING_RESPONSE,
    now: datetime = ASKED,
    text: str = "",
    **facts: Any,
) -> Case:
    """A case whose customer has been asked, or given a solution, at `now`; filed a day before."""
    case = make_case(requestor, **{"now": now - timedelta(days=1), **facts})
    agent = agent or make_agent()
    if status is Status.RESOLUTION_PROVIDED:
        operations.provide_resolution(case, text=text or SOLUTION, actor=agent, now=now)
    else:
        operations.request_information(case, text=text or QUESTION, actor=agent, now=now)
    return current(case)


def make_closed_case(
    requestor: User | None = None,
    *,
    agent: User | None = None,
    resolution: Resolution = Resolution.OBSOLETE,
    now: datetime = ASKED,
    **facts: Any,
) -> Case:
    """A case in progress that its requestor closed at `now`; filed a day before."""
    case = make_owned_case(requestor, agent=agent, **{"now": now - timedelta(days=1), **facts})
    return operations.close_case(case, resolution=resolution, actor=case.requestor, now=now)


def make_auto_closed_case(requestor: User | None = None, **facts: Any) -> Case:
    """A case that the clock has closed at its closing instant, CLOSES unless told otherwise."""
    case = make_waiting_case(requestor, **facts)
    sweep_to(facts.get("now", ASKED) + PUBLISHED.closes_after)
    return current(case)


def make_policy(
    in_force_from: datetime,
    *,
    reminder_hours: Iterable[int] = (24, 72, 120),
    closure_hours: int = 144,
    reopening_hours: int = 336,
    catch_up: CatchUp = CatchUp.STRICT,
) -> FollowUpPolicy:
    """A follow-up policy, made by a lead an hour before it begins."""
    return operations.add_policy(
        in_force_from=in_force_from,
        reminder_hours=list(reminder_hours),
        closure_hours=closure_hours,
        reopening_hours=reopening_hours,
        catch_up=catch_up,
        actor=make_lead(),
        now=in_force_from - timedelta(hours=1),
    )


def current(case: Case) -> Case:
    """The case as it stands in the database."""
    return Case.objects.get(pk=case.pk)


def sweep_to(*instants: datetime) -> int:
    """Lets the clock do what is due at each of these instants, one after the other; in how many cases."""
    return sum(carry_out_steps(instant, 200) for instant in instants)
