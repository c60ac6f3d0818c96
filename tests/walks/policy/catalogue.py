"""The catalogue, which everybody signed in reads, and requests from it: whose they are decides."""

from collections.abc import Mapping

from portal.work.form_tokens import new_token
from tests.walks.policy.entries import GO, Answer, Answers, Entry, get, post, signed_in
from tests.walks.roles import CUSTOMERS, STAFF, Role, Whose
from tests.walks.world import NO_NUMBER, Body, World

_READ = get(signed_in(otherwise=200))
_ONLY_READ = _READ, post(signed_in(otherwise=405))
_THERE = (Whose.OWN, Whose.OTHER_PRODUCT, Whose.OTHER_ACCOUNT)
# Who sees a request: its requester, the administrator, who sees the whole account's cases.
_SEE: Mapping[Whose, frozenset[Role]] = {
    Whose.OWN: frozenset({Role.REQUESTOR, Role.OVERSEER, Role.ADMINISTRATOR}),
    Whose.OTHER_PRODUCT: frozenset({Role.OVERSEER, Role.ADMINISTRATOR}),
    Whose.OTHER_ACCOUNT: frozenset({Role.STRANGER}),
}
_ACT: Mapping[Whose, frozenset[Role]] = {
    Whose.OWN: frozenset({Role.REQUESTOR, Role.ADMINISTRATOR}),
    Whose.OTHER_PRODUCT: frozenset({Role.ADMINISTRATOR}),
    Whose.OTHER_ACCOUNT: frozenset({Role.STRANGER}),
}
# The other account has no team: its requests are every success manager's.
_OF_STAFF = STAFF | {Role.MANAGER}
_MAY_REQUEST = frozenset({Role.REQUESTOR})
_HAVE_THE_PERMISSION = _MAY_REQUEST | {Role.STRANGER}
_NOBODYS = signed_in(otherwise=404)


def _thing(_world: World, whose: Whose) -> dict[str, object]:
    return {"slug": "nothing-like-it" if whose is Whose.MISSING else "solution-review"}


def _request(world: World, whose: Whose) -> dict[str, object]:
    return {"key": NO_NUMBER if whose is Whose.MISSING else world.requests[whose].pk}


def _done(whose: Whose, answer: Answer) -> Answers:
    """Who may act gets `answer`, who only sees it is refused with 403; staff are led to the admin."""
    readers = _SEE[whose] - _ACT[whose]
    if answer == GO:
        return signed_in({GO: _ACT[whose] | _OF_STAFF, 403: readers}, otherwise=404)
    return signed_in({answer: _ACT[whose], 403: readers, GO: _OF_STAFF}, otherwise=404)


def _act(name: str, body: Body) -> Entry:
    return Entry(
        f"/requests/<key>/{name}/",
        (
            *[get(_done(whose, 200), whose) for whose in _THERE],
            get(_NOBODYS, Whose.MISSING),
            *[post(_done(whose, GO), whose) for whose in _THERE],
            post(_NOBODYS, Whose.MISSING),
        ),
        values=_request,
        body=body,
    )


def _colleague(world: World, whose: Whose) -> dict[str, object]:
    successor = world.successors.get(whose, world.successors[Whose.OWN])
    return {"form_token": new_token(), "colleague": successor.pk}


CATALOGUE = (
    Entry("/catalogue/", _ONLY_READ),
    Entry("/catalogue/compare/", _ONLY_READ),
    Entry(
        "/catalogue/ask/",
        (
            get(signed_in({200: CUSTOMERS}, otherwise=404)),
            post(signed_in({GO: CUSTOMERS - _HAVE_THE_PERMISSION, 409: _HAVE_THE_PERMISSION}, otherwise=404)),
        ),
        body=lambda *_: {"form_token": new_token()},
    ),
    Entry(
        "/catalogue/<slug>/",
        (
            get(signed_in(otherwise=200), Whose.THERE),
            get(_NOBODYS, Whose.MISSING),
            post(signed_in(otherwise=405), Whose.THERE, Whose.MISSING),
        ),
        values=_thing,
    ),
    Entry(
        "/catalogue/<slug>/request/",
        # The license is one of the account, or nobody's: to another account's people it is not there.
        (
            get(
                signed_in({200: _MAY_REQUEST, 403: CUSTOMERS - _HAVE_THE_PERMISSION}, otherwise=404),
                Whose.THERE,
            ),
            post(
                signed_in({GO: _MAY_REQUEST, 403: CUSTOMERS - _HAVE_THE_PERMISSION}, otherwise=404),
                Whose.THERE,
            ),
            get(_NOBODYS, Whose.MISSING),
            post(_NOBODYS, Whose.MISSING),
        ),
        values=lambda *_: {"slug": "solution-review"},
        query=lambda world, whose: {"license": NO_NUMBER if whose is Whose.MISSING else world.license.pk},
        body=lambda *_: {"form_token": new_token(), "goal": "Goal", "wished_from": "", "wished_until": ""},
    ),
    Entry(
        "/requests/",
        (get(signed_in({200: CUSTOMERS}, otherwise=GO)), post(signed_in(otherwise=405))),
    ),
    Entry(
        "/requests/<key>/",
        (
            *[get(signed_in({200: _SEE[whose], GO: _OF_STAFF}, otherwise=404), whose) for whose in _THERE],
            get(_NOBODYS, Whose.MISSING),
            post(signed_in(otherwise=405), *_THERE, Whose.MISSING),
        ),
        values=_request,
    ),
    _act("cancel", lambda *_: {"form_token": new_token(), "answer": "Reason"}),
    _act("hand-to-colleague", _colleague),
)
