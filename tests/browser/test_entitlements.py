"""What an account has, and how staff look after it, in a browser: sound when wide and on a phone."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from cases.lifecycle import ENDED, Action, Channel
from cases.models import Case
from cases.operations import log_caller
from entitlements.models import DayOff, Invitation, License, RegionHours, ResponseTarget, Seat, Term
from entitlements.models.invitations import token_for
from portal.accounts.models import User
from tests.browser.visitor import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.once("how a page looks is the same above each database"),
]

CUSTOMER, AGENT, ROOT = "contact@lumiere.example", "agent@portal.example", "root@portal.example"
WIDTHS = pytest.mark.parametrize("width", [1280, 360])
ADMIN = "/admin/entitlements/"


def signed_in(visitor: Callable[..., Visitor], person: str, width: int) -> Visitor:
    one = visitor(viewport={"width": width, "height": 800})
    one.page.goto(f"{one.address}/login/")
    one.sign_in(person)
    return one


def fits(one: Visitor) -> bool:
    return bool(one.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@WIDTHS
def test_every_page_of_what_a_customer_has_is_sound(visitor: Callable[..., Visitor], width: int) -> None:
    customer = User.objects.get(email=CUSTOMER)
    case = Case.objects.filter(requestor=customer, priority__lt=4).exclude(status__in=ENDED).earliest("pk")
    called = log_caller(
        customer.seats.select_related("license__account").earliest("pk").license,
        name="Cora Caller",
        address="cora@customer.example",
        channel=Channel.PHONE,
        actor=User.objects.get(email=AGENT),
        now=timezone.now(),
    )
    one = signed_in(visitor, CUSTOMER, width)
    for path in (
        "/entitlements/",
        "/entitlements/plans/",
        f"/cases/{case.number}/",
        f"/cases/{case.number}/{Action.REQUEST_CALL}/",
        f"/cases/{called.number}/",
        f"/cases/{called.number}/{Action.TAKE_OVER}/",
        "/entitlements/invitation/nothing/",
    ):
        one.go(path)
        assert fits(one), path


@WIDTHS
def test_an_invitation_that_leads_nowhere_says_why(visitor: Callable[..., Visitor], width: int) -> None:
    one = visitor(viewport={"width": width, "height": 800})
    one.go("/entitlements/invitation/nothing/")
    assert one.page.get_by_role("heading", name="This invitation cannot be accepted").is_visible()
    assert fits(one)
    pending = Invitation.objects.pending().earliest("pk")
    one.go(f"/entitlements/invitation/{token_for(pending.nonce)}/")
    assert fits(one)


@WIDTHS
def test_every_page_of_staff_about_it_is_sound(visitor: Callable[..., Visitor], width: int) -> None:
    one = signed_in(visitor, ROOT, width)
    seat = Seat.objects.active().earliest("pk")
    rows = (
        ResponseTarget.objects.earliest("pk"),
        RegionHours.objects.earliest("pk"),
        DayOff.objects.filter(struck_at=None).latest("day"),
        seat,
        Term.objects.earliest("pk"),
        Invitation.objects.pending().earliest("pk"),
        License.objects.earliest("pk"),
    )
    for row in rows:
        model = row._meta.model_name
        for path in (f"{ADMIN}{model}/", f"{ADMIN}{model}/add/", f"{ADMIN}{model}/{row.pk}/change/"):
            one.go(path)
            assert fits(one), path
    one.go(f"{ADMIN}responsetarget/what-applies/")
    one.page.get_by_label("Account").fill(seat.license.account.name[:6])
    one.press(one.page.get_by_role("button", name="Find the account"))
    one.press(one.page.get_by_role("link", name=seat.license.account.name))
    one.page.get_by_label("Product").select_option(str(seat.license.product_id))
    one.page.get_by_label("Priority").select_option("3")
    one.press(one.page.get_by_role("button", name="Compute"))
    assert one.page.get_by_role("main").get_by_text("First response due").first.is_visible()
    assert fits(one)


@WIDTHS
def test_whom_a_new_target_affects_is_shown_before_it_is_saved(
    visitor: Callable[..., Visitor], width: int
) -> None:
    one = signed_in(visitor, ROOT, width)
    page = one.page
    one.go(f"{ADMIN}responsetarget/add/")
    page.get_by_label("Service").select_option("expert")
    page.get_by_label("Priority").select_option("2")
    page.get_by_label("Clock").select_option("business")
    page.get_by_label("Minutes").fill("90")
    page.get_by_label("In force from").fill("2100-01-01T00:00")
    before = ResponseTarget.objects.count()
    one.press(page.get_by_role("button", name="Save", exact=True))
    assert page.get_by_text("It affects").first.is_visible()
    assert ResponseTarget.objects.count() == before
