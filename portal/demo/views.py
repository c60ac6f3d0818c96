"""The buttons of the demo bar."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.models import Case
from portal.accounts.models import User
from portal.clock import machine_now
from portal.demo.operations import advance_demo, reset_demo
from portal.demo.queries import demo_person
from portal.demo.wording import refusal_text
from portal.errors import DomainError

_STEPS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24)}
_SIGN_IN = {"account_login", "admin:login"}


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """This will sign in as a person of the story, without a password; nobody else can be become."""
    person = demo_person(request.POST.get("email", ""))
    if person is None:
        return HttpResponseBadRequest(_("The demo has no such person."))
    login(request, person)
    return redirect(_landing(request.POST.get("next", ""), person))


@require_POST
def advance(request: HttpRequest) -> HttpResponse:
    """This will let an hour or a day pass, with everything that falls due in it."""
    step = _STEPS.get(request.POST.get("by", ""))
    if step is None:
        return HttpResponseBadRequest(_("The demo's clock moves by 1h or 24h."))
    try:
        advance_demo(step)
    except DomainError as error:
        messages.error(request, refusal_text(error))
    return redirect(_landing(request.POST.get("next", ""), request.user))


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """This will load the demo anew and sign the visitor in again as the same person."""
    email = request.user.email if isinstance(request.user, User) else ""
    try:
        reset_demo(machine_now())
    except DomainError as error:
        messages.error(request, refusal_text(error))
        return redirect(_landing("", request.user))
    person = demo_person(email)
    if person is None:
        logout(request)
        return redirect("account_login")
    login(request, person)
    messages.success(request, _("The demo begins anew."))
    return redirect(_landing("", person))


def _landing(wanted: str, user: User | AnonymousUser) -> str:
    """Find the address to lead `user` to who came from `wanted`: that page, its twin, or their home."""
    home = "/admin/" if user.is_staff else "/"
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return home
    parts = urlsplit(wanted)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return home
    if not isinstance(user, User):
        # Whoever is signed out is asked to sign in there, and comes back.
        return wanted
    if match.view_name in _SIGN_IN:
        return _landing(parse_qs(parts.query).get("next", [home])[0], user)
    if case := _case_of(match):
        return _page_of(case, user) or home
    return wanted if _is_for(match, user) else home


def _case_of(match: ResolverMatch) -> int | None:
    """The key of the case that a page of the customer's or of the admin is about."""
    is_about_case = match.app_name == "cases" or match.view_name.startswith("admin:cases_case_")
    key = match.kwargs.get("key") if is_about_case else None
    return key if isinstance(key, int) else None


def _page_of(key: int, user: User) -> str | None:
    """The case's page on the person's own side; forms that a GET would refuse lead there too."""
    if not Case.objects.visible_to(user).filter(pk=key).exists():
        return None
    return reverse("admin:cases_case_change" if user.is_staff else "cases:case", args=[key])


def _is_for(match: ResolverMatch, user: User) -> bool:
    if "admin" in match.app_names:
        return user.is_staff
    return not user.is_staff or match.app_name != "cases"
