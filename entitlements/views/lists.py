"""The contacts as a list for a spreadsheet, and a list of people to invite."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from entitlements.forms.importing import ListForm
from entitlements.models import Seat
from entitlements.operations.importing import Outcome, invite_rows, try_rows
from entitlements.queries import licenses_of
from entitlements.sheets import write_sheet
from entitlements.views.access import account_of, for_administrator
from entitlements.views.submitting import INVITATION, explain, submit
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now, machine_now
from portal.work.form_tokens import TooMany, count_attempt, new_token, throttle

_EXPORT = "export"
_HEADER = ("email", "name", "product", "files_cases", "sees_account_cases", "asks_for_services", "since")


@for_administrator
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """This will give every seat of the account as CSV; 429 beyond what an hour allows."""
    user = signed_in(request)
    try:
        throttle(user, _EXPORT, machine_now())
    except TooMany as error:
        response = HttpResponse(explain(error), status=error.http_status, content_type="text/plain")
        response["Retry-After"] = str(error.values["retry_after_seconds"])
        return response
    count_attempt(user, _EXPORT)
    seats = Seat.objects.active().filter(license__account=account_of(user))
    seats = seats.select_related("user", "license__product")
    rows = (
        (
            seat.user.email,
            seat.user.name,
            seat.license.product.name,
            "yes" if seat.user.may_file_cases else "no",
            "yes" if seat.user.sees_account_cases else "no",
            "yes" if seat.user.may_request else "no",
            timezone.localdate(seat.added_at).isoformat(),
        )
        for seat in seats.order_by("license__product__position", "user__email", "pk")
    )
    response = HttpResponse(write_sheet(_HEADER, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="contacts.csv"'
    return response


@for_administrator
@require_http_methods(["GET", "HEAD", "POST"])
def invite_list(request: HttpRequest) -> HttpResponse:
    """This will ask for a list, show what would become of each row, and then invite them."""
    if request.method != "POST":
        return _show(request, ListForm(initial={"form_token": new_token()}))
    if "confirmed" not in request.POST:
        return _preview(request)
    user, now = signed_in(request), business_now()
    form = ListForm(request.POST)
    done: list[Outcome] = []

    def act(_data: Mapping[str, Any]) -> str:
        admit = _admitting(user)
        done.extend(invite_rows(form.rows, licenses_of(user), admit=admit, actor=user, now=now))
        return reverse("entitlements:contacts")

    result = submit(form, user, purpose="list of contacts", act=act)
    if not result.address:
        return _show(request, form, problem=result.problem, status=result.status)
    _tell(request, done)
    return redirect(result.address)


def _preview(request: HttpRequest) -> HttpResponse:
    user, now = signed_in(request), business_now()
    form = ListForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=400)
    admit = _admitting(user)
    outcomes = try_rows(form.rows, licenses_of(user), admit=admit, actor=user, now=now)
    for outcome in outcomes:
        # Who tries addresses out by looking runs out of tries as well.
        if outcome.refusal is not None and outcome.refusal.code == "cannot_be_invited":
            count_attempt(user, INVITATION)
    context = {
        "lines": [_line(outcome) for outcome in outcomes],
        "will_do": sum(outcome.refusal is None for outcome in outcomes),
        "text": form.cleaned_data["text"],
        "token": new_token(),
    }
    return render(request, "entitlements/list_preview.html", context)


def _admitting(user: User) -> Callable[[], None]:
    """Counts an invitation of this hour, and refuses what goes beyond; a try takes it back."""

    def admit() -> None:
        throttle(user, INVITATION, machine_now())
        count_attempt(user, INVITATION)

    return admit


def _line(outcome: Outcome) -> dict[str, object]:
    """A row with what becomes of it, in words."""
    words = _("Gets the seat at once") if outcome.is_seated else _("Is invited")
    return {
        "row": outcome.row,
        "is_refused": outcome.refusal is not None,
        "words": explain(outcome.refusal) if outcome.refusal is not None else words,
    }


def _tell(request: HttpRequest, done: list[Outcome]) -> None:
    refused = [outcome for outcome in done if outcome.refusal is not None]
    if count := len(done) - len(refused):
        words = ngettext(
            "%(count)d person was invited or seated.", "%(count)d people were invited or seated.", count
        )
        messages.success(request, words % {"count": count})
    for outcome in refused:
        assert outcome.refusal is not None  # they were chosen for it
        said = {"line": outcome.row.line, "address": outcome.row.address, "why": explain(outcome.refusal)}
        messages.warning(request, _("Line %(line)d, %(address)s: %(why)s") % said)
    if not done:
        messages.info(request, _("This was done already."))


def _show(request: HttpRequest, form: ListForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    per_hour = settings.PORTAL_LIMITS_PER_HOUR[INVITATION]
    context = {"form": form, "problem": problem, "per_hour": per_hour}
    return render(request, "entitlements/list.html", context, status=status)
