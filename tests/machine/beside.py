"""What changes people and rules, beside any one case: the model's side (SPEC 2, 2.1, 3.4)."""

from datetime import datetime

from tests.machine.model import Model, Refused, require
from tests.machine.series import Rules
from tests.machine.table import OPEN, WAITING, License, Person


def staff_leave(model: Model, leaver: Person, actor: Person, now: datetime) -> None:
    """SPEC 2: open cases are released: Awaiting Assignment, or, if waiting, unchanged."""
    was_active, leaver.is_active = leaver.is_active, False
    for case in model.cases:
        if was_active and case.owner is leaver and case.status in OPEN:
            before, case.owner = case.status, None
            if case.status not in WAITING:
                case.status = "awaiting_assignment"
            model.record(case, "owner_left", actor, now, before=before)


def remove_contact(
    model: Model, leaver: Person, license_: License, heir: Person | None, actor: Person, now: datetime
) -> None:
    """SPEC 3.4: an active contact of the product takes over the open cases, and a running period goes on.

    Where there is no other contact they go to the administrator. Removed people watch nothing.
    """
    if license_.key not in leaver.seats:
        raise Refused("already_removed")
    has_others = len(leaver.seats) > 1
    if leaver.is_administrator and not has_others:
        raise Refused("administrator_needs_a_seat")
    others = [person for person in model.people if person is not leaver and person.has_seat(license_)]
    if heir is not None and heir not in others:
        raise Refused("successor_not_a_contact")
    theirs = [
        case
        for case in model.cases
        if case.requestor is leaver and case.license is license_ and case.status in OPEN
    ]
    if theirs and heir is None:
        require("name_a_successor" if others else "")
        heir = next((person for person in model.people if person.is_administrator), None)
        require("" if heir and heir is not leaver and heir.is_active else "hand_over_first")
    leaver.seats.discard(license_.key)
    leaver.is_active = has_others
    for case in theirs:
        assert heir is not None
        case.requestor = heir
        model.record(case, "requestor_changed", actor, now)
        model.tell_customer(case, "requestor_changed", actor, now, leaver=leaver)
    for case in model.cases:
        if leaver in case.watchers and (case.license is license_ or not has_others):
            case.watchers.discard(leaver)
            model.record(case, "watchers_changed", actor, now, is_public=False)


def add_contact(person: Person, license_: License, now: datetime) -> None:
    """SPEC 3.4: a seat; who had lost their sign-in with the last one gets it back."""
    require("already_a_contact" if license_.key in person.seats else "")
    require("seat_needs_a_term" if license_.has_ended(now) else "")
    person.seats.add(license_.key)
    person.is_active = True


def add_policy(model: Model, rules: Rules, now: datetime) -> None:
    """SPEC 2.1: rows begin in the future when made; one per instant."""
    require("policy_in_the_past" if rules.begins_at <= now else "")
    require("policy_taken" if any(row.begins_at == rules.begins_at for row in model.policies) else "")
    model.policies.append(rules)
