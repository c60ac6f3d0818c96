"""Who a case belongs to on the customer's side, and who watches it (SPEC 2, 3.4)."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import operations
from cases.lifecycle import Resolution, Status
from cases.models import Case
from entitlements.models import License, Seat
from entitlements.operations import (
    add_named_contact,
    appoint_administrator,
    remove_named_contact,
    set_sign_in,
)
from entitlements.queries import has_seat
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from portal.work.invariants import check
from tests.cases.records import invisible, keys, kinds, newest, recorded, refused, snapshot, telling
from tests.factories.cases import ASKED, FILED, current, make_case, make_closed_case, make_waiting_case
from tests.factories.people import (
    make_administrator,
    make_customer,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)

HOUR = timedelta(hours=1)
LATER = FILED + 2 * HOUR

# --- Handing to a colleague -------------------------------------------------------------------------


def test_a_colleague_becomes_requestor_and_the_filer_stays_on_record(
    waiting: Case, requestor: User, colleague: User, watcher: User
) -> None:
    with telling() as told:
        operations.hand_to_colleague(waiting, colleague=colleague, actor=requestor, now=ASKED + HOUR)
    after = current(waiting)
    assert (after.requestor, after.filed_by, after.status, after.next_follow_up_at) == (
        colleague,
        requestor,
        Status.PENDING_RESPONSE,
        ASKED + 24 * HOUR,
    )
    assert recorded(waiting) == (
        "requestor_changed",
        requestor,
        True,
        {
            "status_before": "pending_response",
            "status": "pending_response",
            "before": requestor.pk,
            "after": colleague.pk,
        },
    )
    assert told == keys(newest(waiting), "requestor_changed", colleague, watcher)


def test_only_an_active_contact_of_the_product_becomes_requestor(
    case: Case, license_: License, requestor: User, watcher: User, agent: User
) -> None:
    of_another_product = make_customer(make_license(license_.account, "target"))
    of_another_account = make_customer()
    for person in (watcher, of_another_product, of_another_account, agent):
        with refused(FieldRefused, "not_a_contact_of_the_product"):
            operations.hand_to_colleague(case, colleague=person, actor=requestor, now=LATER)
    with refused(FieldRefused, "already_requestor"):
        operations.hand_to_colleague(case, colleague=requestor, actor=requestor, now=LATER)


def test_a_colleague_whose_seat_was_removed_meanwhile_is_refused(
    case: Case, colleague: User, agent: User
) -> None:
    assert has_seat(colleague, case.license_id)
    seat = Seat.objects.get(user=colleague)
    remove_named_contact(seat, actor=make_superuser(), now=FILED + HOUR, keeps_sign_in=True)
    with refused(FieldRefused, "not_a_contact_of_the_product"):
        operations.hand_to_colleague(case, colleague=colleague, actor=agent, now=LATER)


def test_requestor_administrator_and_staff_hand_over_and_no_other_contact(
    license_: License, requestor: User, colleague: User, agent: User
) -> None:
    administrator = make_administrator(license_)
    case = make_case(requestor)
    with refused(NotAllowed, "wrong_role"):
        operations.hand_to_colleague(case, colleague=colleague, actor=colleague, now=LATER)
    operations.hand_to_colleague(case, colleague=colleague, actor=administrator, now=LATER)
    operations.hand_to_colleague(case, colleague=requestor, actor=agent, now=LATER + HOUR)
    assert current(case).requestor == requestor
    assert kinds(case) == ["filed", "requestor_changed", "requestor_changed"]


def test_a_closed_case_keeps_its_requestor(requestor: User, colleague: User) -> None:
    closed = make_closed_case(requestor)
    with refused(DomainError, "wrong_status", status=Status.CLOSED):
        operations.hand_to_colleague(closed, colleague=colleague, actor=requestor, now=ASKED + HOUR)


# --- Watchers ---------------------------------------------------------------------------------------


def test_watchers_are_replaced_and_the_change_goes_on_record(
    case: Case, requestor: User, watcher: User, colleague: User
) -> None:
    with telling() as told:
        operations.edit_watchers(case, watchers=[colleague], actor=requestor, now=LATER)
    assert list(case.watcher_rows.values_list("user", "added_at")) == [(colleague.pk, LATER)]
    assert recorded(case) == (
        "watchers_changed",
        requestor,
        True,
        {
            "status_before": "awaiting_assignment",
            "status": "awaiting_assignment",
            "added": [colleague.pk],
            "removed": [watcher.pk],
        },
    )
    assert told == set()


def test_a_watcher_who_stays_keeps_the_day_they_were_added(
    case: Case, requestor: User, watcher: User, colleague: User
) -> None:
    operations.edit_watchers(case, watchers=[watcher, colleague], actor=requestor, now=LATER)
    assert dict(case.watcher_rows.values_list("user", "added_at")) == {
        watcher.pk: FILED,
        colleague.pk: LATER,
    }


def test_saving_the_same_watchers_records_nothing(case: Case, requestor: User, watcher: User) -> None:
    before = snapshot()
    operations.edit_watchers(case, watchers=[watcher, watcher, requestor], actor=requestor, now=LATER)
    assert snapshot() == before


def test_a_case_has_ten_watchers_and_no_eleventh(license_: License, case: Case, requestor: User) -> None:
    people = [make_person(license_.account) for _ in range(11)]
    with refused(FieldRefused, "too_many_watchers"):
        operations.edit_watchers(case, watchers=people, actor=requestor, now=LATER)
    operations.edit_watchers(case, watchers=people[:10], actor=requestor, now=LATER)
    assert set(case.watchers.all()) == set(people[:10])


def test_nobody_of_another_account_of_staff_or_without_a_sign_in_watches(
    license_: License, case: Case, requestor: User, agent: User
) -> None:
    gone = make_person(license_.account)
    set_sign_in(gone, is_active=False, actor=make_superuser(), now=FILED)
    foreigner = make_customer()
    for person in (foreigner, agent, User.objects.get(pk=gone.pk)):
        with refused(FieldRefused, "not_of_the_account"):
            operations.edit_watchers(case, watchers=[person], actor=requestor, now=LATER)


def test_watchers_of_a_closed_case_can_be_edited_by_contacts_and_staff_alone(
    case: Case, requestor: User, watcher: User, agent: User
) -> None:
    operations.close_case(case, resolution=Resolution.OBSOLETE, actor=requestor, now=LATER)
    with refused(NotAllowed, "wrong_role"):
        operations.edit_watchers(case, watchers=[], actor=watcher, now=LATER + HOUR)
    operations.edit_watchers(case, watchers=[], actor=agent, now=LATER + HOUR)
    assert list(case.watchers.all()) == []
    with invisible():
        operations.edit_watchers(case, watchers=[watcher], actor=watcher, now=LATER + 2 * HOUR)


# --- Contacts who are removed -----------------------------------------------------------------------


def test_open_cases_of_a_removed_contact_pass_to_the_successor_and_a_running_period_goes_on(
    requestor: User, colleague: User, watcher: User, agent: User
) -> None:
    waiting = make_waiting_case(requestor, agent=agent, watchers=[watcher])
    closed = make_closed_case(requestor)
    root = make_superuser()
    with telling() as told:
        remove_named_contact(
            Seat.objects.get(user=requestor), actor=root, now=ASKED + HOUR, successor=colleague
        )
    after = current(waiting)
    assert (after.requestor, after.filed_by, after.next_follow_up_at) == (
        colleague,
        requestor,
        ASKED + 24 * HOUR,
    )
    assert recorded(waiting) == (
        "requestor_changed",
        root,
        True,
        {"before": requestor.pk, "after": colleague.pk},
    )
    assert told == keys(newest(waiting), "requestor_changed", colleague, watcher)
    assert current(closed).requestor == requestor


def test_a_removed_contact_who_also_watched_their_case_is_told_nothing_of_the_hand_over(
    requestor: User, colleague: User
) -> None:
    case = make_case(requestor, watchers=[colleague])
    operations.hand_to_colleague(case, colleague=colleague, actor=requestor, now=FILED + HOUR)
    with telling() as told:
        remove_named_contact(
            Seat.objects.get(user=colleague), actor=make_superuser(), now=LATER, successor=requestor
        )
    assert list(case.watchers.all()) == []
    handed_over = case.events.filter(kind="requestor_changed").latest("pk")
    assert told == keys(handed_over, "requestor_changed", requestor)


def test_a_removed_contact_watches_nothing_of_the_product(license_: License, requestor: User) -> None:
    other = make_license(license_.account, "target")
    person = make_customer(license_, other)
    make_seat(other, requestor)
    of_product = make_case(requestor, license_=license_, watchers=[person])
    of_other = make_case(requestor, license_=other, watchers=[person])
    seats = {seat.license_id: seat for seat in Seat.objects.filter(user=person)}

    remove_named_contact(seats[license_.pk], actor=make_superuser(), now=LATER)
    assert (list(of_product.watchers.all()), list(of_other.watchers.all())) == ([], [person])
    remove_named_contact(seats[other.pk], actor=make_superuser(), now=LATER)
    assert list(of_other.watchers.all()) == []
    assert [of_product.watchers.count(), of_other.watchers.count()] == [0, 0]
    root = make_superuser()
    gone = ("watchers_changed", root, False, {"added": [], "removed": [person.pk]})
    assert [recorded(of_product), recorded(of_other)] == [gone, gone]
    assert newest(of_other).changes == {"watchers": [[person.pk], None]}
    assert current(of_other).last_event_kind == "filed"
    assert check() == []


def test_who_may_no_longer_sign_in_watches_nothing_and_a_seat_brings_no_watch_back(
    license_: License, requestor: User
) -> None:
    root, reader = make_superuser(), make_person(license_.account)
    open_case, closed = (make(requestor, watchers=[reader]) for make in (make_case, make_closed_case))
    set_sign_in(reader, is_active=False, actor=root, now=ASKED + HOUR)
    gone = ("watchers_changed", root, False, {"added": [], "removed": [reader.pk]})
    assert [recorded(open_case), recorded(closed)] == [gone, gone]
    add_named_contact(license_, reader, actor=root, now=ASKED + 2 * HOUR)
    assert [current(case).watchers.count() for case in (open_case, closed)] == [0, 0]
    assert check() == []


def test_forgetting_a_watcher_costs_the_same_for_one_case_and_for_many(
    license_: License, requestor: User
) -> None:
    costs = []
    for number in (1, 20):
        person = make_customer(license_)
        for _ in range(number):
            make_case(requestor, watchers=[person])
        with CaptureQueriesContext(connection) as statements:
            remove_named_contact(person.seats.get(), actor=make_superuser(), now=LATER)
        costs.append(len(statements))
    assert costs[0] == costs[1]


# --- The administrator's role is handed over ---------------------------------------------------------


def test_what_came_to_the_administrator_without_a_seat_goes_along_with_the_role(
    license_: License, requestor: User, watcher: User, waiting: Case
) -> None:
    """Else its requestor could neither answer it nor see it any more."""
    elsewhere = make_license(license_.account, "target")
    administrator, heir = make_administrator(elsewhere), make_customer(elsewhere)
    own = make_case(administrator, license_=elsewhere)
    seat = Seat.objects.active().get(user=requestor, license=license_)
    remove_named_contact(seat, successor=None, actor=administrator, now=ASKED + HOUR)
    assert current(waiting).requestor == administrator

    with telling() as told:
        appoint_administrator(license_.account, heir, actor=administrator, now=ASKED + 2 * HOUR)

    after = current(waiting)
    assert (after.requestor, after.status, after.next_follow_up_at) == (
        heir,
        Status.PENDING_RESPONSE,
        ASKED + 24 * HOUR,
    )
    assert current(own).requestor == administrator
    assert told == keys(newest(waiting), "requestor_changed", heir, watcher)
    assert check() == []
