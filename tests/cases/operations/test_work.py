"""What staff do with a case beside writing: take it up, pass it on, resume it, or leave (SPEC 2)."""

from datetime import timedelta

from cases import operations
from cases.lifecycle import Resolution, Status
from cases.models import Case, WaitingPeriod
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.cases.records import kinds, recorded, refused, snapshot, telling
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_waiting_case,
)
from tests.factories.people import make_agent, make_superuser

HOUR = timedelta(hours=1)
LATER = FILED + 2 * HOUR


def standing(case: Case) -> tuple[str, User | None]:
    after = current(case)
    return after.status, after.owner


def test_claiming_takes_the_case_up_and_tells_nobody(case: Case, agent: User) -> None:
    with telling() as told:
        operations.claim_case(case, actor=agent, now=LATER)
    assert standing(case) == (Status.IN_PROGRESS, agent)
    assert current(case).first_responded_at is None
    assert recorded(case) == (
        "claimed",
        agent,
        True,
        {"status_before": "awaiting_assignment", "status": "in_progress", "owner": agent.pk},
    )
    assert told == set()


def test_claiming_an_owned_case_is_refused_with_who_did_what_when(case: Case, agent: User) -> None:
    other = make_agent()
    operations.claim_case(case, actor=agent, now=LATER)
    with refused(DomainError, "already_owned", last_kind="claimed", last_by=agent, last_at=LATER):
        operations.claim_case(case, actor=other, now=LATER + HOUR)


def test_claiming_leaves_a_waiting_case_waiting(requestor: User, agent: User, lead: User) -> None:
    waiting = make_waiting_case(requestor, agent=agent)
    set_staff_sign_in(agent, is_active=False, actor=make_superuser(), now=ASKED + HOUR)
    operations.claim_case(waiting, actor=lead, now=ASKED + 2 * HOUR)
    after = current(waiting)
    assert (after.status, after.owner, after.next_follow_up_at) == (
        Status.PENDING_RESPONSE,
        lead,
        ASKED + 24 * HOUR,
    )


def test_claiming_is_the_staffs_and_for_open_cases(case: Case, requestor: User, agent: User) -> None:
    with refused(NotAllowed, "wrong_role"):
        operations.claim_case(case, actor=requestor, now=LATER)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=LATER)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        operations.claim_case(case, actor=agent, now=LATER + HOUR)


def test_a_lead_assigns_an_unowned_and_an_owned_case(case: Case, agent: User, lead: User) -> None:
    other = make_agent()
    operations.assign_case(case, owner=agent, actor=lead, now=LATER)
    assert standing(case) == (Status.IN_PROGRESS, agent)
    with telling() as told:
        operations.assign_case(case, owner=other, actor=lead, now=LATER + HOUR)
    assert standing(case) == (Status.IN_PROGRESS, other)
    assert recorded(case) == (
        "assigned",
        lead,
        True,
        {
            "status_before": "in_progress",
            "status": "in_progress",
            "before": agent.pk,
            "owner": other.pk,
        },
    )
    assert told == set()


def test_assigning_is_the_leads_and_only_to_active_staff(
    case: Case, agent: User, lead: User, requestor: User
) -> None:
    gone = make_agent()
    set_staff_sign_in(gone, is_active=False, actor=make_superuser(), now=FILED)
    gone = User.objects.get(pk=gone.pk)
    with refused(NotAllowed, "wrong_role"):
        operations.assign_case(case, owner=agent, actor=agent, now=LATER)
    for person in (requestor, gone):
        with refused(FieldRefused, "not_assignable"):
            operations.assign_case(case, owner=person, actor=lead, now=LATER)


def test_engineering_and_back_is_no_response(requestor: User, agent: User) -> None:
    case = make_owned_case(requestor, agent=agent)
    with telling() as told:
        operations.hand_to_engineering(case, actor=agent, now=LATER)
        assert standing(case) == (Status.PENDING_ENGINEERING, agent)
        assert recorded(case) == (
            "handed_to_engineering",
            agent,
            True,
            {"status_before": "in_progress", "status": "pending_engineering"},
        )
        operations.take_back(case, actor=agent, now=LATER + HOUR)
    assert standing(case) == (Status.IN_PROGRESS, agent)
    assert recorded(case) == (
        "taken_back",
        agent,
        True,
        {"status_before": "pending_engineering", "status": "in_progress"},
    )
    assert (current(case).first_responded_at, told) == (None, set())


def test_engineering_is_reached_from_in_progress_alone(case: Case, waiting: Case, agent: User) -> None:
    for one in (case, waiting):
        with refused(DomainError, "wrong_status", allowed=frozenset({Status.IN_PROGRESS})):
            operations.hand_to_engineering(one, actor=agent, now=ASKED + HOUR)
    with refused(DomainError, "wrong_status", allowed=frozenset({Status.PENDING_ENGINEERING})):
        operations.take_back(case, actor=agent, now=ASKED + HOUR)


def test_resuming_ends_the_period_with_its_reason(waiting: Case, agent: User) -> None:
    with telling() as told:
        operations.resume_case(waiting, reason="Answered by phone", actor=agent, now=ASKED + HOUR)
    after = current(waiting)
    assert (after.status, after.period, after.next_follow_up_at) == (Status.IN_PROGRESS, None, None)
    assert WaitingPeriod.objects.get().ended_at == ASKED + HOUR
    assert recorded(waiting) == (
        "resumed",
        agent,
        True,
        {
            "status_before": "pending_response",
            "status": "in_progress",
            "reason": "Answered by phone",
        },
    )
    assert told == set()


def test_resuming_what_does_not_wait_is_refused(case: Case, agent: User) -> None:
    with refused(DomainError, "wrong_status", status=Status.AWAITING_ASSIGNMENT):
        operations.resume_case(case, reason="?", actor=agent, now=LATER)


def test_the_open_cases_of_staff_who_leave_are_free_again(requestor: User, agent: User) -> None:
    in_progress = make_owned_case(requestor, agent=agent)
    waiting = make_waiting_case(requestor, agent=agent)
    closed = make_closed_case(requestor, agent=agent)
    others = make_owned_case(requestor)
    root = make_superuser()
    left = ASKED + HOUR

    set_staff_sign_in(agent, is_active=False, actor=root, now=left)

    assert standing(in_progress) == (Status.AWAITING_ASSIGNMENT, None)
    assert standing(waiting) == (Status.PENDING_RESPONSE, None)
    assert current(waiting).next_follow_up_at == ASKED + 24 * HOUR
    assert standing(closed) == (Status.CLOSED, agent)
    assert standing(others) == (Status.IN_PROGRESS, others.owner)
    assert recorded(in_progress) == (
        "owner_left",
        root,
        True,
        {
            "status_before": "in_progress",
            "status": "awaiting_assignment",
            "before": agent.pk,
        },
    )
    assert kinds(closed)[-1] == "closed"


def test_releasing_a_second_time_changes_nothing(requestor: User, agent: User) -> None:
    make_owned_case(requestor, agent=agent)
    root = make_superuser()
    assert operations.release_cases_of(agent, actor=root, now=ASKED) == 1
    before = snapshot()
    assert operations.release_cases_of(agent, actor=root, now=ASKED + HOUR) == 0
    assert snapshot() == before


def test_staff_without_a_role_find_no_case(case: Case) -> None:
    plain = User.objects.create_user("plain@staff.example", name="Plain", is_staff=True)
    assert list(Case.objects.visible_to(plain)) == []
    assert list(Case.objects.visible_to(make_agent())) == [case]


def test_a_closed_case_can_be_claimed_once_it_is_open_again(requestor: User, agent: User) -> None:
    case = make_case(requestor)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=LATER)
    operations.reopen_case(case, text="Back.", actor=requestor, now=LATER + HOUR)
    operations.claim_case(case, actor=agent, now=LATER + 2 * HOUR)
    assert standing(case) == (Status.IN_PROGRESS, agent)
