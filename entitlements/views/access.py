"""Who gets in: people of an account to read, its administrator to change."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from entitlements.permissions import contacts_refusal
from entitlements.wording import refusal_text
from portal.accounts.keys import LARGEST_KEY
from portal.accounts.models import Account, User
from portal.accounts.visitors import signed_in

P = ParamSpec("P")


def account_of(user: User) -> Account:
    """Give the account of a person; raises Http404 for staff, who have the admin."""
    if user.account is None:
        raise Http404
    return user.account


def existing_key(key: int) -> int:
    """Give a key that a row can have; raises Http404 for any other."""
    if key > LARGEST_KEY:
        raise Http404
    return key


def for_administrator(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let the account administrator in; refuse others of the account with the reason (403), else 404."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = signed_in(request)
        refusal = contacts_refusal(user, account_of(user))
        if refusal is not None:
            return render(
                request,
                "entitlements/refused.html",
                {"words": refusal_text(refusal)},
                status=refusal.http_status,
            )
        return view(request, *args, **kwargs)

    return login_required(guarded)
