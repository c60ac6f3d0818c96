"""Every claim about cases holds after every kind of life, and is broken by a row that breaks it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import operations
from cases.invariants import INVARIANTS
from cases.invariants.told import TOLD_AS
from cases.lifecycle import EscalationReason, Resolution
from cases.models import Case, FollowUpStep
from cases.notices import WORDS
from entitlements.operations import add_named_contact, remove_named_contact
from portal.notices.models import Notice
from portal.work.invariants import check, invariants
from portal.work.models import FormToken
from tests.cases.broken_claims import (
    BROKEN,
    GUARDED,
    HOUR,
    REMINDERS,
    make_case_with_a_file,
    make_waiting_case_with_a_watcher,
)
from tests.factories.cases import (
    ASKED,
    CLOSES,
    make_auto_closed_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_agent, make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db


def make_reopened_case() -> Case:
    """Reminded, auto-closed, reopened, escalated, asked again and answered."""
    case = make_waiting_case()
    sweep_to(*REMINDERS, CLOSES)
    operations.reopen_case(case, text="Not yet", actor=case.requestor, now=CLOSES + HOUR)
    operations.escalate_case(
        case,
        reason=EscalationReason.UPDATE,
        text="Call me",
        actor=case.requestor,
        now=CLOSES + 2 * HOUR,
    )
    operations.provide_resolution(case, text="Try this", actor=make_agent(), now=CLOSES + 3 * HOUR)
    operations.extend_waiting(case, actor=case.requestor, now=CLOSES + 4 * HOUR)
    operations.reply_to_case(case, text="No", actor=case.requestor, now=CLOSES + 5 * HOUR)
    return case


def make_lives() -> None:
    make_reopened_case()
    make_case_with_a_file()
    make_auto_closed_case()
    closed = make_waiting_case()
    operations.close_case(closed, resolution=Resolution.OBSOLETE, actor=closed.requestor, now=ASKED + HOUR)


def test_all_claims_hold_after_ordinary_lives() -> None:
    make_lives()
    assert check() == []


def test_all_claims_hold_where_nobody_could_be_told_because_the_requestor_had_left_and_came_back() -> None:
    """A closed case keeps its requestor; staff reopen it, and the series runs without a reader (SPEC 2.1)."""
    license_ = make_license()
    case = make_auto_closed_case(make_customer(license_))
    seat = case.requestor.seats.get()
    remove_named_contact(seat, actor=make_superuser(), now=CLOSES + HOUR)
    agent = make_agent()
    operations.reopen_case(case, text="Once more", actor=agent, now=CLOSES + 2 * HOUR)
    operations.request_information(case, text="And now?", actor=agent, now=CLOSES + 3 * HOUR)
    sweep_to(*(CLOSES + (3 + hours) * HOUR for hours in (24, 72, 120, 144)))
    add_named_contact(license_, case.requestor, actor=make_superuser(), now=CLOSES + 200 * HOUR)
    assert check() == []


def test_a_reminder_to_nobody_is_found_though_the_requestor_has_left_since() -> None:
    case = make_waiting_case(make_customer(make_license()))
    sweep_to(REMINDERS[0])
    operations.reply_to_case(case, text="Here", actor=case.requestor, now=REMINDERS[0] + HOUR)
    closed = REMINDERS[0] + 2 * HOUR
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=case.requestor, now=closed)
    remove_named_contact(case.requestor.seats.get(), actor=make_superuser(), now=closed + HOUR)
    Notice.objects.filter(kind="case_reminder").delete()
    assert [violation.code for violation in check()] == ["I9"]


def test_all_claims_hold_where_an_answer_waited_for_the_reminder_and_bears_the_earlier_instant() -> None:
    case = make_waiting_case()
    sweep_to(REMINDERS[0])

    operations.reply_to_case(case, text="Here", actor=case.requestor, now=REMINDERS[0] - HOUR / 3600)

    assert check() == []


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda breaking: breaking.__name__)
def test_a_claim_is_broken_when(breaking: Callable[[], None]) -> None:
    breaking()
    assert BROKEN[breaking] in {violation.code for violation in check()}


def test_every_claim_about_cases_can_be_broken() -> None:
    assert {*BROKEN.values(), *GUARDED} == {invariant.code for invariant in INVARIANTS}


def test_whatever_the_customer_is_told_of_is_called_for_by_an_event() -> None:
    assert {kind for kind, words in WORDS.items() if not words.is_for_staff} == {*TOLD_AS.values()}


def test_asking_who_was_told_and_when_steps_are_due_costs_the_same_for_one_case_and_for_many() -> None:
    asked = [claim for claim in INVARIANTS if claim.code in {"I7", "I9", "I9d", "I10", "I10b"}]
    costs = []
    for number in (1, 20):
        for _ in range(number):
            make_waiting_case_with_a_watcher()
        sweep_to(REMINDERS[0])
        Notice.objects.all().delete()
        with CaptureQueriesContext(connection) as statements:
            found = [len(list(claim.offences())) for claim in asked]
        costs.append((len(statements), found))
    assert costs == [(15, [0, 0, 2, 4, 0]), (15, [0, 0, 42, 84, 0])]


def test_a_step_that_stands_twice_is_found_where_no_constraint_refuses_it() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot drop a constraint inside a transaction")
    make_waiting_case()
    sweep_to(REMINDERS[0])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE cases_followupstep DROP CONSTRAINT step_once_per_period")
    step = FollowUpStep.objects.get()
    step.pk = None
    step.save()
    assert {violation.code for violation in check()} == {"I1", "I5"}


def test_a_claim_names_its_first_twenty_offenders_only() -> None:
    person = make_customer()
    FormToken.objects.bulk_create(
        FormToken(token=f"{number:043d}", user=person, purpose="reply", created_at=timezone.now())
        for number in range(25)
    )
    assert [violation.code for violation in check()] == ["I19"] * 20


def test_every_app_brings_its_claims_once() -> None:
    codes = [invariant.code for invariant in invariants()]
    assert sorted({code[0] for code in codes}) == ["A", "E", "F", "I", "N"]
    assert len(codes) == len(set(codes))
