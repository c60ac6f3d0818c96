"""The customers' pages of cases: who sees which, and who acts on which."""

from collections.abc import Mapping

from cases.lifecycle import Action
from portal.work.form_tokens import new_token
from tests.walks.policy.entries import GO, Answer, Answers, Entry, get, post, signed_in
from tests.walks.roles import ALL_STAFF, OF_A_CASE, STAFF, Role, Whose
from tests.walks.world import CALL_AT, World

_THE_CASE = "/cases/<key>/"

# SPEC 1: who sees a case. Requestor and watchers theirs; the administrator, and who has the permission,
# the whole account's. Nobody of another account sees any.
_SEE: Mapping[Whose, frozenset[Role]] = {
    Whose.OWN: frozenset({Role.REQUESTOR, Role.OVERSEER, Role.ADMINISTRATOR}),
    Whose.WATCHED: frozenset({Role.READER, Role.WATCHER, Role.OVERSEER, Role.ADMINISTRATOR}),
    Whose.OTHER_PRODUCT: frozenset({Role.OVERSEER, Role.ADMINISTRATOR}),
    Whose.OTHER_ACCOUNT: frozenset({Role.STRANGER}),
}
# SPEC 1: the customer side, who may act, are named contacts of the case's product who see it.
_CUSTOMER_SIDE: Mapping[Whose, frozenset[Role]] = {
    Whose.OWN: _SEE[Whose.OWN],
    Whose.WATCHED: _SEE[Whose.WATCHED] - {Role.READER},
    Whose.OTHER_PRODUCT: frozenset(),
    Whose.OTHER_ACCOUNT: _SEE[Whose.OTHER_ACCOUNT],
}
# SPEC 2: hand to a colleague is the requestor's and the administrator's.
_MAY_HAND_OVER: Mapping[Whose, frozenset[Role]] = {
    Whose.OWN: frozenset({Role.REQUESTOR, Role.ADMINISTRATOR}),
    Whose.WATCHED: frozenset({Role.ADMINISTRATOR}),
    Whose.OTHER_PRODUCT: frozenset({Role.ADMINISTRATOR}),
    Whose.OTHER_ACCOUNT: frozenset({Role.STRANGER}),
}
_THERE = OF_A_CASE[:-1]
_NOBODYS = signed_in(otherwise=404)


def _seen(whose: Whose, answer: Answer, *, staff: Answer = GO) -> Answers:
    """Who sees the case gets `answer`; staff are led to their page of it; for all others it is not there."""
    if staff == answer:
        return signed_in({answer: _SEE[whose] | _of_staff(whose)}, otherwise=404)
    return signed_in({answer: _SEE[whose], staff: _of_staff(whose)}, otherwise=404)


def _of_staff(whose: Whose) -> frozenset[Role]:
    """Who of staff sees the case: a success manager those of their account."""
    return STAFF if whose is Whose.OTHER_ACCOUNT else STAFF | {Role.MANAGER}


def _done(whose: Whose, may: frozenset[Role], answer: Answer) -> Answers:
    """Who may act gets `answer`, who only sees the case is refused with 403."""
    readers = _SEE[whose] - may
    if answer == GO:
        return signed_in({GO: may | _of_staff(whose), 403: readers}, otherwise=404)
    return signed_in({answer: may, 403: readers, GO: _of_staff(whose)}, otherwise=404)


def _act(
    action: Action,
    said: Mapping[str, object],
    *,
    may: Mapping[Whose, frozenset[Role]] = _CUSTOMER_SIDE,
    closed: bool = False,
    awaits_call: bool = False,
    has_page: bool = True,
) -> Entry:
    """An action's address: its form, where it has one, and the form sent."""
    rows = [
        *[get(_done(whose, may[whose], 200) if has_page else _seen(whose, 405), whose) for whose in _THERE],
        get(_NOBODYS, Whose.MISSING),
        *[post(_done(whose, may[whose], GO), whose) for whose in _THERE],
        post(_NOBODYS, Whose.MISSING),
    ]

    def body(world: World, whose: Whose) -> dict[str, object]:
        filled = dict(said)
        if action is Action.HAND_TO_COLLEAGUE:
            successor = world.successors.get(whose, world.successors[Whose.OWN])
            filled["colleague"] = successor.pk
        return {"form_token": new_token(), **filled}

    return Entry(
        f"{_THE_CASE}<action>/",
        tuple(rows),
        given={"action": action.value},
        values=lambda world, whose: {
            "key": _number(world.case_key(whose, closed=closed, awaits_call=awaits_call))
        },
        body=body,
    )


def _number(key: int) -> str:
    return f"E-{key:09d}"


def _of_the_case(world: World, whose: Whose) -> dict[str, object]:
    return {"key": _number(world.case_key(whose))}


def _not_an_action(name: str) -> Entry:
    nobodys = signed_in(otherwise=404)
    return Entry(
        f"{_THE_CASE}<action>/",
        (get(nobodys, *OF_A_CASE), post(nobodys, *OF_A_CASE)),
        given={"action": name},
        values=_of_the_case,
        body=lambda *_: {"form_token": new_token(), "text": "Text"},
    )


def _filing(world: World, _whose: Whose) -> dict[str, object]:
    return {"form_token": new_token(), "product": world.license.pk, "environment": "Production"} | _CASE


# In business hours of the Americas and of Japan.
_SLOT = CALL_AT.isoformat()
_CASE = {"title": "A title", "description": "A text", "priority": "3", "watchers": ""}
_TAKERS = frozenset({Role.CONTACT, Role.WATCHER, Role.OVERSEER, Role.REQUESTOR, Role.ADMINISTRATOR})
_FILERS = frozenset({Role.CONTACT, Role.WATCHER, Role.OVERSEER, Role.REQUESTOR, Role.ADMINISTRATOR})
# A license of the own account without a seat is refused with the reason; another account's is no choice.
_MAY_NOT_FILE = frozenset({Role.COLLEAGUE, Role.READER, Role.REMOVED})

CASES = (
    Entry("/cases/", (get(signed_in(otherwise=200)), post(signed_in(otherwise=405)))),
    Entry(
        "/cases/new/",
        (
            get(signed_in({404: ALL_STAFF}, otherwise=200)),
            post(signed_in({GO: _FILERS, 403: _MAY_NOT_FILE, 400: {Role.STRANGER}}, otherwise=404)),
        ),
        body=_filing,
    ),
    Entry(
        _THE_CASE,
        (
            *[get(_seen(whose, 200), whose) for whose in _THERE],
            get(_NOBODYS, Whose.MISSING),
            post(signed_in(otherwise=405), *OF_A_CASE),
        ),
        values=_of_the_case,
    ),
    Entry(
        f"{_THE_CASE}follow-up/",
        (
            *[get(_done(whose, _CUSTOMER_SIDE[whose], 200), whose) for whose in _THERE],
            get(_NOBODYS, Whose.MISSING),
            *[post(_done(whose, _CUSTOMER_SIDE[whose], GO), whose) for whose in _THERE],
            post(_NOBODYS, Whose.MISSING),
        ),
        values=lambda world, whose: {"key": _number(world.case_key(whose, closed=True))},
        body=lambda *_: {"form_token": new_token(), "environment": "Production", **_CASE},
    ),
    Entry(
        f"{_THE_CASE}take-over/",
        # A caller's request of the own account's product, or of another's; those who may file take it over.
        (
            get(signed_in({200: _TAKERS, GO: _of_staff(Whose.OWN)}, otherwise=404), Whose.OWN),
            get(signed_in({200: {Role.STRANGER}, GO: STAFF}, otherwise=404), Whose.OTHER_ACCOUNT),
            get(_NOBODYS, Whose.MISSING),
            post(signed_in({GO: _TAKERS | _of_staff(Whose.OWN)}, otherwise=404), Whose.OWN),
            post(signed_in({GO: STAFF | {Role.STRANGER}}, otherwise=404), Whose.OTHER_ACCOUNT),
            post(_NOBODYS, Whose.MISSING),
        ),
        values=lambda world, whose: {"key": _number(world.nobodys_key(whose))},
        body=lambda *_: {"form_token": new_token(), "environment": "Production", **_CASE},
    ),
    Entry(
        f"{_THE_CASE}files/<file_key>/",
        (
            *[get(_seen(whose, 200, staff=200), whose) for whose in _THERE],
            get(_NOBODYS, Whose.MISSING),
            post(signed_in(otherwise=405), *OF_A_CASE),
        ),
        values=lambda world, whose: {**_of_the_case(world, whose), "file_key": world.file_key(whose)},
    ),
    Entry(
        f"{_THE_CASE}files/<file_key>/",
        # The file of another case, asked for below a case that one sees.
        (get(_NOBODYS), post(signed_in(otherwise=405))),
        values=lambda world, _whose: {
            **_of_the_case(world, Whose.OWN),
            "file_key": world.file_key(Whose.OTHER_ACCOUNT),
        },
        asks=" (a file of another case)",
    ),
    _act(Action.REPLY, {"text": "Text"}),
    _act(Action.CONFIRM, {}, has_page=False),
    _act(Action.REOPEN, {"text": "Text"}, closed=True),
    _act(Action.EXTEND, {}, has_page=False),
    _act(Action.ESCALATE, {"reason": "time_to_resolution", "text": "Text"}),
    _act(Action.RAISE_URGENCY, {"justification": "Text"}),
    _act(Action.REQUEST_CALL, {"phone": "+1 555 0100", "starts_at": _SLOT}),
    _act(Action.CANCEL_CALL, {}, has_page=False, awaits_call=True),
    _act(Action.HAND_TO_COLLEAGUE, {}, may=_MAY_HAND_OVER),
    _act(Action.EDIT_WATCHERS, {"watchers": ""}),
    _act(Action.CLOSE, {"resolution": "issue_obsolete"}),
    _not_an_action(Action.CLAIM.value),
    _not_an_action("nothing"),
)
