"""Changing accounts, licenses, terms and seats: what happens, what is refused, what is on the record."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from entitlements import operations, ports
from entitlements.models import EntitlementEvent, License, Product, Seat, Term
from entitlements.plans import Plan
from entitlements.wording import refusal_text
from portal.accounts.models import Account, Country, User
from portal.errors import DomainError
from portal.work.invariants import check
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_bare_license,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_seat,
    make_superuser,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
STEP = timedelta(microseconds=1)


@dataclass
class _Work:
    """Open cases of people on licenses, and what entitlements asked about them."""

    cases: dict[tuple[int, int], int] = field(default_factory=dict)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        return self.cases.get((user_id, license_id), 0)

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        return {key: sum(cases for (user, _), cases in self.cases.items() if user == key) for key in user_ids}

    def let_go(
        self,
        user_id: int,
        license_id: int,
        *,
        successor: User | None,
        has_other_seats: bool,
        actor: User,
        now: datetime,
    ) -> None:
        heir = successor and successor.pk
        self.told.append((user_id, license_id, heir, has_other_seats, actor.pk, now))

    def pass_on(
        self, user_id: int, license_ids: Collection[int], *, successor: User, actor: User, now: datetime
    ) -> None:
        self.told.append((user_id, list(license_ids), successor.pk, actor.pk, now))

    def stop_watching(self, user_id: int, *, actor: User, now: datetime) -> None:
        self.told.append((user_id, "watches nothing", actor.pk, now))


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> _Work:
    filled = _Work()
    monkeypatch.setattr(ports, "_open_work", filled)
    return filled


@pytest.fixture
def root() -> User:
    return make_superuser()


def _state() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (Account, User, License, Term, Seat, EntitlementEvent)
    return [list(model.objects.order_by("pk").values()) for model in models]


def _refused(act: Callable[[], object]) -> tuple[int, str, dict[str, Any]]:
    """The refusal's status, code and values; proves that nothing changed and that it has words."""
    before = _state()
    with pytest.raises(DomainError) as refused:
        act()
    assert _state() == before
    assert refusal_text(refused.value)
    return refused.value.http_status, refused.value.code, refused.value.values


def _last_event() -> tuple[str, int, int | None, int | None, datetime, bool, dict[str, Any]]:
    event = EntitlementEvent.objects.order_by("-pk")[0]
    return (
        event.kind,
        event.account_id,
        event.license_id,
        event.actor_id,
        event.occurred_at,
        event.is_public,
        event.detail,
    )


# --- Accounts ---------------------------------------------------------------------------------------


def test_an_account_is_opened_in_the_region_of_its_country(root: User) -> None:
    france = Country.objects.get(pk="FR")
    account = operations.open_account(" Maison ", france, actor=root, now=NOW, time_zone="Europe/Paris")
    stored = Account.objects.get(pk=account.pk)
    assert (stored.name, stored.country.region_id, stored.time_zone, stored.created_at) == (
        "Maison",
        "EMEA",
        "Europe/Paris",
        NOW,
    )
    after = {"name": "Maison", "country": "FR", "time_zone": "Europe/Paris", "language": ""}
    assert _last_event() == ("account_opened", account.pk, None, root.pk, NOW, True, {"after": after})


@pytest.mark.parametrize(
    ("name", "time_zone", "refusal"),
    [
        ("Northwind", "", (400, "account_name_taken", {"name": "Northwind"})),
        (" ", "", (400, "name_missing", {})),
        ("A\x00B", "", (400, "nul", {})),
        ("a" * 201, "", (400, "name_too_long", {"most": 200})),
        ("New", "Mars/Olympus", (400, "unknown_zone", {})),
    ],
)
def test_an_account_is_refused_when_a_fact_cannot_be(
    root: User, name: str, time_zone: str, refusal: tuple[int, str, dict[str, Any]]
) -> None:
    other = make_account("Northwind")
    facts: dict[str, Any] = {"time_zone": time_zone, "language": "", "actor": root, "now": NOW}
    assert _refused(lambda: operations.open_account(name, other.country, **facts)) == refusal
    changed = make_account("Southwind")
    assert (
        _refused(lambda: operations.change_account(changed, name=name, country=other.country, **facts))
        == refusal
    )


def test_a_change_of_an_account_is_recorded_with_before_and_after(root: User) -> None:
    account = make_account("Northwind", country="US")
    japan = Country.objects.get(pk="JP")
    changed = operations.change_account(
        account, name="Northwind", country=japan, language="", time_zone="Asia/Tokyo", actor=root, now=NOW
    )
    assert (changed.country_id, changed.time_zone) == ("JP", "Asia/Tokyo")
    detail = {
        "before": {"country_id": "US", "time_zone": ""},
        "after": {"country_id": "JP", "time_zone": "Asia/Tokyo"},
    }
    assert _last_event() == ("account_changed", account.pk, None, root.pk, NOW, True, detail)


def test_nothing_is_recorded_when_nothing_changes(root: User) -> None:
    license_ = make_license()
    person = make_customer(license_)
    account = license_.account
    before = _state()
    operations.change_account(
        account, name=account.name, country=account.country, language="", time_zone="", actor=root, now=NOW
    )
    operations.change_person(
        person, email=person.email, name=person.name, language="en", time_zone="", actor=root, now=NOW
    )
    operations.set_contact_permissions(
        person, may_file_cases=True, sees_account_cases=False, may_request=False, actor=root, now=NOW
    )
    operations.set_sign_in(person, is_active=True, actor=root, now=NOW)
    assert _state() == before


def test_only_who_manages_entitlements_opens_and_changes_accounts() -> None:
    license_ = make_license()
    account, country = license_.account, license_.account.country
    for person in (make_agent(), make_lead(), make_administrator(license_), make_customer(license_)):
        acts: list[Callable[[], object]] = [
            lambda actor=person: operations.open_account("New", country, actor=actor, now=NOW),
            lambda actor=person: operations.change_account(
                account, name="New", country=country, language="", time_zone="", actor=actor, now=NOW
            ),
            lambda actor=person: operations.add_license(
                account, Product.objects.get(code="target"), actor=actor, now=NOW
            ),
            lambda actor=person: operations.add_term(
                license_,
                Plan.EXPERT,
                first_on=date(2110, 1, 1),
                last_on=date(2110, 1, 1),
                actor=actor,
                now=NOW,
            ),
        ]
        for act in acts:
            assert _refused(act) == (403, "not_for_your_role", {})


# --- People -----------------------------------------------------------------------------------------


def test_a_person_is_added_without_a_seat_and_stands_in_history_by_key(root: User) -> None:
    account = make_account()
    person = operations.add_person(
        account, "Ada@Company.example", name="Ada", actor=root, now=NOW, language="fr"
    )
    stored = User.objects.get(pk=person.pk)
    assert (stored.email, stored.name, stored.account, stored.language, stored.joined_at) == (
        "ada@company.example",
        "Ada",
        account,
        "fr",
        NOW,
    )
    assert not stored.seats.exists()
    assert _last_event() == ("person_added", account.pk, None, root.pk, NOW, True, {"person": person.pk})


def test_a_person_is_refused_when_somebody_uses_the_address(root: User) -> None:
    account = make_account()
    for taken in (make_person().email, make_agent().email.upper()):
        refusal = _refused(
            lambda email=taken: operations.add_person(account, email, name="A", actor=root, now=NOW)
        )
        assert refusal == (400, "email_taken", {})


def test_a_changed_person_stands_in_history_without_name_and_address(root: User) -> None:
    person = make_person(name="Ada", email="ada@company.example")
    changed = operations.change_person(
        person,
        email="Lovelace@company.example",
        name="Ada Lovelace",
        language="ja",
        time_zone="Asia/Tokyo",
        actor=root,
        now=NOW,
    )
    assert (changed.email, changed.name, changed.language, changed.time_zone) == (
        "lovelace@company.example",
        "Ada Lovelace",
        "ja",
        "Asia/Tokyo",
    )
    detail = {"person": person.pk, "fields": ["email", "language", "name", "time_zone"]}
    assert _last_event() == ("person_changed", person.account_id, None, root.pk, NOW, True, detail)


def test_a_person_keeps_everything_when_one_fact_is_refused(root: User) -> None:
    person, other = make_person(name="Ada"), make_person()
    facts: dict[str, Any] = {"name": "New", "language": "en", "time_zone": "", "actor": root, "now": NOW}
    refusal = _refused(lambda: operations.change_person(person, email=other.email, **facts))
    assert refusal == (400, "email_taken", {})


def test_the_administrator_sets_what_a_person_may_do() -> None:
    license_ = make_license()
    administrator, person = make_administrator(license_), make_customer(license_)
    changed = operations.set_contact_permissions(
        person, may_file_cases=False, sees_account_cases=True, may_request=False, actor=administrator, now=NOW
    )
    assert (changed.may_file_cases, changed.sees_account_cases) == (False, True)
    detail = {
        "person": person.pk,
        "before": {"may_file_cases": True, "sees_account_cases": False, "may_request": False},
        "after": {"may_file_cases": False, "sees_account_cases": True, "may_request": False},
    }
    account = license_.account_id
    assert _last_event() == ("permissions_changed", account, None, administrator.pk, NOW, True, detail)


def test_sign_in_ends_only_once_every_seat_is_removed(root: User, work: _Work) -> None:
    license_ = make_license()
    contact, colleague = make_customer(license_), make_person(license_.account)
    refusal = _refused(lambda: operations.set_sign_in(contact, is_active=False, actor=root, now=NOW))
    assert refusal == (409, "remove_seats_first", {"seats": 1})
    assert not operations.set_sign_in(colleague, is_active=False, actor=root, now=NOW).is_active
    detail = {"person": colleague.pk, "before": True, "after": False}
    assert _last_event() == ("sign_in_changed", license_.account_id, None, root.pk, NOW, True, detail)
    assert operations.set_sign_in(colleague, is_active=True, actor=root, now=NOW).is_active
    assert work.told == [(colleague.pk, "watches nothing", root.pk, NOW)]


def test_contacts_are_changed_by_their_own_administrator_and_by_nobody_else() -> None:
    license_ = make_license()
    contact, colleague = make_customer(license_), make_person(license_.account)
    make_customer(license_)
    seat = license_.seats.get(user=contact)
    strangers = (make_agent(), make_lead(), contact, make_administrator(make_license()))
    for person in strangers:
        acts: list[Callable[[], object]] = [
            lambda actor=person: operations.add_person(
                license_.account, "new@company.example", name="New", actor=actor, now=NOW
            ),
            lambda actor=person: operations.set_contact_permissions(
                contact,
                may_file_cases=False,
                sees_account_cases=True,
                may_request=False,
                actor=actor,
                now=NOW,
            ),
            lambda actor=person: operations.set_sign_in(colleague, is_active=False, actor=actor, now=NOW),
            lambda actor=person: operations.add_named_contact(license_, colleague, actor=actor, now=NOW),
            lambda actor=person: operations.remove_named_contact(seat, actor=actor, now=NOW),
            lambda actor=person: operations.appoint_administrator(
                license_.account, contact, actor=actor, now=NOW
            ),
        ]
        for act in acts:
            assert _refused(act) == (403, "not_the_administrator", {})


# --- The administrator ------------------------------------------------------------------------------


def test_staff_appoint_the_first_administrator_who_then_hands_the_role_over(root: User) -> None:
    license_ = make_license()
    first, second = make_customer(license_), make_customer(license_)
    account = operations.appoint_administrator(license_.account, first, actor=root, now=NOW)
    detail = {"before": None, "after": first.pk}
    assert _last_event() == ("administrator_appointed", account.pk, None, root.pk, NOW, True, detail)
    account = operations.appoint_administrator(account, second, actor=first, now=NOW)
    assert Account.objects.get(pk=account.pk).administrator == second
    detail = {"before": first.pk, "after": second.pk}
    assert _last_event() == ("administrator_appointed", account.pk, None, first.pk, NOW, True, detail)
    refusal = _refused(lambda: operations.appoint_administrator(account, first, actor=first, now=NOW))
    assert refusal == (403, "not_the_administrator", {})


def test_only_an_active_contact_of_the_account_becomes_its_administrator(root: User) -> None:
    license_ = make_license(make_account("Northwind"))
    administrator = make_administrator(license_)
    stranger, colleague, gone = make_customer(), make_person(license_.account), make_customer(license_)
    gone.is_active = False
    gone.save()
    refusals = [
        _refused(lambda p=person: operations.appoint_administrator(license_.account, p, actor=root, now=NOW))
        for person in (stranger, colleague, gone, administrator, make_agent())
    ]
    assert refusals == [
        (400, "not_of_the_account", {"account": "Northwind"}),
        (409, "administrator_needs_a_seat", {}),
        (409, "administrator_needs_a_seat", {}),
        (409, "already_administrator", {}),
        (400, "not_of_the_account", {"account": "Northwind"}),
    ]


# --- Licenses and terms -----------------------------------------------------------------------------


def test_an_account_gets_one_license_for_a_product(root: User) -> None:
    account, target = make_account(), Product.objects.get(code="target")
    license_ = operations.add_license(account, target, actor=root, now=NOW)
    assert (license_.account, license_.product, license_.added_at) == (account, target, NOW)
    detail = {"after": {"product": "target"}}
    assert _last_event() == ("license_added", account.pk, license_.pk, root.pk, NOW, True, detail)
    refusal = _refused(lambda: operations.add_license(account, target, actor=root, now=NOW))
    assert refusal == (400, "license_exists", {"product": "Target"})


def _add(license_: License, first_on: date, last_on: date, plan: Plan = Plan.EXPERT) -> Term:
    return operations.add_term(
        license_, plan, first_on=first_on, last_on=last_on, actor=make_superuser(), now=NOW
    )


def test_terms_may_follow_each_other_day_by_day_and_begin_in_the_past(root: User) -> None:
    license_ = make_bare_license()
    middle = _add(license_, date(2026, 6, 1), date(2026, 6, 30), Plan.ULTIMATE)
    detail = {"after": {"plan": "ultimate", "first_on": "2026-06-01", "last_on": "2026-06-30"}}
    assert _last_event() == ("term_added", license_.account_id, license_.pk, root.pk, NOW, True, detail)
    before = _add(license_, date(2021, 5, 1), date(2026, 5, 31))
    after = _add(license_, date(2026, 7, 1), date(2026, 7, 1))
    assert list(license_.terms.order_by("first_on")) == [before, middle, after]


@pytest.mark.parametrize(
    ("first_on", "last_on"),
    [
        (date(2026, 5, 1), date(2026, 6, 1)),
        (date(2026, 6, 30), date(2026, 7, 31)),
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 6, 15), date(2026, 6, 15)),
    ],
)
def test_a_term_is_refused_when_it_shares_a_day_with_another(first_on: date, last_on: date) -> None:
    license_ = make_license(first_on=date(2026, 6, 1), last_on=date(2026, 6, 30))
    make_license(license_.account, "target")
    days = {"first_on": date(2026, 6, 1), "last_on": date(2026, 6, 30)}
    assert _refused(lambda: _add(license_, first_on, last_on)) == (409, "terms_overlap", days)


def test_a_term_is_refused_when_its_days_cannot_be(root: User) -> None:
    license_ = make_bare_license()
    calendar = {"earliest": date(1990, 1, 1), "latest": date(2199, 12, 31)}
    assert _refused(lambda: _add(license_, date(2026, 6, 2), date(2026, 6, 1))) == (
        400,
        "term_ends_before_it_begins",
        {"first_on": date(2026, 6, 2)},
    )
    for days in (
        (date(1989, 12, 31), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2200, 1, 1)),
        (date.min, date.max),
    ):
        assert _refused(lambda d=days: _add(license_, *d)) == (400, "term_outside_calendar", calendar)
    assert _add(license_, date(1990, 1, 1), date(2199, 12, 31)).pk


# --- Seats ------------------------------------------------------------------------------------------


def test_a_named_contact_is_added(root: User) -> None:
    license_ = make_license()
    person = make_person(license_.account)
    seat = operations.add_named_contact(license_, person, actor=root, now=NOW)
    assert (seat.license, seat.user, seat.added_at, seat.removed_at) == (license_, person, NOW, None)
    detail = {"person": person.pk}
    account = license_.account_id
    assert _last_event() == ("contact_added", account, license_.pk, root.pk, NOW, True, detail)
    refusal = _refused(lambda: operations.add_named_contact(license_, person, actor=root, now=NOW))
    assert refusal == (409, "already_a_contact", {"product": "Analytics"})


@pytest.mark.parametrize(("plan", "capacity"), [(Plan.EXPERT, 4), (Plan.ULTIMATE, 15)])
def test_the_last_seat_is_given_and_one_more_is_refused(root: User, plan: Plan, capacity: int) -> None:
    license_ = make_license(plan=plan)
    for _ in range(capacity - 1):
        make_seat(license_)
    last, too_late = make_person(license_.account), make_person(license_.account)
    operations.add_named_contact(license_, last, actor=root, now=NOW)
    refusal = _refused(lambda: operations.add_named_contact(license_, too_late, actor=root, now=NOW))
    assert refusal == (409, "license_full", {"plan": plan, "capacity": capacity, "taken": capacity})
    operations.remove_named_contact(license_.seats.get(user=last), actor=root, now=NOW)
    assert operations.add_named_contact(license_, too_late, actor=root, now=NOW).pk


def test_seats_of_one_product_take_no_room_of_another(root: User) -> None:
    account = make_account()
    full, other = make_license(account, plan=Plan.EXPERT), make_license(account, "target", plan=Plan.EXPERT)
    people = [make_customer(full) for _ in range(4)]
    for person in people:
        operations.add_named_contact(other, person, actor=root, now=NOW)
    assert (full.seats.count(), other.seats.count()) == (4, 4)


def test_contacts_stay_when_the_plan_falls_and_none_is_added_until_there_is_room(root: User) -> None:
    license_ = make_license(plan=Plan.ULTIMATE, first_on=date(2025, 1, 1), last_on=date(2025, 12, 31))
    seats = [make_seat(license_) for _ in range(6)]
    _add(license_, date(2026, 1, 1), date(2026, 12, 31), Plan.EXPERT)
    person = make_person(license_.account)

    def add() -> Seat:
        return operations.add_named_contact(license_, person, actor=root, now=NOW)

    for taken, code in ((6, "over_capacity"), (5, "over_capacity"), (4, "license_full")):
        assert license_.seats.active().count() == taken
        assert _refused(add) == (409, code, {"plan": Plan.EXPERT, "capacity": 4, "taken": taken})
        operations.remove_named_contact(seats[taken - 1], actor=root, now=NOW)
    assert add().pk


def test_nobody_is_added_while_no_term_is_in_force_and_seats_stay(root: User) -> None:
    license_ = make_license(make_account(country="JP"), first_on=date(2025, 1, 1), last_on=date(2025, 12, 31))
    seat, person = make_seat(license_), make_person(license_.account)
    end = datetime(2025, 12, 31, 15, tzinfo=UTC)
    for now in (end, end + STEP):
        refusal = _refused(lambda at=now: operations.add_named_contact(license_, person, actor=root, now=at))
        assert refusal == (409, "seat_needs_a_term", {"product": "Analytics"})
    assert list(license_.seats.active()) == [seat]
    assert operations.add_named_contact(license_, person, actor=root, now=end - STEP).pk


def test_only_people_of_the_account_get_its_seats(root: User) -> None:
    license_ = make_license(make_account("Northwind"))
    for person in (make_person(), make_customer(), make_agent(), root):
        refusal = _refused(lambda p=person: operations.add_named_contact(license_, p, actor=root, now=NOW))
        assert refusal == (400, "not_of_the_account", {"account": "Northwind"})


def test_a_contact_is_removed_and_their_sign_in_ends_with_the_last_seat(root: User, work: _Work) -> None:
    account = make_account()
    first, second = make_license(account), make_license(account, "target")
    person = make_customer(first, second)
    removed = operations.remove_named_contact(first.seats.get(), actor=root, now=NOW)
    assert removed.removed_at == NOW
    assert User.objects.get(pk=person.pk).is_active
    detail = {"person": person.pk, "successor": None, "ends_sign_in": False}
    assert _last_event() == ("contact_removed", account.pk, first.pk, root.pk, NOW, True, detail)
    operations.remove_named_contact(second.seats.get(), actor=root, now=NOW)
    assert not User.objects.get(pk=person.pk).is_active
    detail = {"person": person.pk, "successor": None, "ends_sign_in": True}
    assert _last_event() == ("contact_removed", account.pk, second.pk, root.pk, NOW, True, detail)
    assert work.told == [
        (person.pk, first.pk, None, True, root.pk, NOW),
        (person.pk, second.pk, None, False, root.pk, NOW),
    ]


def test_a_person_may_be_kept_without_a_seat_and_signs_in_again_when_seated_again(root: User) -> None:
    license_ = make_license()
    kept, gone = make_customer(license_), make_customer(license_)
    operations.remove_named_contact(license_.seats.get(user=kept), actor=root, now=NOW, keeps_sign_in=True)
    operations.remove_named_contact(license_.seats.get(user=gone), actor=root, now=NOW)
    assert [User.objects.get(pk=person.pk).is_active for person in (kept, gone)] == [True, False]
    operations.add_named_contact(license_, gone, actor=root, now=NOW + STEP)
    assert User.objects.get(pk=gone.pk).is_active
    assert license_.seats.filter(user=gone).count() == 2


def test_a_contact_is_removed_once(root: User) -> None:
    license_ = make_license()
    make_customer(license_)
    seat = license_.seats.get()
    operations.remove_named_contact(seat, actor=root, now=NOW)
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW + STEP))
    assert refusal == (409, "already_removed", {"removed_at": NOW})


def test_open_cases_go_to_the_named_successor(root: User, work: _Work) -> None:
    license_ = make_license()
    person, successor = make_customer(license_), make_customer(license_)
    work.cases[person.pk, license_.pk] = 2
    seat = license_.seats.get(user=person)
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW))
    assert refusal == (409, "name_a_successor", {"cases": 2})
    assert work.told == []
    operations.remove_named_contact(seat, actor=root, now=NOW, successor=successor)
    assert work.told == [(person.pk, license_.pk, successor.pk, False, root.pk, NOW)]
    assert _last_event()[-1] == {"person": person.pk, "successor": successor.pk, "ends_sign_in": True}


def test_only_another_active_contact_of_the_product_takes_over(root: User, work: _Work) -> None:
    license_ = make_license()
    other = make_license(license_.account, "target")
    person, colleague = make_customer(license_), make_person(license_.account)
    gone, elsewhere = make_customer(license_), make_customer(other)
    operations.remove_named_contact(license_.seats.get(user=gone), actor=root, now=NOW)
    seat = license_.seats.get(user=person)
    work.told.clear()
    for open_cases in (0, 1):
        work.cases[person.pk, license_.pk] = open_cases
        for successor in (person, colleague, gone, elsewhere, make_customer()):
            refusal = _refused(
                lambda heir=successor: operations.remove_named_contact(
                    seat, actor=root, now=NOW, successor=heir
                )
            )
            assert refusal == (400, "successor_not_a_contact", {"product": "Analytics"})
    assert work.told == []


def test_open_cases_go_to_the_administrator_when_there_is_no_other_contact(root: User, work: _Work) -> None:
    account = make_account()
    license_, other = make_license(account), make_license(account, "target")
    person, administrator = make_customer(license_), make_administrator(other)
    work.cases[person.pk, license_.pk] = 1
    operations.remove_named_contact(license_.seats.get(), actor=administrator, now=NOW)
    assert work.told == [(person.pk, license_.pk, administrator.pk, False, administrator.pk, NOW)]


def test_a_contact_with_open_cases_stays_when_nobody_can_take_over(root: User, work: _Work) -> None:
    license_ = make_license()
    person = make_customer(license_)
    work.cases[person.pk, license_.pk] = 1
    seat = license_.seats.get()
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW))
    assert refusal == (409, "hand_over_first", {"cases": 1})
    assert work.told == []


def test_the_administrator_keeps_one_seat_until_the_role_is_handed_over(root: User) -> None:
    account = make_account()
    license_, other = make_license(account), make_license(account, "target")
    administrator, colleague = make_administrator(license_, other), make_customer(license_)
    operations.remove_named_contact(license_.seats.get(user=administrator), actor=administrator, now=NOW)
    last = other.seats.get(user=administrator)
    for keeps_sign_in in (False, True):
        refusal = _refused(
            lambda keeps=keeps_sign_in: operations.remove_named_contact(
                last, actor=root, now=NOW, keeps_sign_in=keeps
            )
        )
        assert refusal == (409, "administrator_needs_a_seat", {})
    operations.appoint_administrator(account, colleague, actor=administrator, now=NOW)
    operations.remove_named_contact(last, actor=colleague, now=NOW)
    assert not User.objects.get(pk=administrator.pk).is_active


def test_the_role_rests_when_staff_end_the_last_seat_after_the_last_term(root: User, work: _Work) -> None:
    license_ = make_license(last_on=date(2026, 3, 2))
    administrator = make_administrator(license_)
    operations.remove_named_contact(license_.seats.get(), actor=root, now=NOW)
    account = Account.objects.get(pk=license_.account_id)
    assert account.administrator is None
    assert not User.objects.get(pk=administrator.pk).is_active
    detail = {"person": administrator.pk, "successor": None, "ends_sign_in": True, "ends_role": True}
    assert _last_event() == ("contact_removed", account.pk, license_.pk, root.pk, NOW, True, detail)
    assert work.told == [(administrator.pk, license_.pk, None, False, root.pk, NOW)]
    assert check() == []


def test_staff_appoint_another_once_there_is_a_contact_again(root: User) -> None:
    license_ = make_license(last_on=date(2026, 3, 2))
    account, before = license_.account, make_administrator(license_)
    operations.remove_named_contact(license_.seats.get(), actor=root, now=NOW)
    refusal = _refused(lambda: operations.appoint_administrator(account, before, actor=root, now=NOW))
    assert refusal == (409, "administrator_needs_a_seat", {})
    _add(license_, date(2026, 3, 3), date(2026, 3, 31))
    operations.add_named_contact(license_, before, actor=root, now=NOW)
    appointed = operations.appoint_administrator(account, before, actor=root, now=NOW)
    assert appointed.administrator == before
    assert _last_event()[-1] == {"before": None, "after": before.pk}


@pytest.mark.parametrize("first_on", [date(2026, 3, 1), date(2026, 9, 1)])
def test_the_role_does_not_rest_while_a_term_is_in_force_or_to_come(root: User, first_on: date) -> None:
    account = make_account()
    license_ = make_license(account, last_on=date(2026, 2, 28))
    _add(make_bare_license(account, "target"), first_on, date(2026, 12, 31))
    make_administrator(license_)
    seat = license_.seats.get()
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW))
    assert refusal == (409, "administrator_needs_a_seat", {})


def test_the_administrator_cannot_let_the_role_rest_by_themselves() -> None:
    license_ = make_license(last_on=date(2026, 3, 2))
    administrator = make_administrator(license_)
    seat = license_.seats.get()
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=administrator, now=NOW))
    assert refusal == (409, "administrator_needs_a_seat", {})


def test_the_role_does_not_rest_while_its_holder_has_open_cases(root: User, work: _Work) -> None:
    account = make_account()
    license_, other = (
        make_license(account, code, last_on=date(2026, 3, 2)) for code in ("analytics", "target")
    )
    administrator = make_administrator(license_)
    seat = license_.seats.get()
    work.cases[administrator.pk, license_.pk] = 1
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW))
    assert refusal == (409, "hand_over_first", {"cases": 1})
    work.cases[administrator.pk, other.pk] = 2
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=root, now=NOW))
    assert refusal == (409, "administrator_has_work", {"cases": 2})
    assert work.told == []


def test_the_administrator_cannot_hand_open_cases_to_themselves(root: User, work: _Work) -> None:
    account = make_account()
    license_, other = make_license(account), make_license(account, "target")
    administrator = make_administrator(license_, other)
    work.cases[administrator.pk, license_.pk] = 1
    seat = license_.seats.get()
    refusal = _refused(lambda: operations.remove_named_contact(seat, actor=administrator, now=NOW))
    assert refusal == (409, "hand_over_first", {"cases": 1})
