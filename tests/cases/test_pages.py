"""What the pager is told of cases: each event that wakes staff once, and nothing of the customer's."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import operations
from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.models import Case
from cases.sweep import carry_out_targets
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.notices.kinds import kind_of
from portal.notices.models import Notice
from portal.notices.pager import page_due
from portal.notices.rounds import SendReport
from portal.work.instance import adopt
from portal.work.invariants import check
from tests.factories.cases import FILED, current, make_case, make_owned_case, make_p1_case
from tests.factories.pager import Pager, pager
from tests.factories.people import make_agent, make_duty

__all__ = ["pager"]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Later than any row of this test was queued, in machine time.
MACHINE_NOW = datetime(2099, 1, 1, tzinfo=UTC)
MISSED = FILED + HOUR + timedelta(microseconds=1)


def pages() -> list[Notice]:
    return list(Notice.objects.filter(transport="pager").order_by("pk"))


def paged() -> list[tuple[str, str]]:
    return [(page.about, page.params["event"]) for page in pages()]


def put_on_duty(people: int) -> None:
    for _ in range(people):
        make_duty(make_agent(), "AMER", time(0), time(23, 59))


@pytest.mark.parametrize("people", [0, 1, 3])
def test_a_p1_is_paged_once_whoever_is_on_duty(requestor: User, pager: Pager, people: int) -> None:
    put_on_duty(people)
    # Else the last resort, where nobody else is there to be told.
    User.objects.filter(is_superuser=True).update(is_active=False)

    case = current(make_p1_case(requestor))

    assert Notice.objects.filter(kind="case_p1_filed", transport="mail").count() == people
    [page] = pages()
    event = case.events.get(kind="filed")
    assert (page.key, page.kind, page.about, page.recipient, page.state, page.created_at) == (
        f"case:{case.pk}:e{event.pk}:p1_filed:pager",
        "case_p1_filed",
        case.about,
        None,
        "pending",
        FILED,
    )
    assert page.params == {
        "case": case.pk,
        "number": case.number,
        "event": "p1_filed",
        "priority": "P1",
        "region": "AMER",
        "response_due_at": (FILED + 15 * MINUTE).isoformat(),
    }
    assert check() == []


def test_what_is_posted_names_nobody_and_repeats_nothing_of_the_customer(
    requestor: User, pager: Pager
) -> None:
    adopt()
    case = make_p1_case(requestor, title="Till of shop 7 is down", description="Ask Bo.")

    assert page_due(MACHINE_NOW) == SendReport(sent=1)

    [page] = pager.pages
    assert page.says == {
        "event": "p1_filed",
        "id": page.key,
        "number": case.number,
        "occurred_at": FILED.isoformat(),
        "priority": "P1",
        "region": "AMER",
        "response_due_at": (FILED + 15 * MINUTE).isoformat(),
        "url": f"http://127.0.0.1:8000/admin/cases/case/{case.pk}/change/",
    }
    whole = page.body.decode() + str(page.headers)
    private = [
        requestor.name,
        requestor.email,
        case.title,
        case.phone,
        case.impact,
        case.account.name,
        "Ask Bo",
        case.license.product.name,
    ]
    assert [words for words in private if words in whole] == []


def test_a_target_is_paged_when_it_is_near_and_when_it_is_missed(case: Case, pager: Pager) -> None:
    carry_out_targets(FILED + 45 * MINUTE, 10)
    carry_out_targets(FILED + 50 * MINUTE, 10)
    carry_out_targets(MISSED, 10)
    carry_out_targets(MISSED + HOUR, 10)

    assert paged() == [(case.about, "target_warned"), (case.about, "target_missed")]
    assert {page.params["response_due_at"] for page in pages()} == {(FILED + HOUR).isoformat()}
    assert check() == []


def test_an_escalation_is_paged(requestor: User, agent: User, pager: Pager) -> None:
    case = make_owned_case(requestor, agent=agent)
    operations.escalate_case(
        case, reason=EscalationReason.UPDATE, text="Hurry.", actor=requestor, now=FILED + 3 * HOUR
    )

    assert paged() == [(case.about, "escalated")]


@pytest.mark.parametrize(("make", "times"), [(make_p1_case, 1), (make_case, 0)])
def test_a_reply_is_paged_in_a_p1_only(requestor: User, pager: Pager, make, times: int) -> None:
    case = make(requestor)
    operations.reply_to_case(case, text="Still down.", actor=requestor, now=FILED + MINUTE)

    assert [event for _, event in paged()].count("customer_replied") == times


def test_what_staff_wrote_down_themselves_wakes_nobody(requestor: User, agent: User, pager: Pager) -> None:
    case = make_p1_case(requestor)
    operations.log_contact(
        case, text="Down.", said_by="Rita", channel=Channel.PHONE, actor=agent, now=FILED + MINUTE
    )

    assert paged() == [(case.about, "p1_filed")]


def test_without_a_pager_nothing_is_written(requestor: User, case: Case) -> None:
    p1 = make_p1_case(requestor)
    operations.reply_to_case(p1, text="Still down.", actor=requestor, now=FILED + MINUTE)
    carry_out_targets(MISSED, 10)

    assert pages() == []


def test_only_the_kinds_that_are_wanted_are_written(
    requestor: User, case: Case, pager: Pager, settings
) -> None:
    settings.PORTAL_PAGER_KINDS = ["target_missed"]
    p1 = make_p1_case(requestor)
    carry_out_targets(MISSED, 10)

    assert sorted(paged()) == sorted([(case.about, "target_missed"), (p1.about, "target_missed")])


def test_an_operation_costs_as_many_statements_as_without_a_pager(
    requestor: User, pager: Pager, settings
) -> None:
    put_on_duty(1)
    case = make_p1_case(requestor)

    def cost(at: datetime) -> int:
        with CaptureQueriesContext(connection) as captured:
            operations.reply_to_case(case, text="Still down.", actor=requestor, now=at)
        return len(captured)

    with_pager = cost(FILED + MINUTE)
    settings.PORTAL_PAGER_URL = ""
    assert cost(FILED + 2 * MINUTE) == with_pager
    assert [event for _, event in paged()] == ["p1_filed", "customer_replied"]


def test_the_pages_of_a_chunk_cost_no_statement_more_for_more_cases(requestor: User, pager: Pager) -> None:
    def cost(cases: int) -> int:
        for _ in range(cases):
            make_case(requestor)
        with CaptureQueriesContext(connection) as captured:
            assert carry_out_targets(MISSED, 1000) == cases
        return len(captured)

    assert cost(1) == cost(20)
    assert len(set(paged())) == 21


# --- Whether it still matters -----------------------------------------------------------------------


def obsolete() -> list[str | None]:
    return [kind_of(page).obsolete_because(page) for page in pages()]


def test_a_page_does_not_matter_once_staff_have_answered(requestor: User, agent: User, pager: Pager) -> None:
    case = make_p1_case(requestor)
    carry_out_targets(FILED + 12 * MINUTE, 10)
    operations.claim_case(case, actor=agent, now=FILED + 13 * MINUTE)
    operations.reply_to_case(case, text="Still down.", actor=requestor, now=FILED + 14 * MINUTE)
    assert obsolete() == [None, None, None]

    operations.answer_case(case, text="On it.", actor=agent, now=FILED + 15 * MINUTE)

    assert obsolete() == ["answered"] * 3


def test_an_escalation_matters_until_it_is_acknowledged(requestor: User, agent: User, pager: Pager) -> None:
    case = make_owned_case(requestor, agent=agent)
    operations.answer_case(case, text="On it.", actor=agent, now=FILED + 2 * HOUR)
    operations.escalate_case(
        case, reason=EscalationReason.UPDATE, text="Hurry.", actor=requestor, now=FILED + 3 * HOUR
    )
    assert obsolete() == [None]

    operations.acknowledge_escalation(case, text="Seen.", actor=agent, now=FILED + 4 * HOUR)

    assert obsolete() == ["answered"]


def test_a_page_about_a_closed_case_is_cancelled_with_the_reason(requestor: User, pager: Pager) -> None:
    adopt()
    case = make_p1_case(requestor)
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=FILED + MINUTE)

    assert page_due(MACHINE_NOW) == SendReport(cancelled=1)
    [page] = pages()
    assert (page.state, page.cancelled_because, pager.pages) == ("cancelled", "answered", [])


def test_priorities_have_the_names_that_pages_tell() -> None:
    assert [priority.name for priority in Priority] == ["P1", "P2", "P3", "P4"]
