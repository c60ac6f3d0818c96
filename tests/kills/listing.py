"""Every public operation of the portal, found by looking, and the few that are killed inside others only."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module

import accelerators
import cases
import entitlements
import portal

# A module or a function, and why it has no kill points of its own.
APART = {
    "accelerators.operations.catalogue.differing": "compares and writes nothing",
    "accelerators.operations.changing": "the frame of every operation on a request, inside its transaction",
    "accelerators.operations.units.check_term": "asks and writes nothing",
    "accelerators.operations.units.return_units": "a part of `cancel_request`",
    "accelerators.operations.units.use_units": "a part of `accept_request`",
    "cases.operations.changing": "the frame of every operation on a case, inside its transaction",
    "cases.operations.filing.require_commitment": "asks and writes nothing",
    "cases.operations.filing.require_language": "asks and writes nothing",
    "cases.operations.filing.tell_of_filing": "a part of `file_case` and `take_over_case`",
    "cases.operations.people.set_watchers": "a part of whatever sets watchers",
    "cases.operations.people.watchers_change": "reckons and writes nothing",
    "cases.operations.policies.load_reference_rows": "a part of `migrate`, which begins again",
    "cases.operations.response_targets": "parts of whatever moves a target",
    "cases.operations.waiting.end_of_day": "reckons and writes nothing",
    "entitlements.operations.changing": "the frame of every change of entitlements, inside its transaction",
    "entitlements.operations.freezing": "a part of whatever decides a target",
    "entitlements.operations.importing.try_rows": "takes back what `invite_rows` does: nothing commits",
    "entitlements.operations.invitations.invitation_of": "reads and writes nothing",
    "entitlements.operations.invitations.keep_seat": "a part of `invite_contact` and `replace_contact`",
    "entitlements.operations.invitations.known_person": "asks and writes nothing",
    "entitlements.operations.licenses.check_days": "asks and writes nothing",
    "entitlements.operations.seating": "parts of whatever gives or ends a seat",
    "entitlements.operations.seats.require_no_seat": "asks and writes nothing",
    "portal.accounts.operations.change_email": "a part of `change_person` and `change_staff`",
    "portal.accounts.operations.check_language": "asks and writes nothing",
    "portal.accounts.operations.create_person": "a part of `add_person`, `add_staff`, `accept_invitation`",
    "portal.accounts.operations.hold_staff": "locks and writes nothing",
    "portal.accounts.operations.require_superuser": "asks and writes nothing",
    "portal.demo.operations": "the demo's own, absent from a deployment; `make run` begins it again",
    "portal.notices.operations.is_paged": "asks and writes nothing",
    "portal.notices.operations.nudge_pager": "wakes the sender of pages, which comes by itself anyway",
    "portal.notices.operations.announce": "a part of whatever tells somebody, inside its transaction",
    "portal.notices.operations.cancel_pending": "a part of whatever ends a waiting period",
    "portal.notices.operations.nudge_after_commit": "wakes the sender, which comes by itself anyway",
    "portal.notices.operations.nudge_sender": "wakes the sender, which comes by itself anyway",
}


def public_operations() -> set[str]:
    """The full names of all functions that a module of operations offers, helpers included."""
    return {
        f"{module.__name__}.{name}"
        for module in map(import_module, _modules_of_operations())
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and not name.startswith("_")
    }


def _modules_of_operations() -> Iterator[str]:
    for package in (portal, accelerators, cases, entitlements):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "operations" in found.name.split("."):
                yield found.name


def set_apart(operation: str) -> set[str]:
    """The entries of the list above that speak of an operation: its module's, its own."""
    return {operation, operation.rpartition(".")[0]} & APART.keys()
