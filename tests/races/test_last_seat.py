"""The last seat of a license, taken by many at once: one has it, all others are told why not (SPEC 3.4).

`SEAT_ROUNDS=50` plays each of the races so often.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
import time_machine
from django.contrib import admin
from django.contrib.messages import storage
from django.test import RequestFactory
from django.utils import translation

from entitlements import operations
from entitlements.models import Invitation, License, Seat
from entitlements.models.invitations import token_for
from entitlements.operations.importing import invite_rows
from entitlements.plans import Plan, capacity
from entitlements.queries import capacity_of
from entitlements.sheets import SheetRow
from portal.accounts.models import Account, User
from portal.errors import DomainError
from portal.work import invariants
from tests.factories.cases import ASKED
from tests.factories.people import (
    make_administrator,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)
from tests.races.stage import (
    FIRST_WRITE,
    Actor,
    in_turn,
    on_postgresql,
    overtaken,
    refused_as,
    was_locked_out,
)

NOW = ASKED + timedelta(hours=2)
FAR_TOO_MANY = 20
ROUNDS = int(os.environ.get("SEAT_ROUNDS", "2"))
# A round of twenty takes seconds; the mark comes before any `--timeout`.
pytestmark = pytest.mark.timeout(max(600, 120 * ROUNDS))

_numbers = count(1)

Wish = Callable[[License, User], Callable[[], object]]


def an_address() -> str:
    return f"wish{next(_numbers)}@new.example"


def adding(license_: License, anna: User) -> Callable[[], object]:
    person = make_person(license_.account)
    return lambda: operations.add_named_contact(license_, person, actor=anna, now=NOW)


def inviting(license_: License, anna: User) -> Callable[[], object]:
    address = an_address()
    return lambda: operations.invite_contact(license_, address, actor=anna, now=NOW)


def inviting_a_colleague(license_: License, anna: User) -> Callable[[], object]:
    address = make_person(license_.account).email
    return lambda: operations.invite_contact(license_, address, actor=anna, now=NOW)


def sending_again(license_: License, anna: User) -> Callable[[], object]:
    """An invitation that is out of date comes alive."""
    old = an_old_invitation(license_, anna)
    return lambda: operations.send_invitation_again(old, actor=anna, now=NOW)


def an_old_invitation(license_: License, anna: User) -> Invitation:
    before = NOW - timedelta(days=30) + timedelta(seconds=10 * next(_numbers))
    old = operations.invite_contact(license_, an_address(), actor=anna, now=before)
    assert isinstance(old, Invitation)
    Invitation.objects.filter(pk=old.pk).update(expires_at=before + timedelta(seconds=1))
    return old


def importing(license_: License, anna: User) -> Callable[[], object]:
    row = SheetRow(2, an_address(), license_.product.name)

    def work() -> object:
        [outcome] = invite_rows([row], [license_], admit=lambda: None, actor=anna, now=NOW)
        if outcome.refusal is not None:
            raise outcome.refusal
        return outcome

    return work


class RefusedOnThePage(Exception):
    """The admin's form came back with these words."""


def adding_in_the_admin(license_: License, _anna: User) -> Callable[[], object]:
    """Staff send the form that adds a seat."""
    page = admin.site.get_model_admin(Seat)
    said = {"license": license_.pk, "user": make_person(license_.account).pk}
    request = RequestFactory().post("/admin/entitlements/seat/add/", said)
    request.user = make_superuser()
    # What the middlewares bring.
    request.session = {}  # type: ignore[assignment]
    request._messages = storage.default_storage(request)  # type: ignore[attr-defined]
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]

    def work() -> object:
        with translation.override("en"):
            response = page.add_view(request)
        if response.status_code != 302:
            raise RefusedOnThePage(*response.context_data["adminform"].form.non_field_errors())  # type: ignore[attr-defined]
        return response

    return work


WISHES: dict[str, list[Wish]] = {
    "all add": [adding],
    "all invite": [inviting],
    "all invite colleagues": [inviting_a_colleague],
    "all send again": [sending_again],
    "all import": [importing],
    "all are added in the admin": [adding_in_the_admin],
    "each something else": [
        adding,
        inviting,
        inviting_a_colleague,
        sending_again,
        importing,
        adding_in_the_admin,
    ],
}


def at_once(works: list[Callable[[], object]]) -> list[Actor]:
    """Everybody begins when all are there."""
    gate = Barrier(len(works))
    actors = [Actor(f"person {number}", work) for number, work in enumerate(works)]
    for actor in actors:
        actor.do_first(gate.wait)
        actor.go()
    for actor in actors:
        actor.finish()
    return actors


def outcomes(actors: list[Actor]) -> Counter[str]:
    return Counter(map(outcome_of, actors))


def outcome_of(actor: Actor) -> str:
    error = actor.error
    if isinstance(error, RefusedOnThePage):
        # What the page says is what the refusal's code reads like, numbers included.
        return next((code for code, words in PAGE_WORDS.items() if str(error).startswith(words)), repr(error))
    return "done" if error is None else error.code if isinstance(error, DomainError) else repr(error)


PAGE_WORDS = {"license_full": "Every seat is taken: the "}


def nearly_full(plan: Plan) -> tuple[License, User]:
    license_ = make_license(plan=plan)
    anna = make_administrator(license_)
    for _seat in range(capacity(plan) - 2):
        make_seat(license_)
    return license_, anna


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("wishes", WISHES)
def test_of_twenty_at_once_one_gets_the_last_seat(committed: None, plan: Plan, wishes: str) -> None:
    for _round in range(ROUNDS):
        license_, anna = nearly_full(plan)
        kinds = WISHES[wishes]
        works = [kinds[number % len(kinds)](license_, anna) for number in range(FAR_TOO_MANY)]
        # The admin's page reads the clock itself.
        with time_machine.travel(NOW):
            actors = at_once(works)
        assert outcomes(actors) == {"done": 1, "license_full": FAR_TOO_MANY - 1}
        found = capacity_of(license_, NOW)
        assert (found.taken, found.limit) == (capacity(plan), capacity(plan))


@pytest.mark.parametrize("plan", Plan)
def test_of_twenty_who_follow_one_link_one_has_the_seat(committed: None, plan: Plan) -> None:
    for _round in range(ROUNDS):
        license_, anna = nearly_full(plan)
        invitation = operations.invite_contact(license_, an_address(), actor=anna, now=NOW)
        assert isinstance(invitation, Invitation)
        actors = at_once([accepting(invitation)] * FAR_TOO_MANY)
        assert outcomes(actors) == {"done": 1, "invitation_used": FAR_TOO_MANY - 1}
        assert Seat.objects.active().filter(license=license_, user__email=invitation.address).count() == 1
        assert capacity_of(license_, NOW).taken == capacity(plan)


@pytest.mark.parametrize("plan", Plan)
def test_of_twenty_invited_people_at_once_all_have_their_seats_and_no_other(
    committed: None, plan: Plan
) -> None:
    for _round in range(ROUNDS):
        license_ = make_license(plan=plan)
        anna = make_administrator(license_)
        kept = capacity(plan) - 1
        late = [an_old_invitation(license_, anna) for _each in range(FAR_TOO_MANY - kept)]
        open_ = [
            operations.invite_contact(license_, an_address(), actor=anna, now=NOW) for _each in range(kept)
        ]
        assert capacity_of(license_, NOW).taken == capacity(plan)
        actors = at_once([accepting(invitation) for invitation in (*late, *open_)])
        assert outcomes(actors) == {"done": kept, "invitation_expired": FAR_TOO_MANY - kept}
        found = capacity_of(license_, NOW)
        assert (found.contacts, found.invited) == (capacity(plan), 0)


def test_no_invited_person_has_a_seat_while_the_license_is_over_capacity(committed: None) -> None:
    # From Ultimate to Expert: four contacts, and eleven seats kept for people on their way.
    for _round in range(ROUNDS):
        license_ = make_license(plan=Plan.ULTIMATE)
        anna = make_administrator(license_)
        for _seat in range(3):
            make_seat(license_)
        kept = [operations.invite_contact(license_, an_address(), actor=anna, now=NOW) for _each in range(11)]
        fall_to_expert(license_)
        actors = at_once([accepting(invitation) for invitation in kept])
        assert outcomes(actors) == {"invitation_without_a_seat": len(kept)}
        assert capacity_of(license_, NOW).contacts == 4


def fall_to_expert(license_: License) -> None:
    term = license_.terms.get()
    term.plan = Plan.EXPERT
    term.save(update_fields=["plan"])


@pytest.mark.parametrize("plan", Plan)
def test_of_ten_who_replace_one_contact_and_ten_who_add_one_each_does(committed: None, plan: Plan) -> None:
    for _round in range(ROUNDS):
        license_, anna = nearly_full(plan)
        seat = Seat.objects.active().filter(license=license_).exclude(user=anna).earliest("pk")
        works = [replacing(seat, anna, number) for number in range(FAR_TOO_MANY // 2)]
        works += [adding(license_, anna) for _each in range(FAR_TOO_MANY // 2)]
        actors = at_once(works)
        replacers, adders = actors[: FAR_TOO_MANY // 2], actors[FAR_TOO_MANY // 2 :]
        assert outcomes(replacers) == {"done": 1, "already_removed": FAR_TOO_MANY // 2 - 1}
        assert outcomes(adders) == {"done": 1, "license_full": FAR_TOO_MANY // 2 - 1}
        assert capacity_of(license_, NOW).taken == capacity(plan)


def replacing(seat: Seat, anna: User, number: int) -> Callable[[], object]:
    """Every other by a colleague, who sits down at once; the others by somebody new, who is invited."""
    address = make_person(seat.license.account).email if number % 2 else an_address()
    return lambda: operations.replace_contact(seat, address, actor=anna, now=NOW)


def accepting(invitation: Invitation) -> Callable[[], object]:
    token = token_for(invitation.nonce)
    return lambda: operations.accept_invitation(
        token, name="Ida", password="a sentence", language="en", time_zone="", now=NOW
    )


@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize("wish", [adding, inviting, importing])
def test_without_the_lock_two_get_the_last_seat(wish: Wish) -> None:
    license_, anna = nearly_full(Plan.EXPERT)
    first = Actor("the first", wish(license_, anna))
    second = Actor("the second", wish(license_, anna))

    overtaken(first, second)

    assert second.error is None
    if not on_postgresql():
        assert was_locked_out(first)
        assert capacity_of(license_, NOW).taken == 4
        return
    assert first.error is None
    assert capacity_of(license_, NOW).taken == 5
    with time_machine.travel(NOW, tick=False):
        assert [violation.code for violation in invariants.check()] == ["E4"]


# --- An invitation that is followed while it is taken back -------------------------------------------


@pytest.fixture
def invitation(committed: None) -> Invitation:
    license_ = make_license()
    made = operations.invite_contact(license_, an_address(), actor=make_administrator(license_), now=NOW)
    assert isinstance(made, Invitation)
    return made


def test_a_revocation_is_refused_when_the_link_was_followed_first(invitation: Invitation) -> None:
    guest, anna = Actor("the guest", accepting(invitation)), revoking(invitation)
    in_turn(guest, anna)
    assert (guest.error, refused_as(anna)) == (None, "invitation_used")


def test_the_link_is_dead_when_the_revocation_came_first(invitation: Invitation) -> None:
    anna, guest = revoking(invitation), Actor("the guest", accepting(invitation))
    in_turn(anna, guest)
    assert (anna.error, refused_as(guest)) == (None, "invitation_revoked")
    assert not User.objects.filter(email=invitation.address).exists()


def test_the_old_link_is_dead_when_it_was_sent_again_first(invitation: Invitation) -> None:
    again = Actor(
        "the administrator",
        lambda: operations.send_invitation_again(invitation, actor=invitation.invited_by, now=NOW),
    )
    guest = Actor("the guest", accepting(invitation))
    in_turn(again, guest)
    assert (again.error, refused_as(guest)) == (None, "invitation_replaced")


def revoking(invitation: Invitation) -> Actor:
    return Actor(
        "the administrator",
        lambda: operations.revoke_invitation(invitation, actor=invitation.invited_by, now=NOW),
    )


# --- The administrator's role ------------------------------------------------------------------------


def handing_over(account: Account, heir: User, anna: User) -> Actor:
    def work() -> object:
        actor = User.objects.get(pk=anna.pk)
        return operations.appoint_administrator(account, heir, actor=actor, now=NOW)

    return Actor(f"to {heir.name}", work)


def test_of_two_who_hand_the_role_over_at_once_one_does(committed: None) -> None:
    license_ = make_license()
    anna = make_administrator(license_)
    bert, cora = (make_customer(license_, name=name) for name in ("Bert", "Cora"))
    first, second = (handing_over(license_.account, heir, anna) for heir in (bert, cora))

    in_turn(first, second)

    assert (first.error, refused_as(second)) == (None, "not_the_administrator")
    assert Account.objects.get(pk=license_.account_id).administrator == bert


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_both_believe_that_the_role_went_to_their_heir(committed: None) -> None:
    license_ = make_license()
    anna = make_administrator(license_)
    bert, cora = (make_customer(license_, name=name) for name in ("Bert", "Cora"))
    first, second = (handing_over(license_.account, heir, anna) for heir in (bert, cora))

    overtaken(first, second, at=FIRST_WRITE)

    assert second.error is None
    if not on_postgresql():
        assert was_locked_out(first)
        return
    assert first.error is None
    assert Account.objects.get(pk=license_.account_id).administrator == bert
