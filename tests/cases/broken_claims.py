"""Each claim about cases, and the rows that break it, written past every operation."""

from collections.abc import Callable
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F

from cases import operations
from cases.follow_up import CatchUp
from cases.lifecycle import Channel, EscalationReason
from cases.models import Case, CaseEvent, FollowUpStep, Hold, WaitingPeriod, Watcher
from cases.sweep import carry_out_targets
from portal.accounts.models import User
from portal.audit.append_only import history_unlocked
from portal.files.models import StoredFile
from portal.files.storing import store
from portal.notices.models import Notice
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
from tests.factories.people import make_agent, make_customer, make_license

HOUR = timedelta(hours=1)
REMINDERS = (ASKED + 24 * HOUR, ASKED + 72 * HOUR, ASKED + 120 * HOUR)


def make_case_with_a_file() -> Case:
    return make_case(files=[store(SimpleUploadedFile("app.log", b"line 1\n"))])


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


def a_reminder_is_sent_past_a_watcher() -> None:
    case = make_waiting_case_with_a_watcher()
    sweep_to(REMINDERS[0])
    lose_notices("case_reminder", to=case.watchers.get())


def a_reminder_was_sent_past_somebody_who_watches_no_longer() -> None:
    case = make_waiting_case_with_a_watcher()
    sweep_to(REMINDERS[0])
    watcher = case.watchers.get()
    operations.edit_watchers(case, watchers=[], actor=case.requestor, now=REMINDERS[0] + HOUR)
    lose_notices("case_reminder", to=watcher)


def a_reminder_was_sent_past_the_requestor_of_then() -> None:
    case = make_waiting_case_with_a_watcher()
    sweep_to(REMINDERS[0])
    colleague = make_customer(case.license)
    operations.hand_to_colleague(case, colleague=colleague, actor=case.requestor, now=REMINDERS[0] + HOUR)
    lose_notices("case_reminder", to=case.requestor)


def a_sent_reminder_stands_in_no_history() -> None:
    make_waiting_case()
    sweep_to(REMINDERS[0])
    with history_unlocked("test"):
        CaseEvent.objects.filter(kind="reminded").delete()


def a_closure_is_told_past_a_watcher() -> None:
    case = make_waiting_case_with_a_watcher()
    sweep_to(*REMINDERS, CLOSES)
    lose_notices("case_auto_closed", to=case.watchers.get())


def a_question_is_told_to_nobody() -> None:
    lose_notices("case_information_requested", to=make_waiting_case().requestor)


def the_end_of_a_hold_is_told_to_nobody() -> None:
    case = make_waiting_case()
    operations.extend_waiting(case, actor=case.requestor, now=ASKED + HOUR)
    sweep_to(ASKED + 73 * HOUR)
    lose_notices("case_hold_ended", to=case.requestor)


def a_callers_request_is_told_to_nobody() -> None:
    license_ = make_license()
    person = make_customer(license_)
    operations.log_caller(
        license_,
        name="Kim",
        address="kim@caller.example",
        channel=Channel.PHONE,
        actor=make_agent(),
        now=ASKED,
    )
    lose_notices("case_caller_logged", to=person)


def the_next_step_moves() -> None:
    make_waiting_case()
    Case.objects.update(next_follow_up_at=F("next_follow_up_at") + HOUR)


def a_step_is_lost() -> None:
    """As by a tick that moved the case on and carried nothing out."""
    make_waiting_case()
    Case.objects.update(next_follow_up_at=REMINDERS[1])


def a_targets_step_moves() -> None:
    make_case()
    Case.objects.update(next_response_step_at=F("next_response_step_at") + HOUR)


def make_waiting_case_with_a_watcher() -> Case:
    requestor = make_customer(make_license())
    return make_waiting_case(requestor, watchers=[make_customer(requestor.seats.get().license)])


def lose_notices(kind: str, *, to: User) -> None:
    lost, _ = Notice.objects.filter(kind=kind, recipient=to).delete()
    assert lost == 1


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
    a_closure_is_told_past_a_watcher: "I7",
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
    a_reminder_is_sent_past_a_watcher: "I9",
    a_reminder_was_sent_past_somebody_who_watches_no_longer: "I9",
    a_reminder_was_sent_past_the_requestor_of_then: "I9",
    a_sent_reminder_stands_in_no_history: "I9",
    a_question_is_told_to_nobody: "I9d",
    the_end_of_a_hold_is_told_to_nobody: "I9d",
    a_callers_request_is_told_to_nobody: "I9d",
    the_next_step_moves: "I10",
    a_step_is_lost: "I10",
    a_targets_step_moves: "I10b",
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
