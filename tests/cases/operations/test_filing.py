"""Filing a case, by oneself or by staff on behalf, and a follow-up of a closed one (SPEC 2, 3.4)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases import operations
from cases.lifecycle import Channel, Resolution, Status
from cases.models import Case, Message, ResponseDecision
from entitlements.models import License, Seat
from entitlements.operations import add_term, remove_named_contact, set_contact_permissions
from entitlements.plans import Plan
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from portal.files.models import StoredFile
from portal.files.storing import store_all
from tests.cases.records import invisible, keys, kinds, newest, recorded, refused, telling
from tests.factories.cases import (
    ASKED,
    FILED,
    current,
    make_case,
    make_closed_case,
    make_p1_case,
)
from tests.factories.people import (
    EPOCH,
    make_account,
    make_agent,
    make_bare_license,
    make_customer,
    make_duty,
    make_lead,
    make_license,
    make_person,
    make_superuser,
)

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def file(license_: License, person: User, *, now: datetime = FILED, priority: Priority = Priority.P3) -> Case:
    return operations.file_case(
        license_, "Title", description="Text", priority=priority, actor=person, now=now
    )


def test_a_filed_case_awaits_assignment_with_all_that_was_said(
    license_: License, requestor: User, watcher: User
) -> None:
    case = operations.file_case(
        license_,
        "Reports stay empty",
        description="Since *today*.",
        priority=Priority.P2,
        environment="Production",
        watchers=[watcher],
        actor=requestor,
        now=FILED,
    )

    assert Case.objects.filter(pk=case.pk).values().get() == {
        "id": case.pk,
        "account_id": license_.account_id,
        "license_id": license_.pk,
        "requestor_id": requestor.pk,
        "filed_by_id": requestor.pk,
        "owner_id": None,
        "follows_id": None,
        "caller_name": "",
        "caller_address": "",
        "title": "Reports stay empty",
        "environment": "Production",
        "language": "en",
        "channel": "portal",
        "phone": "",
        "impact": "",
        "status": "awaiting_assignment",
        "priority": 2,
        "filed_at": FILED,
        "first_responded_at": None,
        "response_id": ResponseDecision.objects.get(case=case).pk,
        "response_due_at": FILED + timedelta(minutes=30),
        "response_missed_at": None,
        "response_withdrawn_at": None,
        "next_response_step_at": FILED + timedelta(minutes=22, seconds=30),
        "period_id": None,
        "next_follow_up_at": None,
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
        "last_event_kind": "filed",
        "last_event_by_id": requestor.pk,
    }
    assert recorded(case) == (
        "filed",
        requestor,
        True,
        {
            "status_before": "awaiting_assignment",
            "status": "awaiting_assignment",
            "priority": 2,
            "requestor": requestor.pk,
        },
    )
    assert list(case.messages.values_list("author", "purpose", "body", "written_at", "is_from_staff")) == [
        (requestor.pk, "report", "Since *today*.", FILED, False)
    ]
    assert list(case.watcher_rows.values_list("user", "added_at")) == [(watcher.pk, FILED)]


def test_numbers_ascend_and_have_nine_digits(requestor: User) -> None:
    first, second = make_case(requestor), make_case(requestor)
    assert first.pk < second.pk
    assert (first.number, str(first), first.about) == (
        f"E-{first.pk:09d}",
        first.number,
        f"case:{first.pk}",
    )


def test_a_filing_is_acknowledged_to_requestor_watchers_and_whoever_filed(
    requestor: User, watcher: User, agent: User
) -> None:
    with telling() as told:
        by_staff = make_case(requestor, watchers=[watcher], actor=agent)
    assert told == keys(newest(by_staff), "acknowledgement", requestor, watcher, agent)
    with telling() as told:
        own = make_case(requestor, watchers=[watcher])
    assert told == keys(newest(own), "acknowledgement", requestor, watcher)


def test_staff_file_on_behalf_of_a_named_contact(license_: License, requestor: User, agent: User) -> None:
    case = operations.file_case(
        license_,
        "By phone",
        description="They called.",
        priority=Priority.P3,
        requestor=requestor,
        channel=Channel.PHONE,
        actor=agent,
        now=FILED,
    )
    assert (case.requestor, case.filed_by, case.channel, case.owner) == (requestor, agent, "phone", None)
    assert case.first_responded_at is None
    message = case.messages.get()
    assert (message.author, message.channel) == (agent, "phone")


def test_staff_file_for_nobody_without_a_seat_and_not_for_themselves(
    license_: License, watcher: User, agent: User
) -> None:
    for person in (watcher, agent):
        with refused(NotAllowed, "not_a_named_contact"):
            operations.file_case(
                license_,
                "Title",
                description="Text",
                priority=Priority.P3,
                requestor=person,
                actor=agent,
                now=FILED,
            )


def test_a_customer_files_for_nobody_else(license_: License, requestor: User, colleague: User) -> None:
    with refused(NotAllowed, "not_on_behalf"):
        operations.file_case(
            license_,
            "Title",
            description="Text",
            priority=Priority.P3,
            requestor=colleague,
            actor=requestor,
            now=FILED,
        )


def test_without_a_seat_nobody_files(license_: License, watcher: User) -> None:
    stranger = make_customer()
    for person in (watcher, stranger):
        with refused(NotAllowed, "not_a_named_contact", product="Analytics"):
            file(license_, person)


def test_a_seat_on_another_product_does_not_count(license_: License) -> None:
    person = make_customer(make_license(license_.account, "target"))
    with refused(NotAllowed, "not_a_named_contact", product="Analytics"):
        file(license_, person)


def test_a_seat_removed_meanwhile_does_not_count(license_: License, requestor: User, colleague: User) -> None:
    file(license_, colleague)
    remove_named_contact(
        Seat.objects.get(user=colleague), actor=make_superuser(), now=FILED, successor=requestor
    )
    with refused(NotAllowed, "not_a_named_contact"):
        file(license_, colleague, now=FILED + HOUR)


def test_a_contact_who_may_not_file_is_refused(license_: License) -> None:
    person = make_customer(license_, may_file_cases=False)
    with refused(NotAllowed, "may_not_file", product="Analytics"):
        file(license_, person)


def test_a_license_without_a_term_gives_no_case(requestor: User) -> None:
    bare = make_bare_license(requestor.account, "target")
    Seat.objects.create(license=bare, user=requestor, added_at=EPOCH)
    with refused(DomainError, "no_term"):
        file(bare, requestor)


@pytest.mark.parametrize(
    ("country", "begins", "ends"),
    [
        (
            "US",
            datetime(2026, 2, 1, 8, 0, tzinfo=UTC),
            # Daylight saving has begun by 1 April.
            datetime(2026, 4, 1, 7, 0, tzinfo=UTC),
        ),
        ("JP", datetime(2026, 1, 31, 15, 0, tzinfo=UTC), datetime(2026, 3, 31, 15, 0, tzinfo=UTC)),
        ("FR", datetime(2026, 2, 1, 0, 0, tzinfo=UTC), datetime(2026, 3, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_term_runs_from_midnight_to_midnight_in_the_regions_zone(
    db: None, country: str, begins: datetime, ends: datetime
) -> None:
    license_ = make_bare_license(make_account(country=country, time_zone="Pacific/Auckland"))
    add_term(
        license_,
        Plan.EXPERT,
        first_on=date(2026, 2, 1),
        last_on=date(2026, 3, 31),
        actor=make_superuser(),
        now=EPOCH,
    )
    person = make_person(license_.account)
    Seat.objects.create(license=license_, user=person, added_at=EPOCH)

    with refused(DomainError, "no_term_yet", first_on=date(2026, 2, 1)):
        file(license_, person, now=begins - TICK)
    assert file(license_, person, now=begins).filed_at == begins
    assert file(license_, person, now=ends - TICK).filed_at == ends - TICK
    with refused(DomainError, "term_ended", last_on=date(2026, 3, 31)):
        file(license_, person, now=ends)


def test_a_p1_needs_phone_impact_and_the_promise(license_: License, requestor: User) -> None:
    whole = {"phone": "+1 555 0100", "impact": "No orders.", "is_reachable": True}
    for missing, nothing in (("phone", ""), ("impact", ""), ("is_reachable", False)):
        with refused(FieldRefused, "p1_needs_commitment"):
            make_case(requestor, priority=Priority.P1, **{**whole, missing: nothing})
    case = make_case(requestor, priority=Priority.P1, **whole)
    assert (case.priority, case.phone, case.impact) == (Priority.P1, "+1 555 0100", "No orders.")


def test_a_p1_tells_the_people_on_duty(requestor: User) -> None:
    on_duty = make_agent()
    make_duty(on_duty, "AMER", time(6), time(17, 30))
    make_duty(make_agent(), "JP", time(6), time(17, 30))
    with telling() as told:
        case = make_p1_case(requestor)
    event = newest(case)
    assert told == keys(event, "acknowledgement", requestor) | keys(event, "p1_filed", on_duty)


def test_a_p1_tells_the_leads_where_nobody_has_duties(requestor: User) -> None:
    lead = make_lead()
    make_agent()
    with telling() as told:
        case = make_p1_case(requestor)
    event = newest(case)
    assert told == keys(event, "acknowledgement", requestor) | keys(event, "p1_filed", lead)


def test_watchers_are_people_of_the_account_and_at_most_ten(license_: License, requestor: User) -> None:
    people = [make_person(license_.account) for _ in range(11)]
    with refused(FieldRefused, "too_many_watchers"):
        make_case(requestor, watchers=people)
    foreigner = make_person()
    with refused(FieldRefused, "not_of_the_account"):
        make_case(requestor, watchers=[foreigner])
    case = make_case(requestor, watchers=[*people[:10], requestor])
    assert set(case.watchers.all()) == set(people[:10])


def test_files_belong_to_the_first_message(requestor: User) -> None:
    blobs = store_all([SimpleUploadedFile("app.log", b"ERROR 17\n")])
    case = make_case(requestor, files=blobs)
    attachment = Message.objects.get(case=case).attachments.get()
    assert (attachment.file.name, attachment.file.size_bytes, attachment.file.uploaded_by) == (
        "app.log",
        9,
        requestor,
    )


# --- Follow up --------------------------------------------------------------------------------------


def follow(old: Case, actor: User, *, now: datetime = ASKED + HOUR, **facts: object) -> Case:
    facts = {"priority": Priority.P3, "description": "It goes on.", **facts}
    return operations.file_follow_up(old, "It goes on", actor=actor, now=now, **facts)  # type: ignore[arg-type]


def test_a_follow_up_is_a_new_case_linked_both_ways(requestor: User, watcher: User, agent: User) -> None:
    old = make_closed_case(requestor, agent=agent, watchers=[watcher])
    before = current(old)
    with telling() as told:
        new = follow(old, requestor, watchers=[watcher], priority=Priority.P2)

    assert (new.status, new.owner, new.priority, new.license, new.requestor, new.follows) == (
        Status.AWAITING_ASSIGNMENT,
        None,
        Priority.P2,
        old.license,
        requestor,
        old,
    )
    assert list(old.follow_ups.all()) == [new]
    after = current(old)
    assert (after.status, after.reopen_until) == (before.status, before.reopen_until)
    assert recorded(old) == (
        "followed_up",
        requestor,
        True,
        {"status_before": "closed", "status": "closed", "follow_up": new.pk},
    )
    assert kinds(new) == ["filed"]
    assert told == keys(newest(new), "acknowledgement", requestor, watcher) | keys(
        newest(old), "follow_up_filed", watcher
    )


def test_several_follow_ups_are_allowed_at_any_time(requestor: User) -> None:
    old = make_closed_case(requestor)
    first, second = follow(old, requestor), follow(old, requestor, now=ASKED + timedelta(days=400))
    assert list(old.follow_ups.order_by("pk")) == [first, second]


def test_a_follow_up_is_never_a_p1(requestor: User) -> None:
    old = make_closed_case(requestor)
    with refused(FieldRefused, "p1_not_followed_up"):
        follow(old, requestor, priority=Priority.P1)


def test_an_open_case_is_not_followed_up(case: Case, requestor: User) -> None:
    with refused(DomainError, "wrong_status", status=Status.AWAITING_ASSIGNMENT):
        follow(case, requestor)


def test_a_follow_up_is_refused_once_the_last_term_has_ended(license_: License, requestor: User) -> None:
    old = make_closed_case(requestor)
    term = license_.terms.get()
    term.last_on = date(2026, 3, 31)
    term.save()
    ends = datetime(2026, 4, 1, 7, 0, tzinfo=UTC)
    with refused(DomainError, "term_ended", last_on=date(2026, 3, 31)):
        follow(old, requestor, now=ends)
    assert follow(old, requestor, now=ends - TICK).follows == old


def test_who_may_not_file_does_not_follow_up(requestor: User, watcher: User) -> None:
    old = make_closed_case(requestor, watchers=[watcher])
    stranger = make_customer()
    with refused(NotAllowed, "wrong_role"):
        follow(old, watcher)
    with invisible():
        follow(old, stranger)
    set_contact_permissions(
        requestor,
        may_file_cases=False,
        sees_account_cases=False,
        may_request=False,
        actor=make_superuser(),
        now=ASKED,
    )
    with refused(NotAllowed, "wrong_role"):
        follow(old, requestor)


def test_staff_follow_up_on_behalf(requestor: User, agent: User) -> None:
    old = make_closed_case(requestor, agent=agent)
    with telling() as told:
        new = follow(old, agent, requestor=requestor)
    assert (new.requestor, new.filed_by) == (requestor, agent)
    assert told == keys(newest(new), "acknowledgement", requestor, agent) | keys(
        newest(old), "follow_up_filed", requestor
    )


def test_a_refused_follow_up_leaves_no_half_case(license_: License, requestor: User) -> None:
    old = make_closed_case(requestor, resolution=Resolution.IRRELEVANT)
    foreigner = make_person()
    with refused(FieldRefused, "not_of_the_account"):
        follow(old, requestor, watchers=[foreigner])
    assert StoredFile.objects.count() == 0
