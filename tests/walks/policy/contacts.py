"""The pages of the named contacts: read by everybody of the account, changed by its administrator alone."""

from entitlements.models.invitations import token_for
from portal.work.form_tokens import new_token
from tests.walks.policy.entries import GO, Answer, Answers, Entry, answers, get, post, signed_in
from tests.walks.roles import CUSTOMERS, OUTSIDE, Role, Whose
from tests.walks.world import NO_NUMBER, World

_CONTACTS = "/entitlements/contacts/"
_OF_A_ROW = (Whose.THERE, Whose.OTHER_ACCOUNT, Whose.MISSING)
_ELSEWHERE = (Whose.OTHER_ACCOUNT, Whose.MISSING)
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_OF_THE_ACCOUNT = CUSTOMERS - {Role.STRANGER}
# A whole account's page, which staff have in the admin.
_READ = signed_in({200: CUSTOMERS}, otherwise=404)


def _administrators(answer: Answer) -> Answers:
    """The administrator gets `answer`; other customers are refused with the reason, staff find nothing."""
    return signed_in({answer: _ADMINISTRATOR, 403: CUSTOMERS - _ADMINISTRATOR}, otherwise=404)


def _token(_world: World, _whose: Whose) -> dict[str, object]:
    return {"form_token": new_token()}


def _person(world: World, whose: Whose) -> dict[str, object]:
    """A contact of the account, of another one, or nobody."""
    people = {Whose.THERE: Role.CONTACT, Whose.OTHER_ACCOUNT: Role.STRANGER}
    return {"pk": world.person(people[whose]).pk if whose in people else NO_NUMBER}


def _seat(world: World, _whose: Whose) -> dict[str, object]:
    seat = world.rows["entitlements/seat"]
    return {"form_token": new_token(), "seat": seat, "address": "heir@new.example"}


def _permissions(world: World, _whose: Whose) -> dict[str, object]:
    key = world.person(Role.CONTACT).pk
    return {"form_token": new_token(), "person": key, f"was-{key}": "f", f"sees-{key}": "on"}


def _invitation(world: World, whose: Whose) -> dict[str, object]:
    return {"pk": NO_NUMBER if whose is Whose.MISSING else world.invitations[whose].pk}


def _license(world: World, whose: Whose) -> dict[str, object]:
    return {"pk": NO_NUMBER if whose is Whose.MISSING else world.licenses[whose].pk}


def _link(world: World, whose: Whose) -> dict[str, object]:
    return {"token": "x" if whose is Whose.MISSING else token_for(world.invitations[Whose.THERE].nonce)}


def _button(path: str) -> Entry:
    """A button at an invitation."""
    return Entry(
        path,
        (
            get(_administrators(405), *_OF_A_ROW),
            post(_administrators(GO), Whose.THERE),
            post(_administrators(404), *_ELSEWHERE),
        ),
        values=_invitation,
        body=_token,
    )


def _leaving(path: str) -> Entry:
    """The page on which a contact's seat ends."""
    return Entry(
        path,
        (
            get(_administrators(200), Whose.THERE),
            post(_administrators(GO), Whose.THERE),
            get(_administrators(404), *_ELSEWHERE),
            post(_administrators(404), *_ELSEWHERE),
        ),
        values=_person,
        body=_seat,
    )


CONTACTS = (
    Entry(_CONTACTS, (get(_READ), post(signed_in(otherwise=405)))),
    Entry(
        f"{_CONTACTS}permissions/",
        (get(_administrators(405)), post(_administrators(GO))),
        body=_permissions,
    ),
    Entry(
        f"{_CONTACTS}invite/",
        (get(_administrators(405)), post(_administrators(GO))),
        body=lambda world, _whose: {
            "form_token": new_token(),
            "address": "another@new.example",
            "license": world.license.pk,
        },
    ),
    _button(f"{_CONTACTS}invitations/<pk>/again/"),
    _button(f"{_CONTACTS}invitations/<pk>/revoke/"),
    _leaving(f"{_CONTACTS}people/<pk>/remove/"),
    _leaving(f"{_CONTACTS}people/<pk>/replace/"),
    Entry(
        f"{_CONTACTS}hand-over/",
        (get(_administrators(200)), post(_administrators(GO))),
        body=lambda world, _whose: {
            "form_token": new_token(),
            "administrator": world.person(Role.CONTACT).pk,
            "is_sure": "on",
        },
    ),
    Entry(f"{_CONTACTS}export/", (get(_administrators(405)), post(_administrators(200)))),
    Entry(
        f"{_CONTACTS}list/",
        (get(_administrators(200)), post(_administrators(GO))),
        body=lambda *_: {
            "form_token": new_token(),
            "confirmed": "yes",
            "text": "email,product\nlisted@new.example,Target",
        },
    ),
    Entry(f"{_CONTACTS}history/", (get(_administrators(200)), post(_administrators(405)))),
    Entry(
        f"{_CONTACTS}ask/<pk>/",
        (
            get(signed_in({200: _OF_THE_ACCOUNT}, otherwise=404), Whose.THERE),
            # The administrator gives herself the seat; the stranger has one of the other account's.
            post(
                signed_in({GO: _OF_THE_ACCOUNT - _ADMINISTRATOR, 409: _ADMINISTRATOR}, otherwise=404),
                Whose.THERE,
            ),
            get(signed_in({200: {Role.STRANGER}}, otherwise=404), Whose.OTHER_ACCOUNT),
            post(signed_in({409: {Role.STRANGER}}, otherwise=404), Whose.OTHER_ACCOUNT),
            get(signed_in(otherwise=404), Whose.MISSING),
            post(signed_in(otherwise=404), Whose.MISSING),
        ),
        values=_license,
        body=_token,
    ),
    Entry(
        "/entitlements/invitation/<token>/",
        (
            # Whoever is signed in is somebody else than the invited person.
            get(answers({200: OUTSIDE}, otherwise=409), Whose.THERE),
            post(answers({GO: OUTSIDE}, otherwise=409), Whose.THERE),
            get(answers({}, otherwise=409), Whose.MISSING),
            post(answers({}, otherwise=409), Whose.MISSING),
        ),
        values=_link,
        body=lambda _world, _whose: {
            "name": "Nora New",
            "password": "a sentence nobody guesses",
            "language": "en",
            "time_zone": "",
        },
    ),
)
