"""The staff's queue of cases, the page of each, and the addresses of their actions."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from cases import queries
from cases.action_pages import PAGES, STAFF_ACTIONS
from cases.admin import bulk, filing
from cases.admin.columns import Column, columns
from cases.admin.filters import (
    AttentionFilter,
    OpenFilter,
    OwnerFilter,
    PlanFilter,
    PriorityFilter,
    ProductFilter,
    RegionFilter,
    StatusFilter,
    TargetFilter,
)
from cases.admin.page import WRITING, Refused, page_context
from cases.lifecycle import Action
from cases.models import Case
from cases.submitting import Asked, submit_action
from entitlements.queries import is_worked_first
from portal.accounts.admin_access import ModelAdmin, StaffReads
from portal.accounts.groups import CASE_WORKERS, StaffGroup, staff_groups, works_cases
from portal.accounts.keys import KEY_DIGITS, key_in
from portal.accounts.models import User
from portal.clock import business_now

_NUMBER = re.compile(rf"\s*(?:[Ee]-)?(\d{{1,{KEY_DIGITS}}})\s*")
_COLUMNS = "_case_columns"
_WORKED_FIRST = "_cases_worked_first"


@admin.register(Case)
class CaseAdmin(StaffReads, ModelAdmin):
    """Every case that staff may see, in queue order; what is done with one is done by an operation."""

    readers = CASE_WORKERS | {StaffGroup.SUCCESS_MANAGER}

    list_display = ("number",)  # the page's columns come from get_list_display
    list_filter = (
        OpenFilter,
        OwnerFilter,
        AttentionFilter,
        PriorityFilter,
        TargetFilter,
        StatusFilter,
        ProductFilter,
        PlanFilter,
        RegionFilter,
    )
    search_fields = ("title",)
    search_help_text = gettext_lazy("A number, E-000000042 or 42, or words of the title; closed cases too.")
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    preserve_filters = False
    actions = ("claim_cases", "assign_cases", "close_cases")

    # --- Who may -----------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:  # type: ignore[override]  # the mixin asks for more
        """Let agents and leads file on behalf of a contact."""
        return works_cases(request.user)

    def has_lead_permission(self, request: HttpRequest) -> bool:
        """Let leads act on several cases at once."""
        return StaffGroup.LEAD in staff_groups(request.user)

    # --- The list ----------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """Load the cases with what a row shows."""
        cases = Case.objects.visible_to(_person(request)).for_display()
        prefetched = cases.prefetch_related("period__holds", "period__steps")
        worked_first: Q | None = getattr(request, _WORKED_FIRST, None)
        if worked_first is None:
            worked_first = is_worked_first("license", business_now())
            setattr(request, _WORKED_FIRST, worked_first)
        return queries.with_queue_keys(prefetched, worked_first)

    def get_ordering(self, request: HttpRequest) -> Any:  # noqa: ARG002 -- Django's
        """Sort as the queue does, unless a column is chosen."""
        return queries.QUEUE_ORDER

    def get_list_display(self, request: HttpRequest) -> Any:
        """Make the columns as of the request's instant, once."""
        made: tuple[Column, ...] | None = getattr(request, _COLUMNS, None)
        if made is None:
            made = columns(business_now())
            setattr(request, _COLUMNS, made)
        return made

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:  # noqa: ARG002 -- Django's
        """Let number and title lead to the case."""
        return list_display[:1]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a case by its number, however it is written, or by words of its title."""
        found, has_duplicates = super().get_search_results(request, queryset, search_term)
        if number := _NUMBER.fullmatch(search_term):
            by_number = Q(pk=int(number[1])) | Q(title__icontains=search_term.strip())
            return queryset.filter(by_number), False
        return found, has_duplicates

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list; what is done from it is for leads."""
        if request.method == "POST" and not self.has_lead_permission(request):
            raise PermissionDenied
        if any(key_in(key) is None for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest
        return super().changelist_view(request, extra_context)

    @admin.action(description=gettext_lazy("Claim for me"), permissions=["lead"])
    def claim_cases(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Make the lead the owner of the cases that nobody owns."""
        return bulk.claim(request, queryset)

    @admin.action(description=gettext_lazy("Assign …"), permissions=["lead"])
    def assign_cases(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Give the cases to an engineer."""
        return bulk.assign(request, queryset, self._context(request))

    @admin.action(description=gettext_lazy("Close with a reason …"), permissions=["lead"])
    def close_cases(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Close the cases."""
        return bulk.close(request, queryset, self._context(request))

    # --- The page of a case ------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        """Give the list, the filing, each case's page and its actions an address, and nothing else."""
        guard = self.admin_site.admin_view
        return [
            path("", guard(self.changelist_view), name="cases_case_changelist"),
            path("add/", guard(self.add_view), name="cases_case_add"),
            path("<int:key>/change/", guard(self.case_page), name="cases_case_change"),
            path("<int:key>/act/<slug:action>/", guard(self.act), name="cases_case_act"),
        ]

    def case_page(self, request: HttpRequest, key: int) -> HttpResponse:
        """Show a case to staff."""
        if request.method not in ("GET", "HEAD"):
            return _not_allowed(request, "GET, HEAD")
        case = _case_or_404(request, key)
        return self._page(request, case, now=business_now(), wanted=request.GET.get("do", ""))

    def act(self, request: HttpRequest, key: int, action: str) -> HttpResponse:
        """Carry an action out and go back to the case; a refusal shows the case with what was typed."""
        if request.method != "POST":
            return _not_allowed(request, "POST")
        case = _case_or_404(request, key)
        if action not in set(STAFF_ACTIONS) or Action(action) not in PAGES:
            raise Http404
        asked = Asked(_person(request), case, Action(action), business_now())
        form = asked.sent_form(request.POST, request.FILES, auto_id=_auto_id(asked.action))
        try:
            result = submit_action(asked, form, address=reverse("admin:cases_case_change", args=[key]))
        except Case.DoesNotExist:
            raise Http404 from None
        if result.is_done:
            messages.success(request, str(asked.page.done))
            return redirect(result.address)
        refused = Refused(asked.action, form, result.problem, request.POST)
        response = self._page(request, _case_or_404(request, key), now=asked.now, refused=refused)
        response.status_code = result.status
        return result.mark(response)

    def _page(
        self,
        request: HttpRequest,
        case: Case,
        *,
        now: datetime,
        wanted: str = "",
        refused: Refused | None = None,
    ) -> HttpResponse:
        shown = page_context(case, _person(request), now=now, wanted=wanted, refused=refused)
        context = {**self._context(request), "title": f"{case.number} {case.title}", **shown}
        return TemplateResponse(request, "admin/cases/case.html", context)

    # --- Filing ------------------------------------------------------------------------------------

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002 -- Django's
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 -- Django's
    ) -> HttpResponse:
        """File a case, or a follow-up, on behalf of a contact."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return filing.file_on_behalf(request, _person(request), self._context(request))

    def _context(self, request: HttpRequest) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin lets nobody else in"
    return request.user


def _case_or_404(request: HttpRequest, key: int) -> Case:
    try:
        return queries.visible_case(_person(request), key)
    except Case.DoesNotExist:
        raise Http404 from None


def _auto_id(action: Action) -> str:
    return "write-%s" if action in WRITING else f"{action.value}-%s"


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    response = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
    response["Allow"] = allowed
    return response
