"""The page of the named contacts: the administrator's, where all is changed, and everybody's, to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from entitlements import operations
from entitlements.forms.contacts import InviteForm, TokenForm
from entitlements.models import EntitlementEvent, Invitation, License, Seat
from entitlements.permissions import contacts_refusal
from entitlements.plans import Plan
from entitlements.ports import open_work
from entitlements.queries import (
    Capacity,
    active_license_ids,
    capacities_of,
    contacts_of_account,
    licenses_of,
    region_zone,
)
from entitlements.terms import in_force
from entitlements.views.access import account_of, for_administrator
from entitlements.views.changes import changes_of
from entitlements.views.submitting import Result, submit
from entitlements.wording import LINK_WORKS, PLAN_NAMES
from portal.accounts.keys import KEY_DIGITS, key_in
from portal.accounts.models import Account, User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token

PAGE_SIZE = 25
_LAST_CHANGES = 3
_MOST_INVITATIONS = 100


@dataclass(frozen=True)
class SeatsCard:
    """A product's seats: how many are taken of how many, as figures and as a row of places."""

    license: License
    capacity: Capacity
    plan: str

    @property
    def places(self) -> Iterator[str]:
        """One word for each place: used, invited, over or free."""
        limit = self.capacity.limit or 0
        taken = ["used"] * self.capacity.contacts + ["invited"] * self.capacity.invited
        for number in range(max(limit, len(taken))):
            kind = taken[number] if number < len(taken) else "free"
            yield "over" if number >= limit else kind


@dataclass(frozen=True)
class PersonRow:
    """A person of the account as a line of the table."""

    person: User
    products: list[str]
    open_cases: int
    is_administrator: bool
    is_you: bool


@dataclass(frozen=True)
class InvitationRow:
    """A pending invitation, and how long its link still works; nothing is left of one out of date."""

    invitation: Invitation
    left: timedelta | None


@login_required
@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    """This will show the account's contacts: to the administrator with everything that can be changed."""
    user, now = signed_in(request), business_now()
    account = account_of(user)
    if contacts_refusal(user, account) is not None:
        return render(request, "entitlements/reading.html", _reading(user, account))
    return show(request, now=now)


def show(
    request: HttpRequest, *, now: datetime, form: InviteForm | None = None, result: Result | None = None
) -> HttpResponse:
    """Show the administrator's page, with a form that was refused and why."""
    user = signed_in(request)
    account = account_of(user)
    licenses = licenses_of(user)
    capacities = capacities_of(licenses, now)
    page = Paginator(_people(account), PAGE_SIZE).get_page(request.GET.get("page"))
    events = EntitlementEvent.objects.visible_to(user).order_by("-pk")[:_LAST_CHANGES]
    context = {
        "account": account,
        "cards": [_card(license_, capacities[license_.pk], now) for license_ in licenses],
        "page": page,
        "rows": _rows(list(page.object_list), account, user),
        "invitations": [_invitation_row(each, now) for each in _pending(user)],
        "form": form or invite_form(licenses, capacities, initial=_wished(request, user)),
        "link_works": LINK_WORKS,
        "problem": result.problem if result else "",
        "heirs": heirs_of(account),
        "changes": changes_of(events, user),
        # Called by the template: each form has a token of its own.
        "token": new_token,
        "now": now,
    }
    status = result.status if result else 200
    return render(request, "entitlements/contacts.html", context, status=status)


def invite_form(
    licenses: list[License], capacities: Mapping[int, Capacity], *sent: Any, **options: Any
) -> InviteForm:
    """Make the form of an invitation, with how full each product is."""
    return InviteForm(*sent, licenses=licenses, capacities=capacities, auto_id="invite-%s", **options)


def _wished(request: HttpRequest, user: User) -> dict[str, object]:
    """Fill the form in as the notice about a wished seat asks for it."""
    wished: dict[str, object] = {
        "form_token": new_token(),
        "license": request.GET.get("license", "")[:KEY_DIGITS],
    }
    if key := key_in(request.GET.get("person", "")):
        person = User.objects.visible_to(user).filter(pk=key).first()
        wished["address"] = person.email if person else ""
    return wished


def _people(account: Account) -> Any:
    return account.people.filter(is_active=True).order_by("name", "email", "pk")


def heirs_of(account: Account) -> Any:
    """Find whom the role can be handed to: the active contacts, its holder excepted."""
    return contacts_of_account(account.pk).exclude(administered_account=account)


def _rows(people: list[User], account: Account, viewer: User) -> list[PersonRow]:
    keys = [person.pk for person in people]
    products: dict[int, list[str]] = {}
    seats = Seat.objects.active().filter(user__in=keys).select_related("license__product")
    for seat in seats.order_by("license__product__position", "pk"):
        products.setdefault(seat.user_id, []).append(seat.license.product.name)
    cases = open_work().open_requests_by(keys)
    return [
        PersonRow(
            person,
            products.get(person.pk, []),
            cases.get(person.pk, 0),
            is_administrator=person.pk == account.administrator_id,
            is_you=person.pk == viewer.pk,
        )
        for person in people
    ]


def _card(license_: License, capacity: Capacity, now: datetime) -> SeatsCard:
    term = in_force(license_.terms.all(), now, region_zone(license_))
    return SeatsCard(license_, capacity, str(PLAN_NAMES[Plan(term.plan)]) if term else "")


def _pending(user: User) -> Any:
    rows = Invitation.objects.visible_to(user).pending().select_related("license__product")
    return rows.order_by("expires_at", "pk")[:_MOST_INVITATIONS]


def _invitation_row(invitation: Invitation, now: datetime) -> InvitationRow:
    return InvitationRow(invitation, invitation.expires_at - now if invitation.is_open(now) else None)


# --- For who only reads -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ProductContacts:
    """The contacts of a product that somebody has a seat for."""

    license: License
    people: list[User]


def _reading(user: User, account: Account) -> dict[str, object]:
    licenses = licenses_of(user)
    own = active_license_ids(user)
    people: dict[int, list[User]] = {}
    seats = Seat.objects.active().filter(license__in=own, user__is_active=True).select_related("user")
    for seat in seats.order_by("user__name", "user__email", "pk"):
        people.setdefault(seat.license_id, []).append(seat.user)
    return {
        "account": account,
        "administrator": account.administrator,
        "products": [
            ProductContacts(license_, people.get(license_.pk, []))
            for license_ in licenses
            if license_.pk in own
        ],
        "others": [license_ for license_ in licenses if license_.pk not in own],
    }


# --- Permissions ------------------------------------------------------------------------------------


@for_administrator
@require_POST
def permissions(request: HttpRequest) -> HttpResponse:
    """This will set what changed of the ticks of one page of people, all of it or nothing."""
    user, now = signed_in(request), business_now()
    page = request.POST.get("page", "")
    back = reverse("entitlements:contacts") + (f"?page={page}" if page.isascii() and page.isdecimal() else "")

    def act(_data: Mapping[str, Any]) -> str:
        with transaction.atomic():
            for wish in _wishes(request.POST, user):
                operations.set_contact_permissions(
                    wish.person,
                    may_file_cases=wish.files,
                    sees_account_cases=wish.sees,
                    may_request=wish.requests,
                    actor=user,
                    now=now,
                )
        return back

    form: forms.Form = TokenForm(request.POST)
    result = submit(form, user, purpose="permissions", act=act)
    if not result.address:
        return show(request, now=now, result=with_words(result))
    messages.success(request, _("The permissions are saved. They count from now on."))
    return redirect(result.address)


def with_words(result: Result) -> Result:
    """A button's form has no field to put its error beside."""
    if result.problem:
        return result
    words = _("This form was not complete, so nothing was changed. Send it again from here.")
    return Result(status=result.status, problem=words)


@dataclass(frozen=True)
class _Wish:
    person: User
    files: bool
    sees: bool
    requests: bool


def _wishes(sent: Any, user: User) -> Iterator[_Wish]:
    """Give what was ticked otherwise than it was shown; what somebody else changed meanwhile stays."""
    keys = {key for text in sent.getlist("person") if (key := key_in(text)) is not None}
    people = list(User.objects.visible_to(user).filter(pk__in=keys).order_by("pk"))
    if len(people) != len(keys):
        raise Http404
    for person in (each for each in people if each.is_active):
        was = sent.get(f"was-{person.pk}", "")
        stored = (person.may_file_cases, person.sees_account_cases, person.may_request)
        ticks = [
            held if (ticked := f"{name}-{person.pk}" in sent) == (name[0] in was) else ticked
            for name, held in zip(("files", "sees", "requests"), stored, strict=True)
        ]
        if tuple(ticks) != stored:
            yield _Wish(person, *ticks)
