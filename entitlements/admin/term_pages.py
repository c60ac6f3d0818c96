"""Terms of licenses: the forms add one, and let another plan, or none, hold for the rest of one."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from entitlements import operations, terms
from entitlements.admin.pages import EntitlementAdmin
from entitlements.forms.staff import PlanForm, TermForm
from entitlements.models import Term
from entitlements.plans import Plan
from entitlements.queries import region_zone
from portal.accounts.admin_access import RefusableForm
from portal.accounts.models import User
from portal.clock import business_now


@admin.register(Term)
class TermAdmin(EntitlementAdmin):
    """Terms of licenses. Saving says first whom the plan affects."""

    list_display = ("license", "plan", "first_on", "last_on")
    list_filter = ("plan",)
    list_select_related = ("license__account", "license__product")
    search_fields = ("license__account__name", "license__product__name")
    ordering = ("-last_on", "pk")
    _facts = ("license", "plan_now", "first_on", "last_on")

    @admin.display(description=_("Success plan"))
    def plan_now(self, term: Term) -> str:
        """The plan of the term as it stands."""
        return term.get_plan_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Term]:
        """Load terms with what names them, and the zone that their days count in."""
        return (
            super()
            .get_queryset(request)
            .select_related("license__account__country__region", "license__product")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers change or end a term that has days to come."""
        return self.changes(request) and (obj is None or _has_days_to_come(obj, business_now()))

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask for the days of a new term; of one that stands, for the plan of its rest."""
        return PlanForm if row else TermForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the facts, and to who may change the plan how."""
        if obj is None:
            return (*TermForm.Meta.fields, "is_sure")
        changing = ("plan", "from_day", "is_sure") if self.has_change_permission(request, obj) else ()
        return (*self._facts, *changing)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the term itself as text."""
        return self._facts if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> Term:
        """Add a term, or let another plan hold for the rest of one, or none."""
        said = form.cleaned_data
        if is_new:
            days = {"first_on": said["first_on"], "last_on": said["last_on"]}
            return operations.add_term(said["license"], Plan(said["plan"]), **days, actor=actor, now=now)
        license_, from_day = form.instance.license, said["from_day"]
        if said["plan"] == PlanForm.NONE:
            return operations.end_term(license_, from_day=from_day, actor=actor, now=now)
        return operations.change_plan(license_, Plan(said["plan"]), from_day=from_day, actor=actor, now=now)


def _has_days_to_come(term: Term, now: datetime) -> bool:
    return term.last_on > terms.local_day(now, region_zone(term.license))
