"""Django admin: who of staff sees which rows, and who changes them. Nobody else gets in."""

from collections.abc import Mapping

from cases.action_pages import STAFF_ACTIONS
from cases.lifecycle import Action
from portal.work.form_tokens import new_token
from tests.factories.people import PASSWORD
from tests.walks.policy.entries import GO, IN, LOOKED, Answer, Answers, Entry, Row, answers, get, post
from tests.walks.roles import ALL_STAFF, LEADS, OF_A_ROW, OUTSIDE, STAFF, WITH_ROLE, Role, Whose
from tests.walks.world import NO_NUMBER, Body, World

_ROOT = frozenset({Role.SUPERUSER})
_ENTITLERS = frozenset({Role.ENTITLER, Role.SUPERUSER})
_NOBODY: frozenset[Role] = frozenset()
_NOT_STAFF = frozenset(Role) - ALL_STAFF
_KEY = "<object_id>"


def of_staff(answer: Answer, who: frozenset[Role] = ALL_STAFF, *, otherwise: Answer = 403) -> Answers:
    """These of staff get `answer`, the others of staff `otherwise`; all others are asked to sign in."""
    named = {IN: _NOT_STAFF}
    if answer == otherwise or not who:
        return answers(named, otherwise=otherwise)
    return answers({**named, answer: who}, otherwise=otherwise)


_ALL_OF_STAFF = of_staff(200)
_NOTHING_THERE = of_staff(404)


def _site(path: str, *rows: Row, **options: Body) -> Entry:
    return Entry(f"/admin/{path}", rows, **options)


SITE = (
    _site("", get(_ALL_OF_STAFF), post(_ALL_OF_STAFF)),
    # The one sign-in page is the portal's: this address only leads there, and staff on to the index.
    _site(
        "login/",
        get(answers({IN: OUTSIDE, GO: ALL_STAFF}, otherwise=403)),
        post(answers({IN: OUTSIDE, 405: ALL_STAFF}, otherwise=403)),
    ),
    # Who is not of staff is led to the index, which leads to the sign-in page.
    _site(
        "logout/",
        get(answers({405: ALL_STAFF}, otherwise=GO)),
        post(answers({200: ALL_STAFF}, otherwise=GO)),
    ),
    _site(
        "password_change/",
        get(_ALL_OF_STAFF),
        post(of_staff(GO)),
        body=lambda *_: {"old_password": PASSWORD, **_new_password()},
    ),
    _site("password_change/done/", get(_ALL_OF_STAFF), post(of_staff(405))),
    _site("autocomplete/", get(of_staff(403)), post(of_staff(405))),
    _site("jsi18n/", get(_ALL_OF_STAFF), post(of_staff(405))),
    # No row of the portal has an address of its own to be shown at.
    _site(
        "r/<content_type_id>/<object_id>/",
        get(_NOTHING_THERE, *OF_A_ROW),
        post(_NOTHING_THERE, *OF_A_ROW),
        values=lambda world, whose: {
            "content_type_id": 1,
            "object_id": world.account.pk if whose is Whose.THERE else NO_NUMBER,
        },
    ),
    _site(
        "<app_label>/",
        get(of_staff(200, WITH_ROLE, otherwise=404)),
        post(of_staff(200, WITH_ROLE, otherwise=404)),
        values=lambda *_: {"app_label": "cases"},
    ),
    _site("<url>", get(_NOTHING_THERE), post(_NOTHING_THERE), values=lambda *_: {"url": "nothing/here"}),
)


def _new_password() -> dict[str, object]:
    return {"new_password1": "another-horse-battery", "new_password2": "another-horse-battery"}


# --- The pages of a model ---------------------------------------------------------------------------


def _row_of(model: str) -> Body:
    def values(world: World, whose: Whose) -> dict[str, object]:
        return {"object_id": world.rows[model] if whose is Whose.THERE else NO_NUMBER}

    return values


def _nothing(_world: World, _whose: Whose) -> dict[str, object]:
    return {}


def model_pages(
    model: str,
    *,
    see: frozenset[Role] = WITH_ROLE,
    add: frozenset[Role] = _NOBODY,
    change: frozenset[Role] = _NOBODY,
    delete: frozenset[Role] = _NOBODY,
    new: Body = _nothing,
    changed: Body = _nothing,
    own: Mapping[str, tuple[Row, ...]] | None = None,
) -> tuple[Entry, ...]:
    """The six addresses of a model; `own` says otherwise for some, or leaves one out with no rows.

    For a row that is not there Django asks first whether one may, except for its history; then it leads to
    the index with a message.
    """
    gone = of_staff(GO, ALL_STAFF)
    pages: dict[str, tuple[Row, ...]] = {
        "": (get(of_staff(200, see)), post(of_staff(200, see))),
        "add/": (get(of_staff(200, add)), post(of_staff(GO, add))),
        f"{_KEY}/change/": (
            get(of_staff(200, see), Whose.THERE),
            get(of_staff(GO, see), Whose.MISSING),
            post(of_staff(GO, change), *OF_A_ROW),
        ),
        f"{_KEY}/delete/": (
            get(of_staff(200, delete), Whose.THERE),
            get(of_staff(GO, delete), Whose.MISSING),
            post(of_staff(GO, delete), *OF_A_ROW),
        ),
        f"{_KEY}/history/": (
            get(of_staff(200, see), Whose.THERE),
            get(gone, Whose.MISSING),
            post(of_staff(200, see), Whose.THERE),
            post(gone, Whose.MISSING),
        ),
        f"{_KEY}/": (get(gone, *OF_A_ROW), post(gone, *OF_A_ROW)),
    }
    pages |= own or {}
    bodies = {"add/": new, f"{_KEY}/change/": changed, f"{_KEY}/delete/": lambda *_: {"post": "yes"}}
    return tuple(
        Entry(f"/admin/{model}/{page}", rows, values=_row_of(model), body=bodies.get(page, _nothing))
        for page, rows in pages.items()
        if rows
    )


def _password_page(model: str) -> Entry:
    page = get(of_staff(200, _ROOT), Whose.THERE), get(of_staff(404, _ROOT), Whose.MISSING)
    sent = post(of_staff(GO, _ROOT), Whose.THERE), post(of_staff(404, _ROOT), Whose.MISSING)
    return Entry(
        f"/admin/{model}/<id>/password/",
        (*page, *sent),
        values=lambda world, whose: {"id": _row_of(model)(world, whose)["object_id"]},
        body=lambda *_: {
            "password1": "another-horse-battery",
            "password2": "another-horse-battery",
            "usable_password": "true",
        },
    )


# --- What the forms send ----------------------------------------------------------------------------


def _person(**facts: object) -> dict[str, object]:
    return {"email": "new@customer.example", "name": "New", "language": "en", "time_zone": "", **facts}


def _of_account(world: World, _whose: Whose) -> dict[str, object]:
    return {"account": world.account.pk}


def _rows_on_page(*prefixes: str) -> dict[str, object]:
    """The hidden fields of the rows that a page shows and nobody changes."""
    return {f"{prefix}-{name}": 0 for prefix in prefixes for name in ("TOTAL_FORMS", "INITIAL_FORMS")}


def _changed_account(world: World, _whose: Whose) -> dict[str, object]:
    return {
        "name": "Northwind Outfitters",
        "country": "US",
        "time_zone": "",
        "administrator": world.person(Role.ADMINISTRATOR).pk,
        **_rows_on_page("licenses", "team", "people"),
    }


def _duty(world: World, _whose: Whose) -> dict[str, object]:
    return {"user": world.person(Role.LEAD).pk, "region": "EMEA", "starts": "09:00", "ends": "17:00"}


def _term(world: World, _whose: Whose) -> dict[str, object]:
    dates = {"first_on": "2101-01-01", "last_on": "2101-12-31"}
    return {"license": world.license.pk, "plan": "expert", **dates, "is_sure": LOOKED}


def _target(_world: World, _whose: Whose) -> dict[str, object]:
    return {
        "service": "expert",
        "priority": "2",
        "clock": "business",
        "minutes": "90",
        "in_force_from": "2100-01-01T00:00",
        "is_sure": LOOKED,
    }


def _hours(_world: World, _whose: Whose) -> dict[str, object]:
    return {
        "region": "EMEA",
        "monday": "09:00-12:00, 13:00-17:00",
        "full_day_minutes": "420",
        "in_force_from": "2100-01-01T00:00",
        "is_sure": LOOKED,
    }


def _policy(_world: World, _whose: Whose) -> dict[str, object]:
    return {
        "in_force_from": "2027-01-01T00:00",
        "reminder_hours": "24, 72",
        "closure_hours": "144",
        "reopening_hours": "336",
        "catch_up": "strict",
    }


MODELS = (
    *model_pages("accounts/region", change=_ENTITLERS, changed=lambda *_: {"hotline": "+1 555 0142"}),
    *model_pages("accounts/country"),
    *model_pages(
        "accounts/staffmember",
        add=_ROOT,
        change=_ROOT,
        new=lambda *_: _person(staff_groups="Agent"),
        changed=lambda *_: _person(staff_groups="Agent", is_active="on"),
    ),
    _password_page("accounts/staffmember"),
    *model_pages("accounts/duty", add=_ROOT, change=_ROOT, delete=_ROOT, new=_duty, changed=_duty),
    *model_pages("accounts/identity", delete=_ROOT),
    *model_pages("entitlements/product"),
    *model_pages(
        "accounts/account",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda *_: {"name": "New", "country": "US", "time_zone": ""},
        changed=_changed_account,
    ),
    *model_pages(
        "entitlements/person",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda world, whose: _person(**_of_account(world, whose)),
        changed=lambda *_: _person(is_active="on", **_rows_on_page("seats")),
    ),
    _password_page("entitlements/person"),
    *model_pages(
        "entitlements/license",
        add=_ENTITLERS,
        new=lambda world, whose: {**_of_account(world, whose), "product": world.rows["entitlements/product"]},
    ),
    *model_pages(
        "entitlements/term",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=_term,
        changed=lambda *_: {"plan": "expert", "from_day": "2098-01-01", "is_sure": LOOKED},
    ),
    *model_pages(
        "entitlements/seat",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda world, _whose: {"license": world.license.pk, "user": world.person(Role.COLLEAGUE).pk},
        changed=lambda *_: {"is_sure": "on"},
    ),
    *model_pages(
        "entitlements/invitation",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda world, _whose: {"license": world.license.pk, "address": "invited-by-staff@new.example"},
        changed=lambda *_: {"decision": "revoke"},
    ),
    *model_pages(
        "entitlements/teammember",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda world, _whose: {
            "account": world.account.pk,
            "role": "csm",
            "member": world.person(Role.AGENT).pk,
        },
        changed=lambda *_: {"is_sure": "on"},
    ),
    *model_pages("entitlements/accessgrant"),
    *model_pages("entitlements/entitlementevent"),
    *model_pages("entitlements/responsetarget", add=_ENTITLERS, new=_target),
    _site("entitlements/responsetarget/what-applies/", get(of_staff(200, WITH_ROLE)), post(of_staff(405))),
    *model_pages("entitlements/regionhours", add=_ENTITLERS, new=_hours),
    *model_pages(
        "entitlements/dayoff",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda *_: {"region": "EMEA", "day": "2100-02-03", "name": "Day off", "is_sure": LOOKED},
        changed=lambda *_: {"decision": "strike", "is_sure": LOOKED},
    ),
    *model_pages("work/heartbeat"),
)


# --- The catalogue ----------------------------------------------------------------------------------


def _thing(_world: World, _whose: Whose) -> dict[str, object]:
    return {
        "slug": "new-thing",
        "kind": "accelerator",
        "category": "adoption-enablement",
        "name": "New thing",
        "summary": "What it is",
        "is_offered": "on",
        "in_force_from": "2100-01-01T00:00",
        "is_sure": LOOKED,
    }


_GRANTED = {"first_on": "2026-04-01", "last_on": "2026-12-31"}
_DECIDED = {"decision": "decline", "answer": "Not this year", "colleague": ""}
_DECIDERS = frozenset({Role.MANAGER, Role.SUPERUSER})
_READERS = STAFF | {Role.MANAGER}

CATALOGUE = (
    *model_pages("accelerators/cataloguerow", add=frozenset({Role.CATALOGUER, Role.SUPERUSER}), new=_thing),
    *model_pages(
        "accelerators/engagementrequest",
        see=_READERS | {Role.ENTITLER},
        own={
            f"{_KEY}/change/": (
                # Entitlement managers see requests for add-ons only: to them this one is not there.
                get(
                    answers({IN: _NOT_STAFF, 200: _READERS, GO: {Role.ENTITLER}}, otherwise=403), Whose.THERE
                ),
                get(of_staff(GO, _READERS | {Role.ENTITLER}), Whose.MISSING),
                post(of_staff(GO, _DECIDERS | {Role.ENTITLER}), Whose.THERE),
                # Nobody can be told from who may not where there is nothing to decide.
                post(of_staff(GO, _READERS | {Role.ENTITLER}), Whose.MISSING),
            ),
            # To who sees no request it is as one that is not there.
            f"{_KEY}/history/": (
                get(of_staff(200, _READERS, otherwise=GO), Whose.THERE),
                get(of_staff(GO, ALL_STAFF), Whose.MISSING),
                post(of_staff(200, _READERS, otherwise=GO), Whose.THERE),
                post(of_staff(GO, ALL_STAFF), Whose.MISSING),
            ),
        },
        changed=lambda *_: dict(_DECIDED),
    ),
    *model_pages(
        "accelerators/unitgrant",
        add=_ENTITLERS,
        new=lambda world, _whose: {
            "license": world.license.pk,
            "add_on": "mentor-sessions",
            "units": "4",
            **_GRANTED,
        },
    ),
    *model_pages(
        "entitlements/addongrant",
        add=_ENTITLERS,
        change=_ENTITLERS,
        new=lambda world, _whose: {
            **_of_account(world, _whose),
            "license": "",
            "add_on": "technical-account-director",
            **_GRANTED,
        },
        changed=lambda *_: {"is_sure": "on"},
    ),
)

_GONE_OR_SEEN = {
    f"{_KEY}/change/": (
        # Whatever is sent to the page of a notice, it only shows it.
        get(of_staff(200, LEADS), Whose.THERE),
        get(of_staff(404, LEADS), Whose.MISSING),
        post(of_staff(200, LEADS), Whose.THERE),
        post(of_staff(404, LEADS), Whose.MISSING),
    )
}


def _notice(row: str, page: str, *rows: Row) -> Entry:
    return Entry(
        f"/admin/notices/notice/<pk>/{page}/",
        rows,
        values=lambda world, whose: {"pk": _row_of(row)(world, whose)["object_id"]},
    )


def _act_on_notice(row: str, page: str) -> Entry:
    sent = post(of_staff(GO, LEADS), Whose.THERE), post(of_staff(404, LEADS), Whose.MISSING)
    return _notice(row, page, get(of_staff(405), *OF_A_ROW), *sent)


NOTICES = (
    *model_pages("notices/notice", see=LEADS, own=_GONE_OR_SEEN),
    _notice(
        "notices/notice",
        "mail",
        get(of_staff(200, LEADS), Whose.THERE),
        get(of_staff(404, LEADS), Whose.MISSING),
        post(of_staff(200, LEADS), Whose.THERE),
        post(of_staff(404, LEADS), Whose.MISSING),
    ),
    _act_on_notice("notice to send again", "again"),
    _act_on_notice("notice to cancel", "cancel"),
)


# --- Cases ------------------------------------------------------------------------------------------

_LEFT_OUT = {f"{_KEY}/{page}": () for page in ("delete/", "history/", "")}

_CASE_FORM = {"title": "A title", "description": "A text", "priority": "3", "environment": "Production"}
_SENT: Mapping[Action, Mapping[str, object]] = {
    Action.REQUEST_INFORMATION: {"text": "Text"},
    Action.PROVIDE_RESOLUTION: {"text": "Text"},
    Action.ANSWER: {"text": "Text"},
    Action.ADD_NOTE: {"text": "Text"},
    Action.LOG_CONTACT: {"text": "Text", "said_by": "Ann", "channel": "phone"},
    Action.RESUME: {"reason": "Reason"},
    Action.DECLINE_CALL: {"reason": "Reason"},
    Action.HOLD: {"last_on": "2026-03-10", "reason": "Reason"},
    Action.ACKNOWLEDGE: {"text": "Text"},
    Action.CHANGE_PRIORITY: {"priority": "4", "reason": "Reason"},
    Action.LOWER_PRIORITY: {"priority": "3"},
    Action.EDIT_WATCHERS: {"watchers": ""},
    Action.TAG: {"tags": "a, b"},
    Action.CLOSE: {"resolution": "issue_obsolete", "reason": "Reason"},
    Action.REOPEN: {"text": "Text"},
}


def _sent(action: Action) -> Body:
    def body(world: World, _whose: Whose) -> dict[str, object]:
        chosen: dict[Action, dict[str, object]] = {
            Action.ASSIGN: {"owner": world.person(Role.LEAD).pk},
            Action.HAND_TO_COLLEAGUE: {"colleague": world.person(Role.WATCHER).pk},
            Action.LINK_RELATED: {"other": f"E-{world.case_key(Whose.WATCHED):09d}"},
        }
        return {"form_token": new_token(), **_SENT.get(action, {}), **chosen.get(action, {})}

    return body


def _case_key(action: Action) -> Body:
    def values(world: World, whose: Whose) -> dict[str, object]:
        return {"key": world.for_action[action].pk if whose is Whose.THERE else NO_NUMBER}

    return values


def _act(action: Action, *, may: frozenset[Role] = STAFF) -> Entry:
    """An action of staff; who reads no cases finds none there, and GET is refused before any look."""
    seen = {IN: frozenset(Role) - ALL_STAFF, 404: ALL_STAFF - STAFF - {Role.MANAGER}, GO: may}
    return Entry(
        "/admin/cases/case/<key>/act/<action>/",
        (
            get(of_staff(405), *OF_A_ROW),
            post(answers(seen, otherwise=403), Whose.THERE),
            post(_NOTHING_THERE, Whose.MISSING),
        ),
        given={"action": action.value},
        values=_case_key(action),
        body=_sent(action),
    )


def _not_an_action(name: str) -> Entry:
    return Entry(
        "/admin/cases/case/<key>/act/<action>/",
        (get(of_staff(405), *OF_A_ROW), post(_NOTHING_THERE, *OF_A_ROW)),
        given={"action": name},
        values=_case_key(Action.ANSWER),
        body=lambda *_: {"form_token": new_token(), "text": "Text"},
    )


def _on_behalf(world: World, _whose: Whose) -> dict[str, object]:
    return {
        "form_token": new_token(),
        "requestor": world.person(Role.REQUESTOR).pk,
        "channel": "phone",
        **_CASE_FORM,
    }


_FILES = get(of_staff(200, STAFF)), post(of_staff(GO, STAFF))
# Who reads cases: a success manager those of their accounts.
_READERS = STAFF | {Role.MANAGER}

CASES = (
    _site("cases/case/", get(of_staff(200, _READERS)), post(of_staff(200, LEADS))),
    _site("cases/case/add/", get(of_staff(200, STAFF)), post(of_staff(404, STAFF))),
    Entry(
        "/admin/cases/case/add/",
        _FILES,
        query=lambda world, _whose: {"license": world.license.pk},
        body=_on_behalf,
        asks="?license=",
    ),
    Entry(
        "/admin/cases/case/add/",
        _FILES,
        query=lambda world, _whose: {"license": world.license.pk, "caller": "1"},
        body=lambda *_: {
            "form_token": new_token(),
            "name": "Cora",
            "address": "cora@x.example",
            "channel": "phone",
        },
        asks="?license= (a caller without a seat)",
    ),
    Entry(
        "/admin/cases/case/add/",
        _FILES,
        query=lambda world, _whose: {"follows": world.case_key(Whose.OWN, closed=True)},
        body=_on_behalf,
        asks="?follows=",
    ),
    _site(
        "cases/case/<key>/change/",
        get(of_staff(200, _READERS, otherwise=404), Whose.THERE),
        get(_NOTHING_THERE, Whose.MISSING),
        post(of_staff(405), *OF_A_ROW),
        values=_case_key(Action.ANSWER),
    ),
    *[
        _act(action, may=LEADS if action is Action.ASSIGN else STAFF)
        for action in STAFF_ACTIONS
        if action is not Action.FOLLOW_UP
    ],
    _not_an_action(Action.FOLLOW_UP.value),
    _not_an_action(Action.CONFIRM.value),
    *model_pages("cases/followuppolicy", add=LEADS, new=_policy, own=_LEFT_OUT),
)
