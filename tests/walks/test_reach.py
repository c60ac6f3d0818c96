"""The administrator of one account reaches nothing of another, of staff, of plans or of capacities.

Every form, with every id that is somebody else's or nobody's, and with fields that it does not ask for.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from entitlements.forms.importing import ListForm
from entitlements.models.invitations import InvitationQuerySet
from entitlements.operations import invitations
from portal.accounts.models import User
from tests.walks.matrix import every_row, undone
from tests.walks.policy import ENTRIES
from tests.walks.policy.entries import GO
from tests.walks.reach import FORMS
from tests.walks.roles import Role, Whose
from tests.walks.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet")]

# Tries are counted whatever comes of them.
_COUNTED = {"work.FormToken", "work.Try"}
# What no form of the administrator asks for; a field that a form does ask for is left to it.
FOREIGN = {
    "plan": "ultimate",
    "capacity": "999",
    "limit": "999",
    "first_on": "2020-01-01",
    "last_on": "2099-12-31",
    "term": "1",
    "add_on": "event_management",
    "units": "99",
    "is_staff": "on",
    "is_superuser": "on",
    "is_active": "on",
    "groups": "1",
    "staff_groups": "Lead",
    "role": "tam",
    "actor": "1",
    "invited_by": "1",
    "granted_by": "1",
    "password": "another-horse-battery",
    "expires_at": "2099-12-31T00:00",
    "until": "2099-12-31T00:00",
    "added_at": "2020-01-01T00:00",
    "removed_at": "",
    "country": "JP",
}
# Random, or made of keys that the database gives out.
_NEVER_ALIKE = {"id", "nonce", "token_hash", "key", "message_id", "params", "detail", "about"}
# PostgreSQL gives a row that is made once more another key, though the first was taken back.
_OF_NEW_ROWS = {"case_id", "period_id", "last_event_id", "response_id", "calendar_id"}
_FORMS_OF = ("/entitlements/", "/requests/", "/catalogue/")

Rows = dict[str, list[dict[str, Any]]]


def rows() -> Rows:
    return {label: found for label, found in every_row().items() if label not in _COUNTED}


def foreign_fields(world: World) -> dict[str, object]:
    """The fields above, and those whose value is somebody's key."""
    stranger = world.person(Role.STRANGER)
    return {
        **FOREIGN,
        "account": stranger.account_id,
        "administrator": world.person(Role.WATCHER).pk,
        "user": stranger.pk,
        "person": stranger.pk,
        "requestor": stranger.pk,
        "owner": world.person(Role.AGENT).pk,
        "email": stranger.email,
        "license": world.licenses[Whose.OTHER_ACCOUNT].pk,
        "product": world.licenses[Whose.OTHER_ACCOUNT].product_id,
    }


def forged(world: World, form: str) -> Iterator[tuple[str, object]]:
    """Each id of a form, by turns, with each value that is not the administrator's to name."""
    for name, kind in FORMS[form].ids.items():
        for value in kind.foreign(world):
            yield name, value


@pytest.mark.parametrize("form", FORMS)
def test_an_administrator_touches_nothing_by_an_id_that_is_not_of_the_account(
    world: World, form: str
) -> None:
    client, asked = world.clients[Role.ADMINISTRATOR], FORMS[form]
    before = rows()
    for name, value in forged(world, form):
        with undone():
            response = asked.send(client, {**asked.own_ids(world), name: value})
            assert response.status_code in asked.refused, (name, value)
            assert rows() == before, (name, value)


@pytest.mark.parametrize("form", FORMS)
def test_a_form_does_its_work_by_ids_of_the_account(world: World, form: str) -> None:
    asked = FORMS[form]
    before = rows()
    response = asked.send(world.clients[Role.ADMINISTRATOR], asked.own_ids(world))
    done = 200 if form == "export" else 302
    assert (response.status_code, rows() != before) == (done, form != "export")


@pytest.mark.parametrize("form", FORMS)
def test_what_a_form_does_not_ask_for_changes_nothing_of_what_it_does(world: World, form: str) -> None:
    client, asked = world.clients[Role.ADMINISTRATOR], FORMS[form]
    before = rows()
    ids = asked.own_ids(world)
    found = []
    for extra in ({}, foreign_fields(world)):
        with undone():
            status = asked.send(client, ids, extra).status_code
            found.append((status, footprint(before, rows())))
    (status, plain), (status_with_more, with_more) = found
    differing = {
        label: (plain.get(label), with_more.get(label))
        for label in {*plain, *with_more}
        if plain.get(label) != with_more.get(label)
    }
    assert (status, differing) == (status_with_more, {})


def footprint(before: Rows, after: Rows) -> dict[str, tuple[list[Any], list[Any]]]:
    """What became of each table: the new rows, and the changed columns of those that were there."""
    found = {}
    for label, now in after.items():
        former = {_name_of(row): row for row in before[label]}
        new = [_told(row) for row in now if _name_of(row) not in former]
        changed = [
            (_name_of(row), _told({name: row[name] for name in row if row[name] != was[name]}))
            for row in now
            if (was := former.get(_name_of(row))) is not None and row != was
        ]
        gone = sorted(former.keys() - {_name_of(row) for row in now}, key=str)
        if new or changed or gone:
            found[label] = (sorted(new, key=repr), [*changed, *gone])
    return found


def _name_of(row: dict[str, Any]) -> object:
    return next(iter(row.values()))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what differs each time; a key of a row that was made meanwhile is one of those."""
    return {
        name: _told(value) if isinstance(value, dict) else value
        for name, value in row.items()
        if name not in _NEVER_ALIKE | _OF_NEW_ROWS
    }


def test_every_form_that_the_administrator_may_send_is_tried() -> None:
    sent = {
        entry.path
        for entry in ENTRIES
        if entry.path.startswith(_FORMS_OF)
        for (_whose, method), row in entry.cells.items()
        if method == "POST" and row[Role.ADMINISTRATOR] in (GO, 200)
    }
    # Who follows a link is nobody's administrator.
    assert sent == {form.path for form in FORMS.values() if form.path.startswith(_FORMS_OF)}


def test_a_form_that_finds_any_row_fails_the_walk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: where all see invitations, and the operation asks nobody, the walk says so."""
    monkeypatch.setattr(InvitationQuerySet, "visible_to", lambda self, _user: self)
    monkeypatch.setattr(invitations, "contacts_refusal", lambda _actor, _account: None)
    with pytest.raises(AssertionError, match="pk"):
        test_an_administrator_touches_nothing_by_an_id_that_is_not_of_the_account(world, "revoke")


def test_a_form_that_takes_a_field_it_does_not_ask_for_fails_the_walk(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: where the form of a list lets in whomever another field names, the walk says so."""
    read = ListForm.clean

    def clean(form: ListForm) -> dict[str, Any]:
        User.objects.filter(pk=form.data.get("person")).update(sees_account_cases=True)
        return read(form)

    monkeypatch.setattr(ListForm, "clean", clean)
    with pytest.raises(AssertionError):
        test_what_a_form_does_not_ask_for_changes_nothing_of_what_it_does(world, "invite a list")
