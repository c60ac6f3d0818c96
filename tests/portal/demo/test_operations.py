"""Time passes in the demo as it does in life, and a reset brings everything back."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from cases import operations
from cases.lifecycle import Action, Status
from cases.models import Case, CaseEvent, FollowUpStep
from cases.permissions import refusal_of, roles_of
from cases.wording import STATUS_NAMES
from entitlements.models import License, Product
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.clock import business_now
from portal.demo.models import DemoClock
from portal.demo.operations import FURTHEST, advance_demo, load_demo, reset_demo
from portal.demo.removal import removed_tables
from portal.demo.story import CASES
from portal.errors import DomainError
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.work.instance import is_adopted
from tests.factories.people import make_account
from tests.portal.demo.loaded import AGENT, CONTACT, NOW, DemoTestCase, after

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class AdvancingTests(DemoTestCase):
    def setUp(self):
        super().setUp()
        license_ = License.objects.get(account__name="Northwind Outfitters", product__code="analytics")
        self.fresh = operations.file_case(
            license_,
            "Nothing is counted",
            description="Since noon nothing is counted.",
            priority=Priority.P3,
            actor=self.person(CONTACT),
            now=NOW,
        )
        operations.request_information(
            self.fresh, text="Since which deploy?", actor=self.person(AGENT), now=NOW
        )

    def reminders(self):
        lines = self.inbox_lines(self.fresh, CONTACT)
        return [
            (kind, at - NOW, state)
            for kind, at, state in lines
            if kind in ("case_reminder", "case_auto_closed")
        ]

    def test_a_fresh_waiting_case_goes_through_its_series_day_by_day_and_can_be_reopened(self):
        late = timedelta(seconds=7)
        first, second, third, closure = (
            ("case_reminder", 1 * DAY + late, "sent"),
            ("case_reminder", 3 * DAY + late, "sent"),
            ("case_reminder", 5 * DAY + late, "sent"),
            ("case_auto_closed", 6 * DAY + late, "sent"),
        )
        expected = [[first], [first], [first, second], [first, second], [first, second, third]]
        assert advance_demo(10 * timedelta(seconds=1)) == after(seconds=10)
        for day, notices in enumerate(expected, start=1):
            assert advance_demo(DAY) == after(days=day, seconds=10)
            assert self.reminders() == notices, day
        assert Case.objects.get(pk=self.fresh.pk).status == Status.PENDING_RESPONSE
        now = advance_demo(DAY)
        assert self.reminders() == [first, second, third, closure]
        closed = Case.objects.get(pk=self.fresh.pk)
        assert (closed.status, closed.closed_at) == (Status.AUTO_CLOSED, NOW + 6 * DAY + late)
        operations.reopen_case(
            closed, text="It was the tag of the footer.", actor=self.person(CONTACT), now=now
        )
        assert Case.objects.get(pk=self.fresh.pk).status == Status.IN_PROGRESS

    def test_the_first_reminder_comes_at_its_instant_and_not_before(self):
        advance_demo(DAY - timedelta(microseconds=1))
        assert self.reminders() == []
        advance_demo(timedelta(microseconds=1))
        assert self.reminders() == [("case_reminder", DAY, "sent")]

    def test_a_long_leap_skips_nothing(self):
        advance_demo(7 * DAY)
        assert [at // DAY for _kind, at, _state in self.reminders()] == [1, 3, 5, 6]
        steps = FollowUpStep.objects.filter(case=self.fresh)
        assert {step.outcome for step in steps} == {"sent", "closed"}

    def test_the_mail_is_in_the_outbox_and_has_gone_out(self):
        mail.outbox.clear()
        advance_demo(DAY)
        notice = Notice.objects.get(about=self.fresh.about, kind="case_reminder", recipient__email=CONTACT)
        assert "Since which deploy?" in notice.sent_text
        assert notice.message_id in [message.extra_headers["Message-ID"] for message in mail.outbox]

    def test_two_presses_move_the_clock_twice_and_remind_once(self):
        advance_demo(DAY)
        advance_demo(DAY)
        assert business_now() == after(days=2)
        assert [at // DAY for _kind, at, _state in self.reminders()] == [1]

    def test_nothing_is_mailed_from_a_database_that_is_not_adopted(self):
        apps.get_model("work", "InstanceMark").objects.all().delete()
        mail.outbox.clear()
        advance_demo(DAY)
        assert [state for _kind, _at, state in self.reminders()] == ["pending"]
        assert mail.outbox == []

    def test_the_clock_runs_neither_backwards_nor_beyond_a_year(self):
        for by, code in ((-HOUR, "demo_clock_backwards"), (FURTHEST + HOUR, "demo_clock_too_far")):
            with pytest.raises(DomainError) as refused:
                advance_demo(by)
            assert refused.value.code == code
        assert business_now() == NOW

    def test_business_time_is_read_by_one_statement(self):
        with self.assertNumQueries(1):
            business_now()


class CommandTests(DemoTestCase):
    def run_clock(self, *options: str) -> str:
        said = StringIO()
        call_command("demo_clock", *options, stdout=said)
        return said.getvalue().strip()

    def test_the_command_tells_and_moves_the_time(self):
        assert self.run_clock() == "2026-03-10 15:00:00 UTC, 0 d 0 h 0 min ahead of the machine's clock"
        said = "2026-03-11 16:30:00 UTC, 1 d 1 h 30 min ahead of the machine's clock"
        self.run_clock("--advance", "24h")
        assert self.run_clock("--advance", "90m") == said
        assert self.run_clock() == said

    def test_the_command_refuses_what_is_no_duration(self):
        for wrong in ("", "1", "h", "-1h", "1.5h", "1w", "1h ", "١h", "9999999d"):
            with pytest.raises(CommandError):
                self.run_clock(f"--advance={wrong}")
        with pytest.raises(CommandError):
            self.run_clock("--advance", "1h", "--reset")
        assert business_now() == NOW


def _counts() -> dict[str, int]:
    """How many rows every table has."""
    tables = [
        *removed_tables(),
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "work_instancemark",
    ]
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            [counts[table]] = cursor.fetchone()
    return counts


def _stored_names() -> set[str]:
    """The names of all bytes in the store."""
    return {name for folder in default_storage.listdir("")[0] for name in default_storage.listdir(folder)[1]}


class ResettingTests(DemoTestCase):
    def test_a_reset_brings_back_the_same_rows_numbers_and_time(self):
        counts, titles = _counts(), list(Case.objects.order_by("pk").values_list("title", flat=True))
        advance_demo(9 * DAY)
        make_account("Newcomer")
        Product.objects.filter(code="analytics").update(name="Renamed")
        paths = set(StoredFile.objects.values_list("blob", flat=True))
        with time_machine.travel(NOW, tick=False):
            reset_demo(NOW)
            assert business_now() == NOW
        assert _counts() == counts
        numbers_after = dict(Case.objects.order_by("pk").values_list("pk", "title"))
        assert list(numbers_after.values()) == titles
        assert Product.objects.get(code="analytics").name == "Analytics"
        assert DemoClock.objects.values_list("offset", "started_at").get() == (timedelta(0), NOW)
        assert is_adopted()
        now_stored = set(StoredFile.objects.values_list("blob", flat=True))
        assert not any(default_storage.exists(path) for path in paths)
        assert all(default_storage.exists(path) for path in now_stored)
        assert min(numbers_after) == 1
        with pytest.raises(Exception, match="append-only"):
            CaseEvent.objects.all().delete()

    def test_a_reset_that_fails_leaves_everything_as_it_was(self):
        advance_demo(DAY)
        before = _counts()
        stored = _stored_names()
        titles = (story.title for story in CASES)
        Case.objects.filter(title=next(titles)).update(title="Changed in the demo")

        def fail(execute, sql, params, many, context):
            if sql.startswith("INSERT INTO") and "cases_waitingperiod" in sql:
                raise OperationalError("the disk is full")
            return execute(sql, params, many, context)

        with pytest.raises(OperationalError), connection.execute_wrapper(fail):
            reset_demo(NOW)
        assert _counts() == before
        assert Case.objects.filter(title="Changed in the demo").count() == 1
        assert business_now() == after(days=1)
        left = _stored_names()
        assert left == stored


@pytest.mark.django_db
@pytest.mark.once("the instants of the story are reckoned in Python; that it loads is tried on each")
def test_the_demo_can_be_loaded_in_the_night_in_which_clocks_change():
    now = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with time_machine.travel(now, tick=False):
        load_demo(now)
    stands = {case.title: str(STATUS_NAMES[Status(case.status)]) for case in Case.objects.all()}
    assert stands == {story.title: story.ends for story in CASES}
    for case in Case.objects.filter(closed_at__lt=now - 14 * DAY):
        requestor = User.objects.get(pk=case.requestor_id)
        assert refusal_of(Action.REOPEN, case, roles=roles_of(requestor, case), now=now)
