"""What the demo bar shows on every page."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest

from portal.accounts.models import User
from portal.clock import business_now
from portal.demo.queries import IN_DEMO_BAR


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom one click makes you."""

    label: str
    email: str
    note: str
    is_current: bool


class DemoBar:
    """Who I am, whom I can be, and what time it is."""

    def __init__(self, person: User | None) -> None:
        self.person = person
        self.people = tuple(
            DemoPerson(
                label=story.email.removesuffix(".example"),
                email=story.email,
                note=f"{story.name}. {story.intro}",
                is_current=person is not None and person.email == story.email,
            )
            for story in IN_DEMO_BAR
        )

    @cached_property
    def now(self) -> datetime:
        """The business time; read only where the bar is shown."""
        return business_now()


def demo_bar(request: HttpRequest) -> dict[str, object]:
    """This will give the demo bar; pages without a signed-in person have it too."""
    user = getattr(request, "user", None)
    return {"demo": DemoBar(user if isinstance(user, User) else None)}
