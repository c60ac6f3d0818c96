"""A page for staff: what a case filed at an instant would be promised, computed by the portal's own rules."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from entitlements.models import License
from entitlements.queries import contacts_of, response_promises
from entitlements.targets import Priority
from entitlements.wording import PRIORITIES, SERVICE_NAMES, coverage_name, ledger_in_words, target_text
from portal.accounts.groups import staff_groups
from portal.clock import business_now


class WhatAppliesForm(forms.Form):
    """An imagined filing."""

    license = forms.ModelChoiceField(
        label=_("License"),
        queryset=License.objects.for_display().order_by("account__name", "product__position"),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=lambda value: Priority(int(value))
    )
    filed_at = forms.DateTimeField(
        label=_("Filed at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In your time zone; empty is now."),
    )


@require_safe
def what_applies(request: HttpRequest) -> HttpResponse:
    """This will show plan, target, calendar, ledger and contacts of an imagined filing."""
    if not staff_groups(request.user):
        raise PermissionDenied
    form = WhatAppliesForm(request.GET or None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "form": form,
        "title": _("What would apply"),
    }
    if form.is_valid():
        said = form.cleaned_data
        filed_at = said["filed_at"] or business_now()
        promises = response_promises(said["license"], filed_at=filed_at)
        promise = next((one for one in promises if one.priority == said["priority"]), None)
        context |= {
            "license": said["license"],
            "filed_at": filed_at,
            "promise": promise,
            "contacts": contacts_of(said["license"].pk),
        }
        if promise is not None:
            context |= {
                "service": SERVICE_NAMES[promise.service],
                "target": target_text(promise.target.clock, promise.target.minutes),
                "coverage": coverage_name(promise.service, promise.priority),
                "ledger": ledger_in_words(promise.ledger(), promise.when.region.time_zone),
            }
    return render(request, "admin/entitlements/what_applies.html", context)
