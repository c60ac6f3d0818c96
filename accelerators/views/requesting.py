"""Asking for a thing of the catalogue."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accelerators import operations
from accelerators.forms import RequestForm
from accelerators.kinds import OFFERED
from accelerators.models import CatalogueRow
from accelerators.permissions import request_refusal
from accelerators.queries import row_in_force
from accelerators.views.choosing import choose, offers_for
from accelerators.wording import refusal_text
from entitlements.models import License
from entitlements.views.access import account_of
from entitlements.views.submitting import submit
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_thing(request: HttpRequest, slug: str) -> HttpResponse:
    """This will show the form of a request for the license that the address names, or send it."""
    user, now = signed_in(request), business_now()
    account_of(user)
    row = row_in_force(slug, now)
    if row is None or row.kind not in OFFERED:
        raise Http404
    chosen = choose(user, wanted := request.GET.get("license", ""), now)
    # A form is for the license that its address names, never for another one in its stead.
    if chosen.license is None or (wanted and wanted != str(chosen.license.pk)):
        raise Http404
    [offer] = offers_for(user, chosen, [row], now)
    thing = f"{reverse('accelerators:thing', args=[slug])}?license={chosen.license.pk}"
    context: dict[str, Any] = {"offer": offer, "chosen": chosen, "thing_url": thing}
    if request.method == "POST":
        return _send(request, user, row, chosen.license, context)
    refusal = request_refusal(user, row, chosen.license, now, holder=chosen.holder)
    context |= {
        "form": RequestForm(initial={"form_token": new_token()}),
        "problem": refusal_text(refusal) if refusal else "",
        "is_refused": refusal is not None,
    }
    status = refusal.http_status if refusal else 200
    return render(request, "accelerators/request_form.html", context, status=status)


def _send(
    request: HttpRequest, user: User, row: CatalogueRow, license_: License, context: dict[str, Any]
) -> HttpResponse:
    form = RequestForm(request.POST)

    def act(data: Mapping[str, Any]) -> str:
        said = {name: data[name] for name in ("goal", "wished_from", "wished_until")}
        made = operations.request_thing(row, license_, **said, actor=user, now=business_now())
        return reverse("accelerators:request", args=[made.pk])

    result = submit(form, user, purpose="request", act=act, words=refusal_text)
    if not result.address:
        context |= {"form": form, "problem": result.problem, "is_refused": result.status in (403, 409)}
        response = render(request, "accelerators/request_form.html", context, status=result.status)
        return result.mark(response)
    messages.success(request, _("Your request is sent. The answer comes to your inbox."))
    return redirect(result.address)
