"""Home, inbox, profile, health, sign-in and the demo's buttons."""

from tests.factories.people import PASSWORD
from tests.walks.policy.entries import GO, Answers, Entry, answers, everybody, get, post, signed_in
from tests.walks.roles import CUSTOMERS, OUTSIDE, Role, Whose
from tests.walks.world import NO_NUMBER, World

_SIGNED_IN_ONLY = signed_in(otherwise=200)
# Whoever is signed in already is led away.
_FOR_WHO_IS_OUTSIDE: Answers = answers({200: OUTSIDE}, otherwise=GO)
_WRONG = "not-the-password"


def _wrong_sign_in(_world: World, _whose: Whose) -> dict[str, object]:
    return {"login": "nobody@customer.example", "password": _WRONG}


def _reset(_world: World, _whose: Whose) -> dict[str, object]:
    return {"email": "nobody@customer.example"}


def _profile(_world: World, _whose: Whose) -> dict[str, object]:
    return {"name": "New name", "time_zone": "", "language": "en"}


def _new_password(_world: World, _whose: Whose) -> dict[str, object]:
    new = "another-horse-battery"
    return {"oldpassword": PASSWORD, "password1": new, "password2": new}


FRONT = (
    Entry(
        "/",
        (
            get(signed_in({200: CUSTOMERS}, otherwise=GO)),
            post(signed_in(otherwise=405)),
        ),
    ),
    Entry("/inbox/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=405)))),
    Entry("/inbox/read/", (get(signed_in(otherwise=405)), post(signed_in(otherwise=GO)))),
    Entry("/profile/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=GO))), body=_profile),
    Entry("/how-support-works/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=405)))),
    Entry("/glossary/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=405)))),
    Entry("/theme/", (get(everybody(405)), post(everybody(GO)))),
    Entry("/healthz", (get(everybody(200)), post(everybody(405)))),
    Entry("/readyz", (get(everybody(200)), post(everybody(405)))),
    # The walk's clock has not ticked: that is what 503 says.
    Entry("/health/clock", (get(everybody(503)), post(everybody(405)))),
)

SIGN_IN = (
    Entry("/login/", (get(_FOR_WHO_IS_OUTSIDE), post(_FOR_WHO_IS_OUTSIDE)), body=_wrong_sign_in),
    # Through a provider: the walk has none, and then neither address is there, for anybody.
    Entry("/login/oidc/", (get(everybody(404)), post(everybody(404)))),
    Entry("/login/oidc/callback/", (get(everybody(404)), post(everybody(404)))),
    Entry("/logout/", (get(answers({GO: OUTSIDE}, otherwise=200)), post(everybody(GO)))),
    # Nobody signs up: the page says so.
    Entry("/signup/", (get(_FOR_WHO_IS_OUTSIDE), post(_FOR_WHO_IS_OUTSIDE))),
    Entry("/inactive/", (get(everybody(200)), post(everybody(405)))),
    Entry(
        "/reauthenticate/",
        (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=GO))),
        body=lambda _world, _whose: {"password": PASSWORD},
    ),
    Entry("/password/change/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=GO))), body=_new_password),
    # Who has no password yet is led to choosing one by mail.
    Entry("/password/set/", (get(everybody(GO)), post(everybody(GO)))),
    Entry("/password/reset/", (get(everybody(200)), post(everybody(GO))), body=_reset),
    Entry("/password/reset/done/", (get(everybody(200)), post(everybody(405)))),
    Entry(
        "/password/reset/<uidb36>-<key>/",
        # A link that does not hold says so, whoever it names.
        (
            get(everybody(200), Whose.THERE, Whose.MISSING),
            post(everybody(200), Whose.THERE, Whose.MISSING),
        ),
        values=lambda world, whose: {
            "uidb36": "1" if whose is Whose.MISSING else _base36(world.person(Role.CONTACT).pk),
            "key": "abc-0123456789abcdef",
        },
    ),
    Entry("/password/reset/finished/", (get(everybody(200)), post(everybody(405)))),
)

# Nobody of the walk has a second factor, or has just given the password: what changes one asks for it first.
_ASKED_AGAIN = signed_in(otherwise=GO)
_NONE_THERE = signed_in(otherwise=404)
_CODE = {"code": "123456"}


def _code(_world: World, _whose: Whose) -> dict[str, object]:
    return dict(_CODE)


def _passkey(what: str) -> Entry:
    return Entry(
        f"/security/passkeys/<pk>/{what}/",
        (get(_ASKED_AGAIN, Whose.MISSING), post(_ASKED_AGAIN, Whose.MISSING)),
        values=lambda _world, _whose: {"pk": NO_NUMBER},
    )


SECURITY = (
    Entry("/unsent/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=405)))),
    Entry("/unsent/drop/", (get(signed_in(otherwise=405)), post(signed_in(otherwise=GO)))),
    Entry(
        "/security/sessions/end/",
        (get(signed_in(otherwise=405)), post(signed_in(otherwise=GO))),
        body=lambda *_: {"session": "others"},
    ),
    Entry("/security/", (get(_SIGNED_IN_ONLY), post(signed_in(otherwise=405)))),
    # The second step is there for whoever has just taken the first one.
    Entry("/login/code/", (get(everybody(GO)), post(everybody(GO))), body=_code),
    Entry("/reauthenticate/code/", (get(_ASKED_AGAIN), post(_ASKED_AGAIN)), body=_code),
    Entry("/reauthenticate/passkey/", (get(_ASKED_AGAIN), post(_ASKED_AGAIN))),
    Entry("/security/app/", (get(_ASKED_AGAIN), post(_ASKED_AGAIN)), body=_code),
    Entry("/security/app/remove/", (get(_NONE_THERE), post(_NONE_THERE))),
    Entry("/security/codes/", (get(_NONE_THERE), post(signed_in(otherwise=405)))),
    Entry("/security/codes/new/", (get(_ASKED_AGAIN), post(_ASKED_AGAIN))),
    Entry("/security/codes/download/", (get(_NONE_THERE), post(_NONE_THERE))),
    Entry("/security/passkeys/", (get(everybody(GO)), post(everybody(GO)))),
    Entry("/security/passkeys/add/", (get(_ASKED_AGAIN), post(_ASKED_AGAIN))),
    _passkey("rename"),
    _passkey("remove"),
)

# A database that the demo has not made answers its buttons with a refusal.
DEMO = (
    Entry(
        "/demo/become/",
        (get(everybody(405)), post(everybody(400))),
        body=lambda world, _whose: {"email": world.person(Role.SUPERUSER).email},
    ),
    Entry("/demo/advance/", (get(everybody(405)), post(everybody(GO))), body=lambda *_: {"by": "24h"}),
    Entry("/demo/reset/", (get(everybody(405)), post(everybody(GO)))),
)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]
