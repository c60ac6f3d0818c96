"""Asking for a seat, for who may not file for a product of the account."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from entitlements import operations
from entitlements.forms.contacts import TokenForm
from entitlements.models import License
from entitlements.views.access import account_of, existing_key
from entitlements.views.submitting import submit
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """This will ask the administrator, else our staff, for a seat for a product of the person's account."""
    user = signed_in(request)
    account = account_of(user)
    license_ = License.objects.visible_to(user).for_display().filter(pk=existing_key(pk)).first()
    if license_ is None:
        raise Http404
    is_sent = request.method == "POST"
    form = TokenForm(request.POST) if is_sent else TokenForm(initial={"form_token": new_token()})
    context: dict[str, Any] = {
        "license": license_,
        "administrator": account.administrator,
        "form": form,
    }
    if not is_sent:
        return render(request, "entitlements/ask.html", context)

    def act(_data: Mapping[str, Any]) -> str:
        operations.ask_for_seat(license_, actor=user, now=business_now())
        return reverse("entitlements:contacts")

    result = submit(form, user, purpose="ask for seat", act=act)
    if not result.address:
        context["problem"] = result.problem
        return render(request, "entitlements/ask.html", context, status=result.status)
    messages.success(request, _("Asked. You get a seat, or an answer, from whoever decides."))
    return redirect(result.address)
