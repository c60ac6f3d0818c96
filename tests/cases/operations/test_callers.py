"""Callers without a seat, from the log of staff to the contact who takes the request over (SPEC 3.4)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from cases import operations
from cases.lifecycle import Action, Channel, Status
from cases.models import Case, ResponseDecision
from cases.sweep import carry_out_steps, carry_out_targets
from entitlements.languages import CaseLanguage
from entitlements.models import License, Seat
from entitlements.operations import remove_named_contact, set_contact_permissions
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.accounts.operations import set_staff_sign_in
from portal.errors import DomainError, FieldRefused, NotAllowed
from portal.notices.models import Notice
from portal.work.invariants import check
from tests.cases.records import invisible, keys, kinds, newest, recorded, refused, telling
from tests.factories.cases import FILED, current, make_case
from tests.factories.people import (
    make_administrator,
    make_customer,
    make_license,
    make_person,
    make_superuser,
)

HOUR = timedelta(hours=1)
DAY = 24 * HOUR
CLOSES = FILED + 6 * DAY
NAME, ADDRESS = "Cora Caller", "cora@customer.example"


def log(license_: License, actor: User, **facts: object) -> Case:
    facts = {"name": NAME, "address": ADDRESS, "channel": Channel.PHONE, "now": FILED, **facts}
    return operations.log_caller(license_, actor=actor, **facts)  # type: ignore[arg-type]


def take(case: Case, actor: User, **facts: object) -> Case:
    facts = {"description": "Empty since noon.", "priority": Priority.P3, "now": FILED + DAY, **facts}
    return operations.take_over_case(case, "Reports are empty", actor=actor, **facts)  # type: ignore[arg-type]


@pytest.fixture
def administrator(license_: License) -> User:
    """Has a seat on another product only."""
    return make_administrator(make_license(license_.account, "target"))


@pytest.fixture
def nobodys(license_: License, requestor: User, agent: User) -> Case:
    return log(license_, agent)


def test_a_logged_caller_waits_from_the_start_and_contacts_and_administrator_are_told(
    license_: License, requestor: User, colleague: User, watcher: User, administrator: User, agent: User
) -> None:
    with telling() as told:
        case = log(license_, agent, channel=Channel.CHAT)
    stored = Case.objects.filter(pk=case.pk).values().get()
    assert stored | {"id": 0, "period_id": 0} == {
        "id": 0,
        "period_id": 0,
        "account_id": license_.account_id,
        "license_id": license_.pk,
        "requestor_id": None,
        "filed_by_id": agent.pk,
        "owner_id": None,
        "follows_id": None,
        "caller_name": NAME,
        "caller_address": ADDRESS,
        "title": f"{NAME}, {ADDRESS}",
        "environment": "",
        "language": "en",
        "channel": "chat",
        "phone": "",
        "impact": "",
        "status": Status.PENDING_RESPONSE,
        "priority": 3,
        "filed_at": FILED,
        "first_responded_at": None,
        "response_id": None,
        "response_due_at": None,
        "response_missed_at": None,
        "response_withdrawn_at": None,
        "next_response_step_at": None,
        "next_follow_up_at": FILED + DAY,
        "clock_failed_at": None,
        "closed_at": None,
        "resolution": "",
        "reopen_until": None,
        "escalated_at": None,
        "escalation_reason": "",
        "acknowledged_at": None,
        "raised_at": None,
        "call_id": None,
        "last_event_at": FILED,
        "last_event_kind": "caller_logged",
        "last_event_by_id": agent.pk,
    }
    assert (case.period.number, case.period.question, case.messages.count()) == (1, None, 0)
    detail = {"status_before": "pending_response", "status": "pending_response", "channel": "chat"}
    assert recorded(case) == ("caller_logged", agent, True, detail)
    # History names nobody: neither the caller nor their address.
    assert NAME not in str(newest(case).changes)
    assert told == keys(newest(case), "caller_logged", requestor, colleague, administrator)


def test_only_staff_log_callers(license_: License, requestor: User) -> None:
    with refused(NotAllowed, "not_on_behalf"):
        log(license_, requestor)


def test_who_could_file_is_filed_for_and_who_may_not_is_logged(
    license_: License, requestor: User, agent: User
) -> None:
    with refused(FieldRefused, "caller_is_a_contact"):
        log(license_, agent, address=requestor.email.upper())
    root = make_superuser()
    barred = make_customer(license_, may_file_cases=False)
    log(license_, agent, address=barred.email)
    set_contact_permissions(
        requestor,
        may_file_cases=False,
        sees_account_cases=False,
        may_request=False,
        actor=root,
        now=FILED,
    )
    log(license_, agent, address=requestor.email)


def test_a_request_that_nobody_could_take_over_is_not_logged(agent: User) -> None:
    license_ = make_license()
    with refused(DomainError, "nobody_to_take_over"):
        log(license_, agent)
    make_customer(license_)
    log(license_, agent)


def test_nothing_is_logged_without_a_term(agent: User) -> None:
    license_ = make_license()
    make_customer(license_)
    license_.terms.update(last_on=date(2026, 3, 1))
    with refused(DomainError, "term_ended", last_on=date(2026, 3, 1)):
        log(license_, agent)


def test_contacts_of_the_product_and_the_administrator_see_it_and_nobody_else(
    nobodys: Case, license_: License, requestor: User, administrator: User, watcher: User
) -> None:
    other_product = make_customer(make_license(license_.account, "campaign"))
    sees_all = make_customer(make_license(license_.account, "workfront"), sees_account_cases=True)
    seen = {
        person.pk
        for person in (requestor, administrator, watcher, other_product, sees_all, make_customer())
        if Case.objects.visible_to(person).filter(pk=nobodys.pk).exists()
    }
    assert seen == {requestor.pk, administrator.pk, sees_all.pk}


def test_taking_over_files_the_case_now_and_only_now_its_target_starts(
    nobodys: Case, requestor: User, watcher: User, agent: User
) -> None:
    now = FILED + DAY + HOUR
    carry_out_targets(FILED + DAY, 100)
    with telling() as told:
        case = take(nobodys, requestor, watchers=[watcher], environment="Production", now=now)
    after = current(case)
    assert (after.status, after.requestor, after.owner, after.period) == (
        Status.AWAITING_ASSIGNMENT,
        requestor,
        None,
        None,
    )
    assert (after.title, after.environment, after.filed_at, after.filed_by) == (
        "Reports are empty",
        "Production",
        now,
        agent,
    )
    assert (after.caller_name, after.caller_address) == (NAME, ADDRESS)
    decision = ResponseDecision.objects.get()
    assert (after.response, decision.counts_from, decision.opened_at) == (decision, now, now)
    assert after.response_due_at == now + HOUR  # 08:00 in Los Angeles: one business hour
    assert [message.body for message in after.messages.all()] == ["Empty since noon."]
    event = newest(case)
    assert (event.kind, event.detail["priority"], event.detail["requestor"]) == (
        "taken_over",
        3,
        requestor.pk,
    )
    assert event.changes["watchers"] == [None, [watcher.pk]]
    assert told == keys(event, "acknowledgement", requestor, watcher, agent)
    assert check() == []


def test_who_logged_the_caller_and_has_left_meanwhile_is_not_told_of_the_take_over(
    nobodys: Case, requestor: User, colleague: User, agent: User
) -> None:
    set_staff_sign_in(agent, is_active=False, actor=make_superuser(), now=FILED + HOUR)
    with telling() as told:
        case = take(nobodys, requestor)
    assert told == keys(newest(case), "acknowledgement", requestor)


def test_the_first_to_take_over_is_the_requestor(nobodys: Case, requestor: User, colleague: User) -> None:
    take(nobodys, requestor)
    with refused(DomainError, "wrong_status", action=Action.TAKE_OVER, last_by=requestor):
        take(nobodys, colleague)


def test_the_administrator_takes_over_without_a_seat_and_hands_it_to_a_colleague(
    nobodys: Case, administrator: User, requestor: User
) -> None:
    case = take(nobodys, administrator)
    assert current(case).requestor == administrator
    operations.hand_to_colleague(case, colleague=requestor, actor=administrator, now=FILED + DAY)
    assert current(case).requestor == requestor


def test_who_may_not_file_may_not_take_over(nobodys: Case, license_: License) -> None:
    barred = make_customer(license_, may_file_cases=False)
    reader = make_person(license_.account)
    operations.edit_watchers(nobodys, watchers=[reader], actor=make_superuser(), now=FILED)
    for person in (barred, reader):
        with refused(NotAllowed, "wrong_role"):
            take(nobodys, person)
    stranger = make_customer()
    with invisible():
        take(nobodys, stranger)


def test_a_p1_is_taken_over_with_its_commitment_at_any_hour(nobodys: Case, requestor: User) -> None:
    with refused(FieldRefused, "p1_needs_commitment"):
        take(nobodys, requestor, priority=Priority.P1)
    commitment = {"phone": "+1 555 0100", "impact": "No orders.", "is_reachable": True}
    with telling() as told:
        case = take(nobodys, requestor, priority=Priority.P1, now=FILED + 17 * HOUR, **commitment)
    assert current(case).response_due_at == FILED + 17 * HOUR + HOUR / 4
    assert {key.split(":")[3] for key in told} == {"acknowledgement", "p1_filed"}


def test_the_language_is_one_of_the_products(agent: User) -> None:
    license_ = make_license(product="commerce")
    contact = make_customer(license_)
    case = log(license_, agent)
    with refused(FieldRefused, "language_not_supported"):
        take(case, contact, language=CaseLanguage.JAPANESE)


def test_in_a_gap_or_after_the_end_nothing_is_taken_over(
    nobodys: Case, license_: License, requestor: User
) -> None:
    term = license_.terms.get()
    term.last_on = date(2026, 3, 2)
    term.save()
    with refused(DomainError, "term_ended"):
        take(nobodys, requestor, now=datetime(2026, 3, 3, 8, tzinfo=UTC))


def test_untouched_it_reminds_those_who_can_take_it_over_and_closes_by_itself(
    nobodys: Case, requestor: User, colleague: User, administrator: User
) -> None:
    """The fixtures' later contacts are told, too: who can take it over is asked anew at each step."""
    carry_out_steps(FILED + DAY, 100)
    reminded = Notice.objects.filter(kind="case_reminder").values_list("recipient_id", flat=True)
    assert sorted(reminded) == sorted(person.pk for person in (requestor, colleague, administrator))
    for instant in (FILED + 3 * DAY, FILED + 5 * DAY, CLOSES):
        carry_out_steps(instant, 100)
    after = current(nobodys)
    assert (after.status, after.requestor, after.closed_at) == (Status.AUTO_CLOSED, None, CLOSES)
    assert kinds(nobodys) == ["caller_logged", "reminded", "reminded", "reminded", "auto_closed"]
    closed = Notice.objects.filter(kind="case_auto_closed").values_list("recipient_id", flat=True)
    assert sorted(closed) == sorted(reminded.distinct())
    with refused(DomainError, "nobody_took_over"):
        take(nobodys, requestor, now=CLOSES + HOUR)
    with refused(DomainError, "nobody_took_over"):
        operations.reopen_case(nobodys, text="Still.", actor=requestor, now=CLOSES + HOUR)
    assert check() == []


def test_a_follow_up_of_it_is_a_full_case(nobodys: Case, requestor: User) -> None:
    for instant in (FILED + DAY, FILED + 3 * DAY, FILED + 5 * DAY, CLOSES):
        carry_out_steps(instant, 100)
    case = operations.file_follow_up(
        nobodys, "Still empty", description="As told.", priority=Priority.P3, actor=requestor, now=CLOSES
    )
    assert (case.follows, case.requestor) == (nobodys, requestor)


def test_without_a_requestor_support_neither_answers_nor_claims(nobodys: Case, agent: User) -> None:
    for act in (
        lambda: operations.claim_case(nobodys, actor=agent, now=FILED),
        lambda: operations.answer_case(nobodys, text="Hello.", actor=agent, now=FILED),
        lambda: operations.resume_case(nobodys, reason="Oops", actor=agent, now=FILED),
    ):
        with refused(DomainError, "nobody_took_over"):
            act()
    operations.add_note(nobodys, text="Called twice.", actor=agent, now=FILED)


def test_a_later_change_of_priority_counts_from_the_taking_over(
    nobodys: Case, requestor: User, agent: User
) -> None:
    now = FILED + DAY
    case = take(nobodys, requestor, priority=Priority.P2, now=now)
    operations.lower_priority(case, priority=Priority.P3, actor=agent, now=now + HOUR / 4)
    assert current(case).response_due_at == now + HOUR


def test_who_left_is_told_no_more(nobodys: Case, requestor: User, colleague: User) -> None:
    remove_named_contact(
        Seat.objects.get(user=colleague), successor=None, actor=make_superuser(), now=FILED + HOUR
    )
    carry_out_steps(FILED + DAY, 100)
    reminded = Notice.objects.filter(kind="case_reminder").values_list("recipient_id", flat=True)
    assert list(reminded) == [requestor.pk]


def test_a_chunk_with_and_without_requestors_tells_each_its_own(
    nobodys: Case, requestor: User, colleague: User, agent: User
) -> None:
    other = make_case(colleague)
    operations.request_information(other, text="Which?", actor=agent, now=FILED)
    carry_out_steps(FILED + DAY, 100)
    reminders = Notice.objects.filter(kind="case_reminder").values_list("about", "recipient_id")
    assert sorted(reminders) == sorted(
        [(nobodys.about, requestor.pk), (nobodys.about, colleague.pk), (other.about, colleague.pk)]
    )


@pytest.mark.parametrize("columns", [{"status": "in_progress"}, {"caller_name": ""}])
def test_the_database_keeps_a_requestor_to_every_case_but_a_callers(
    nobodys: Case, columns: dict[str, str]
) -> None:
    gone = {"period": None, "next_follow_up_at": None} if "status" in columns else {}
    with pytest.raises(IntegrityError, match="case_has_a_requestor"):
        Case.objects.filter(pk=nobodys.pk).update(**columns, **gone)
