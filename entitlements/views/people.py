"""Removing and replacing a contact, and handing the administrator's role over: each a page of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from entitlements import operations
from entitlements.forms.contacts import HandingOverForm, LeavingForm, ReplacingForm, TokenForm
from entitlements.models import Seat
from entitlements.ports import open_work
from entitlements.views.access import account_of, existing_key, for_administrator
from entitlements.views.contacts import heirs_of
from entitlements.views.submitting import INVITATION, submit
from portal.accounts.keys import KEY_DIGITS
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token, sent_before

_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class _Leaving:
    """A page on which a contact's seat ends."""

    form: type[LeavingForm]
    heading: str
    button: str
    purpose: str
    act: Callable[[Mapping[str, Any], User, datetime], str]


@for_administrator
@require_http_methods(_METHODS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """This will ask who takes over a contact's open cases, and end the seat; or end a sign-in without one."""

    def act(data: Mapping[str, Any], actor: User, now: datetime) -> str:
        operations.remove_named_contact(
            data["seat"],
            successor=data["successor"],
            keeps_sign_in=data["keeps_sign_in"],
            actor=actor,
            now=now,
        )
        return _("The contact is removed from %(product)s.") % {"product": data["seat"].license.product.name}

    heading, button = _("Remove %(name)s"), _("Remove the contact")
    page = _Leaving(LeavingForm, heading, button, "remove contact", act)
    return _leave(request, pk, page)


@for_administrator
@require_http_methods(_METHODS)
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """This will give a contact's seat to somebody else, in one step, also where every seat is taken."""

    def act(data: Mapping[str, Any], actor: User, now: datetime) -> str:
        after = operations.replace_contact(
            data["seat"],
            data["address"],
            successor=data["successor"],
            keeps_sign_in=data["keeps_sign_in"],
            actor=actor,
            now=now,
        )
        words = (
            _("The seat is %(address)s’s now.")
            if isinstance(after, Seat)
            else _("The seat is kept for %(address)s, who gets an invitation.")
        )
        return words % {"address": data["address"]}

    heading, button = _("Replace %(name)s"), _("Replace the contact")
    page = _Leaving(ReplacingForm, heading, button, INVITATION, act)
    return _leave(request, pk, page)


def _leave(request: HttpRequest, pk: int, page: _Leaving) -> HttpResponse:
    user = signed_in(request)
    # What the first submit has ended is not to be found by the second.
    if address := sent_before(request.POST.get("form_token", ""), user, purpose=page.purpose):
        return redirect(address)
    person = User.objects.visible_to(user).filter(pk=existing_key(pk), is_active=True).first()
    if person is None:
        raise Http404
    seats = _seats_of(person)
    if seats:
        return _end_seat(request, person, seats, page)
    if page.form is not LeavingForm:
        return _no_seat(request, person)
    return _end_sign_in(request, person)


def _end_seat(request: HttpRequest, person: User, seats: Any, page: _Leaving) -> HttpResponse:
    user, now = signed_in(request), business_now()
    form = page.form(
        *([request.POST] if request.method == "POST" else []),
        seats=seats,
        others=heirs_of_seats(person),
        initial={"form_token": new_token(), "seat": seats[0].pk if len(seats) == 1 else None},
    )
    context = {
        "person": person,
        "heading": page.heading % {"name": person.name or person.email},
        "button": page.button,
        "form": form,
        "seats": [(seat, open_work().open_requests_of(person.pk, seat.license_id)) for seat in seats],
    }
    if request.method != "POST":
        return render(request, "entitlements/leave.html", context)
    said: list[str] = []

    def once(data: Mapping[str, Any]) -> str:
        said.append(page.act(data, user, now))
        return reverse("entitlements:contacts")

    result = submit(form, user, purpose=page.purpose, act=once)
    if not result.address:
        context["problem"] = result.problem
        return result.mark(render(request, "entitlements/leave.html", context, status=result.status))
    messages.success(request, said[0])
    return redirect(result.address)


def _seats_of(person: User) -> Any:
    seats = Seat.objects.active().filter(user=person).select_related("license__product", "license__account")
    return seats.order_by("license__product__position", "pk")


def heirs_of_seats(person: User) -> Any:
    """Find the other active contacts of a person's products."""
    licenses = Seat.objects.active().filter(user=person).values("license")
    holders = Seat.objects.active().filter(license__in=licenses).exclude(user=person).values("user")
    return User.objects.filter(is_active=True, pk__in=holders).order_by("name", "email", "pk")


def _no_seat(request: HttpRequest, person: User) -> HttpResponse:
    words = _("%(name)s has no seat that another could take. Invite the new contact instead.")
    context = {"words": words % {"name": person.name or person.email}}
    return render(request, "entitlements/refused.html", context, status=409)


def _end_sign_in(request: HttpRequest, person: User) -> HttpResponse:
    """Who has no seat loses the sign-in: nothing else is left to be removed."""
    user, now = signed_in(request), business_now()

    def act(_data: Mapping[str, Any]) -> str:
        operations.set_sign_in(person, is_active=False, actor=user, now=now)
        return reverse("entitlements:contacts")

    is_sent = request.method == "POST"
    form = TokenForm(request.POST) if is_sent else TokenForm(initial={"form_token": new_token()})
    context = {
        "person": person,
        "heading": _("End the sign-in of %(name)s") % {"name": person.name or person.email},
        "button": _("End the sign-in"),
        "form": form,
        "seats": [],
    }
    if not is_sent:
        return render(request, "entitlements/leave.html", context)
    result = submit(form, user, purpose="remove contact", act=act)
    if not result.address:
        context["problem"] = result.problem
        return render(request, "entitlements/leave.html", context, status=result.status)
    messages.success(request, _("%(address)s can no longer sign in.") % {"address": person.email})
    return redirect(result.address)


@for_administrator
@require_http_methods(_METHODS)
def hand_over(request: HttpRequest) -> HttpResponse:
    """This will ask to confirm, and hand the administrator's role to another active contact."""
    user, now = signed_in(request), business_now()
    account = account_of(user)
    heirs = heirs_of(account)
    if request.method == "POST":
        form = HandingOverForm(request.POST, heirs=heirs)
    else:
        initial = {
            "form_token": new_token(),
            "administrator": request.GET.get("administrator", "")[:KEY_DIGITS],
        }
        form = HandingOverForm(heirs=heirs, initial=initial)
    context: dict[str, Any] = {"account": account, "form": form, "has_heirs": heirs.exists()}
    if request.method != "POST":
        return render(request, "entitlements/hand_over.html", context)

    def act(data: Mapping[str, Any]) -> str:
        operations.appoint_administrator(account, data["administrator"], actor=user, now=now)
        return reverse("entitlements:contacts")

    result = submit(form, user, purpose="hand over", act=act)
    if not result.address:
        context["problem"] = result.problem
        return render(request, "entitlements/hand_over.html", context, status=result.status)
    messages.success(request, _("The role is handed over. You stay a named contact."))
    return redirect(result.address)
