"""Asking for the permission to request."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accelerators import operations
from accelerators.wording import refusal_text
from entitlements.forms.contacts import TokenForm
from entitlements.views.access import account_of
from entitlements.views.submitting import submit
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """This will ask the administrator, else our staff, for the permission to request services."""
    user = signed_in(request)
    account = account_of(user)
    is_sent = request.method == "POST"
    form = TokenForm(request.POST) if is_sent else TokenForm(initial={"form_token": new_token()})
    context: dict[str, Any] = {"administrator": account.administrator, "form": form}
    if not is_sent:
        return render(request, "accelerators/ask.html", context)

    def act(_data: Mapping[str, Any]) -> str:
        operations.ask_for_permission(actor=user, now=business_now())
        return reverse("accelerators:catalogue")

    result = submit(form, user, purpose="ask for permission", act=act, words=refusal_text)
    if not result.address:
        context["problem"] = result.problem
        return render(request, "accelerators/ask.html", context, status=result.status)
    messages.success(request, _("Asked. You get the permission, or an answer, from whoever decides."))
    return redirect(result.address)
