"""What every request passes: a usual method, no NUL, no oversized body, a second factor where one is owed,
nothing private kept by caches.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render, resolve_url

from portal.accounts.backends import owes_second_factor
from portal.accounts.models import User
from portal.accounts.sessions import store_of
from portal.accounts.wording import signed_out_after
from portal.front.unsent import keep_unsent, sent_form

GetResponse = Callable[[HttpRequest], HttpResponse]

# Digits as HTTP knows them: Python takes others for digits, too, and fails on some, or on thousands.
_LENGTH = re.compile(r"[0-9]{1,18}")
# What whoever owes a second factor needs to set one up, to see who they are signed in as, or to leave.
_BEFORE_SECOND_FACTOR = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "end_sessions",
        "account_set_password",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "theme",
        "healthz",
        "readyz",
        "health_clock",
    }
)
# All that links and forms send.
_METHODS = ("GET", "HEAD", "POST")


def refuse_other_methods(get_response: GetResponse) -> GetResponse:
    """This will answer 405 to methods that nothing of the portal sends, before any view sees them.

    Django's generic views take PUT for POST, and the admin takes all but POST for GET.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in _METHODS:
            return get_response(request)
        return HttpResponseNotAllowed(_METHODS)

    return middleware


def refuse_nul(get_response: GetResponse) -> GetResponse:
    """This will answer 400 to a NUL in path or query, 413 to a body beyond any form's size (SPEC 6).

    PostgreSQL cannot store NUL; in forms the fields refuse it beside themselves.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        query = str(request.META.get("QUERY_STRING", ""))
        if "\x00" in request.path or b"\x00" in unquote_to_bytes(query):
            return render(request, "400.html", status=400)
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not _LENGTH.fullmatch(length):
            return render(request, "400.html", status=400)
        if int(length) > settings.PORTAL_MAX_REQUEST_BYTES:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware


def say_why_signed_out(get_response: GetResponse) -> GetResponse:
    """This will say after which time somebody was signed out, and keep what they sent after it (SPEC 6).

    What was typed waits in the new session, for the same person only, until they have signed in again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        ended = store_of(request).ended
        if ended is None or request.user.is_authenticated:
            return get_response(request)
        messages.info(request, signed_out_after(ended.after, was_idle=ended.was_idle))
        response = get_response(request)
        if is_sign_in(response) and (sent := sent_form(request)):
            keep_unsent(request, sent, ended.user_id)
            return redirect(f"{resolve_url('account_login')}?{urlencode({'next': resolve_url('unsent')})}")
        return response

    return middleware


def is_sign_in(response: HttpResponse) -> bool:
    """Whether an answer leads to the sign-in page."""
    target = response.headers.get("Location", "").partition("?")[0]
    return target in (resolve_url("account_login"), resolve_url("admin:login"))


class SecondFactorFirst:
    """Leads whoever owes a second factor to setting one up, from every other page, the admin's included."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _arguments: Any
    ) -> HttpResponse | None:
        """Stand before every view; asks nothing of the database."""
        assert request.resolver_match is not None
        if not isinstance(request.user, User) or not owes_second_factor(request.user):
            return None
        if request.resolver_match.view_name in _BEFORE_SECOND_FACTOR:
            return None
        return redirect("mfa_index")


def keep_private_pages_private(get_response: GetResponse) -> GetResponse:
    """This will forbid caches to keep what a signed-in person was shown, unless the view has said more."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        if response.status_code == 429 and "Retry-After" not in response:
            response["Retry-After"] = "900"
        return response

    return middleware
