"""The admin's bulk actions: which there are, what each asks for, and who gets it done."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME

from cases.lifecycle import Action
from tests.walks.roles import LEADS, Role
from tests.walks.world import World

_ROOT = frozenset({Role.SUPERUSER})
_DELETE = "delete_selected"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A declared action: who may, on which row it is tried, and what its own form sends."""

    may: frozenset[Role]
    row: str
    said: Mapping[str, str]


# By model and name, as in the admin's registry.
DECLARED: dict[tuple[str, str], BulkAction] = {
    ("cases/case", "claim_cases"): BulkAction(LEADS, "unowned case", {}),
    ("cases/case", "assign_cases"): BulkAction(LEADS, "unowned case", {"apply": "1", "owner": "lead"}),
    ("cases/case", "close_cases"): BulkAction(
        LEADS, "unowned case", {"apply": "1", "resolution": "issue_obsolete", "reason": "Reason"}
    ),
    ("notices/notice", "send_selected_again"): BulkAction(LEADS, "notice to send again", {}),
    ("notices/notice", "cancel_selected"): BulkAction(LEADS, "notice to cancel", {}),
    # Django's own is offered only where rows may be deleted.
    ("accounts/duty", _DELETE): BulkAction(_ROOT, "accounts/duty", {"post": "yes"}),
    **{
        (model, _DELETE): BulkAction(frozenset(), model, {"post": "yes"})
        for model in (
            "accelerators/cataloguerow",
            "accelerators/engagementrequest",
            "accelerators/unitgrant",
            "accounts/account",
            "accounts/country",
            # One at a time: each person is told.
            "accounts/identity",
            "accounts/region",
            "accounts/staffmember",
            "cases/case",
            "cases/followuppolicy",
            "entitlements/accessgrant",
            "entitlements/addongrant",
            "entitlements/dayoff",
            "entitlements/entitlementevent",
            "entitlements/invitation",
            "entitlements/license",
            "entitlements/person",
            "entitlements/product",
            "entitlements/regionhours",
            "entitlements/responsetarget",
            "entitlements/seat",
            "entitlements/teammember",
            "entitlements/term",
            "notices/notice",
            "work/heartbeat",
        )
    },
}


def model_of(model_admin: admin.ModelAdmin) -> str:
    """The model as addresses name it."""
    return f"{model_admin.opts.app_label}/{model_admin.opts.model_name}"


def registered() -> dict[tuple[str, str], tuple[str, ...]]:
    """Every action that the admin knows, Django's own deletion included, with the permissions it declares."""
    found = {}
    for model_admin in admin.site._registry.values():
        for function, name, _description in model_admin._get_base_actions():
            found[model_of(model_admin), name] = tuple(getattr(function, "allowed_permissions", ()))
    return found


def form_of(declared: BulkAction, name: str, world: World) -> dict[str, object]:
    """What the list sends to carry an action out."""
    unowned = world.for_action[Action.CLAIM].pk
    rows = {**world.rows, "unowned case": unowned, "cases/case": unowned}
    said = {
        field: world.person(Role.LEAD).pk if field == "owner" else value
        for field, value in declared.said.items()
    }
    return {"action": name, ACTION_CHECKBOX_NAME: [rows[declared.row]], "index": 0, **said}
