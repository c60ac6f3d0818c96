"""Who takes part: three accounts with four contacts each, and six of staff; made through the operations."""

from django.contrib.auth.hashers import make_password

from portal.accounts.models import User
from portal.clock import machine_now
from portal.demo.models import DemoClock
from portal.work.instance import adopt
from tests.chaos.person import PASSWORD, Person
from tests.factories.people import make_account, make_agent, make_customer, make_lead, make_license

_COUNTRIES = ("US", "JP", "FR")
_CONTACTS = 4
_AGENTS = 5


def make_cast() -> list[Person]:
    """Fill a new database with people who can sign in, and with a clock that can be moved."""
    DemoClock.objects.create(started_at=machine_now())
    adopt()
    people = []
    for country in _COUNTRIES:
        license_ = make_license(make_account(f"Account in {country}", country=country))
        for number in range(_CONTACTS):
            email = f"contact{number}.{country.lower()}@customer.example"
            make_customer(license_, email=email, name=f"Contact {number}", sees_account_cases=True)
            people.append(Person(email, country, str(license_.pk)))
    for number in range(_AGENTS):
        people.append(Person(make_agent(email=f"agent{number}@staff.example").email))
    people.append(Person(make_lead(email="lead@staff.example").email))
    # Everybody has the same password: it is hashed once.
    User.objects.update(password=make_password(PASSWORD))
    return people
