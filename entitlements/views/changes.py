"""History as the administrator reads it: who, when, what, before and after, with names in place of keys."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from entitlements.models import EntitlementEvent, Invitation
from entitlements.models.history import EntitlementEventQuerySet
from entitlements.wording import EVENT_NAMES, FACT_NAMES, PLAN_NAMES, TEAM_ROLE_NAMES, day
from portal.accounts.languages import interface_languages
from portal.accounts.models import User, country_name

# What one person holds after another: `before` and `after` are their keys.
_HELD_BY = ("administrator_appointed", "team_appointed", "team_left")
# Under these names stands a person's key.
_PEOPLE = ("person", "replacement", "successor")


@dataclass(frozen=True)
class Change:
    """One line of the history."""

    who: str
    what: str
    product: str
    before: list[str]
    after: list[str]
    at: datetime


@dataclass(frozen=True)
class _Names:
    """Who stands behind the keys of a page of events, loaded in two statements."""

    people: Mapping[int, User]
    addresses: Mapping[int, str]
    viewer: User

    def person(self, key: int | None) -> str:
        """Name a person, or say that they are erased."""
        if key is None:
            return _("Nobody")
        if key == self.viewer.pk:
            return _("You")
        person = self.people.get(key)
        return (person.name or person.email) if person else _("Former contact")

    def actor(self, key: int | None) -> str:
        """Name who did it; people of staff stand for support."""
        if key is None:
            return _("Clock")
        person = self.people.get(key)
        return _("Support") if person is not None and person.is_staff else self.person(key)


def changes_of(events: EntitlementEventQuerySet, viewer: User) -> list[Change]:
    """Turn events into lines; three statements for however many."""
    rows = list(events.select_related("license__product"))
    names = _names_in(rows, viewer)
    return [_change(event, names) for event in rows]


def _names_in(events: Iterable[EntitlementEvent], viewer: User) -> _Names:
    people: set[int] = set()
    invitations: set[int] = set()
    for event in events:
        people.update(key for key in _keys_of(event) if key is not None)
        if "invitation" in event.detail:
            invitations.add(event.detail["invitation"])
    addresses = Invitation.objects.filter(pk__in=invitations).values_list("pk", "address")
    return _Names(User.objects.in_bulk(people), dict(addresses), viewer)


def _keys_of(event: EntitlementEvent) -> Iterable[int | None]:
    yield event.actor_id
    for name in _PEOPLE:
        yield event.detail.get(name)
    if event.kind in _HELD_BY:
        yield from (event.detail["before"], event.detail["after"])


def _change(event: EntitlementEvent, names: _Names) -> Change:
    before, after = _sides(event, names)
    subject = _subject(event, names)
    name = str(EVENT_NAMES.get(event.kind, event.kind))
    return Change(
        who=names.actor(event.actor_id),
        what=_("%(what)s: %(whom)s") % {"what": name, "whom": subject} if subject else name,
        product=event.license.product.name if event.license else "",
        before=before,
        after=after,
        at=event.occurred_at,
    )


def _subject(event: EntitlementEvent, names: _Names) -> str:
    """Whom a change is about; who changed something about themselves is named once, as who did it."""
    if "invitation" in event.detail and "person" not in event.detail:
        return names.addresses.get(event.detail["invitation"], _("Former contact"))
    if "role" in event.detail:
        return str(TEAM_ROLE_NAMES[event.detail["role"]])
    if "person" in event.detail and event.detail["person"] != event.actor_id:
        return names.person(event.detail["person"])
    return ""


def _sides(event: EntitlementEvent, names: _Names) -> tuple[list[str], list[str]]:
    """Give before and after in words."""
    special = _SIDES.get(event.kind)
    if special is not None:
        return special(event.detail, names)
    return _facts(event.detail.get("before")), _facts(event.detail.get("after"))


_PLACES = {key: place for place, key in enumerate(FACT_NAMES)}


def _facts(facts: object) -> list[str]:
    if not isinstance(facts, dict):
        return []
    return [
        _("%(name)s: %(value)s") % {"name": FACT_NAMES.get(key, key), "value": _value(key, value)}
        # The databases keep the keys in different orders.
        for key, value in sorted(facts.items(), key=lambda fact: _PLACES.get(fact[0], len(_PLACES)))
        # The license's product stands beside the event's name.
        if key != "product"
    ]


def _value(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key == "plan":
        return str(PLAN_NAMES[value])
    if key in ("first_on", "last_on"):
        return day(date.fromisoformat(value))
    if key in ("country", "country_id"):
        return country_name(value)
    if key == "language" and value:
        return dict(interface_languages())[value]
    return str(value) or "–"


Sides = tuple[list[str], list[str]]


def _of_holder(detail: Mapping[str, Any], names: _Names) -> Sides:
    return [names.person(detail["before"])], [names.person(detail["after"])]


def _of_sign_in(detail: Mapping[str, Any], _names: _Names) -> Sides:
    words = {True: _("May sign in"), False: _("May not sign in")}
    return [words[detail["before"]]], [words[detail["after"]]]


def _of_person(detail: Mapping[str, Any], _names: _Names) -> Sides:
    fields = ", ".join(str(FACT_NAMES.get(field, field)) for field in detail["fields"])
    return [], [_("Changed: %(fields)s") % {"fields": fields}]


def _of_leaving(detail: Mapping[str, Any], names: _Names) -> Sides:
    after = []
    if detail.get("replacement"):
        after.append(_("In their place: %(name)s") % {"name": names.person(detail["replacement"])})
    if detail.get("invitation"):
        address = names.addresses.get(detail["invitation"], _("Former contact"))
        after.append(_("Invited in their place: %(address)s") % {"address": address})
    if detail.get("successor"):
        after.append(_("Open cases: %(name)s") % {"name": names.person(detail["successor"])})
    after.append(_("May not sign in") if detail.get("ends_sign_in") else _("Still signs in"))
    if detail.get("ends_role"):
        after.append(_("The role of account administrator rests"))
    return [_("Named contact")], after


def _of_seat(_detail: Mapping[str, Any], _names: _Names) -> Sides:
    return [], [_("Named contact")]


_SIDES: Mapping[str, Callable[[Mapping[str, Any], _Names], Sides]] = {
    **dict.fromkeys(_HELD_BY, _of_holder),
    "sign_in_changed": _of_sign_in,
    "person_changed": _of_person,
    "contact_removed": _of_leaving,
    "contact_replaced": _of_leaving,
    "contact_added": _of_seat,
    "invitation_accepted": _of_seat,
}
