"""Add-ons and units that staff grant for a term."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accelerators import operations
from accelerators.models import UnitEntry, UnitGrant
from accelerators.models.units import MOST_UNITS
from accelerators.queries import lots
from accelerators.wording import add_on_names, refusal_text
from entitlements.add_ons import IN_UNITS, OF_THE_ACCOUNT, AddOn
from entitlements.models import AddOnGrant, License
from entitlements.wording import ADD_ON_NAMES, ADD_ONS
from portal.accounts.admin_access import OperationAdmin, RefusableForm, StaffReads, TabularInline
from portal.accounts.models import Account, User


def _licenses() -> QuerySet[License]:
    return License.objects.select_related("account", "product").order_by("account__name", "product__position")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=AdminDateWidget, help_text=_("Included."))


def _held_by_account() -> str:
    return gettext("Empty for what the whole account holds: %(add_ons)s.") % {
        "add_ons": add_on_names(OF_THE_ACCOUNT)
    }


class GrantForm(RefusableForm):
    """An add-on for some days."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.order_by("name", "pk"))
    license = forms.ModelChoiceField(
        label=_("License"),
        queryset=License.objects.none(),
        required=False,
        help_text=lazy(_held_by_account, str)(),
    )
    add_on = forms.ChoiceField(label=_("Add-on"), choices=ADD_ONS)
    first_on = _day(_("First day"))
    last_on = _day(_("Last day"))

    class Meta:
        model = AddOnGrant
        fields = ("account", "license", "add_on", "first_on", "last_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "license" in self.fields:
            self.fields["license"].queryset = _licenses()  # type: ignore[attr-defined]  # a ModelChoiceField


class EndingForm(RefusableForm):
    """The end of a grant before its last day."""

    is_sure = forms.BooleanField(label=_("It ends now; what was accepted goes on"))

    class Meta:
        model = AddOnGrant
        fields: tuple[str, ...] = ()


class _GrantAdmin(OperationAdmin):
    """What both kinds of grants share."""

    refusal_words = staticmethod(refusal_text)


@admin.register(AddOnGrant)
class AddOnGrantAdmin(_GrantAdmin):
    """Which account or license holds which add-on, from when to when."""

    list_display = ("add_on", "account", "license", "first_on", "last_on", "ends_at", "granted_by")
    list_filter = ("add_on",)
    list_select_related = ("account", "license__account", "license__product", "granted_by")
    search_fields = ("account__name",)
    ordering = ("-ends_at", "-pk")
    _facts = (*GrantForm.Meta.fields, "begins_at", "ends_at", "granted_at", "granted_by", "told_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AddOnGrant]:
        """Load grants with what names them."""
        grants = super().get_queryset(request)
        return grants.select_related("account", "license__account", "license__product", "granted_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers end a grant that is not over."""
        return self.changes(request) and (obj is None or obj.next_step_at is not None)

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask what a new grant is; of one that stands, whether it ends."""
        return EndingForm if row else GrantForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the facts, and to who may end it, how."""
        if obj is None:
            return GrantForm.Meta.fields
        return (*self._facts, *(("is_sure",) if self.has_change_permission(request, obj) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the grant itself as text."""
        return self._facts if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> AddOnGrant:
        """Grant, or end."""
        said = form.cleaned_data
        if not is_new:
            return operations.end_add_on(form.instance, actor=actor, now=now)
        return operations.grant_add_on(
            said["account"],
            AddOn(said["add_on"]),
            license_=said["license"],
            first_on=said["first_on"],
            last_on=said["last_on"],
            actor=actor,
            now=now,
        )


class UnitGrantForm(RefusableForm):
    """Units for some days."""

    license = forms.ModelChoiceField(label=_("License"), queryset=License.objects.none())
    add_on = forms.ChoiceField(
        label=_("Add-on"), choices=[(each.value, ADD_ON_NAMES[each]) for each in AddOn if each in IN_UNITS]
    )
    units = forms.IntegerField(
        label=_("Units"),
        min_value=1,
        max_value=MOST_UNITS,
        help_text=_("Sessions of Mentor Sessions, hours of Developer Boost."),
    )
    first_on = _day(_("First day"))
    last_on = _day(_("Last day"))

    class Meta:
        model = UnitGrant
        fields = ("license", "add_on", "first_on", "last_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "license" in self.fields:
            self.fields["license"].queryset = _licenses()  # type: ignore[attr-defined]  # a ModelChoiceField


class EntryRows(StaffReads, TabularInline):
    """The ledger of a grant, oldest line first."""

    model = UnitEntry
    extra = 0
    can_delete = False
    fields = ("occurred_at", "kind", "units", "request", "actor")
    readonly_fields = fields
    ordering = ("pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitEntry]:
        """Load the lines with what a row names."""
        return super().get_queryset(request).select_related("request", "actor")


@admin.register(UnitGrant)
class UnitGrantAdmin(_GrantAdmin):
    """Units that licenses got, each with its ledger."""

    form = UnitGrantForm
    list_display = ("license", "add_on", "left", "first_on", "last_on", "granted_by")
    list_filter = ("add_on",)
    list_select_related = ("license__account", "license__product", "granted_by")
    search_fields = ("license__account__name",)
    ordering = ("-ends_at", "-pk")
    list_per_page = 25
    _facts = ("license", "add_on", "left", "first_on", "last_on", "granted_at", "granted_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitGrant]:
        """Load grants with what names them."""
        grants = super().get_queryset(request)
        return grants.select_related("license__account", "license__product", "granted_by")

    @admin.display(description=_("Left"))
    def left(self, grant: UnitGrant) -> str:
        """How many are left of how many."""
        [lot] = lots([grant])
        return f"{lot.left} / {lot.granted}"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: the ledger tells what became of them."""
        return False

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the ledger of a grant that exists."""
        return [EntryRows] if obj else []

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask only for a new grant."""
        return RefusableForm if row else UnitGrantForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show of a grant what the list shows."""
        return self._facts if obj else ("license", "add_on", "units", "first_on", "last_on")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """A grant that exists is text."""
        return self._facts if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> UnitGrant:
        """Grant units."""
        assert is_new
        said = form.cleaned_data
        return operations.grant_units(
            said["license"],
            AddOn(said["add_on"]),
            units=said["units"],
            first_on=said["first_on"],
            last_on=said["last_on"],
            actor=actor,
            now=now,
        )
