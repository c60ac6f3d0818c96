"""The checker finds each kind of departure in a run made up by hand, and none in the run as it is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.chaos import checking_answers, checking_notices
from tests.chaos.history import OK, UNKNOWN, Answer, Fault, History
from tests.chaos.made_up import (
    AGENT,
    CASE,
    COLLEAGUE,
    CUSTOMER,
    LEAD,
    event,
    hours,
    notice,
    operation,
    run,
    wrong_rows,
)
from tests.chaos.report import table
from tests.chaos.sink import DIE, Delivery
from tests.chaos.stored import Outbox, Stored, StoredText, WaitingMail

Spoil = Callable[[History, Stored], None]


def _lose_an_answered_text(history: History, stored: Stored) -> None:
    stored.texts.pop()
    del stored.tokens["token4"]


def _write_an_answered_text_twice(history: History, stored: Stored) -> None:
    stored.texts.append(replace(stored.texts[1], pk=3, files=()))


def _forget_an_answered_token(history: History, stored: Stored) -> None:
    del stored.tokens["token2"]


def _write_an_unanswered_text_twice(history: History, stored: Stored) -> None:
    stored.tokens["token5"] = "/x/"
    stored.texts += [StoredText(pk, CASE, CUSTOMER, "About it: mark-5-") for pk in (8, 9)]


def _keep_a_text_without_its_token(history: History, stored: Stored) -> None:
    stored.texts.append(StoredText(8, CASE, CUSTOMER, "About it: mark-5-"))


def _carry_a_refused_text_out(history: History, stored: Stored) -> None:
    stored.texts.append(StoredText(8, CASE, CUSTOMER, "About it: mark-90-"))


def _carry_a_refused_claim_out(history: History, stored: Stored) -> None:
    stored.tokens["token3"] = "/x/"


def _claim_twice(history: History, stored: Stored) -> None:
    claimed = stored.events[1]
    stored.events.append(replace(claimed, pk=20))


def _let_the_row_say_something_else(history: History, stored: Stored) -> None:
    stored.cases[CASE] = replace(stored.cases[CASE], status="in_progress")


def _let_the_row_have_another_owner(history: History, stored: Stored) -> None:
    stored.cases[CASE] = replace(stored.cases[CASE], owner=LEAD)


def _close_after_an_answer(history: History, stored: Stored) -> None:
    """The reply committed before the closure, and the closure was written all the same."""
    history.operations[-1] = operation(90, "reply", result=OK)
    stored.tokens["token90"] = "/x/"
    stored.texts.append(StoredText(9, CASE, CUSTOMER, "About it: mark-90-"))
    closure = stored.events.pop()
    stored.events.append(event(7, "replied", hours(143), actor=CUSTOMER, message=9, status="in_progress"))
    stored.events.append(replace(closure, pk=8))
    stored.notices.append(notice(30, "e7:customer_replied:u3", AGENT))
    stored.deliveries.append(Delivery(650, "<30@portal.example>", (AGENT,)))


def _remind_early(history: History, stored: Stored) -> None:
    stored.events[3] = replace(stored.events[3], at=hours(24) - timedelta(microseconds=1))


def _remind_of_a_wrong_instant(history: History, stored: Stored) -> None:
    stored.events[3] = replace(stored.events[3], due_at=hours(25))


def _remind_twice(history: History, stored: Stored) -> None:
    stored.events.insert(4, replace(stored.events[3], pk=40))
    stored.events = [replace(line, pk=pk) for pk, line in enumerate(stored.events, start=1)]


def _keep_a_step_twice(history: History, stored: Stored) -> None:
    stored.steps.append(stored.steps[0])


def _leave_a_step_due(history: History, stored: Stored) -> None:
    """The clock stopped before the closure."""
    stored.events.pop()
    stored.steps.pop()
    stored.notices = stored.notices[:-2]
    stored.deliveries = stored.deliveries[:-2]
    stored.cases[CASE] = replace(
        stored.cases[CASE], status="pending_response", period=1, next_step_at=hours(144)
    )
    history.operations.pop()


def _refuse_for_nothing(history: History, stored: Stored) -> None:
    history.operations[2] = operation(
        1, "claim", actor=LEAD, token="t", began=16, ended=17, result="refused", status=409
    )


def _answer_out_of_order(history: History, stored: Stored) -> None:
    """The claim was answered before the question was sent, and stands behind it."""
    claimed, asked = stored.events[1], stored.events[2]
    stored.events[1] = replace(asked, pk=2)
    stored.events[2] = replace(claimed, pk=3, status="", status_before="")
    stored.cases[CASE] = replace(stored.cases[CASE], owner=AGENT)


def _lose_a_file(history: History, stored: Stored) -> None:
    stored.texts[1] = replace(stored.texts[1], files=())


def _damage_a_file(history: History, stored: Stored) -> None:
    stored.damaged_files.append("log.txt at 00/00")


def _lose_a_notice(history: History, stored: Stored) -> None:
    lost = stored.notices.pop()
    stored.deliveries = [mail for mail in stored.deliveries if mail.message_id != lost.message_id]


def _announce_twice(history: History, stored: Stored) -> None:
    twice = replace(stored.notices[0], pk=40, message_id="<40@portal.example>")
    stored.notices.append(twice)
    stored.deliveries.append(Delivery(650, twice.message_id, (twice.recipient,)))


def _tell_somebody_else(history: History, stored: Stored) -> None:
    stored.notices[0] = replace(stored.notices[0], key=f"case:{CASE}:e1:acknowledgement:u3")


def _leave_a_mail_pending(history: History, stored: Stored) -> None:
    stored.notices[0] = replace(stored.notices[0], state="pending")


def _give_a_mail_up(history: History, stored: Stored) -> None:
    stored.notices[0] = replace(stored.notices[0], state="dead", last_error="451")


def _lose_a_mail_that_is_called_sent(history: History, stored: Stored) -> None:
    stored.deliveries.pop()


def _send_to_somebody_else(history: History, stored: Stored) -> None:
    stored.deliveries[0] = replace(stored.deliveries[0], recipients=(COLLEAGUE,))


def _send_under_another_id(history: History, stored: Stored) -> None:
    stored.deliveries.append(Delivery(650, "<new@portal.example>", (CUSTOMER,)))


def _miss_a_target_after_its_answer(history: History, stored: Stored) -> None:
    """It comes after the question, which is a response."""
    stored.events.append(event(3, "target_missed", hours(1), due_at=hours(0.5), decision=1))
    stored.notices.append(notice(30, "t1:target_missed:u3", AGENT))
    stored.deliveries.append(Delivery(630.0, "<30@portal.example>", (AGENT,)))


def _miss_a_target_at_its_due_instant(history: History, stored: Stored) -> None:
    stored.events.append(event(2, "target_missed", hours(-0.01), due_at=hours(-0.01), decision=1))
    stored.notices.append(notice(30, "t1:target_missed:u3", AGENT))
    stored.deliveries.append(Delivery(630.0, "<30@portal.example>", (AGENT,)))


def _warn_nobody_of_a_target(history: History, stored: Stored) -> None:
    stored.events.append(event(2, "target_warned", hours(-0.01), due_at=hours(1), decision=1))


def _leave_a_target_due(history: History, stored: Stored) -> None:
    stored.cases[CASE] = replace(stored.cases[CASE], target_step_at=hours(1))


def _send_again_for_nothing(history: History, stored: Stored) -> None:
    stored.deliveries.append(replace(stored.deliveries[0], at=640))


def _fail_outside_the_windows(history: History, stored: Stored) -> None:
    history.answers.append(Answer(513.1, 513.2, "GET", "/cases/", 503))


def _fail_while_only_the_mail_server_hangs(history: History, stored: Stored) -> None:
    history.answers.append(Answer(705, 706, "GET", "/cases/", 503))


def _fail_uncleanly(history: History, stored: Stored) -> None:
    history.answers.append(Answer(501, 502, "GET", "/cases/", 500))


def _break_a_connection(history: History, stored: Stored) -> None:
    history.answers.append(Answer(705, 706, "GET", "/cases/", 0, "ConnectionResetError"))


def _throttle(history: History, stored: Stored) -> None:
    history.answers.append(Answer(705, 706, "POST", "/cases/new/", 429))


CASES_AS_MODEL = "cases as the model says"
ORDER = "acts in the order of their answers"
REFUSALS = "refusals with a reason in the model"
FILES = "files whole, with their messages"
NOTICES = "notices, one per event and recipient"
EACH: list[tuple[Spoil, set[str]]] = [
    (_lose_an_answered_text, {"operations answered", "acts in the history"}),
    (_write_an_answered_text_twice, {"operations answered"}),
    (_forget_an_answered_token, {"operations answered", "acts in the history"}),
    (_write_an_unanswered_text_twice, {"operations without an answer", "acts in the history"}),
    (_keep_a_text_without_its_token, {"operations without an answer"}),
    (_carry_a_refused_text_out, {"operations refused"}),
    (_carry_a_refused_claim_out, {"operations refused", "acts in the history"}),
    (_claim_twice, {"acts in the history", CASES_AS_MODEL}),
    (_let_the_row_say_something_else, {CASES_AS_MODEL}),
    (_let_the_row_have_another_owner, {CASES_AS_MODEL}),
    (_close_after_an_answer, {CASES_AS_MODEL}),
    (_remind_early, {CASES_AS_MODEL}),
    (_remind_of_a_wrong_instant, {CASES_AS_MODEL}),
    (_remind_twice, {CASES_AS_MODEL, "steps, once per period and step", NOTICES}),
    (_keep_a_step_twice, {"steps, once per period and step"}),
    (_leave_a_step_due, {"steps due at the end"}),
    (_refuse_for_nothing, {REFUSALS}),
    (_answer_out_of_order, {CASES_AS_MODEL, ORDER, REFUSALS, NOTICES}),
    (_lose_a_file, {FILES}),
    (_damage_a_file, {FILES}),
    (_lose_a_notice, {NOTICES}),
    (_announce_twice, {NOTICES}),
    (_tell_somebody_else, {NOTICES}),
    (_leave_a_mail_pending, {"mail settled"}),
    (_give_a_mail_up, {"mail settled"}),
    (_lose_a_mail_that_is_called_sent, {"rows sent, with their mail"}),
    (_send_to_somebody_else, {"rows sent, with their mail", "mail that arrived, with its row"}),
    (_send_under_another_id, {"mail that arrived, with its row"}),
    (_send_again_for_nothing, {"second copies"}),
    (_miss_a_target_after_its_answer, {"cases as the model says"}),
    (_miss_a_target_at_its_due_instant, {"cases as the model says"}),
    (_warn_nobody_of_a_target, {"notices, one per event and recipient"}),
    (_leave_a_target_due, {"steps due at the end"}),
    (_fail_outside_the_windows, {"5xx outside the windows of web and database"}),
    (_fail_while_only_the_mail_server_hangs, {"5xx outside the windows of web and database"}),
    (_fail_uncleanly, {"5xx anywhere"}),
    (_break_a_connection, {"connections broken outside those windows"}),
    (_throttle, {"people forbidden, throttled or lost"}),
]  # fmt: skip


def test_a_run_in_which_all_is_right_has_no_wrong_row() -> None:
    assert wrong_rows(*run()) == set()


@pytest.mark.parametrize(("spoil", "rows"), EACH, ids=[spoil.__name__.strip("_") for spoil, _rows in EACH])
def test_a_departure_makes_its_rows_wrong_and_no_others(spoil: Spoil, rows: set[str]) -> None:
    history, stored = run()

    spoil(history, stored)

    assert wrong_rows(history, stored) == rows


def test_an_operation_without_an_answer_may_have_been_carried_out_once() -> None:
    history, stored = run()
    history.operations.append(operation(6, "reply", result=UNKNOWN, status=0, began=30, ended=50))
    stored.tokens["token6"] = "/x/"
    stored.texts.append(StoredText(9, CASE, CUSTOMER, "About it: mark-6-"))
    stored.events[2:] = [
        event(
            3,
            "replied",
            hours(-0.01),
            actor=CUSTOMER,
            message=9,
            status="in_progress",
            status_before="in_progress",
        ),
        *(replace(line, pk=line.pk + 1) for line in stored.events[2:]),
    ]
    stored.notices = [replace(row, key=row.key.replace(":e3:", ":e4:")) for row in stored.notices]
    stored.notices.append(notice(30, "e3:customer_replied:u3", AGENT))
    stored.deliveries.append(Delivery(650, "<30@portal.example>", (AGENT,)))

    assert wrong_rows(history, stored) == set()


@pytest.mark.parametrize(
    ("first_copy", "fault"),
    [
        (Delivery(620, "<1@portal.example>", (CUSTOMER,), answer=DIE), None),
        (Delivery(620, "<1@portal.example>", (CUSTOMER,)), Fault("worker killed", "worker", 620.4, 622)),
        (Delivery(620, "<1@portal.example>", (CUSTOMER,)), Fault("database restarted", "database", 619, 622)),
        (Delivery(620, "<1@portal.example>", (CUSTOMER,)), Fault("mail server away", "mail", 620.1, 622)),
    ],
    ids=["not answered", "sender killed", "database away", "mail server killed"],
)
def test_a_second_copy_is_right_where_the_first_could_not_be_noted(
    first_copy: Delivery, fault: Fault | None
) -> None:
    history, stored = run()
    stored.deliveries[0] = first_copy
    stored.deliveries.append(Delivery(990, first_copy.message_id, first_copy.recipients))
    if fault:
        history.faults.append(fault)

    assert wrong_rows(history, stored) == set()


def test_a_fault_of_another_part_excuses_no_second_copy() -> None:
    history, stored = run()
    stored.deliveries.append(replace(stored.deliveries[0], at=990))
    history.faults.append(Fault("beat killed", "beat", stored.deliveries[0].at, 640))

    assert wrong_rows(history, stored) == {"second copies"}


def test_steps_that_wait_too_long_mail_that_stays_and_parts_that_stay_away_are_found() -> None:
    history = History(faults=[Fault("web killed", "web", 1, 2, recovered=False)], deaths=["worker (1)"])

    right = checking_answers.liveness(History(), waited_seconds=120, is_settled=True)
    late = checking_answers.liveness(history, waited_seconds=120.1, is_settled=False)
    never = checking_answers.liveness(History(), waited_seconds=None, is_settled=True)

    assert [verdict.is_right for verdict in right] == [True] * 4
    assert [verdict.is_right for verdict in late] == [False] * 4
    assert [verdict.is_right for verdict in never] == [False, True, True, True]


NOW, HOUR, LEASE = hours(0), timedelta(hours=1), timedelta(minutes=5)
LATE = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "row",
    [
        WaitingMail("put off", "pending", NOW + HOUR),
        WaitingMail("overdue", "pending", NOW - HOUR),
        WaitingMail("with a sender", "sending", NOW + LEASE, NOW + LEASE),
        WaitingMail("left by a sender", "sending", NOW - HOUR, NOW - HOUR),
    ],
    ids=lambda row: row.key,
)
def test_mail_may_wait_for_the_longest_delay_or_a_lease(row: WaitingMail) -> None:
    assert checking_notices.waiting(Outbox(NOW, HOUR, LEASE, [row])).is_right


@pytest.mark.parametrize(
    "row",
    [
        WaitingMail("put off for ever", "pending", NOW + HOUR + LATE),
        WaitingMail("leased for ever", "sending", NOW, NOW + LEASE + LATE),
        WaitingMail("leased without an end", "sending", NOW),
        WaitingMail("leased and put off", "sending", NOW + LEASE + LATE, NOW + LEASE),
    ],
    ids=lambda row: row.key,
)
def test_mail_that_would_wait_longer_is_found(row: WaitingMail) -> None:
    right = WaitingMail("right", "pending", NOW)

    found = checking_notices.waiting(Outbox(NOW, HOUR, LEASE, [right, row]))

    assert [fault.partition(":")[0] for fault in found.faults] == [row.key]


def test_the_table_names_the_departures_of_a_wrong_row() -> None:
    history = History(answers=[Answer(1, 2, "GET", "/cases/", 500)])

    said = table(checking_answers.verdicts(history))

    assert "5xx anywhere" in said
    assert "WRONG" in said
    assert "1.0 GET /cases/: 500" in said
