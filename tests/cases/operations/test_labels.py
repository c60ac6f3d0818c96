"""Tags and links between cases: for staff, never shown to the customer (SPEC 2)."""

from datetime import timedelta

from cases import operations
from cases.models import Case, RelatedLink
from portal.accounts.models import User
from portal.errors import FieldRefused, NotAllowed
from tests.cases.records import recorded, refused, telling
from tests.factories.cases import ASKED, FILED, current, make_case, make_closed_case

HOUR = timedelta(hours=1)
LATER = FILED + 2 * HOUR
SAME = {"status_before": "awaiting_assignment", "status": "awaiting_assignment"}


def tags_of(case: Case) -> list[str]:
    return sorted(case.tags.values_list("name", flat=True))


def test_tags_are_replaced_tidied_and_kept_from_the_customer(case: Case, agent: User) -> None:
    operations.set_tags(case, tags=["Beta", "slow"], actor=agent, now=LATER)
    before = current(case)
    with telling() as told:
        operations.set_tags(case, tags=[" BETA ", "beta", "", "tags api"], actor=agent, now=LATER + HOUR)
    assert tags_of(case) == ["beta", "tags api"]
    assert recorded(case) == (
        "tagged",
        agent,
        False,
        {**SAME, "before": ["beta", "slow"], "after": ["beta", "tags api"]},
    )
    assert told == set()
    assert current(case).last_event_at == before.last_event_at == FILED


def test_ten_tags_of_forty_characters_are_taken_and_no_more(case: Case, agent: User) -> None:
    ten = [f"{number:02d}".ljust(40, "x") for number in range(10)]
    for tags in ([*ten, "one more"], ["y" * 41]):
        with refused(FieldRefused, "too_many_tags"):
            operations.set_tags(case, tags=tags, actor=agent, now=LATER)
    operations.set_tags(case, tags=ten, actor=agent, now=LATER)
    assert tags_of(case) == ten


def test_labels_are_the_staffs_in_any_status(requestor: User, agent: User) -> None:
    closed, other = make_closed_case(requestor), make_case(requestor)
    with refused(NotAllowed, "wrong_role"):
        operations.set_tags(closed, tags=["mine"], actor=requestor, now=ASKED + HOUR)
    with refused(NotAllowed, "wrong_role"):
        operations.link_related(closed, other=other, actor=requestor, now=ASKED + HOUR)
    operations.set_tags(closed, tags=["done"], actor=agent, now=ASKED + HOUR)
    operations.link_related(closed, other=other, actor=agent, now=ASKED + HOUR)
    assert (tags_of(closed), RelatedLink.objects.count()) == (["done"], 1)


def test_two_cases_are_linked_once_in_whichever_order(requestor: User, agent: User) -> None:
    first, second = make_case(requestor), make_case(requestor)
    link = operations.link_related(second, other=first, actor=agent, now=LATER)
    assert (link.first_id, link.second_id) == (first.pk, second.pk)
    assert recorded(second) == ("linked", agent, False, {**SAME, "other": first.pk})
    for one, other in ((first, second), (second, first)):
        with refused(FieldRefused, "already_linked"):
            operations.link_related(one, other=other, actor=agent, now=LATER + HOUR)


def test_a_case_is_linked_neither_with_itself_nor_with_another_accounts(case: Case, agent: User) -> None:
    for other in (case, make_case()):
        with refused(FieldRefused, "not_linkable"):
            operations.link_related(case, other=other, actor=agent, now=LATER)
