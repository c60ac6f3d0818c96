"""What the clock reads of the cases that it has locked: what its rules ask, and no more.

Plain rows, not models: a sweep of ten thousand cases spends its time on what it writes, not on what it
loads. Everybody else reads cases through `cases.queries`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cases import follow_up
from cases.models import Case, CaseQuerySet, FollowUpPolicy, FollowUpStep, Hold, Watcher, case_number
from cases.notices import customers_told, each_once
from entitlements.queries import contacts_by_license
from portal.accounts.models import User
from portal.work.bulk import among


@dataclass(frozen=True, slots=True)
class DueCase:
    """A locked case with a step due: the columns that a step can change, its period, and whom to tell."""

    pk: int
    title: str
    status: str
    period_id: int
    next_follow_up_at: datetime
    clock_failed_at: datetime | None
    closed_at: datetime | None
    reopen_until: datetime | None
    # The number of the waiting period within its case, and the period as the rules see it.
    number_of_period: int
    rules: follow_up.Period
    running_hold: int | None
    call_id: int | None
    told: Sequence[User]

    @property
    def number(self) -> str:
        """The number as people write it."""
        return case_number(self.pk)

    @property
    def about(self) -> str:
        """The key by which notices belong to this case."""
        return f"case:{self.pk}"


def lock_due(cases: CaseQuerySet) -> list[DueCase]:
    """This will lock waiting cases in the order of the query, then read them anew; locked ones are skipped.

    `cases` must not join. Costs one statement where there are none, else six.
    """
    locking = cases.select_for_update(skip_locked=True, no_key=True)
    keys = list(locking.values_list("pk", flat=True))
    return _read(keys) if keys else []


_COLUMNS = (
    "pk",
    "title",
    "status",
    "period_id",
    "next_follow_up_at",
    "clock_failed_at",
    "closed_at",
    "reopen_until",
    "period__number",
    "period__started_at",
    "requestor_id",
    "license_id",
    "account__administrator_id",
    "call_id",
    "period__policy_id",
    "period__policy__reminder_hours",
    "period__policy__closure_hours",
    "period__policy__reopening_hours",
    "period__policy__catch_up",
)


def _read(keys: list[int]) -> list[DueCase]:
    rows = {row[0]: row for row in Case.objects.filter(pk__in=among(keys)).values_list(*_COLUMNS)}
    periods = [row[3] for row in rows.values()]
    done, holds, running = _steps_done(periods), *_holds(periods)
    told = _people({key: row[10:13] for key, row in rows.items()})
    policies: dict[int, follow_up.Policy] = {}
    due = []
    for key in keys:
        [_pk, title, status, period_id, next_at, failed_at, closed_at, until] = rows[key][:8]
        number, started_at, *_customers, call_id, policy_id = rows[key][8:15]
        if policy_id not in policies:
            policies[policy_id] = _policy(*rows[key][15:])
        rules = follow_up.Period(started_at, policies[policy_id], tuple(holds[period_id]), done[period_id])
        due.append(
            DueCase(
                key,
                title,
                status,
                period_id,
                next_at,
                failed_at,
                closed_at,
                until,
                number,
                rules,
                running.get(period_id),
                call_id,
                told[key],
            )
        )
    return due


def _policy(hours: list[int], closure: int, reopening: int, catch_up: str) -> follow_up.Policy:
    row = FollowUpPolicy(
        reminder_hours=hours, closure_hours=closure, reopening_hours=reopening, catch_up=catch_up
    )
    return row.rules()


def _steps_done(periods: Collection[int]) -> defaultdict[int, dict[follow_up.Step, datetime]]:
    done: defaultdict[int, dict[follow_up.Step, datetime]] = defaultdict(dict)
    steps = FollowUpStep.objects.filter(period__in=among(periods))
    for period_id, kind, ordinal, done_at in steps.values_list("period_id", "kind", "ordinal", "done_at"):
        done[period_id][_step(kind, ordinal)] = done_at
    return done


@cache
def _step(kind: str, ordinal: int) -> follow_up.Step:
    return follow_up.Step(follow_up.StepKind(kind), ordinal)


def _holds(periods: Collection[int]) -> tuple[defaultdict[int, list[follow_up.Hold]], dict[int, int]]:
    """The holds of each period, and the key of the one that still runs."""
    holds: defaultdict[int, list[follow_up.Hold]] = defaultdict(list)
    running: dict[int, int] = {}
    rows = Hold.objects.filter(period__in=among(periods)).order_by("pk")
    columns = ("pk", "period_id", "began_at", "until", "ended_at")
    for key, period_id, began_at, until, ended_at in rows.values_list(*columns):
        holds[period_id].append(follow_up.Hold(began_at, until, ended_at))
        if ended_at is None:
            running[period_id] = key
    return holds, running


# Whose a case is: requestor, license and the account's administrator, by their keys.
_Customers = tuple[int | None, int, int | None]


def _people(customers: dict[int, _Customers]) -> dict[int, list[User]]:
    """Whom each case's notices go to, of those who may still sign in."""
    nobodys = {license_id for requestor, license_id, _ in customers.values() if requestor is None}
    contacts = contacts_by_license(nobodys) if nobodys else {}
    watchers: defaultdict[int, list[int]] = defaultdict(list)
    rows = Watcher.objects.filter(case__in=among(customers.keys())).order_by("pk")
    for case_id, user_id in rows.values_list("case_id", "user_id"):
        watchers[case_id].append(user_id)
    told = {
        case_id: customers_told(
            requestor,
            contacts=contacts.get(license_id, ()),
            administrator=administrator,
            watchers=watchers[case_id],
        )
        for case_id, (requestor, license_id, administrator) in customers.items()
    }
    keys = {key for people in told.values() for key in people}
    fields = ("pk", "is_active", "is_staff", "staff_mail")
    people: dict[Any, User] = {
        person.pk: person for person in User.objects.filter(pk__in=among(keys)).only(*fields)
    }
    return {case: each_once(people[key] for key in told[case]) for case in customers}
