"""What the account administrator's forms ask for: their ids by kind, own ones and other people's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from portal.notices.models import mail_domain
from portal.work.form_tokens import new_token
from tests.walks.roles import Role, Whose
from tests.walks.routes import fill
from tests.walks.world import NO_NUMBER, NOW, World

Ids = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What an id names: one of the administrator's own, and those that are somebody else's or nobody's."""

    own: Callable[[World], object]
    foreign: Callable[[World], list[object]]


def _outsiders(world: World) -> list[Any]:
    """A person of another account, people of staff, and the superuser."""
    roles = (Role.STRANGER, Role.BARE_STAFF, Role.AGENT, Role.ENTITLER, Role.SUPERUSER)
    return [world.person(role) for role in roles]


def _person(role: Role) -> Kind:
    return Kind(
        lambda world: world.person(role).pk,
        lambda world: [*(each.pk for each in _outsiders(world)), NO_NUMBER],
    )


def _elsewhere(name: str, own: Whose = Whose.THERE) -> Kind:
    """A row that the world keeps by whose it is."""
    return Kind(
        lambda world: getattr(world, name)[own].pk,
        lambda world: [getattr(world, name)[Whose.OTHER_ACCOUNT].pk, NO_NUMBER],
    )


ADDRESS = Kind(
    lambda _world: "heir@new.example",
    lambda world: [*(each.email for each in _outsiders(world)), f"help@{mail_domain()}"],
)
WATCHER = Kind(
    lambda world: world.person(Role.WATCHER).email,
    lambda world: [*(each.email for each in _outsiders(world)), "nobody@customer.example"],
)
CONTACT, SUCCESSOR = _person(Role.CONTACT), _person(Role.WATCHER)
LICENSE = _elsewhere("licenses")
SEAT = Kind(
    lambda world: world.rows["entitlements/seat"],
    lambda world: [world.person(Role.STRANGER).seats.get().pk, NO_NUMBER],
)
# By its name, as a list of contacts says it; the account has no license of the others.
PRODUCT = Kind(lambda _world: "Target", lambda _world: ["Campaign", "Marketo Engage", "No such thing"])
CASE = Kind(
    lambda world: world.waiting[Whose.OWN].number,
    lambda world: [world.waiting[Whose.OTHER_ACCOUNT].number, f"E-{NO_NUMBER:09}"],
)
CLOSED_CASE = Kind(
    lambda world: world.closed[Whose.OWN].number,
    lambda world: [world.closed[Whose.OTHER_ACCOUNT].number, f"E-{NO_NUMBER:09}"],
)
CALLERS_CASE = Kind(
    lambda world: world.nobodys[Whose.OWN].number,
    lambda world: [world.nobodys[Whose.OTHER_ACCOUNT].number, f"E-{NO_NUMBER:09}"],
)


@dataclass(frozen=True)
class Form:
    """A form of the administrator: its ids, in the address or beside it, and what else it is filled in with.

    `refused` are the statuses with which a foreign id is answered.
    """

    path: str
    ids: Mapping[str, Kind]
    said: Callable[[Ids], Mapping[str, object]] = field(default=lambda _ids: {})
    refused: frozenset[int] = frozenset({400, 403, 404})

    def own_ids(self, world: World) -> dict[str, object]:
        """Ids that the administrator may name."""
        return {name: kind.own(world) for name, kind in self.ids.items()}

    def send(self, client: Client, ids: Ids, extra: Mapping[str, object] | None = None) -> Any:
        """Send it with these ids, and with fields that it does not ask for."""
        in_path = {name for name in ids if f"<{name}>" in self.path}
        beside = {name: value for name, value in ids.items() if name not in in_path}
        said = {"form_token": new_token(), **beside, **self.said(ids)}
        return client.post(fill(self.path, ids), {**(extra or {}), **said})


_CONTACTS = "/entitlements/contacts/"
_CASE = {
    "environment": "Production",
    "title": "Title",
    "description": "Text",
    "priority": "3",
    "language": "en",
}
_TICKS = ("files", "sees", "requests")


def _ticked(ids: Ids) -> dict[str, object]:
    key = ids["person"]
    return {f"was-{key}": "f", **{f"{name}-{key}": "on" for name in _TICKS}}


FORMS = {
    "invite": Form(f"{_CONTACTS}invite/", {"address": ADDRESS, "license": LICENSE}),
    "invite a list": Form(
        f"{_CONTACTS}list/",
        {"address": ADDRESS, "product": PRODUCT},
        lambda ids: {"confirmed": "yes", "text": f"email,product\n{ids['address']},{ids['product']}"},
        # Each row that is refused is told, and stops no other.
        refused=frozenset({302}),
    ),
    "send again": Form(f"{_CONTACTS}invitations/<pk>/again/", {"pk": _elsewhere("invitations")}),
    "revoke": Form(f"{_CONTACTS}invitations/<pk>/revoke/", {"pk": _elsewhere("invitations")}),
    "remove": Form(
        f"{_CONTACTS}people/<pk>/remove/",
        {"pk": CONTACT, "seat": SEAT, "successor": SUCCESSOR},
    ),
    "replace": Form(
        f"{_CONTACTS}people/<pk>/replace/",
        {"pk": CONTACT, "seat": SEAT, "address": ADDRESS, "successor": SUCCESSOR},
    ),
    "permissions": Form(f"{_CONTACTS}permissions/", {"person": CONTACT}, _ticked),
    "hand over": Form(f"{_CONTACTS}hand-over/", {"administrator": CONTACT}, lambda _ids: {"is_sure": "on"}),
    "export": Form(f"{_CONTACTS}export/", {}),
    "grant access": Form(
        "/entitlements/access/",
        {"license": Kind(lambda world: world.license.pk, LICENSE.foreign)},
        lambda _ids: {
            "environment": "Stage",
            "scope": "Logs",
            "last_on": (NOW + timedelta(days=30)).date().isoformat(),
        },
    ),
    "revoke access": Form("/entitlements/access/<pk>/revoke/", {"pk": _elsewhere("grants")}),
    "ask for services": Form("/catalogue/ask/", {}),
    "cancel a request": Form(
        "/requests/<key>/cancel/", {"key": _elsewhere("requests", Whose.OWN)}, lambda _ids: {"answer": "Why"}
    ),
    "hand a request over": Form(
        "/requests/<key>/hand-to-colleague/",
        {"key": _elsewhere("requests", Whose.OWN), "colleague": SUCCESSOR},
    ),
    "file a case": Form(
        "/cases/new/",
        {"product": Kind(lambda world: world.license.pk, LICENSE.foreign), "watchers": WATCHER},
        lambda _ids: _CASE,
    ),
    "follow a case up": Form(
        "/cases/<key>/follow-up/", {"key": CLOSED_CASE, "watchers": WATCHER}, lambda _ids: _CASE
    ),
    "hand a case over": Form("/cases/<key>/hand-to-colleague/", {"key": CASE, "colleague": SUCCESSOR}),
    "set watchers": Form("/cases/<key>/edit-watchers/", {"key": CASE, "watchers": WATCHER}),
    "take a case over": Form(
        "/cases/<key>/take-over/", {"key": CALLERS_CASE, "watchers": WATCHER}, lambda _ids: _CASE
    ),
}
