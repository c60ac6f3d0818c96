"""Signing in through a company's own provider: the button, the way there and the way back."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.account.views import LoginView
from allauth.decorators import rate_limit
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.identities import Known, SignInRefused, find_person
from portal.accounts.models import User
from portal.accounts.refusals import refusal_text
from portal.clock import business_now, machine_now
from portal.front.identity_provider import lead_there, take_state, whom_it_knows
from portal.notices.account_mail import FactorChange, announce_factor_change

logger = logging.getLogger(__name__)
View = Callable[[HttpRequest], HttpResponse]


class SignInPage(LoginView):  # type: ignore[misc]  # allauth brings no types
    """The sign-in page, with a button for the provider where there is one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the button's form lead to the provider: browsers hold redirects to `form-action`, too."""
        allowing = csp_update({"form-action": settings.PORTAL_OIDC_ORIGINS})
        return allowing(super().dispatch)(request, *args, **kwargs)

    def get_context_data(self, **facts: Any) -> dict[str, Any]:
        """Name the provider."""
        return {**super().get_context_data(**facts), "provider": settings.PORTAL_OIDC_NAME}


def _where_there_is_a_provider(view: View) -> View:
    """Let a view be there only where a provider is configured."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if not settings.PORTAL_OIDC_ISSUER:
            raise Http404
        return view(request)

    return wrapped


@_where_there_is_a_provider
@require_POST
@never_cache
@rate_limit(action="login")  # type: ignore[untyped-decorator]  # as above
def start(request: HttpRequest) -> HttpResponse:
    """This will lead to the provider."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    then = get_next_redirect_url(request)
    try:
        return lead_there(request, then)
    except SignInRefused as error:
        return _refused(request, error, then)


@_where_there_is_a_provider
@require_GET
@never_cache
def callback(request: HttpRequest) -> HttpResponse:
    """This will sign in whom the provider names, or lead back to the sign-in page; the answer counts once."""
    state = take_state(request)
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    then = state.get("next") if state else None
    try:
        person = _find(whom_it_knows(request, state))
    except SignInRefused as error:
        return _refused(request, error, then)
    record_authentication(request, person, "socialaccount")
    # From here on it is a sign-in like any other: the second factor is asked for next.
    response: HttpResponse = perform_login(request, person, redirect_url=then)
    return response


def _find(known: Known) -> User:
    """Find the person, and tell them by mail that they were linked."""
    with transaction.atomic():
        found = find_person(known, domains=settings.PORTAL_OIDC_DOMAINS, now=machine_now())
        if found.is_new:
            announce_factor_change(found.person, FactorChange.IDENTITY_LINKED, now=business_now())
    return found.person


def _refused(request: HttpRequest, error: SignInRefused, then: str | None) -> HttpResponse:
    """Lead back with one sentence for every reason; the log has the reason, and nobody's name."""
    logger.info("A sign-in through the provider was refused: %s", error.values["reason"])
    messages.error(request, refusal_text(error))
    asked = f"?{urlencode({'next': then})}" if then else ""
    return redirect(f"{resolve_url('account_login')}{asked}")
