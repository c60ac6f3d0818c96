"""Every action, role and status against a table written by hand from SPEC 2; pure, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cases.lifecycle import (
    TRANSITIONS,
    Action,
    CaseFacts,
    Resolution,
    Role,
    Status,
    priority_refusal,
    refusal,
    resolution_refusal,
    status_after,
)
from entitlements.targets import Priority

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)

# Columns: AA Awaiting Assignment, IP In Progress, PE Pending Engineering, PR Pending Response,
# RP Resolution Provided, CL Closed, AC Auto Closed. A cell is the status afterwards; a dot is a refusal;
# = leaves the status. A row names the action and who may take it; nobody else may.
TABLE = """
                      AA  IP  PE  PR  RP  CL  AC   who
take-over             .   .   .   AA  .   .   .    filer administrator
claim                 IP  =   =   =   =   .   .    agent
assign                IP  =   =   =   =   .   .    lead
answer                IP  =   =   =   =   .   .    agent
request-information   PR  PR  PR  PR  PR  .   .    agent
provide-resolution    RP  RP  RP  RP  RP  .   .    agent
resume                .   .   .   IP  IP  .   .    agent
hand-to-engineering   .   PE  .   .   .   .   .    agent
take-back             .   .   IP  .   .   .   .    agent
reply                 =   =   =   IP  IP  .   .    contact
log-contact           =   =   =   IP  IP  .   .    agent
confirm               .   .   .   .   CL  .   .    contact
close                 CL  CL  CL  CL  CL  .   .    contact agent
auto-close            .   .   .   AC  AC  .   .    clock
reopen                .   .   .   .   .   AA  AA   contact agent
follow-up             .   .   .   .   .   =   =    filer agent
hold                  .   .   .   =   =   .   .    agent
release               .   .   .   =   =   .   .    agent
extend                .   .   .   =   =   .   .    contact
escalate              =   =   =   =   =   .   .    contact
acknowledge           =   =   =   =   =   .   .    agent
raise-urgency         =   =   =   =   =   .   .    contact
request-call          =   =   =   =   =   .   .    contact
cancel-call           =   =   =   =   =   .   .    contact
decline-call          =   =   =   =   =   .   .    agent
lower-priority        =   =   =   =   =   .   .    agent
change-priority       =   =   =   =   =   .   .    agent
hand-to-colleague     =   =   =   =   =   .   .    requestor administrator agent
edit-watchers         =   =   =   =   =   =   =    contact agent
add-note              =   =   =   =   =   =   =    agent
tag                   =   =   =   =   =   =   =    agent
link-related          =   =   =   =   =   =   =    agent
"""
CODES = {
    "AA": Status.AWAITING_ASSIGNMENT,
    "IP": Status.IN_PROGRESS,
    "PE": Status.PENDING_ENGINEERING,
    "PR": Status.PENDING_RESPONSE,
    "RP": Status.RESOLUTION_PROVIDED,
    "CL": Status.CLOSED,
    "AC": Status.AUTO_CLOSED,
}
# Facts under which an action's own conditions hold, so that only role and status decide.
WILLING = {
    Action.RELEASE: {"is_held": True},
    Action.ACKNOWLEDGE: {"is_escalated": True},
    Action.LOWER_PRIORITY: {"priority": Priority.P2},
    Action.TAKE_OVER: {"is_nobodys": True},
    Action.CANCEL_CALL: {"has_call": True},
    Action.DECLINE_CALL: {"has_call": True},
}


def cells() -> list[tuple[Action, frozenset[Role], Status, str]]:
    header, *rows = [line.split() for line in TABLE.strip().splitlines()]
    found = []
    for name, *rest in rows:
        results, who = rest[:7], frozenset(Role(role) for role in rest[7:])
        found += [
            (Action(name), who, CODES[column], result)
            for column, result in zip(header[:7], results, strict=True)
        ]
    return found


CELLS = cells()


def test_the_hand_written_table_knows_every_action_of_a_case() -> None:
    assert {action for action, *_ in CELLS} == set(Action) - {Action.FILE, Action.LOG_CALLER}


@pytest.mark.parametrize(("action", "who", "status", "result"), CELLS)
def test_an_action_is_allowed_to_its_roles_in_its_statuses_and_to_nobody_else(
    action: Action, who: frozenset[Role], status: Status, result: str
) -> None:
    facts = CaseFacts(status, **WILLING.get(action, {}))
    for role in Role:
        refused = refusal(action, facts, roles=frozenset({role}), now=NOW)
        if role not in who:
            assert refused is not None
            assert (refused.code, refused.is_about_role) == ("wrong_role", True)
        elif result == ".":
            assert refused is not None
            code = "nobody_took_over" if facts.is_nobodys else "wrong_status"
            assert (refused.code, refused.is_about_role) == (code, False)
        else:
            assert refused is None


@pytest.mark.parametrize(("action", "who", "status", "result"), [cell for cell in CELLS if cell[3] != "."])
def test_an_action_leads_to_its_status(
    action: Action, who: frozenset[Role], status: Status, result: str
) -> None:
    expected = status if result == "=" else CODES[result]
    assert status_after(action, status, is_owned=False) == expected


@pytest.mark.parametrize("status", [Status.CLOSED, Status.AUTO_CLOSED])
def test_reopening_leads_to_in_progress_when_somebody_owns_the_case(status: Status) -> None:
    assert status_after(Action.REOPEN, status, is_owned=True) is Status.IN_PROGRESS


def test_every_row_of_the_table_is_of_a_known_action() -> None:
    assert {row.action for row in TRANSITIONS} == set(Action)


def code_of(action: Action, role: Role, *, now: datetime = NOW, **facts: object) -> str | None:
    refused = refusal(action, CaseFacts(**facts), roles=frozenset({role}), now=now)  # type: ignore[arg-type]
    return refused.code if refused else None


def test_claiming_an_owned_case_is_refused() -> None:
    assert code_of(Action.CLAIM, Role.AGENT, status=Status.IN_PROGRESS, is_owned=True) == "already_owned"


@pytest.mark.parametrize(
    ("now", "code"),
    [(NOW - TICK, None), (NOW, None), (NOW + TICK, "reopening_too_late")],
)
def test_the_customer_reopens_until_the_last_instant_inclusive(now: datetime, code: str | None) -> None:
    facts = {"status": Status.AUTO_CLOSED, "reopen_until": NOW}
    assert code_of(Action.REOPEN, Role.CONTACT, now=now, **facts) == code
    assert code_of(Action.REOPEN, Role.AGENT, now=now + timedelta(days=400), **facts) is None


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (NOW + timedelta(hours=24) - TICK, "raised_recently"),
        (NOW + timedelta(hours=24), None),
        (NOW + timedelta(hours=24) + TICK, None),
    ],
)
def test_the_urgency_is_raised_once_in_24_hours(now: datetime, code: str | None) -> None:
    facts = {"status": Status.IN_PROGRESS, "priority": Priority.P4, "raised_at": NOW}
    assert code_of(Action.RAISE_URGENCY, Role.CONTACT, now=now, **facts) == code


@pytest.mark.parametrize(
    ("priority", "code"),
    [(1, "cannot_raise_to_p1"), (2, "cannot_raise_to_p1"), (3, None), (4, None)],
)
def test_customers_raise_p4_and_p3_only(priority: int, code: str | None) -> None:
    facts = {"status": Status.IN_PROGRESS, "priority": Priority(priority)}
    assert code_of(Action.RAISE_URGENCY, Role.CONTACT, **facts) == code


@pytest.mark.parametrize(
    ("priority", "code"),
    [(1, None), (2, None), (3, "only_p1_p2_lowered"), (4, "only_p1_p2_lowered")],
)
def test_only_p1_and_p2_are_lowered_for_missing_information(priority: int, code: str | None) -> None:
    facts = {"status": Status.IN_PROGRESS, "priority": Priority(priority)}
    assert code_of(Action.LOWER_PRIORITY, Role.AGENT, **facts) == code


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"priority": Priority.P1}, None),
        ({"priority": Priority.P3}, None),
        ({"priority": Priority.P4}, "no_call_for_p4"),
        ({"priority": Priority.P2, "has_call": True}, "call_awaited"),
    ],
)
def test_one_call_at_a_time_is_for_p1_to_p3(facts: dict[str, object], code: str | None) -> None:
    assert code_of(Action.REQUEST_CALL, Role.CONTACT, status=Status.IN_PROGRESS, **facts) == code


def test_a_call_that_nobody_awaits_is_neither_cancelled_nor_given_up() -> None:
    assert code_of(Action.CANCEL_CALL, Role.CONTACT, status=Status.IN_PROGRESS) == "no_call_awaited"
    assert code_of(Action.DECLINE_CALL, Role.AGENT, status=Status.IN_PROGRESS) == "no_call_awaited"


# SPEC 3.4, read once more: what needs nobody's answer is done to a caller's case as to any other.
UNTAKEN = {
    "take-over", "close", "auto-close", "hold", "release", "extend",
    "edit-watchers", "add-note", "tag", "link-related",
}  # fmt: skip


@pytest.mark.parametrize("action", [row.action for row in TRANSITIONS if row.sources])
def test_what_needs_a_requestor_waits_until_somebody_has_taken_the_request_over(action: Action) -> None:
    roles = frozenset(Role)
    open_facts = {"status": Status.PENDING_RESPONSE, "is_nobodys": True, "is_held": True, "priority": 2}
    refused = refusal(action, CaseFacts(**open_facts), roles=roles, now=NOW)
    assert (refused is None) == (action.value in UNTAKEN)
    assert refused is None or refused.code == "nobody_took_over"


def test_a_request_is_taken_over_once() -> None:
    status = Status.PENDING_RESPONSE
    assert code_of(Action.TAKE_OVER, Role.FILER, status=status) == "already_taken_over"


def test_a_request_that_closed_untaken_is_not_reopened_but_followed_up() -> None:
    facts = {"status": Status.AUTO_CLOSED, "is_nobodys": True, "reopen_until": NOW}
    assert code_of(Action.REOPEN, Role.CONTACT, **facts) == "nobody_took_over"
    assert code_of(Action.REOPEN, Role.AGENT, **facts) == "nobody_took_over"
    assert code_of(Action.FOLLOW_UP, Role.FILER, **facts) is None


def test_a_period_is_extended_once() -> None:
    facts = {"status": Status.PENDING_RESPONSE, "is_extended": True}
    assert code_of(Action.EXTEND, Role.CONTACT, **facts) == "already_extended"


def test_a_case_is_escalated_once_per_opening() -> None:
    facts = {"status": Status.IN_PROGRESS, "is_escalated": True}
    assert code_of(Action.ESCALATE, Role.CONTACT, **facts) == "already_escalated"


def test_an_escalation_is_acknowledged_once() -> None:
    status = Status.IN_PROGRESS
    assert code_of(Action.ACKNOWLEDGE, Role.AGENT, status=status) == "not_escalated"
    acknowledged = {"status": status, "is_escalated": True, "is_acknowledged": True}
    assert code_of(Action.ACKNOWLEDGE, Role.AGENT, **acknowledged) == "already_acknowledged"


def test_a_hold_that_does_not_run_is_not_released() -> None:
    assert code_of(Action.RELEASE, Role.AGENT, status=Status.PENDING_RESPONSE) == "not_on_hold"


@pytest.mark.parametrize(
    ("action", "status", "role"),
    [
        (Action.FOLLOW_UP, Status.CLOSED, Role.FILER),
        (Action.RAISE_URGENCY, Status.IN_PROGRESS, Role.CONTACT),
        (Action.ESCALATE, Status.IN_PROGRESS, Role.CONTACT),
    ],
)
def test_after_the_last_term_nothing_new_is_filed_raised_or_escalated(
    action: Action, status: Status, role: Role
) -> None:
    assert code_of(action, role, status=status, term_ended_on=date(2026, 4, 30)) == "term_ended"


@pytest.mark.parametrize("action", [Action.REPLY, Action.CLOSE, Action.EXTEND])
def test_after_the_last_term_open_cases_run_to_their_end(action: Action) -> None:
    facts = {"status": Status.PENDING_RESPONSE, "term_ended_on": date(2026, 4, 30)}
    assert code_of(action, Role.CONTACT, **facts) is None


@pytest.mark.parametrize(
    ("status", "is_customer", "code"),
    [
        (Status.RESOLUTION_PROVIDED, False, None),
        (Status.RESOLUTION_PROVIDED, True, None),
        (Status.IN_PROGRESS, True, None),
        (Status.IN_PROGRESS, False, "only_customer_confirms"),
        (Status.PENDING_RESPONSE, False, "only_customer_confirms"),
    ],
)
def test_outside_resolution_provided_only_the_customer_confirms(
    status: Status, is_customer: bool, code: str | None
) -> None:
    refused = resolution_refusal(Resolution.CONFIRMED, status=status, is_customer=is_customer)
    assert (refused.code if refused else None) == code


@pytest.mark.parametrize(
    ("old", "new", "wish", "code"),
    [
        (3, 3, False, "same_priority"),
        (2, 3, False, "lowered_only_on_request"),
        (1, 2, False, "lowered_only_on_request"),
        (1, 4, True, None),
        (3, 4, False, None),
        (4, 2, False, None),
    ],
)
def test_p1_and_p2_are_lowered_only_on_request(old: int, new: int, wish: bool, code: str | None) -> None:
    refused = priority_refusal(Priority(old), Priority(new), is_customers_wish=wish)
    assert (refused.code if refused else None) == code
