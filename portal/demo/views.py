"""The buttons of the demo bar."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.clock import machine_now
from portal.demo.landing import landing
from portal.demo.operations import advance_demo, reset_demo
from portal.demo.queries import demo_person
from portal.demo.wording import refusal_text
from portal.errors import DomainError

_STEPS = {"1h": timedelta(hours=1), "24h": timedelta(hours=24)}
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """This will sign in as a person of the story, without a password; nobody else can be become."""
    person = demo_person(request.POST.get("email", ""))
    if person is None:
        return HttpResponseBadRequest(_("The demo has no such person."))
    login(request, person, backend=_BACKEND)
    return redirect(landing(request.POST.get("next", ""), person))


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
    return redirect(landing(request.POST.get("next", ""), request.user))


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """This will load the demo anew and sign the visitor in again as the same person."""
    email = request.user.email if isinstance(request.user, User) else ""
    try:
        reset_demo(machine_now())
    except DomainError as error:
        messages.error(request, refusal_text(error))
        return redirect(landing("", request.user))
    person = demo_person(email)
    if person is None:
        logout(request)
        return redirect("account_login")
    login(request, person, backend=_BACKEND)
    messages.success(request, _("The demo begins anew."))
    return redirect(landing("", person))
