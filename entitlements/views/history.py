"""Every change of what an account is entitled to, newest first."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from entitlements.models import EntitlementEvent
from entitlements.views.access import for_administrator
from entitlements.views.changes import changes_of
from portal.accounts.visitors import signed_in

PAGE_SIZE = 25


@for_administrator
@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """This will show one page of the history to the administrator."""
    user = signed_in(request)
    events = EntitlementEvent.objects.visible_to(user).order_by("-pk")
    page = Paginator(events, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "changes": changes_of(page.object_list, user)}  # type: ignore[arg-type]  # a slice
    return render(request, "entitlements/history.html", context)
