"""What the demo promises stands there once it is loaded."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from accelerators.models import EngagementRequest
from cases import operations
from cases.lifecycle import Action, Status
from cases.models import Case, FollowUpStep, Message
from cases.permissions import refusal_of, roles_of
from cases.queries import waiting_for
from cases.wording import STATUS_NAMES
from entitlements.models import License
from entitlements.queries import plan_in_force
from entitlements.targets import Priority
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import Account, User
from portal.demo.models import DemoClock
from portal.demo.operations import load_demo
from portal.demo.people import PASSWORD
from portal.demo.story import CASES, PEOPLE, REQUESTS
from portal.errors import DomainError
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.work.models import Heartbeat
from tests.factories.people import make_person
from tests.portal.demo.loaded import AGENT, CONTACT, NOW, DemoTestCase

LATENESS = timedelta(seconds=7)


class LoadedDemoTests(DemoTestCase):
    def test_every_case_stands_where_its_story_ends(self):
        told = {story.title: story.ends for story in CASES}
        stands = {case.title: str(STATUS_NAMES[Status(case.status)]) for case in Case.objects.all()}
        assert stands == told

    def test_cases_are_numbered_in_the_order_of_filing(self):
        cases = list(Case.objects.order_by("pk"))
        assert cases[-1].pk - cases[0].pk == len(CASES) - 1
        assert [case.filed_at for case in cases] == sorted(NOW - story.filed_ago for story in CASES)

    def test_of_two_requests_one_is_answered_and_one_waits_for_the_manager(self):
        columns = ("slug", "status", "requester__email", "answer")
        told = [
            (story.slug, "accepted" if story.answer else "requested", story.by, story.answer)
            for story in REQUESTS
        ]
        requests = EngagementRequest.objects.order_by("pk")
        assert list(requests.values_list(*columns)) == told
        [waiting] = requests.filter(status="requested")
        inbox = Notice.objects.visible_to(self.person("tam@portal.example"))
        assert inbox.filter(about=waiting.about, read_at=None).count() == 1

    def test_messages_and_files_are_those_of_the_story(self):
        no_message = {"internal_note", "close", "confirm_resolution"}
        said = {step.text for story in CASES for step in story.steps if step.action not in no_message}
        told = {story.text for story in CASES}
        assert set(Message.objects.values_list("body", flat=True)) == (told | said) - {""}
        files = sum(len(story.files) + sum(len(step.files) for step in story.steps) for story in CASES)
        assert StoredFile.objects.filter(stored_at__lt=NOW, attachment__isnull=False).count() == files

    def test_the_three_accounts_have_their_plans_and_an_administrator(self):
        plans = {
            (license_.account.name, license_.product.name): str(plan_in_force(license_, NOW))
            for license_ in License.objects.for_display()
        }
        assert plans == {
            ("Northwind Outfitters", "Experience Manager as a Cloud Service"): "ultimate",
            ("Northwind Outfitters", "Analytics"): "ultimate",
            ("Northwind Outfitters", "Target"): "expert",
            ("Kaze Denki", "Analytics"): "expert",
            ("Kaze Denki", "Commerce"): "expert",
            ("Maison Lumiere", "Commerce on Managed Services"): "expert",
            ("Maison Lumiere", "Campaign"): "expert",
        }
        assert set(Account.objects.values_list("administrator__email", flat=True)) == {
            "admin@northwind.example",
            "contact@kaze.example",
            "contact@lumiere.example",
        }

    def test_everybody_of_the_story_can_sign_in_with_the_printed_password(self):
        people = {person.email: person for person in User.objects.all()}
        assert people.keys() == {person.email for person in PEOPLE}
        assert all(person.is_active and person.check_password(PASSWORD) for person in people.values())
        assert staff_groups(people[AGENT]) == {StaffGroup.AGENT}
        assert staff_groups(people["lead@portal.example"]) == {StaffGroup.LEAD}
        assert people["root@portal.example"].is_superuser

    def test_every_contact_of_the_demo_bar_has_something_to_answer(self):
        for email in (CONTACT, "contact@kaze.example", "contact@lumiere.example", "admin@northwind.example"):
            assert waiting_for(self.person(email)), email

    def test_steps_were_carried_out_within_seconds_of_their_instant(self):
        steps = FollowUpStep.objects.all()
        # Where the demo begins on the very instant, the clock has just done it.
        assert {step.done_at - step.due_at for step in steps} <= {LATENESS, timedelta(0)}
        assert {step.outcome for step in steps} == {"sent", "closed"}

    def test_a_case_waiting_for_two_days_has_had_its_first_reminder_after_24_hours(self):
        case = self.case("nw-pipeline-analyser")
        [step] = FollowUpStep.objects.filter(period=case.period)
        assert (step.kind, step.ordinal) == ("reminder", 1)
        assert step.due_at == case.period.started_at + timedelta(hours=24)
        assert case.next_follow_up_at == case.period.started_at + timedelta(hours=72)

    def test_a_case_closed_long_ago_refuses_reopening_and_offers_the_follow_up(self):
        case = self.case("nw-target-spa")
        contact = self.person(case.requestor.email)
        refused = refusal_of(Action.REOPEN, case, roles=roles_of(contact, case), now=NOW)
        assert (refused.code, dict(refused.values)) == ("reopening_too_late", {"until": case.reopen_until})
        assert case.reopen_until == case.closed_at + timedelta(days=14) < NOW
        assert refusal_of(Action.FOLLOW_UP, case, roles=roles_of(contact, case), now=NOW) is None
        page = self.signed_in(contact.email).get(f"/cases/{case.number}/")
        self.assertContains(page, f"/cases/{case.number}/follow-up/")

    def test_nothing_is_left_to_do_or_to_send(self):
        states = Counter(Notice.objects.values_list("state", flat=True))
        assert states.keys() == {"sent"}
        assert Case.objects.filter(next_follow_up_at__lte=NOW).count() == 0
        assert Heartbeat.objects.get(name="tick").business_at == NOW

    def test_the_outbox_shows_what_was_written_when_it_was_written(self):
        for notice in Notice.objects.all():
            assert notice.sent_text, notice
            assert notice.sent_html, notice
            assert notice.sent_subject, notice
            assert (
                notice.created_at
                < notice.sent_at
                == notice.sent_by_business_clock
                < notice.created_at + timedelta(minutes=1)
            )
        first = Notice.objects.filter(kind="case_reminder", recipient__email=CONTACT).earliest("created_at")
        assert "please answer by" in first.sent_subject

    def test_old_notices_are_read_and_new_ones_are_not(self):
        assert not Notice.objects.filter(read_at=None, created_at__lt=NOW - timedelta(hours=12)).exists()
        assert Notice.objects.visible_to(self.person(CONTACT)).filter(read_at=None).exists()

    def test_pages_of_the_demo_answer(self):
        case = self.case("nw-pipeline-analyser")
        customer, staff = self.signed_in(CONTACT), self.signed_in(AGENT)
        for path in ("/", "/cases/", "/inbox/", "/cases/new/", "/profile/", f"/cases/{case.number}/"):
            assert customer.get(path).status_code == 200, path
        for path in ("/admin/", "/admin/cases/case/", f"/admin/cases/case/{case.pk}/change/"):
            assert staff.get(path).status_code == 200, path

    def test_loading_again_is_refused_and_skipped_where_asked(self):
        with pytest.raises(CommandError, match="loaded already"):
            call_command("demo_load")
        before = Case.objects.count()
        call_command("demo_load", "--if-empty")
        assert Case.objects.count() == before

    def test_the_story_can_go_on(self):
        case = operations.file_case(
            License.objects.get(account__name="Northwind Outfitters", product__code="analytics"),
            "A new one",
            description="It begins here.",
            priority=Priority.P3,
            actor=self.person(CONTACT),
            now=NOW,
        )
        assert case.pk > Case.objects.exclude(pk=case.pk).latest("pk").pk


class ForeignDatabaseTests(TestCase):
    def test_a_database_with_people_of_its_own_is_refused_and_left_alone(self):
        person = make_person(email="somebody@real.example")
        with pytest.raises(DomainError) as refused:
            load_demo(NOW)
        assert refused.value.code == "demo_foreign_database"
        for options in ([], ["--if-empty"]):
            with pytest.raises(CommandError, match="whom the demo did not make"):
                call_command("demo_load", *options)
        assert not Case.objects.exists()
        assert not DemoClock.objects.exists()
        assert User.objects.filter(email__endswith=".example").exclude(is_superuser=True).get() == person

    def test_nobody_can_be_become_and_no_time_passes_there(self):
        make_person(email=CONTACT)
        assert self.client.post("/demo/become/", {"email": CONTACT}).status_code == 400
        for path in ("/demo/advance/", "/demo/reset/"):
            self.client.post(path, {"by": "24h"})
        for options in (["--advance", "1h"], ["--reset"]):
            with pytest.raises(CommandError, match="not loaded"):
                call_command("demo_clock", *options, stdout=StringIO())
        assert User.objects.filter(email=CONTACT).exists()
        assert not DemoClock.objects.exists()
