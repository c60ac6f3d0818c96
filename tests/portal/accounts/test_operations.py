"""Making people, their profile, and the people of staff."""

from datetime import datetime

import pytest
from allauth.account.models import EmailAddress

from portal.accounts import operations, ports
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import Region, User
from portal.accounts.refusals import REFUSALS, refusal_text
from portal.errors import DomainError, FieldRefused, NotAllowed
from tests.factories.people import EPOCH, make_account, make_agent, make_lead, make_person, make_superuser

pytestmark = pytest.mark.django_db


def test_a_person_is_made_without_a_password() -> None:
    account = make_account()
    person = operations.create_person(
        "Ada@Company.example", " Ada ", now=EPOCH, account=account, language="fr", time_zone="Europe/Paris"
    )
    stored = User.objects.get(pk=person.pk)
    assert (stored.email, stored.name, stored.account, stored.language, stored.time_zone) == (
        "ada@company.example",
        "Ada",
        account,
        "fr",
        "Europe/Paris",
    )
    assert (stored.joined_at, stored.is_active, stored.is_staff, stored.has_usable_password()) == (
        EPOCH,
        True,
        False,
        False,
    )
    assert (stored.may_file_cases, stored.sees_account_cases) == (True, False)


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"email": "TAKEN@company.example"}, "email_taken", "email"),
        ({"email": "nowhere"}, "email_invalid", "email"),
        ({"email": "a\x00@b.example"}, "nul", "email"),
        ({"name": "   "}, "name_missing", "name"),
        ({"name": "A\x00"}, "nul", "name"),
        ({"name": "a" * 201}, "name_too_long", "name"),
        ({"time_zone": "Mars/Olympus"}, "unknown_zone", "time_zone"),
        ({"language": "tlh"}, "unknown_language", "language"),
    ],
)
def test_a_person_is_refused_when_a_fact_cannot_be(facts: dict[str, str], code: str, field: str) -> None:
    account = make_account()
    make_person(account, email="taken@company.example")
    before = User.objects.count()
    with pytest.raises(FieldRefused) as refused:
        operations.create_person(
            **{"email": "new@company.example", "name": "New", **facts}, now=EPOCH, account=account
        )
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refusal_text(refused.value)
    assert User.objects.count() == before


def test_a_name_may_have_200_characters() -> None:
    person = operations.create_person("a@b.example", "a" * 200, now=EPOCH, account=make_account())
    assert len(person.name) == 200


def test_a_profile_says_what_changed() -> None:
    person = make_person(name="Ada")
    assert operations.change_profile(person, name="Ada", language="ja", time_zone="Asia/Tokyo") == [
        "language",
        "time_zone",
    ]
    assert operations.change_profile(person, name="Ada", language="ja", time_zone="Asia/Tokyo") == []
    stored = User.objects.get(pk=person.pk)
    assert (stored.language, stored.time_zone) == ("ja", "Asia/Tokyo")


def test_nobody_signs_in_by_the_old_address_when_it_changed() -> None:
    person = make_person(email="old@company.example")
    EmailAddress.objects.create(user=person, email="old@company.example", primary=True, verified=True)
    assert operations.change_email(person, "New@company.example", now=EPOCH) is True
    assert operations.change_email(person, "new@company.example", now=EPOCH) is False
    assert User.objects.get(pk=person.pk).email == "new@company.example"
    assert list(EmailAddress.objects.all()) == []


def test_an_address_is_refused_when_somebody_uses_it_in_any_case() -> None:
    person = make_person(email="old@company.example")
    make_agent(email="agent@staff.example")
    with pytest.raises(FieldRefused, match="email_taken"):
        operations.change_email(person, "AGENT@staff.example", now=EPOCH)
    assert User.objects.get(pk=person.pk).email == "old@company.example"


def test_the_superuser_adds_people_of_staff_with_their_roles() -> None:
    person = operations.add_staff(
        "new@staff.example", "New", groups=[StaffGroup.LEAD], actor=make_superuser(), now=EPOCH
    )
    assert (person.is_staff, person.account, staff_groups(person)) == (True, None, {StaffGroup.LEAD})
    operations.set_staff_groups(person, [StaffGroup.AGENT], actor=make_superuser())
    assert staff_groups(User.objects.get(pk=person.pk)) == {StaffGroup.AGENT}


def test_only_the_superuser_changes_people_of_staff() -> None:
    lead, agent = make_lead(), make_agent()
    with pytest.raises(NotAllowed, match="not_superuser"):
        operations.add_staff("new@staff.example", "New", groups=[], actor=lead, now=EPOCH)
    with pytest.raises(NotAllowed, match="not_superuser"):
        operations.set_staff_groups(agent, [StaffGroup.LEAD], actor=lead)
    with pytest.raises(NotAllowed, match="not_superuser"):
        operations.set_staff_sign_in(agent, is_active=False, actor=lead, now=EPOCH)
    assert staff_groups(User.objects.get(pk=agent.pk)) == {StaffGroup.AGENT}
    assert not User.objects.filter(email="new@staff.example").exists()


def test_a_customer_gets_no_role_of_staff() -> None:
    person = make_person()
    for refused in (
        lambda: operations.set_staff_groups(person, [StaffGroup.AGENT], actor=make_superuser()),
        lambda: operations.set_staff_sign_in(person, is_active=False, actor=make_superuser(), now=EPOCH),
    ):
        with pytest.raises(FieldRefused, match="not_staff"):
            refused()
    assert User.objects.get(pk=person.pk).is_active


class _Releases:
    def __init__(self) -> None:
        self.released: list[tuple[str, str, datetime]] = []

    def release(self, staff: User, *, actor: User, now: datetime) -> None:
        self.released.append((staff.email, actor.email, now))


def test_the_work_of_staff_is_released_once_when_their_sign_in_ends() -> None:
    agent, root, work = make_agent(email="agent@staff.example"), make_superuser(), _Releases()
    before = ports.staff_work()
    ports.use_staff_work(work)
    try:
        for is_active in (True, False, False):
            operations.set_staff_sign_in(agent, is_active=is_active, actor=root, now=EPOCH)
    finally:
        ports.use_staff_work(before)
    assert work.released == [("agent@staff.example", root.email, EPOCH)]
    assert not User.objects.get(pk=agent.pk).is_active
    assert staff_groups(agent) == frozenset()


def test_the_superuser_cannot_end_their_own_sign_in() -> None:
    root = make_superuser()
    with pytest.raises(FieldRefused, match="yourself"):
        operations.set_staff_sign_in(root, is_active=False, actor=root, now=EPOCH)
    assert User.objects.get(pk=root.pk).is_active


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_a_sentence(code: str) -> None:
    text = refusal_text(DomainError(code, most=200))
    assert text.endswith((".", "example."))
    assert "%" not in text


@pytest.mark.parametrize("number", ["+1 555 0142", "+44 (20) 7946-0142", "117", ""])
def test_a_hotline_is_set_by_the_superuser(number: str) -> None:
    region = Region.objects.get(pk="EMEA")
    operations.set_hotline(region, f"  {number} ", actor=make_superuser())
    assert Region.objects.get(pk="EMEA").hotline == number


@pytest.mark.parametrize("number", ["call us", "+1 555 0142<br>", "1" * 41, "+", "5", "javascript:1"])
def test_what_is_no_number_is_refused(number: str) -> None:
    region = Region.objects.get(pk="EMEA")
    with pytest.raises(FieldRefused, match="hotline_invalid"):
        operations.set_hotline(region, number, actor=make_superuser())
    assert Region.objects.get(pk="EMEA").hotline == ""


def test_nobody_else_sets_a_hotline() -> None:
    with pytest.raises(NotAllowed, match="not_for_your_role"):
        operations.set_hotline(Region.objects.get(pk="EMEA"), "117", actor=make_lead())
