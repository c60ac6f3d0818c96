"""A database with the demo in it; each test undoes what it does.

Loading takes seconds, so each process does it once and puts the same rows back for every further class.
"""

from datetime import UTC, datetime, timedelta

import time_machine
from django.apps import apps
from django.db.models import Model
from django.test import Client, TestCase

from cases.models import Case
from portal.accounts.models import User
from portal.demo.operations import load_demo
from portal.demo.removal import removed_tables
from portal.demo.story import CASES
from portal.notices.models import Notice
from portal.work.instance import adopt

# A Tuesday afternoon in London, morning in New York.
NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
CONTACT = "contact@northwind.example"
AGENT = "agent@portal.example"

_rows: dict[type[Model], list[Model]] = {}


def put_demo_in() -> None:
    """Load the demo as of NOW, or put back the rows that the first loading made."""
    if not _rows:
        _load()
        return
    for model, rows in _rows.items():
        model._base_manager.all()._raw_delete(model._base_manager.db)
        model._base_manager.bulk_create(rows)


def _load() -> None:
    with time_machine.travel(NOW, tick=False):
        load_demo(NOW)
        adopt()
    kept = {"demo_democlock", "work_instancemark", "work_heartbeat", *removed_tables()}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model._meta.db_table in kept:
            _rows[model] = list(model._base_manager.order_by("pk"))


class DemoTestCase(TestCase):
    """The demo as of NOW, at which the machine's clock stands still."""

    @classmethod
    def setUpTestData(cls):
        put_demo_in()
        cls.titles = {story.key: story.title for story in CASES}

    def setUp(self):
        travel = time_machine.travel(NOW, tick=False)
        travel.start()
        self.addCleanup(travel.stop)

    def case(self, key: str) -> Case:
        """The case of a story."""
        return Case.objects.get(title=self.titles[key])

    def person(self, email: str) -> User:
        """A person of the story."""
        return User.objects.get(email=email)

    def signed_in(self, email: str) -> Client:
        """A browser in which somebody of the story is signed in."""
        client = Client()
        client.force_login(self.person(email))
        return client

    def inbox_lines(self, case: Case, email: str) -> list[tuple[str, datetime, str]]:
        """Kind, time after NOW and mail state of a person's notices on a case, oldest first."""
        notices = Notice.objects.filter(about=case.about, recipient__email=email).order_by("created_at", "pk")
        return [(notice.kind, notice.created_at, notice.state) for notice in notices]


def after(*, days: float = 0, hours: float = 0, seconds: float = 0) -> datetime:
    """An instant after NOW."""
    return NOW + timedelta(days=days, hours=hours, seconds=seconds)
