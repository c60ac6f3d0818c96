"""Every claim about cases holds after every kind of life, and is broken by a row that breaks it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.utils import timezone

from cases import operations
from cases.follow_up import CatchUp
from cases.invariants import INVARIANTS
from cases.lifecycle import EscalationReason, Resolution
from cases.models import Case, CaseEvent, FollowUpStep, Hold, WaitingPeriod, Watcher
from cases.sweep import carry_out_targets
from entitlements.operations import add_named_contact, remove_named_contact
from portal.audit.append_only import history_unlocked
from portal.files.models import StoredFile
from portal.files.storing import store
from portal.notices.models import Notice
from portal.work.invariants import check, invariants
from portal.work.models import FormToken
from tests.factories.cases import (
    ASKED,
    CLOSES,
    make_auto_closed_case,
    make_case,
    make_policy,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import make_agent, make_customer, make_license, make_superuser

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
REMINDERS = (ASKED + 24 * HOUR, ASKED + 72 * HOUR, ASKED + 120 * HOUR)


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


def make_case_with_a_file() -> Case:
    return make_case(files=[store(SimpleUploadedFile("app.log", b"line 1\n"))])


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


# --- Each claim is broken by one row, written past every operation ------------------------------------


def steps_come_early() -> None:
    make_waiting_case()
    sweep_to(REMINDERS[0])
    FollowUpStep.objects.update(due_at=ASKED + 23 * HOUR)


def a_reminder_follows_the_answer() -> None:
    case = make_waiting_case()
    sweep_to(REMINDERS[0])
    operations.reply_to_case(case, text="Here", actor=case.requestor, now=REMINDERS[0] + HOUR)
    WaitingPeriod.objects.update(ended_at=REMINDERS[0] - HOUR)


def a_reminder_is_written_after_the_answer() -> None:
    """As by a tick that began before the answer, and did not look again under the lock."""
    case = make_waiting_case()
    period = case.periods.get()
    operations.reply_to_case(case, text="Here", actor=case.requestor, now=REMINDERS[0] + HOUR)
    facts = {"case": case, "period": period, "due_at": REMINDERS[0], "done_at": REMINDERS[0]}
    FollowUpStep.objects.create(kind="reminder", ordinal=1, outcome="sent", **facts)
    detail = {"period": 1, "ordinal": 1, "due_at": REMINDERS[0].isoformat()}
    CaseEvent.objects.create(case=case, kind="reminded", occurred_at=REMINDERS[0], detail=detail)


def a_case_waits_for_an_ended_period() -> None:
    make_waiting_case()
    WaitingPeriod.objects.update(ended_at=ASKED + HOUR)


def a_period_is_left_running() -> None:
    make_auto_closed_case()
    WaitingPeriod.objects.update(ended_at=None)


def a_hold_is_left_running() -> None:
    case = make_waiting_case()
    operations.extend_waiting(case, actor=case.requestor, now=ASKED + HOUR)
    operations.reply_to_case(case, text="Here", actor=case.requestor, now=ASKED + 2 * HOUR)
    Hold.objects.update(ended_at=None)


def reminders_change_places() -> None:
    make_waiting_case()
    sweep_to(*REMINDERS)
    FollowUpStep.objects.filter(ordinal=1).update(done_at=REMINDERS[2] + HOUR)


def reminders_come_at_once() -> None:
    make_waiting_case()
    sweep_to(*REMINDERS[:2])
    FollowUpStep.objects.filter(ordinal=1).update(done_at=REMINDERS[1])


def a_closure_lacks_a_reminder() -> None:
    make_auto_closed_case()
    FollowUpStep.objects.filter(ordinal=2).delete()


def a_closure_is_told_to_nobody() -> None:
    make_auto_closed_case()
    Notice.objects.filter(kind="case_auto_closed").delete()


def a_closure_comes_without_warning() -> None:
    make_policy(ASKED - HOUR, catch_up=CatchUp.NOTICE_FIRST)
    make_waiting_case()
    sweep_to(*REMINDERS, CLOSES)
    FollowUpStep.objects.filter(ordinal=3).update(done_at=F("done_at") + timedelta(microseconds=1))


def a_closure_lacks_its_step() -> None:
    make_auto_closed_case()
    FollowUpStep.objects.filter(kind="closure").delete()


def an_answer_leaves_the_case_waiting() -> None:
    case = make_waiting_case()
    add_event(
        case, kind="replied", detail={"status_before": "pending_response", "status": "pending_response"}
    )


def an_answer_is_taken_on_a_closed_case() -> None:
    case = make_auto_closed_case()
    add_event(case, kind="replied", detail={"status_before": "auto_closed", "status": "auto_closed"})


def a_reopening_comes_too_late() -> None:
    case = make_auto_closed_case()
    operations.reopen_case(case, text="Again", actor=case.requestor, now=CLOSES + HOUR)
    with history_unlocked("test"):
        CaseEvent.objects.filter(kind="reopened").update(
            occurred_at=CLOSES + timedelta(days=14, microseconds=1)
        )


def an_escalation_survives_its_reopening() -> None:
    case = make_auto_closed_case()
    operations.reopen_case(case, text="Again", actor=case.requestor, now=CLOSES + HOUR)
    Case.objects.filter(pk=case.pk).update(escalated_at=ASKED, escalation_reason=EscalationReason.UPDATE)


def a_period_is_misnumbered() -> None:
    make_waiting_case()
    WaitingPeriod.objects.update(number=2)


def a_change_stands_in_no_event() -> None:
    case = make_waiting_case()
    Case.objects.filter(pk=case.pk).update(priority=4)


def a_watcher_stands_in_no_event() -> None:
    case = make_waiting_case()
    Watcher.objects.create(case=case, user=make_customer(case.license), added_at=ASKED)


def an_event_is_missing() -> None:
    make_auto_closed_case()
    with history_unlocked("test"):
        CaseEvent.objects.filter(kind="information_requested").delete()


def a_first_response_changes() -> None:
    make_waiting_case()
    Case.objects.update(first_responded_at=ASKED + HOUR)


def a_first_response_is_missing() -> None:
    make_waiting_case()
    Case.objects.update(first_responded_at=None)


def a_first_response_is_made_up() -> None:
    make_case()
    Case.objects.update(first_responded_at=ASKED, next_response_step_at=None)


def a_target_runs_without_its_clock() -> None:
    make_case()
    Case.objects.update(next_response_step_at=None)


def a_due_instant_moves() -> None:
    make_case()
    Case.objects.update(response_due_at=F("response_due_at") + HOUR)


def a_late_response_counts_as_met() -> None:
    make_waiting_case()
    Case.objects.update(response_missed_at=None)


def a_missed_target_is_told_twice() -> None:
    make_case()
    carry_out_targets(ASKED, 10)
    event = CaseEvent.objects.get(kind="target_missed")
    event.pk = None
    event.save()


def a_reminder_is_sent_to_nobody() -> None:
    make_waiting_case()
    sweep_to(REMINDERS[0])
    Notice.objects.filter(kind="case_reminder").delete()


def a_reminder_is_told_that_was_not_due() -> None:
    make_waiting_case()
    sweep_to(REMINDERS[0])
    FollowUpStep.objects.all().delete()


def a_stranger_is_requestor() -> None:
    make_case()
    Case.objects.update(requestor=make_customer())


def a_stranger_watches() -> None:
    Watcher.objects.create(case=make_case(), user=make_customer(), added_at=ASKED)


def a_stranger_is_told() -> None:
    make_case()
    Notice.objects.update(recipient=make_customer())


def eleven_people_watch() -> None:
    case = make_case()
    for _ in range(11):
        Watcher.objects.create(case=case, user=make_customer(case.license), added_at=ASKED)


def a_file_is_astray() -> None:
    make_case_with_a_file()
    StoredFile.objects.update(uploaded_by=make_customer())


def a_form_came_to_nothing() -> None:
    FormToken.objects.create(token="t" * 43, user=make_customer(), purpose="reply")


def add_event(case: Case, **columns: object) -> None:
    CaseEvent.objects.create(case=case, actor=case.requestor, occurred_at=ASKED, is_public=True, **columns)


def a_page_tells_of_nothing() -> None:
    case = make_case()
    Notice.objects.create(
        key=f"{case.about}:e0:p1_filed:pager",
        kind="case_p1_filed",
        transport="pager",
        about=case.about,
        params={"case": case.pk},
        created_at=case.filed_at + HOUR,
    )


BROKEN: dict[Callable[[], None], str] = {
    a_reminder_follows_the_answer: "I2",
    a_reminder_is_written_after_the_answer: "I2",
    a_case_waits_for_an_ended_period: "I3",
    a_period_is_left_running: "I3b",
    a_hold_is_left_running: "I3b",
    reminders_change_places: "I4",
    reminders_come_at_once: "I5",
    steps_come_early: "I6",
    a_closure_lacks_a_reminder: "I7",
    a_closure_is_told_to_nobody: "I7",
    a_closure_comes_without_warning: "I7b",
    a_closure_lacks_its_step: "I8",
    an_answer_leaves_the_case_waiting: "I11",
    an_answer_is_taken_on_a_closed_case: "I11",
    a_reopening_comes_too_late: "I12",
    an_escalation_survives_its_reopening: "I12b",
    a_period_is_misnumbered: "I12c",
    a_change_stands_in_no_event: "I16",
    a_watcher_stands_in_no_event: "I16",
    an_event_is_missing: "I16",
    a_first_response_changes: "I20",
    a_first_response_is_missing: "I20",
    a_first_response_is_made_up: "I20",
    a_target_runs_without_its_clock: "I21",
    a_due_instant_moves: "I21b",
    a_late_response_counts_as_met: "I21c",
    a_missed_target_is_told_twice: "I21d",
    a_reminder_is_sent_to_nobody: "I9",
    a_reminder_is_told_that_was_not_due: "I9b",
    a_page_tells_of_nothing: "I9c",
    a_stranger_is_requestor: "I17",
    a_stranger_watches: "I17",
    a_stranger_is_told: "I17b",
    eleven_people_watch: "I17c",
    a_file_is_astray: "I18",
    a_form_came_to_nothing: "I19",
}
# What a constraint of the database refuses can only be broken with the constraint gone.
GUARDED = {"I1"}


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda breaking: breaking.__name__)
def test_a_claim_is_broken_when(breaking: Callable[[], None]) -> None:
    breaking()
    assert BROKEN[breaking] in {violation.code for violation in check()}


def test_every_claim_about_cases_can_be_broken() -> None:
    assert {*BROKEN.values(), *GUARDED} == {invariant.code for invariant in INVARIANTS}


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
