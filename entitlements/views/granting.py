"""Remote access for support: who of the account has granted it, to what, until when."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from entitlements import operations
from entitlements.forms.access import GrantForm
from entitlements.forms.contacts import TokenForm
from entitlements.models import AccessGrant
from entitlements.permissions import access_refusal
from entitlements.queries import grants_of, licenses_of
from entitlements.views.access import account_of, existing_key
from entitlements.views.submitting import Result, submit
from portal.accounts.keys import KEY_DIGITS
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest) -> HttpResponse:
    """This will show the account's grants and, to who may, the form of a new one; or grant it."""
    user, now = signed_in(request), business_now()
    account_of(user)
    offered = [each for each in licenses_of(user) if access_refusal(user, each) is None]
    if request.method != "POST":
        initial = {"form_token": new_token(), "license": request.GET.get("license", "")[:KEY_DIGITS]}
        return _show(request, GrantForm(licenses=offered, initial=initial))
    form = GrantForm(request.POST, licenses=offered)

    def act(data: Mapping[str, Any]) -> str:
        operations.grant_access(
            data["license"],
            data["environment"],
            scope=data["scope"],
            last_on=data["last_on"],
            actor=user,
            now=now,
        )
        return reverse("entitlements:access")

    if not offered:
        return _show(request, form, Result(status=403))
    result = submit(form, user, purpose="access", act=act)
    if not result.address:
        return _show(request, form, result)
    messages.success(request, _("Access is granted. It ends by itself, and you can end it sooner."))
    return redirect(result.address)


@login_required
@require_POST
def revoke_access(request: HttpRequest, pk: int) -> HttpResponse:
    """This will end a grant before its date."""
    user, now = signed_in(request), business_now()
    account_of(user)
    rows = AccessGrant.objects.visible_to(user).select_related("license__account", "license__product")
    grant = rows.filter(pk=existing_key(pk)).first()
    if grant is None:
        raise Http404

    def act(_data: Mapping[str, Any]) -> str:
        operations.revoke_access(grant, actor=user, now=now)
        return reverse("entitlements:access")

    result = submit(TokenForm(request.POST), user, purpose="revoke access", act=act)
    if not result.address:
        offered = [each for each in licenses_of(user) if access_refusal(user, each) is None]
        fresh = GrantForm(licenses=offered, initial={"form_token": new_token()})
        return _show(request, fresh, result)
    messages.success(request, _("Access has ended."))
    return redirect(result.address)


def _show(request: HttpRequest, form: GrantForm, result: Result | None = None) -> HttpResponse:
    user, now = signed_in(request), business_now()
    in_force, over = grants_of(user, now)
    context = {
        "in_force": in_force,
        "over": over,
        "form": form,
        "may_grant": bool(form.offered),
        "may_revoke": {license_.pk for license_ in form.offered},
        "problem": result.problem if result else "",
        # Called by the template: each form has a token of its own.
        "token": new_token,
        "now": now,
    }
    return render(request, "entitlements/access.html", context, status=result.status if result else 200)
