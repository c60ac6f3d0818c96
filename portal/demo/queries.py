"""Questions about the demo."""

from datetime import timedelta

from portal.accounts.models import User
from portal.demo.models import DemoClock
from portal.demo.story import PEOPLE, PersonStory

IN_DEMO_BAR: tuple[PersonStory, ...] = tuple(person for person in PEOPLE if person.in_demo_bar)
_EMAILS = frozenset(person.email for person in PEOPLE)


def current_offset() -> timedelta:
    """How far business time runs ahead of the machine's.

    Asked of the database at each reading and kept nowhere: web, worker and beat agree as soon as one of
    them has moved the clock.
    """
    return DemoClock.objects.values_list("offset", flat=True).first() or timedelta(0)


def is_demo_database() -> bool:
    """Tell whether the demo made what is in this database."""
    return DemoClock.objects.exists()


def demo_person(email: str) -> User | None:
    """Find a person of the story who may sign in, by the exact address; nobody else can be become."""
    if email not in _EMAILS or not is_demo_database():
        return None
    return User.objects.active().filter(email=email).first()
