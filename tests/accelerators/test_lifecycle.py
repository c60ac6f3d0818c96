"""The life of a request, against a table written by hand (SPEC 4.5)."""

from itertools import product

from accelerators.lifecycle import TRANSITIONS, Action, Role, Status, refusal, status_after
from accelerators.units import Kind, left, share

R, A, S, P, D, X, C = (
    Status.REQUESTED,
    Status.ACCEPTED,
    Status.SCHEDULED,
    Status.IN_PROGRESS,
    Status.DELIVERED,
    Status.DECLINED,
    Status.CANCELLED,
)
# Who may do what from where; everything else is refused.
ALLOWED = {
    (Action.ACCEPT, Role.DECIDER): {R},
    (Action.DECLINE, Role.DECIDER): {R},
    (Action.CANCEL, Role.CONTACT): {R, A, S},
    (Action.CANCEL, Role.REQUESTER): {R, A, S},
    (Action.CANCEL, Role.ADMINISTRATOR): {R, A, S},
    (Action.CANCEL, Role.DECIDER): {R, A, S, P},
    (Action.HAND_TO_COLLEAGUE, Role.REQUESTER): {R, A, S, P},
    (Action.HAND_TO_COLLEAGUE, Role.ADMINISTRATOR): {R, A, S, P},
    (Action.HAND_TO_COLLEAGUE, Role.DECIDER): {R, A, S, P},
}
TARGETS = {Action.ACCEPT: A, Action.DECLINE: X, Action.CANCEL: C}


def test_every_cell_of_the_table() -> None:
    wrong = []
    for action, role, status in product(set(Action) - {Action.REQUEST}, Role, Status):
        is_allowed = status in ALLOWED.get((action, role), set())
        refused = refusal(action, status, roles=frozenset({role}))
        if (refused is None) != is_allowed:
            wrong.append((action, role, status, refused))
    assert wrong == []


def test_an_action_leads_where_the_table_says_and_a_hand_over_leaves_the_status() -> None:
    for action, target in TARGETS.items():
        assert status_after(action, R) is target
    assert [status_after(Action.HAND_TO_COLLEAGUE, status) for status in Status] == list(Status)


def test_statuses_of_sessions_are_named_and_no_action_leads_to_them_yet() -> None:
    assert {row.target for row in TRANSITIONS} == {R, A, X, C, None}


def test_several_roles_may_what_any_of_them_may() -> None:
    roles = frozenset({Role.READER, Role.REQUESTER})
    assert refusal(Action.CANCEL, A, roles=roles) is None
    refused = refusal(Action.CANCEL, P, roles=roles)
    assert refused is not None
    assert (refused.code, refused.is_about_role, refused.values["allowed"]) == (
        "wrong_status",
        False,
        {R, A, S},
    )
    never = refusal(Action.ACCEPT, R, roles=roles)
    assert never is not None
    assert (never.code, never.is_about_role) == ("wrong_role", True)


def test_units_add_up() -> None:
    ledger = [(Kind.GRANTED, 8), (Kind.USED, 3), (Kind.RETURNED, 1), (Kind.LAPSED, 6)]
    assert [left(ledger[:count]) for count in range(5)] == [0, 8, 5, 6, 0]


def test_units_are_taken_from_the_lots_in_their_order() -> None:
    lots = [(1, 2), (2, 0), (3, 5)]
    assert share(1, lots) == [(1, 1)]
    assert share(2, lots) == [(1, 2)]
    assert share(3, lots) == [(1, 2), (3, 1)]
    assert share(7, lots) == [(1, 2), (3, 5)]
    assert share(8, lots) is None
    assert share(1, []) is None
