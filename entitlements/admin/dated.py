"""Dated rows: targets, business hours, holidays and days off. Saving one says first whom it affects."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from entitlements import operations
from entitlements.admin.pages import EntitlementAdmin, HistoryAdmin
from entitlements.admin.what_applies import what_applies
from entitlements.business_time import MINUTES_OF_DAY, ClockKind
from entitlements.forms.dated import DatedForm, from_field, sure_field
from entitlements.models import DayOff, RegionHours, ResponseTarget
from entitlements.models.calendars import DayOffQuerySet
from entitlements.queries import accounts_in_region, accounts_under
from entitlements.targets import MOST_MINUTES, Priority, Service
from entitlements.wording import (
    CLOCKS,
    PRIORITIES,
    SERVICES,
    affected,
    read_hours,
    target_text,
    week_lines,
)
from portal.accounts.admin_access import RefusableForm
from portal.accounts.form_fields import zone_field
from portal.accounts.models import NAME_LENGTH, Region, User


class TargetForm(DatedForm):
    """A new target."""

    service = forms.ChoiceField(label=_("Service"), choices=SERVICES)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=lambda value: Priority(int(value))
    )
    clock = forms.ChoiceField(label=_("Clock"), choices=CLOCKS, help_text=_("When its minutes count."))
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=_("Empty for one business day."),
    )
    in_force_from = from_field()
    is_sure = sure_field()

    class Meta:
        model = ResponseTarget
        fields = ("service", "priority", "clock", "minutes", "in_force_from")

    def affected(self) -> str:
        """The accounts with a license under the service."""
        said = self.cleaned_data
        return affected(accounts_under(Service(said["service"]), said["in_force_from"]))


@admin.register(ResponseTarget)
class ResponseTargetAdmin(HistoryAdmin):
    """What a first response is promised in."""

    form = TargetForm
    change_list_template = "admin/entitlements/response_targets.html"
    list_display = ("service", "priority", "promise", "in_force_from", "made_by")
    list_filter = ("service", "priority")
    list_select_related = ("made_by",)
    ordering = ("service", "priority", "-in_force_from")

    @admin.display(description=_("First response"))
    def promise(self, target: ResponseTarget) -> str:
        """The target in words."""
        return target_text(target.clock, target.minutes)

    def get_urls(self) -> list[Any]:
        """Bring the page that computes what would apply."""
        view = self.admin_site.admin_view(what_applies)
        return [path("what-applies/", view, name="entitlements_what_applies"), *super().get_urls()]

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask only for a new row: one that exists is shown as text."""
        return RefusableForm if row else TargetForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show of a row what the list shows."""
        return self.list_display if obj else (*TargetForm.Meta.fields, "is_sure")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """A row that exists is text."""
        return self.list_display if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> ResponseTarget:
        """Add a target."""
        assert is_new
        said = form.cleaned_data
        return operations.add_response_target(
            Service(said["service"]),
            said["priority"],
            clock=ClockKind(said["clock"]),
            minutes=said["minutes"],
            in_force_from=said["in_force_from"],
            actor=actor,
            now=now,
        )


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


_HOURS_HELP = _("Write hours like 09:00-12:00, 13:00-17:00; leave a closed day empty.")


class _HoursField(forms.CharField):
    """The hours of one day, as people write them."""

    def __init__(self, label: Any, help_text: Any = "") -> None:
        super().__init__(label=label, required=False, max_length=200, help_text=help_text)

    def clean(self, value: Any) -> Any:
        """The stretches in minutes."""
        try:
            return read_hours(super().clean(value))
        except ValueError as error:
            raise ValidationError(_HOURS_HELP) from error


class HoursForm(DatedForm):
    """New weekly hours of a region."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.order_by("name"))
    monday = _HoursField(WEEKDAYS[0], help_text=_HOURS_HELP)
    tuesday = _HoursField(WEEKDAYS[1])
    wednesday = _HoursField(WEEKDAYS[2])
    thursday = _HoursField(WEEKDAYS[3])
    friday = _HoursField(WEEKDAYS[4])
    saturday = _HoursField(WEEKDAYS[5])
    sunday = _HoursField(WEEKDAYS[6])
    zone = zone_field(_("The hours and the days off are those of a clock there. Empty: the region's."))
    in_force_from = from_field()
    full_day_minutes = forms.IntegerField(
        label=_("Minutes of a business day"),
        min_value=1,
        max_value=MINUTES_OF_DAY,
        help_text=_("What a target of one business day counts: 690 for 06:00-17:30."),
    )
    is_sure = sure_field()

    class Meta:
        model = RegionHours
        fields = ("region", "zone", "in_force_from", "full_day_minutes")

    def affected(self) -> str:
        """The accounts of the region."""
        return affected(accounts_in_region(self.cleaned_data["region"]))


@admin.register(RegionHours)
class RegionHoursAdmin(HistoryAdmin):
    """When regions work."""

    form = HoursForm
    list_display = ("region", "hours", "zone_in_force", "full_day_minutes", "in_force_from", "made_by")
    list_filter = ("region",)
    list_select_related = ("region", "made_by")
    ordering = ("region", "-in_force_from")

    @admin.display(description=_("Hours"))
    def hours(self, row: RegionHours) -> str:
        """The week in words."""
        return "; ".join(f"{line.days} {line.hours}" for line in week_lines(row.week))

    @admin.display(description=_("Time zone"))
    def zone_in_force(self, row: RegionHours) -> str:
        """The zone that the hours are read in."""
        return row.zone_in_force

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask only for a new row: one that exists is shown as text."""
        return RefusableForm if row else HoursForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show of a row what the list shows."""
        return (
            self.list_display
            if obj
            else ("region", *_DAYS, "zone", "full_day_minutes", "in_force_from", "is_sure")
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """A row that exists is text."""
        return self.list_display if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> RegionHours:
        """Add a week of hours."""
        assert is_new
        said = form.cleaned_data
        return operations.add_region_hours(
            said["region"],
            in_force_from=said["in_force_from"],
            week=[said[day] for day in _DAYS],
            full_day_minutes=said["full_day_minutes"],
            zone=said["zone"],
            actor=actor,
            now=now,
        )


class NewDayOffForm(DatedForm):
    """A day on which nobody of a region works."""

    region = forms.ModelChoiceField(label=_("Region"), queryset=Region.objects.order_by("name"))
    day = forms.DateField(label=_("Day"), widget=AdminDateWidget)
    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, help_text=_("Customers read it where their target skips it.")
    )
    is_sure = sure_field()

    class Meta:
        model = DayOff
        fields = ("region", "day", "name")

    def affected(self) -> str:
        """The accounts of the region."""
        return affected(accounts_in_region(self.cleaned_data["region"]))


class DayOffForm(DatedForm):
    """What becomes of a day that stands."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[("confirm", _("Confirm: its date is certain")), ("strike", _("Strike: people work on it"))],
    )
    is_sure = sure_field()

    class Meta:
        model = DayOff
        fields: tuple[str, ...] = ()

    def affected(self) -> str:
        """The accounts of the region."""
        return affected(accounts_in_region(self.instance.region))


class DayOffState(admin.SimpleListFilter):
    """Days that count, wait for staff, or were struck."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer the three states."""
        return [
            ("counts", _("counts")),
            ("waits", _("waits for confirmation")),
            ("struck", _("struck")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[DayOff]) -> QuerySet[DayOff]:  # noqa: ARG002 -- Django's
        """Narrow to the chosen state."""
        assert isinstance(queryset, DayOffQuerySet)
        states = {
            "counts": queryset.in_force(),
            "waits": queryset.waiting(),
            "struck": queryset.filter(struck_at__isnull=False),
        }
        return states.get(self.value() or "", queryset)


@admin.register(DayOff)
class DayOffAdmin(EntitlementAdmin):
    """Holidays from the library, and days off from staff."""

    list_display = ("day", "name", "region", "state", "source", "source_version")
    list_filter = ("region", DayOffState, "source")
    list_select_related = ("region",)
    search_fields = ("name",)
    date_hierarchy = "day"
    ordering = ("day", "region", "pk")
    _facts = (
        "region",
        "day",
        "name",
        "state",
        "source",
        "source_version",
        "added_at",
        "added_by",
        "confirmed_at",
        "confirmed_by",
        "struck_at",
        "struck_by",
    )

    @admin.display(description=_("State"))
    def state(self, row: DayOff) -> Any:
        """Whether it counts."""
        if row.struck_at is not None:
            return _("struck")
        return _("counts") if row.counts else _("waits for confirmation")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers decide about a day that stands."""
        return self.changes(request) and (obj is None or obj.struck_at is None)

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask of a new day what it is; of one that stands, what becomes of it."""
        return DayOffForm if row else NewDayOffForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the facts, and to who may decide the decision."""
        if obj is None:
            return (*NewDayOffForm.Meta.fields, "is_sure")
        deciding = ("decision", "is_sure") if self.has_change_permission(request, obj) else ()
        return (*self._facts, *deciding)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the day itself as text."""
        return self._facts if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> DayOff:
        """Add, confirm or strike a day."""
        said = form.cleaned_data
        if is_new:
            return operations.add_day_off(said["region"], said["day"], said["name"], actor=actor, now=now)
        decide = {"confirm": operations.confirm_day_off, "strike": operations.strike_day_off}
        return decide[said["decision"]](form.instance, actor=actor, now=now)
