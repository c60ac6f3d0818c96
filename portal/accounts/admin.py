"""Regions, countries, people of staff and their duties in Django admin."""

from datetime import datetime
from typing import Any

from allauth.account import admin as allauth_admin
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as social_admin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.accounts import operations
from portal.accounts.admin_access import (
    ModelAdmin,
    ModelForm,
    OperationAdmin,
    PasswordPage,
    RefusableForm,
    StaffReads,
    is_superuser,
)
from portal.accounts.form_fields import RowByCode, language_field, zone_field
from portal.accounts.groups import StaffGroup
from portal.accounts.models import EMAIL_LENGTH, NAME_LENGTH, Country, Duty, Region, StaffMember, User

# Roles are fixed and addresses change in one way only: no hand-made groups, no second list of addresses;
# nobody reads or makes somebody else's second factor; and a provider is named by settings alone. Imported
# first, these register them; found again later, they do not.
_REGISTERED_BY = (auth_admin, allauth_admin, mfa_admin, social_admin)
_NOBODYS = (Group, EmailAddress, EmailConfirmation, Authenticator, SocialAccount, SocialApp, SocialToken)
for _model in _NOBODYS:
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class RegionForm(RefusableForm):
    """The number of a region; all else of it comes with the portal."""

    # Checked by the operation, so that what was typed is kept.
    hotline = forms.CharField(label=_("Hotline"), required=False)

    class Meta:
        model = Region
        fields = ("hotline",)


@admin.register(Region)
class RegionAdmin(OperationAdmin):
    """The regions: entitlement managers set their hotlines."""

    form = RegionForm
    list_display = ("name", "code", "time_zone", "hotline")
    ordering = ("name", "pk")
    fields = ("name", "code", "time_zone", "hotline")
    readonly_fields = ("name", "code", "time_zone")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: regions come with the portal."""
        return False

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> Region:  # noqa: ARG002 -- as above
        """Set the hotline."""
        return operations.set_hotline(form.instance, form.cleaned_data["hotline"], actor=actor)


@admin.register(Country)
class CountryAdmin(StaffReads, ModelAdmin):
    """The billing countries and their regions, to read."""

    list_display = ("code", "name", "region")
    list_filter = ("region",)
    list_select_related = ("region",)
    list_per_page = 300
    ordering = ("code",)


class StaffMemberForm(RefusableForm):
    """Who a person of staff is, and what they may do."""

    email = forms.EmailField(label=_("E-mail address"), max_length=EMAIL_LENGTH)
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    language = language_field()
    time_zone = zone_field()
    staff_groups = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=[(group.value, group.value) for group in StaffGroup],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    staff_mail = forms.BooleanField(label=_("Staff notices by mail too"), required=False, initial=True)
    is_active = forms.BooleanField(
        label=_("May sign in"),
        required=False,
        initial=True,
        help_text=_("Without it the person's open cases are released for others."),
    )

    class Meta:
        model = StaffMember
        fields = ("email", "name", "language", "time_zone", "staff_mail", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            names = self.instance.groups.values_list("name", flat=True)
            self.initial.setdefault("staff_groups", list(names))


@admin.register(StaffMember)
class StaffMemberAdmin(OperationAdmin, PasswordPage):
    """People of staff: their roles, their sign-in, their passwords."""

    form = StaffMemberForm
    list_display = ("email", "name", "roles", "is_active", "is_superuser", "last_login")
    list_filter = ("is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email", "pk")
    readonly_fields = ("password_page", "is_superuser", "last_login", "joined_at")

    def changes(self, request: HttpRequest) -> bool:
        """Tell whether the superuser asks: roles are theirs to give."""
        return is_superuser(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMember]:
        """Load people of staff with their roles."""
        return super().get_queryset(request).filter(is_staff=True).prefetch_related("groups")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask for the sign-in and show the rest only of who exists."""
        fields = ["email", "name", "language", "time_zone"]
        if obj is None:
            return [(None, {"fields": [*fields, "staff_groups"]})]
        facts = ["staff_mail", "is_active", "is_superuser", "last_login", "joined_at"]
        # The roles' boxes and the way to the password are for who may use them.
        may_change = self.has_change_permission(request, obj)
        shown = ["staff_groups", *facts, "password_page"] if may_change else ["roles", *facts]
        return [(None, {"fields": [*fields, *shown]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the roles as text to who only reads."""
        return (*self.readonly_fields, "roles")

    @admin.display(description=_("Roles"))
    def roles(self, person: StaffMember) -> str:
        """The roles by name."""
        return ", ".join(sorted(group.name for group in person.groups.all())) or "–"

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> User:
        """Add or change a person of staff."""
        said = form.cleaned_data
        groups = [StaffGroup(name) for name in said["staff_groups"]]
        if is_new:
            person = operations.add_staff(
                said["email"],
                said["name"],
                groups=groups,
                actor=actor,
                now=now,
                language=said["language"],
                time_zone=said["time_zone"],
            )
        else:
            person = User.objects.get(pk=form.instance.pk)
            operations.change_staff(
                person,
                email=said["email"],
                name=said["name"],
                language=said["language"],
                time_zone=said["time_zone"],
                staff_mail=said["staff_mail"],
                actor=actor,
                now=now,
            )
            operations.set_staff_groups(person, groups, actor=actor)
            operations.set_staff_sign_in(person, is_active=said["is_active"], actor=actor, now=now)
        return person


class DutyForm(ModelForm):
    """Hours of a person of staff."""

    region = RowByCode(label=_("Region"), queryset=Region.objects.order_by("name"))

    class Meta:
        model = Duty
        fields = ("user", "region", "starts", "ends")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            people = User.objects.filter(is_staff=True, is_active=True).order_by("email")
            self.fields["user"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField


@admin.register(Duty)
class DutyAdmin(StaffReads, ModelAdmin):
    """Who is on duty for a region, and when; no history hangs on it, so rows may go."""

    form = DutyForm
    list_display = ("region", "user", "starts", "ends")
    list_filter = ("region",)
    list_select_related = ("region", "user")
    ordering = ("region__name", "starts", "pk")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the superuser add."""
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the superuser change."""
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the superuser remove."""
        return is_superuser(request)
