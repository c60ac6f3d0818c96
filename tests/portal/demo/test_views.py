"""The demo bar: one click changes the person, the time, or everything."""

from datetime import timedelta

import pytest
from django.test import Client

from cases.models import Case
from portal.accounts.models import User
from portal.clock import business_now
from portal.demo.queries import IN_DEMO_BAR
from tests.factories.people import make_person
from tests.portal.demo.loaded import AGENT, CONTACT, NOW, DemoTestCase

COLLEAGUE = "colleague@northwind.example"


def who(client: Client) -> str:
    """The address of who is signed in."""
    return User.objects.get(pk=client.session["_auth_user_id"]).email


class BecomingTests(DemoTestCase):
    def become(self, client: Client, email: str, wanted: str = "") -> str:
        answer = client.post("/demo/become/", {"email": email, "next": wanted})
        assert answer.status_code == 302
        return answer["Location"]

    def test_anonymous_becomes_anybody_of_the_bar_in_one_step(self):
        for story in IN_DEMO_BAR:
            client = Client()
            home = "/admin/" if story.staff_role else "/"
            assert self.become(client, story.email, "/login/") == home
            assert who(client) == story.email
            assert client.get(home).status_code == 200

    def test_one_person_becomes_another(self):
        client = self.signed_in(CONTACT)
        self.become(client, AGENT)
        assert who(client) == AGENT

    def test_nobody_else_can_be_become(self):
        make_person(self.person(CONTACT).account, email="stranger@northwind.example")
        left = self.person(COLLEAGUE)
        left.is_active = False
        left.save(update_fields=["is_active"])
        for email in ("stranger@northwind.example", COLLEAGUE, "nobody@portal.example", CONTACT.upper(), ""):
            client = Client()
            assert client.post("/demo/become/", {"email": email}).status_code == 400, email
            assert "_auth_user_id" not in client.session
        assert Client().post("/demo/become/").status_code == 400

    def test_the_page_stays_where_the_new_person_may_see_it(self):
        case = self.case("nw-pipeline-analyser")
        page, desk = f"/cases/{case.number}/", f"/admin/cases/case/{case.pk}/change/"
        client = Client()
        assert self.become(client, CONTACT, page) == page
        assert self.become(client, AGENT, page) == desk
        assert self.become(client, CONTACT, desk) == page
        assert self.become(client, CONTACT, f"{page}reply/") == page
        assert self.become(client, "contact@kaze.example", page) == "/"
        assert self.become(client, CONTACT, "/cases/?status=closed") == "/cases/?status=closed"
        assert self.become(client, AGENT, "/cases/") == "/admin/"
        assert self.become(client, CONTACT, "/admin/cases/case/") == "/"
        assert self.become(client, CONTACT, f"/login/?next={page}") == page

    def test_no_address_leads_away_from_the_portal(self):
        wanted = (
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/nowhere/",
        )
        for address in (*wanted, f"/login/?next={wanted[0]}"):
            assert self.become(Client(), CONTACT, address) == "/", address

    def test_the_bar_stands_on_every_page_with_who_i_am_and_what_time_it_is(self):
        here, there = "Tue 10 Mar 2026, 15:00 UTC", "Tue 10 Mar 2026, 08:00 PDT"
        customer, staff = self.signed_in(CONTACT), self.signed_in(AGENT)
        for client, path, now in (
            (Client(), "/login/", here),
            (customer, "/", there),
            (staff, "/admin/", there),
        ):
            page = client.get(path)
            for story in IN_DEMO_BAR:
                self.assertContains(page, f'value="{story.email}"')
            self.assertContains(page, "<span>Now <time", count=1)
            self.assertContains(page, now)
        page = self.signed_in(CONTACT).get("/")
        self.assertContains(page, 'aria-pressed="true">contact@northwind</button>')
        self.assertContains(page, 'aria-pressed="false">agent@portal</button>')


class TimeTests(DemoTestCase):
    def test_a_day_passes_and_the_reminder_is_in_the_inbox_when_the_page_comes_back(self):
        client = self.signed_in(CONTACT)
        waiting = Case.objects.filter(
            requestor__email=CONTACT, next_follow_up_at__lte=NOW + timedelta(days=1)
        )
        case = waiting.earliest("next_follow_up_at")
        before = len(self.inbox_lines(case, CONTACT))
        page = f"/cases/{case.number}/"
        self.assertRedirects(client.post("/demo/advance/", {"by": "24h", "next": page}), page)
        assert business_now() == NOW + timedelta(days=1)
        lines = self.inbox_lines(case, CONTACT)
        assert len(lines) > before
        assert lines[-1][2] == "sent"
        self.assertContains(client.get("/inbox/"), case.number)

    def test_an_hour_passes_for_whoever_is_signed_out(self):
        answer = Client().post("/demo/advance/", {"by": "1h", "next": "/login/"})
        assert (answer.status_code, answer["Location"]) == (302, "/login/")
        assert business_now() == NOW + timedelta(hours=1)

    def test_other_steps_are_refused(self):
        for by in ("", "2h", "-1h", "24", "1h "):
            assert Client().post("/demo/advance/", {"by": by}).status_code == 400, by
        assert business_now() == NOW

    def test_a_get_changes_nothing(self):
        for path in ("become", "advance", "reset"):
            answer = Client().get(f"/demo/{path}/", {"email": CONTACT, "by": "1h"})
            assert answer.status_code == 405
        assert business_now() == NOW

    def test_forms_from_elsewhere_are_refused(self):
        for path in ("become", "advance", "reset"):
            answer = Client(enforce_csrf_checks=True).post(f"/demo/{path}/", {"email": CONTACT, "by": "1h"})
            assert answer.status_code == 403
        assert business_now() == NOW


@pytest.mark.once("the operation is tried on each; here it is asked for by a form")
class ResetTests(DemoTestCase):
    def test_a_reset_begins_anew_and_keeps_the_people_of_the_story_signed_in(self):
        make_person(self.person(CONTACT).account, email="stranger@northwind.example")
        customer, staff, stranger = map(self.signed_in, (CONTACT, AGENT, "stranger@northwind.example"))
        customer.post("/demo/advance/", {"by": "24h"})
        self.assertRedirects(customer.post("/demo/reset/"), "/")
        assert business_now() == NOW
        assert (who(customer), who(staff)) == (CONTACT, AGENT)
        assert staff.get("/admin/").status_code == 200
        assert stranger.get("/")["Location"].startswith("/login/")
