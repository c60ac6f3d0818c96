"""Staff leave while they take up a case, or are given one: nobody who has left owns an open case (SPEC 2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from cases import operations
from cases.lifecycle import Resolution
from cases.models import Case
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from tests.factories.cases import FILED, make_case
from tests.factories.people import make_superuser
from tests.races.scenes import fresh
from tests.races.stage import Actor, in_turn, on_postgresql, overtaken, was_locked_out

NOW = FILED + timedelta(minutes=10)
Giving = Callable[[Case, User, User], Actor]


@pytest.fixture
def case(rita: User) -> Case:
    """Nobody's yet."""
    return make_case(rita, now=FILED)


def claiming(case: Case, ada: User, _lou: User) -> Actor:
    return Actor("the claim", lambda: operations.claim_case(case, actor=fresh(ada), now=NOW))


def assigning(case: Case, ada: User, lou: User) -> Actor:
    return Actor(
        "the lead", lambda: operations.assign_case(case, owner=fresh(ada), actor=fresh(lou), now=NOW)
    )


def reopening(case: Case, ada: User, _lou: User) -> Actor:
    """By its requestor: it goes back to Ada."""
    operations.claim_case(case, actor=fresh(ada), now=NOW)
    done = {"resolution": Resolution.OBSOLETE, "reason": "Sent twice."}
    operations.close_case(case, **done, actor=fresh(ada), now=NOW)
    return Actor(
        "the reopening",
        lambda: operations.reopen_case(
            Case.objects.get(pk=case.pk), text="Not yet.", actor=fresh(case.requestor), now=NOW
        ),
    )


def leaving(person: User) -> Actor:
    root = make_superuser()
    return Actor(
        "the leaving", lambda: set_staff_sign_in(fresh(person), is_active=False, actor=root, now=NOW)
    )


def stands(case: Case) -> tuple[str, str | None]:
    """The status of a case, and who owns it."""
    return Case.objects.values_list("status", "owner__name").get(pk=case.pk)


@pytest.mark.parametrize("giving", [claiming, assigning, reopening])
def test_a_case_that_came_first_is_freed_by_the_leaving(
    case: Case, ada: User, lou: User, giving: Giving
) -> None:
    gift, leave = giving(case, ada, lou), leaving(ada)

    in_turn(gift, leave)

    assert (gift.error, leave.error) == (None, None)
    assert stands(case) == ("awaiting_assignment", None)
    kinds = list(case.events.order_by("pk").values_list("kind", flat=True))
    assert kinds[-1] == "owner_left"


@pytest.mark.parametrize(("giving", "refused"), [(claiming, "DoesNotExist"), (assigning, "FieldRefused")])
def test_whoever_left_first_gets_no_case(
    case: Case, ada: User, lou: User, giving: Giving, refused: str
) -> None:
    leave, gift = leaving(ada), giving(case, ada, lou)

    in_turn(leave, gift)

    assert (leave.error, type(gift.error).__name__) == (None, refused)
    assert stands(case) == ("awaiting_assignment", None)


def test_a_case_that_is_reopened_after_its_owner_left_is_for_the_queue(
    case: Case, ada: User, lou: User
) -> None:
    back, leave = reopening(case, ada, lou), leaving(ada)

    in_turn(leave, back)

    assert (leave.error, back.error) == (None, None)
    assert stands(case) == ("awaiting_assignment", None)


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_a_case_is_owned_by_who_has_left(case: Case, ada: User, lou: User) -> None:
    claim, leave = claiming(case, ada, lou), leaving(ada)

    overtaken(claim, leave)

    if not on_postgresql():
        assert was_locked_out(claim)
        assert stands(case) == ("awaiting_assignment", None)
        return
    assert claim.error is None
    assert stands(case) == ("in_progress", "Ada Agent")
