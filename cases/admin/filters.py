"""The filters of the staff's list of cases."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases.lifecycle import ENDED
from cases.models import CaseQuerySet
from cases.queries import closing_today, in_target_state, reminder_reached_nobody
from cases.response import TargetState
from cases.wording import STATUSES, TARGET_STATES
from entitlements.models import Product
from entitlements.plans import Plan
from entitlements.queries import licenses_under
from entitlements.wording import PLANS, PRIORITIES
from portal.accounts.models import Region
from portal.clock import business_now


class _Filter(admin.SimpleListFilter):
    """A choice of a few; a value that is not offered narrows nothing down."""

    def offers(self) -> list[tuple[str, Any]]:
        """The values with their names."""
        raise NotImplementedError

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:
        """Narrow down to one of the values offered."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer the values."""
        return self.offers()

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow down to the chosen value."""
        value = self.value()
        if value is None or value not in {key for key, _name in self.lookup_choices}:
            return queryset
        return self.narrow(queryset, value, request)


class OpenFilter(_Filter):
    """Open cases, unless somebody looks for one by its status or by words."""

    title = _("state")
    parameter_name = "state"

    def offers(self) -> list[tuple[str, Any]]:
        """Closed ones and all; open is what one gets without a choice."""
        return [("closed", _("Closed")), ("all", _("All"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Narrow down to open or closed."""
        match self.value():
            case "closed":
                return queryset.filter(status__in=ENDED)
            case "all":
                return queryset
            case _ if request.GET.get("status") or request.GET.get("q"):
                return queryset
            case _:
                return queryset.open()

    def choices(self, changelist: Any) -> Any:
        """Name the first choice after what it does."""
        for choice in super().choices(changelist):
            is_default = choice["query_string"] == changelist.get_query_string(remove=[self.parameter_name])
            yield {**choice, "display": _("Open")} if is_default else choice


class StatusFilter(_Filter):
    """One status."""

    title = _("status")
    parameter_name = "status"

    def offers(self) -> list[tuple[str, Any]]:
        """Every status."""
        return list(STATUSES)

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of the status."""
        return cases.filter(status=value)


class PriorityFilter(_Filter):
    """One priority."""

    title = _("priority")
    parameter_name = "priority"

    def offers(self) -> list[tuple[str, Any]]:
        """Every priority."""
        return [(str(level), name) for level, name in PRIORITIES]

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of the priority."""
        return cases.filter(priority=int(value))


class OwnerFilter(_Filter):
    """Whose the cases are."""

    title = _("owner")
    parameter_name = "owner"

    def offers(self) -> list[tuple[str, Any]]:
        """Me, nobody, others."""
        return [("me", _("Me")), ("nobody", _("Nobody")), ("others", _("Others"))]

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:
        """Cases of that owner."""
        mine = Q(owner=request.user.pk)
        conditions = {"me": mine, "nobody": Q(owner=None), "others": ~mine & Q(owner__isnull=False)}
        return cases.filter(conditions[value])


class AttentionFilter(_Filter):
    """What somebody has to look at."""

    title = _("attention")
    parameter_name = "attention"

    def offers(self) -> list[tuple[str, Any]]:
        """What can be wrong."""
        return [
            ("escalated", _("Escalated")),
            ("closing", _("Closes within 24 hours")),
            ("call", _("Call awaited")),
            ("nobodys", _("Resubmission requested")),
            ("clock", _("Clock failed")),
            ("unreached", _("Reminder reached nobody")),
        ]

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of which it is true."""
        match value:
            case "escalated":
                return cases.open().filter(escalated_at__isnull=False)
            case "closing":
                return cases.filter(pk__in=closing_today(cases.order_by(), business_now()))
            case "call":
                return cases.filter(call__isnull=False)
            case "nobodys":
                return cases.open().filter(requestor__isnull=True)
            case "clock":
                return cases.filter(clock_failed_at__isnull=False)
            case _:
                return reminder_reached_nobody(cases)


class TargetFilter(_Filter):
    """Where the target of the first response stands."""

    title = _("first response")
    parameter_name = "target"

    def offers(self) -> list[tuple[str, Any]]:
        """Every state of a target."""
        return list(TARGET_STATES.items())

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases whose target stands so."""
        return in_target_state(cases, TargetState(value), business_now())


class ProductFilter(_Filter):
    """One product."""

    title = _("product")
    parameter_name = "product"

    def offers(self) -> list[tuple[str, Any]]:
        """Every product, in the catalogue's order."""
        return list(Product.objects.order_by("position", "pk").values_list("code", "name"))

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of the product."""
        return cases.filter(license__product__code=value)


class PlanFilter(_Filter):
    """The success plan in force."""

    title = _("success plan")
    parameter_name = "plan"

    def offers(self) -> list[tuple[str, Any]]:
        """Every plan."""
        return list(PLANS)

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of licenses that are under the plan now."""
        return cases.filter(license__in=licenses_under(Plan(value), business_now()))


class RegionFilter(_Filter):
    """One region."""

    title = _("region")
    parameter_name = "region"

    def offers(self) -> list[tuple[str, Any]]:
        """Every region."""
        return list(Region.objects.order_by("name").values_list("code", "name"))

    def narrow(self, cases: CaseQuerySet, value: str, request: HttpRequest) -> CaseQuerySet:  # noqa: ARG002 -- as above
        """Cases of accounts in the region."""
        return cases.filter(account__country__region=value)
