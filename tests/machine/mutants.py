"""Faults seeded one by one into the policy, the operations and the sweep: the machine must catch each.

The one place where our own code is replaced by a patch: a machine that cannot fail shows nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from cases import due, follow_up, lifecycle, notices, operations, permissions
from cases.follow_up import Outcome, Period
from cases.lifecycle import OPEN, Action, CaseFacts, Refusal, Status
from cases.models import Case, CaseEvent, Hold, WaitingPeriod
from cases.notices import telling
from cases.operations import callers, changing, conversation, ending, response_targets, urgency, waiting, work
from cases.queries import policy_in_force
from cases.sweep import follow_up as sweep
from cases.sweep import response_targets as target_sweep
from entitlements.queries import promises
from portal.accounts.models import User

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)

Mutant = Callable[[pytest.MonkeyPatch], None]


def _earlier(patch: pytest.MonkeyPatch, hours: int) -> None:
    """The step of so many hours comes an hour early."""
    own = follow_up._instant

    def instant(period: Period, after: timedelta) -> datetime:
        return own(period, after - HOUR if after == hours * HOUR else after)

    patch.setattr(follow_up, "_instant", instant)


def reminder_at_23_hours(patch: pytest.MonkeyPatch) -> None:
    _earlier(patch, 24)


def closure_at_143_hours(patch: pytest.MonkeyPatch) -> None:
    _earlier(patch, 144)


def due_only_after_the_instant(patch: pytest.MonkeyPatch) -> None:
    own = sweep.steps_due
    patch.setattr(sweep, "steps_due", lambda period, now: own(period, now=now - TICK))


def window_of_15_days(patch: pytest.MonkeyPatch) -> None:
    own = changing.reopen_until
    for module in (changing, sweep):
        patch.setattr(module, "reopen_until", lambda at, policy: own(at, policy) + timedelta(days=1))


def window_without_its_last_instant(patch: pytest.MonkeyPatch) -> None:
    own = permissions.refusal

    def refusal(action: Action, facts: CaseFacts, *, roles: Any, now: datetime) -> Any:
        return own(action, facts, roles=roles, now=now + TICK if action is Action.REOPEN else now)

    patch.setattr(permissions, "refusal", refusal)


def reply_leaves_the_period_running(patch: pytest.MonkeyPatch) -> None:
    own = changing.status_after
    patch.setattr(conversation, "finish_period", lambda case, now: None)
    patch.setattr(
        changing,
        "status_after",
        lambda action, status, is_owned: (
            status if action is Action.REPLY else own(action, status, is_owned=is_owned)
        ),
    )


def _table(patch: pytest.MonkeyPatch, action: Action, **columns: Any) -> None:
    rows = (replace(row, **columns) if row.action is action else row for row in lifecycle.TRANSITIONS)
    patch.setattr(lifecycle, "TRANSITIONS", tuple(rows))


def reply_accepted_after_closure(patch: pytest.MonkeyPatch) -> None:
    _table(patch, Action.REPLY, sources=lifecycle.ANY)


def extension_allowed_twice(patch: pytest.MonkeyPatch) -> None:
    _table(patch, Action.EXTEND, guards=())


def escalation_allowed_twice(patch: pytest.MonkeyPatch) -> None:
    _table(patch, Action.ESCALATE, guards=())


def setting_anew_keeps_the_old_series(patch: pytest.MonkeyPatch) -> None:
    own = conversation.begin_period

    def begin_period(change: Any, question: Any) -> None:
        if change.case.period is None:
            own(change, question)

    patch.setattr(conversation, "begin_period", begin_period)


def hold_moves_no_step(patch: pytest.MonkeyPatch) -> None:
    def instant(period: Period, after: timedelta) -> datetime:
        return max([period.started_at + after, *(hold.end for hold in period.holds)])

    patch.setattr(follow_up, "_instant", instant)


def hold_ends_an_hour_before_midnight(patch: pytest.MonkeyPatch) -> None:
    own = waiting.end_of_day
    patch.setattr(waiting, "end_of_day", lambda day, zone: own(day, zone) - HOUR)


def released_hold_counts_whole(patch: pytest.MonkeyPatch) -> None:
    def end_hold(hold: Hold, *, now: datetime) -> None:
        hold.ended_at = hold.until
        hold.save(update_fields=["ended_at"])

    patch.setattr(waiting, "end_hold", end_hold)


def overdue_reminders_all_sent(patch: pytest.MonkeyPatch) -> None:
    own = sweep.steps_due

    def steps_due(period: Period, *, now: datetime) -> Any:
        return tuple(
            replace(step, outcome=Outcome.SENT) if step.outcome is Outcome.SKIPPED else step
            for step in own(period, now=now)
        )

    patch.setattr(sweep, "steps_due", steps_due)


def closed_case_keeps_its_timer(patch: pytest.MonkeyPatch) -> None:
    own = sweep._Decision.columns

    def columns(decision: Any, now: datetime) -> dict[str, object]:
        found = own(decision, now)
        return {**found, "next_follow_up_at": now} if decision.closes else found

    patch.setattr(sweep._Decision, "columns", columns)


def reopening_keeps_the_escalation(patch: pytest.MonkeyPatch) -> None:
    own = operations.reopen_case

    def reopen_case(case: Case, **facts: Any) -> Any:
        rows = Case.objects.filter(pk=case.pk)
        escalated = rows.values("escalated_at", "escalation_reason").get()
        message = own(case, **facts)
        rows.update(**escalated)
        return message

    patch.setattr(operations, "reopen_case", reopen_case)


def notice_to_the_person_who_acted(patch: pytest.MonkeyPatch) -> None:
    own = notices.tell_customer
    patch.setattr(
        notices,
        "tell_customer",
        lambda case, kind, except_for, **facts: own(case, kind, except_for=None, **facts),
    )


def watchers_told_nothing(patch: pytest.MonkeyPatch) -> None:
    def requestor_alone(case: Case) -> list[User]:
        return [case.requestor] if case.requestor.is_active else []

    patch.setattr(telling, "customer_recipients", requestor_alone)


def closure_without_its_notice(patch: pytest.MonkeyPatch) -> None:
    own = sweep._drafts_of
    patch.setattr(
        sweep,
        "_drafts_of",
        lambda decision, step, now: iter(()) if step.outcome is Outcome.CLOSED else own(decision, step, now),
    )


def step_without_its_event(patch: pytest.MonkeyPatch) -> None:
    own = sweep.insert_rows

    def insert_rows(model: Any, rows: Any, **facts: Any) -> None:
        if model is not CaseEvent:
            own(model, rows, **facts)

    patch.setattr(sweep, "insert_rows", insert_rows)


def first_response_overwritten(patch: pytest.MonkeyPatch) -> None:
    def respond(change: Any) -> None:
        change.case.first_responded_at = change.now

    patch.setattr(changing.Change, "respond", respond)


def answer_starts_the_clock_anew(patch: pytest.MonkeyPatch) -> None:
    own = operations.answer_case

    def answer_case(case: Case, *, now: datetime, **facts: Any) -> Any:
        message = own(case, now=now, **facts)
        WaitingPeriod.objects.filter(case=case, ended_at__isnull=True).update(started_at=now)
        return message

    patch.setattr(operations, "answer_case", answer_case)


def reminders_told_twice(patch: pytest.MonkeyPatch) -> None:
    own = sweep.announce

    def announce(drafts: Any, *, now: datetime) -> Any:
        once = list(drafts)
        return own([*once, *(replace(draft, key=f"{draft.key}:again") for draft in once)], now=now)

    patch.setattr(sweep, "announce", announce)


def steps_done_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(due, "_steps_done", lambda periods: defaultdict(dict))


def new_policy_rules_a_running_period(patch: pytest.MonkeyPatch) -> None:
    own = sweep._decide

    def decide(case: due.DueCase, now: datetime) -> Any:
        rules = replace(case.rules, policy=policy_in_force(now).rules())
        return own(replace(case, rules=rules), now)

    patch.setattr(sweep, "_decide", decide)


def notice_first_waits_23_hours(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(follow_up, "NOTICE_BEFORE_CLOSURE", 23 * HOUR)


def raised_again_after_an_hour(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lifecycle, "RAISE_AGAIN_AFTER", HOUR)


def answered_reminder_still_goes_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notices, "cancel_reminders", lambda case: 0)


def leaver_keeps_the_cases(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(work, "OPEN", OPEN - {Status.PENDING_RESPONSE, Status.RESOLUTION_PROVIDED})


def late_clock_shifts_later_steps(patch: pytest.MonkeyPatch) -> None:
    own = follow_up._instant

    def instant(period: Period, after: timedelta) -> datetime:
        late = [
            at - own(period, period.policy.reminders_after[step.ordinal - 1])
            for step, at in period.done.items()
        ]
        return own(period, after) + max(late, default=timedelta(0))

    patch.setattr(follow_up, "_instant", instant)


def warned_at_half_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(promises, "WARN_AFTER", 0.5)


def missed_at_the_due_instant(patch: pytest.MonkeyPatch) -> None:
    own = target_sweep.missed_from
    patch.setattr(target_sweep, "missed_from", lambda due_at: own(due_at) - TICK)


def missed_target_tells_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(target_sweep, "_drafts", lambda due, now: [])


def late_response_counts_as_met(patch: pytest.MonkeyPatch) -> None:
    def settle_target(case: Case, *, now: datetime) -> None:
        case.next_response_step_at = None

    patch.setattr(changing, "settle_target", settle_target)


def closing_in_time_counts_as_missed(patch: pytest.MonkeyPatch) -> None:
    def withdraw_target(case: Case, *, now: datetime) -> None:
        if case.next_response_step_at is not None:
            case.response_missed_at, case.next_response_step_at = now, None

    patch.setattr(changing, "withdraw_target", withdraw_target)


def priority_moves_no_target(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(urgency, "renew_target", lambda case, was, now: None)


def raised_target_counts_from_the_filing(patch: pytest.MonkeyPatch) -> None:
    own = response_targets._promise
    patch.setattr(
        response_targets, "_promise", lambda case, kept, since: own(case, kept, since=kept.opened_at)
    )


def reopening_brings_no_target(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ending, "restart_target", lambda case, now: None)


def escalated_before_the_target_has_passed(patch: pytest.MonkeyPatch) -> None:
    _table(patch, Action.ESCALATE, guards=(lifecycle._is_not_escalated, lifecycle._has_term))


def taken_over_without_a_target(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(callers, "begin_target", lambda case, now: None)


def administrator_not_told_of_a_caller(patch: pytest.MonkeyPatch) -> None:
    own = telling.customer_recipients

    def customer_recipients(case: Case) -> list[User]:
        told = own(case)
        return [who for who in told if who.pk != case.account.administrator_id] if case.is_nobodys else told

    patch.setattr(telling, "customer_recipients", customer_recipients)
    patch.setattr(notices, "customer_recipients", customer_recipients)


def untouched_caller_can_be_reopened(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lifecycle, "WITHOUT_REQUESTOR", lifecycle.WITHOUT_REQUESTOR | {Action.REOPEN})


def contact_by_phone_leaves_the_call_awaited(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conversation, "end_call", lambda case, outcome, now: None)


def call_promised_for_p4(patch: pytest.MonkeyPatch) -> None:
    _table(patch, Action.REQUEST_CALL, guards=(_awaits_no_call,))


def _awaits_no_call(facts: CaseFacts, _now: datetime) -> Refusal | None:
    return Refusal("call_awaited") if facts.has_call else None


# Each with the run of the machine that catches it soonest; the others come after it.
MUTANTS: dict[Mutant, int] = {
    reminder_at_23_hours: 2,
    closure_at_143_hours: 2,
    due_only_after_the_instant: 2,
    late_clock_shifts_later_steps: 2,
    overdue_reminders_all_sent: 2,
    notice_first_waits_23_hours: 1,
    new_policy_rules_a_running_period: 10,
    setting_anew_keeps_the_old_series: 2,
    steps_done_are_forgotten: 2,
    answer_starts_the_clock_anew: 8,
    hold_moves_no_step: 2,
    hold_ends_an_hour_before_midnight: 2,
    released_hold_counts_whole: 7,
    extension_allowed_twice: 2,
    reply_leaves_the_period_running: 5,
    reply_accepted_after_closure: 8,
    window_of_15_days: 1,
    window_without_its_last_instant: 8,
    reopening_keeps_the_escalation: 7,
    escalation_allowed_twice: 4,
    raised_again_after_an_hour: 7,
    first_response_overwritten: 8,
    leaver_keeps_the_cases: 1,
    closed_case_keeps_its_timer: 2,
    step_without_its_event: 2,
    closure_without_its_notice: 2,
    notice_to_the_person_who_acted: 2,
    watchers_told_nothing: 1,
    reminders_told_twice: 2,
    answered_reminder_still_goes_out: 6,
    warned_at_half_time: 1,
    missed_at_the_due_instant: 8,
    missed_target_tells_nobody: 1,
    late_response_counts_as_met: 8,
    closing_in_time_counts_as_missed: 1,
    priority_moves_no_target: 4,
    raised_target_counts_from_the_filing: 2,
    reopening_brings_no_target: 2,
    escalated_before_the_target_has_passed: 8,
    taken_over_without_a_target: 2,
    administrator_not_told_of_a_caller: 1,
    untouched_caller_can_be_reopened: 9,
    contact_by_phone_leaves_the_call_awaited: 2,
    call_promised_for_p4: 2,
}
