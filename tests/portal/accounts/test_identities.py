"""Finding a person behind what a provider says: the reasons of a refusal, and what the table holds."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.identities import Found, Known, SignInRefused, find_person
from portal.accounts.models import Identity, User
from tests.factories.people import EPOCH, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_customer(email="ann@customer.example")


def known(**facts: str) -> Known:
    return Known(
        **{"issuer": "https://login.example", "subject": "ann-1", "email": "ann@customer.example", **facts}
    )


def find(**facts: str) -> Found:
    return find_person(known(**facts), domains=["customer.example"], now=EPOCH)


def test_a_refusal_names_its_reason_to_the_log_and_to_nobody_else(ann: User) -> None:
    reasons = {}
    make_customer(email="eve@other.example")
    assert find() == Found(ann, is_new=True)
    for name, facts in {
        "nobody": {"subject": "x", "email": "nobody@customer.example"},
        "no address": {"subject": "x", "email": ""},
        "elsewhere": {"subject": "x", "email": "eve@other.example"},
        "again": {"subject": "ann-2"},
        "no subject": {"subject": ""},
    }.items():
        with pytest.raises(SignInRefused) as refused:
            find(**facts)
        reasons[name] = refused.value.values["reason"]
    assert reasons == {
        "nobody": "unknown",
        "no address": "unverified",
        "elsewhere": "domain",
        "again": "other_subject",
        "no subject": "subject",
    }
    assert find(email="") == Found(ann, is_new=False)


def test_an_address_is_proven_when_a_provider_states_it_as_verified_and_not_by_a_refusal(ann: User) -> None:
    with pytest.raises(SignInRefused):
        find(email="")
    assert User.objects.get(pk=ann.pk).email_verified_at is None
    find()
    assert User.objects.get(pk=ann.pk).email_verified_at == EPOCH


def test_a_subject_belongs_to_one_person_and_a_person_has_one_at_each_provider(ann: User) -> None:
    find()
    bob = make_customer(email="bob@customer.example")
    for person, facts in ((bob, {"subject": "ann-1"}), (ann, {"subject": "ann-2"})):
        with pytest.raises(IntegrityError), transaction.atomic():
            person.identities.create(issuer="https://login.example", linked_at=EPOCH, used_at=EPOCH, **facts)
    ann.identities.create(issuer="https://other.example", subject="ann-1", linked_at=EPOCH, used_at=EPOCH)
    bob.identities.create(issuer="https://login.example", subject="bob-1", linked_at=EPOCH, used_at=EPOCH)
    assert Identity.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_subjects_that_state_one_address_at_once_one_is_linked(ann: User) -> None:
    together, outcomes = Barrier(2), []

    def link(subject: str) -> None:
        together.wait(5)
        try:
            find(subject=subject)
            outcomes.append("linked")
        except SignInRefused as error:
            outcomes.append(error.values["reason"])
        finally:
            connection.close()

    threads = [Thread(target=link, args=(f"ann-{number}",)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (sorted(outcomes), Identity.objects.count()) == (["linked", "other_subject"], 1)
