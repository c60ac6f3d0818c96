"""What customers are entitled to: their own pages of it."""

from datetime import timedelta

from portal.work.form_tokens import new_token
from tests.factories.cases import ASKED
from tests.walks.policy.entries import GO, Entry, get, post, signed_in
from tests.walks.roles import CUSTOMERS, Role, Whose
from tests.walks.world import NO_NUMBER, World

# Who may grant support access to the product: its contacts and the administrator.
_CONTACTS = frozenset({Role.CONTACT, Role.WATCHER, Role.OVERSEER, Role.REQUESTOR, Role.ADMINISTRATOR})


def _grant(world: World, _whose: Whose) -> dict[str, object]:
    return {
        "form_token": new_token(),
        "license": world.license.pk,
        "environment": "Stage",
        "scope": "Logs",
        "last_on": (ASKED + timedelta(days=30)).date().isoformat(),
    }


def _granted(world: World, whose: Whose) -> dict[str, object]:
    return {"pk": NO_NUMBER if whose is Whose.MISSING else world.grants[whose].pk}


ENTITLEMENTS = (
    Entry(
        "/entitlements/",
        (
            get(signed_in({200: CUSTOMERS}, otherwise=GO)),
            post(signed_in(otherwise=405)),
        ),
    ),
    Entry(
        "/entitlements/access/",
        (
            get(signed_in({200: CUSTOMERS}, otherwise=404)),
            # A stranger names a product of their own account only.
            post(
                signed_in(
                    {GO: _CONTACTS, 400: {Role.STRANGER}, 403: CUSTOMERS - _CONTACTS - {Role.STRANGER}},
                    otherwise=404,
                )
            ),
        ),
        body=_grant,
    ),
    Entry(
        "/entitlements/access/<pk>/revoke/",
        (
            get(signed_in(otherwise=405), Whose.THERE, Whose.OTHER_ACCOUNT, Whose.MISSING),
            post(
                signed_in({GO: _CONTACTS, 403: CUSTOMERS - _CONTACTS - {Role.STRANGER}}, otherwise=404),
                Whose.THERE,
            ),
            post(signed_in({GO: {Role.STRANGER}}, otherwise=404), Whose.OTHER_ACCOUNT),
            post(signed_in(otherwise=404), Whose.MISSING),
        ),
        values=_granted,
        body=lambda *_: {"form_token": new_token()},
    ),
    # Staff read the comparison too; nothing is marked for them.
    Entry("/entitlements/plans/", (get(signed_in(otherwise=200)), post(signed_in(otherwise=405)))),
)
