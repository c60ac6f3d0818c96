"""People, accounts, regions: what the database itself refuses, and who sees whom."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import translation

from portal.accounts.models import Account, Country, Region, User
from portal.errors import FieldRefused
from tests.factories.people import (
    EPOCH,
    make_account,
    make_agent,
    make_customer,
    make_lead,
    make_person,
    make_staff,
    make_superuser,
)

pytestmark = pytest.mark.django_db


def test_regions_and_countries_are_there_from_the_start() -> None:
    assert list(Region.objects.order_by("code").values_list("code", "name", "time_zone")) == [
        ("AMER", "Americas", "America/Los_Angeles"),
        ("APAC", "Asia Pacific", "Asia/Singapore"),
        ("EMEA", "Europe, Middle East and Africa", "Europe/London"),
        ("JP", "Japan", "Asia/Tokyo"),
    ]
    assert Country.objects.count() == 249
    assert Country.objects.get(pk="IR").region_id == "EMEA"


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Germany"), ("fr", "Allemagne"), ("nl", "Duitsland"), ("ja", "ドイツ")]
)
def test_a_country_is_named_in_the_active_language(language: str, name: str) -> None:
    with translation.override(language):
        assert Country(code="DE").name == name


def test_a_country_is_named_in_english_when_no_language_is_active() -> None:
    with translation.override(None):
        assert Country(code="DE").name == "Germany"
    assert Country(code="Q1").name == "Q1"


def test_an_email_address_is_kept_in_lower_case() -> None:
    person = User.objects.create_user("  Ada@Company.Example ", account=make_account(), joined_at=EPOCH)
    assert person.email == "ada@company.example"
    assert User.objects.get_by_natural_key("ADA@company.example") == person
    assert not person.has_usable_password()


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("ada\x00@company.example", "nul"),
        ("", "email_invalid"),
        ("ada", "email_invalid"),
        ("ada@company.example\nBcc: x@y.example", "email_invalid"),
        ("adé@company.example", "email_invalid"),
        ("ada@cömpany.example", "email_invalid"),
        (
            "a@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + "." + "e" * 60 + "." + "f" * 20 + ".example",
            "email_invalid",
        ),
    ],
)
def test_an_email_address_is_refused_when_nobody_can_write_to_it(email: str, code: str) -> None:
    account = make_account()
    before = User.objects.count()
    with pytest.raises(FieldRefused) as refused:
        User.objects.create_user(email, account=account)
    assert (refused.value.code, refused.value.field) == (code, "email")
    assert User.objects.count() == before


def test_a_superuser_is_of_staff() -> None:
    root = User.objects.create_superuser("Root@Staff.Example", "secret")
    assert (root.email, root.is_staff, root.is_superuser, root.account) == (
        "root@staff.example",
        True,
        True,
        None,
    )
    assert root.check_password("secret")


def test_a_person_is_called_by_name_else_by_address() -> None:
    assert str(User(email="a@b.example", name="Ada")) == "Ada"
    assert str(User(email="a@b.example")) == "a@b.example"
    assert (
        User(email="a@b.example").get_full_name()
        == User(email="a@b.example").get_short_name()
        == "a@b.example"
    )


@pytest.mark.parametrize(
    "facts",
    [
        {"email": "Upper@b.example", "is_staff": True},
        {"email": "", "is_staff": True},
        {"email": "nobody@b.example"},
        {"email": "both@b.example", "is_staff": True, "account_id": "an account"},
        {"email": "super@b.example", "is_superuser": True, "account_id": "an account"},
    ],
)
def test_the_database_refuses_a_person_who_cannot_be(facts: dict[str, object]) -> None:
    if "account_id" in facts:
        facts = {**facts, "account_id": make_account().pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(joined_at=EPOCH, **facts)


def test_the_database_refuses_a_second_person_of_one_address() -> None:
    person = make_person(email="ada@company.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ada@company.example", account=person.account, joined_at=EPOCH)


def test_staff_see_everybody_and_a_customer_their_account() -> None:
    customer, stranger = make_customer(), make_customer()
    colleague = make_person(customer.account)
    assert set(User.objects.visible_to(customer)) == {customer, colleague}
    assert set(Account.objects.visible_to(customer)) == {customer.account}
    for staff in (make_agent(), make_lead(), make_superuser()):
        assert set(User.objects.visible_to(staff)) == set(User.objects.all())
        assert set(Account.objects.visible_to(staff)) == {customer.account, stranger.account}


def test_nobody_is_seen_by_who_may_not_sign_in() -> None:
    removed = make_customer()
    removed.is_active = False
    for nobody in (removed, AnonymousUser(), User(email="new@b.example")):
        assert list(User.objects.visible_to(nobody)) == []
        assert list(Account.objects.visible_to(nobody)) == []


def test_staff_without_a_role_see_nobody() -> None:
    newcomer = make_staff()
    newcomer.groups.clear()
    assert list(User.objects.visible_to(User.objects.get(pk=newcomer.pk))) == []


def test_only_whom_the_operator_makes_need_not_prove_their_address() -> None:
    assert make_superuser().email_verified_at is not None
    assert (make_person().email_verified_at, make_agent().email_verified_at) == (None, None)


def test_whoever_was_there_before_addresses_were_proven_is_let_in() -> None:
    person = make_person()
    import_module("portal.accounts.migrations.0007_email_verified_at").trust_who_is_here(apps, None)
    assert User.objects.get(pk=person.pk).email_verified_at == person.joined_at
