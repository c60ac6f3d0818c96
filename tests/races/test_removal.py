"""A contact is removed while they reply: the reply is wholly there before, or refused (SPEC 3.4)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cases import operations
from cases.models import Case
from entitlements.models import Seat
from entitlements.operations import remove_named_contact
from portal.accounts.models import User
from tests.factories.cases import ASKED
from tests.factories.people import make_superuser
from tests.races.becoming import TEXT, answered
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import Actor, Statement, in_turn, on_postgresql, overtaken, was_locked_out

NOW = ASKED + timedelta(hours=2)
LEAVE_SEAT = Statement(r'^UPDATE "entitlements_seat"')


def answering(case: Case, person: User) -> Actor:
    # Loaded anew, as a request does: nothing of the test's own copy is shared between the threads.
    return Actor(
        "the answer",
        lambda: operations.reply_to_case(case, text=TEXT, actor=User.objects.get(pk=person.pk), now=NOW),
    )


def removing(person: User, successor: User) -> Actor:
    seat, root = Seat.objects.get(user=person), make_superuser()
    return Actor(
        "the removal", lambda: remove_named_contact(seat, successor=successor, actor=root, now=NOW).pk
    )


def handed_over(before: Outcome) -> Outcome:
    """What the removal of its requestor makes of a case: a running period goes on, the heir is told."""
    return replace(
        before,
        requestor="Carl Colleague",
        events=[*before.events, ("requestor_changed", "Root", NOW)],
        notices=sorted([*before.notices, ("case_requestor_changed", "Carl Colleague", "pending", "")]),
    )


def seat_and_sign_in(person: User) -> tuple[bool, bool]:
    """Whether the person still has their seat, and may sign in."""
    return Seat.objects.active().filter(user=person).exists(), User.objects.get(pk=person.pk).is_active


@pytest.fixture(autouse=True)
def root_by_name(committed: None) -> None:
    User.objects.filter(pk=make_superuser().pk).update(name="Root")


def test_the_reply_is_kept_and_handed_over_when_it_came_first(waiting: Case, rita: User, carl: User) -> None:
    before = outcome_of(waiting)
    answer, removal = answering(waiting, rita), removing(rita, carl)

    in_turn(answer, removal)

    assert (answer.error, removal.error) == (None, None)
    assert outcome_of(waiting) == handed_over(answered(before, NOW))
    assert seat_and_sign_in(rita) == (False, False)


def test_the_reply_is_refused_when_the_removal_came_first(waiting: Case, rita: User, carl: User) -> None:
    before = outcome_of(waiting)
    answer, removal = answering(waiting, rita), removing(rita, carl)

    in_turn(removal, answer)

    assert isinstance(answer.error, Case.DoesNotExist)
    assert removal.error is None
    assert outcome_of(waiting) == handed_over(before)
    assert seat_and_sign_in(rita) == (False, False)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_removed_contact_answers_and_is_requestor_again(
    waiting: Case, rita: User, carl: User
) -> None:
    before = outcome_of(waiting)
    answer, removal = answering(waiting, rita), removing(rita, carl)

    overtaken(answer, removal)

    assert seat_and_sign_in(rita) == (False, False)
    if not on_postgresql():
        assert was_locked_out(answer)
        assert outcome_of(waiting) == handed_over(before)
        return
    assert answer.error is None
    assert outcome_of(waiting) == replace(answered(handed_over(before), NOW), requestor="Rita Requestor")


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_removal_writes_over_the_answer(waiting: Case, rita: User, carl: User) -> None:
    before = outcome_of(waiting)
    answer, removal = answering(waiting, rita), removing(rita, carl)

    overtaken(removal, answer, at=Statement(r'^UPDATE "cases_case"'))

    if not on_postgresql():
        assert was_locked_out(answer)
        assert outcome_of(waiting) == handed_over(before)
        return
    assert (answer.error, removal.error) == (None, None)
    over = outcome_of(waiting)
    assert (over.status, over.requestor) == ("pending_response", "Carl Colleague")
    assert ("reply", "Rita Requestor", TEXT) in over.messages
