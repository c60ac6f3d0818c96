"""A page for staff: what a case filed at an instant would be promised, computed by the portal's own rules."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from entitlements.business_time import NeverOpen, OutOfCalendar
from entitlements.forms.what_applies import AccountSearchForm, FilingForm, account_named
from entitlements.models import License
from entitlements.queries import ResponsePromise, calendar_of, contacts_of, response_basis
from entitlements.targets import Priority
from entitlements.wording import (
    SERVICE_NAMES,
    coverage_name,
    ledger_in_words,
    target_text,
    week_lines,
)
from portal.accounts.groups import staff_groups
from portal.accounts.models import Account
from portal.clock import business_now

# As many accounts are offered at once; a longer name finds the others.
_OFFERED = 25
_SHOWN_DAYS_OFF = 6


@require_safe
def what_applies(request: HttpRequest) -> HttpResponse:
    """This will show plan, target, calendar, ledger and contacts of an imagined filing."""
    if not staff_groups(request.user):
        raise PermissionDenied
    search = AccountSearchForm(request.GET)
    account = account_named(request.GET.get("account", ""))
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "search": search,
        "title": _("What would apply"),
    }
    if account is None:
        found = list(search.found()[: _OFFERED + 1])
        context |= {"found": found[:_OFFERED], "has_more": len(found) > _OFFERED}
    else:
        form = FilingForm(account, request.GET)
        context |= {"account": account, "form": form, **_filing(form, account)}
    return render(request, "admin/entitlements/what_applies.html", context)


def _filing(form: FilingForm, account: Account) -> dict[str, Any]:
    """What applies to a filing that can be imagined; a calendar that ends too soon is the form's error."""
    if not form.is_valid():
        return {}
    said = form.cleaned_data
    filed_at = said["filed_at"] or business_now()
    license_ = License.objects.for_display().get(account=account, product=said["product"])
    try:
        applies = _applies(license_, said["priority"], filed_at)
    except (NeverOpen, OutOfCalendar):
        form.add_error(
            "filed_at", _("The calendar ends before such a target is reached. Choose an earlier instant.")
        )
        return {}
    when = calendar_of(account.country.region, filed_at)
    return {
        **applies,
        "license": license_,
        "filed_at": filed_at,
        "zone": when.calendar.zone,
        "week": week_lines(when.hours.week),
        "hours_row": when.hours,
        "days_off": when.coming_days_off(filed_at, _SHOWN_DAYS_OFF),
        "contacts": contacts_of(license_.pk),
    }


def _applies(license_: License, priority: Priority, filed_at: datetime) -> dict[str, Any]:
    basis = response_basis(license_, filed_at)
    if basis is None:
        return {}
    promise: ResponsePromise = basis.promise(priority, filed_at)
    return {
        "promise": promise,
        "service": SERVICE_NAMES[promise.service],
        "target": target_text(promise.target.clock, promise.target.minutes),
        "coverage": coverage_name(promise.service, promise.priority),
        "ledger": ledger_in_words(promise.ledger(), promise.when.calendar.zone),
    }
