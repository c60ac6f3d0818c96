"""Accounts, people, licenses and seats, made through the real operations.

Everything is made at EPOCH unless told otherwise, and every term runs from 2020 to 2099 unless told
otherwise, so that a test names only what it is about.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from entitlements import operations
from entitlements.models import License, Product, Seat
from entitlements.plans import Plan
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Account, Country, Duty, Region, User
from portal.accounts.operations import add_staff

EPOCH = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"

_numbers = count(1)


def make_superuser(email: str = "root@staff.example") -> User:
    """The person who may change every entitlement; the same one each time."""
    return User.objects.filter(email=email).first() or User.objects.create_superuser(email, name="Root")


def make_staff(
    *groups: StaffGroup, email: str = "", name: str = "Sam Staff", can_sign_in: bool = False
) -> User:
    """A person of staff with these roles, an agent where none is named."""
    person = add_staff(
        email or f"staff{next(_numbers)}@staff.example",
        name,
        groups=groups or (StaffGroup.AGENT,),
        actor=make_superuser(),
        now=EPOCH,
    )
    return _with_password(person) if can_sign_in else person


def make_agent(**facts: Any) -> User:
    """An agent."""
    return make_staff(StaffGroup.AGENT, **facts)


def make_lead(**facts: Any) -> User:
    """A lead."""
    return make_staff(StaffGroup.LEAD, **facts)


def make_duty(person: User, region: str, starts: time, ends: time) -> Duty:
    """Hours, Monday to Friday, in which a person of staff is on duty for a region."""
    return Duty.objects.create(user=person, region=Region.objects.get(pk=region), starts=starts, ends=ends)


def make_account(name: str = "", *, country: str = "US", time_zone: str = "") -> Account:
    """A customer's account."""
    return operations.open_account(
        name or f"Account {next(_numbers)}",
        Country.objects.get(pk=country),
        actor=make_superuser(),
        now=EPOCH,
        time_zone=time_zone,
    )


def make_license(
    account: Account | None = None,
    product: str = "analytics",
    *,
    plan: Plan = Plan.ULTIMATE,
    first_on: date = date(2020, 1, 1),
    last_on: date = date(2099, 12, 31),
) -> License:
    """A license with one term."""
    license_ = make_bare_license(account, product)
    operations.add_term(license_, plan, first_on=first_on, last_on=last_on, actor=make_superuser(), now=EPOCH)
    return license_


def make_bare_license(account: Account | None = None, product: str = "analytics") -> License:
    """A license without a term."""
    return operations.add_license(
        account or make_account(), Product.objects.get(code=product), actor=make_superuser(), now=EPOCH
    )


def make_person(
    account: Account | None = None,
    *,
    email: str = "",
    name: str = "Chris Customer",
    time_zone: str = "",
    language: str = "en",
    can_sign_in: bool = False,
) -> User:
    """A person of an account without a seat."""
    person = operations.add_person(
        account or make_account(),
        email or f"person{next(_numbers)}@customer.example",
        name=name,
        actor=make_superuser(),
        now=EPOCH,
        time_zone=time_zone,
        language=language,
    )
    return _with_password(person) if can_sign_in else person


def make_seat(license_: License, person: User | None = None, *, now: datetime = EPOCH) -> Seat:
    """A seat on a license, for a new person of the account where none is given."""
    person = person or make_person(license_.account)
    return operations.add_named_contact(license_, person, actor=make_superuser(), now=now)


def make_customer(
    *licenses: License,
    email: str = "",
    name: str = "Chris Customer",
    time_zone: str = "",
    language: str = "en",
    may_file_cases: bool = True,
    sees_account_cases: bool = False,
    may_request: bool = False,
    can_sign_in: bool = False,
) -> User:
    """A named contact of these licenses of one account; of a new license where none is given."""
    licenses = licenses or (make_license(),)
    person = make_person(
        licenses[0].account,
        email=email,
        name=name,
        time_zone=time_zone,
        language=language,
        can_sign_in=can_sign_in,
    )
    seat_everywhere(person, licenses)
    if not may_file_cases or sees_account_cases or may_request:
        person = operations.set_contact_permissions(
            person,
            may_file_cases=may_file_cases,
            sees_account_cases=sees_account_cases,
            may_request=may_request,
            actor=make_superuser(),
            now=EPOCH,
        )
    return person


def make_administrator(*licenses: License, **facts: Any) -> User:
    """A named contact of these licenses who is also the account's administrator."""
    person = make_customer(*licenses, **facts)
    assert person.account is not None
    person.account = operations.appoint_administrator(
        person.account, person, actor=make_superuser(), now=EPOCH
    )
    return person


def seat_everywhere(person: User, licenses: Iterable[License]) -> list[Seat]:
    """Seats of one person on several licenses."""
    return [make_seat(license_, person) for license_ in licenses]


def _with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return person
