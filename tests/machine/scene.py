"""The people, licenses and policy that every random life starts with, in the database and in the model."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cases.models import FollowUpPolicy
from entitlements.models import DayOff
from portal.accounts.models import User
from portal.work.instance import adopt
from tests.factories.people import (
    make_account,
    make_administrator,
    make_agent,
    make_customer,
    make_lead,
    make_license,
    make_person,
    make_superuser,
)
from tests.machine.model import Model
from tests.machine.series import HOUR, Rules
from tests.machine.table import License, Person

# A Monday, an hour before Los Angeles opens; the clocks there change six days later.
BEGIN = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
# The second product's last term ends within every longer life.
ENDS_ON = date(2026, 4, 20)
_EVER = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands in the database before a life: keys of people by name, of licenses, of the policy."""

    people: dict[str, int]
    accounts: dict[str, int]
    licenses: tuple[int, int]
    policy: int
    days_off: frozenset[date]

    def model(self) -> Model:
        """A model of it, for one life."""
        one, two = self.licenses
        home, elsewhere = self.accounts["home"], self.accounts["elsewhere"]
        licenses = [License(one, home, _EVER), License(two, home, ENDS_ON)]
        people = [
            self._person("ann", home, {one}),
            self._person("bob", home, {one, two}, sees_all=True),
            self._person("cyd", home, {one, two}, may_file=False),
            self._person("amy", home, {one}, is_administrator=True),
            self._person("eve", home, set()),
            self._person("out", elsewhere, set()),
            self._person("abe", None, set()),
            self._person("uma", None, set()),
            self._person("lea", None, set(), is_lead=True),
            self._person("root", None, set(), is_lead=True, is_root=True),
        ]
        published = Rules(datetime(2000, 1, 1, tzinfo=UTC), key=self.policy)
        return Model(people, licenses, [published], self.days_off)

    def _person(self, name: str, account: int | None, seats: set[int], **facts: bool) -> Person:
        return Person(name, self.people[name], account, seats=set(seats), **facts)


def set_up() -> Scene:
    """This will make it all, through the real operations."""
    home, elsewhere = make_account("Home"), make_account("Elsewhere")
    one = make_license(home, "analytics")
    two = make_license(home, "target", last_on=ENDS_ON)
    people: dict[str, User] = {
        "ann": make_customer(one, name="Ann"),
        "bob": make_customer(one, two, name="Bob", sees_account_cases=True),
        "cyd": make_customer(one, two, name="Cyd", may_file_cases=False),
        "amy": make_administrator(one, name="Amy"),
        "eve": make_person(home, name="Eve"),
        "out": make_person(elsewhere, name="Out"),
        "abe": make_agent(name="Abe"),
        "uma": make_agent(name="Uma"),
        "lea": make_lead(name="Lea"),
        "root": make_superuser(),
    }
    adopt()
    return Scene(
        people={name: person.pk for name, person in people.items()},
        accounts={"home": home.pk, "elsewhere": elsewhere.pk},
        licenses=(one.pk, two.pk),
        policy=FollowUpPolicy.objects.get().pk,
        days_off=frozenset(DayOff.objects.in_force().filter(region="AMER").values_list("day", flat=True)),
    )


def rules_of(begins_at: datetime, row: tuple[tuple[int, ...], int, int], *, is_notice_first: bool) -> Rules:
    """A policy row to come: hours of the reminders, of the closure and of the window."""
    reminders, closure, reopening = row
    return Rules(
        begins_at,
        tuple(hours * HOUR for hours in reminders),
        closure * HOUR,
        timedelta(hours=reopening),
        is_notice_first,
    )


# Policies that a life may come under: the published one, closer and wider ones, without reminders.
POLICIES: tuple[tuple[tuple[int, ...], int, int], ...] = (
    ((24, 72, 120), 144, 336),
    ((24, 48), 60, 24),
    ((1, 2, 3, 4), 5, 2),
    ((), 10, 1),
    ((240,), 720, 1),
)
