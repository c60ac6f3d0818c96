"""A case is reopened at the last instant of its window, twice at once: one effect (B6)."""

from dataclasses import replace

import pytest

from cases import operations
from cases.models import Case
from portal.accounts.models import User
from tests.factories.cases import CLOSES, sweep_to
from tests.races.becoming import REOPENABLE
from tests.races.outcome import Outcome, outcome_of
from tests.races.stage import Actor, in_turn, on_postgresql, overtaken, refused_as, was_locked_out


@pytest.fixture
def closed(waiting: Case, carl: User) -> Case:
    """Auto Closed at CLOSES."""
    sweep_to(CLOSES)
    return waiting


def reopening(case: Case, person: User) -> Actor:
    def reopen() -> None:
        actor = User.objects.get(pk=person.pk)
        operations.reopen_case(case, text=f"Again, says {person.name}.", actor=actor, now=REOPENABLE)

    return Actor(person.name, reopen)


def reopened(before: Outcome, who: str) -> Outcome:
    """What a contact's reopening makes of a closed case that Ada owns."""
    purpose = "answer" if who.endswith("Agent") else "reply"
    told = [] if purpose == "answer" else [("case_customer_replied", "Ada Agent", "pending", "")]
    if who != "Rita Requestor":
        told.append(("case_reopened", "Rita Requestor", "pending", ""))
    return replace(
        before,
        status="in_progress",
        closed_at=None,
        reopen_until=None,
        events=[*before.events, ("reopened", who, REOPENABLE)],
        messages=[*before.messages, (purpose, who, f"Again, says {who}.")],
        notices=sorted([*before.notices, *told]),
    )


@pytest.fixture(params=["two contacts", "the same contact twice", "a contact and staff"])
def pair(request: pytest.FixtureRequest, rita: User, carl: User, bob: User) -> tuple[User, User]:
    pairs = {
        "two contacts": (rita, carl),
        "the same contact twice": (rita, rita),
        "a contact and staff": (rita, bob),
    }
    return pairs[request.param]


@pytest.mark.parametrize("turned", [False, True], ids=["", "turned round"])
def test_of_two_reopenings_the_second_is_refused(closed: Case, pair: tuple[User, User], turned: bool) -> None:
    before = outcome_of(closed)
    people = pair[::-1] if turned else pair
    first, second = (reopening(closed, person) for person in people)

    in_turn(first, second)

    assert (first.error, refused_as(second)) == (None, "wrong_status")
    assert outcome_of(closed) == reopened(before, people[0].name)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_case_is_reopened_twice(closed: Case, rita: User, carl: User) -> None:
    before = outcome_of(closed)
    first, second = reopening(closed, rita), reopening(closed, carl)

    overtaken(first, second)

    if not on_postgresql():
        assert was_locked_out(first)
        assert outcome_of(closed) == reopened(before, "Carl Colleague")
        return
    assert (first.error, second.error) == (None, None)
    assert outcome_of(closed) == reopened(reopened(before, "Carl Colleague"), "Rita Requestor")
