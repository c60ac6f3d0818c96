"""Success teams: the form gives a place, and lets somebody leave it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from entitlements import operations
from entitlements.admin.pages import EntitlementAdmin
from entitlements.models import TeamMember
from entitlements.teams import TeamRole
from entitlements.wording import TEAM_ROLES
from portal.accounts.admin_access import RefusableForm
from portal.accounts.models import Account, User


class NewPlaceForm(RefusableForm):
    """A place in an account's team, and who takes it."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.order_by("name", "pk"))
    role = forms.ChoiceField(label=_("Place"), choices=TEAM_ROLES)
    member = forms.ModelChoiceField(
        label=_("Member"),
        queryset=User.objects.filter(is_staff=True, is_active=True).order_by("email"),
        help_text=_("Who held the place leaves it. Customers see the name while they have Ultimate."),
    )

    class Meta:
        model = TeamMember
        fields = ("account", "role", "member")


class LeavingForm(RefusableForm):
    """The end of a place."""

    is_sure = forms.BooleanField(label=_("Leaves the team now"))

    class Meta:
        model = TeamMember
        fields: tuple[str, ...] = ()


@admin.register(TeamMember)
class TeamMemberAdmin(EntitlementAdmin):
    """Who looks after an account by name."""

    list_display = ("account", "role", "member", "since", "until")
    list_filter = ("role", ("until", admin.EmptyFieldListFilter))
    list_select_related = ("account", "member")
    search_fields = ("account__name", "member__name", "member__email")
    ordering = ("account__name", "role", "-since", "pk")
    _facts = ("account", "role", "member", "since", "until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMember]:
        """Load places with what names them."""
        return super().get_queryset(request).select_related("account", "member")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers end a place that is still held."""
        return self.changes(request) and (obj is None or obj.until is None)

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask who takes a new place; of a held one, whether it ends."""
        return LeavingForm if row else NewPlaceForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show who holds the place; to who may end it, how."""
        if obj is None:
            return NewPlaceForm.Meta.fields
        return (*self._facts, *(("is_sure",) if self.has_change_permission(request, obj) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the place itself as text."""
        return self._facts if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> TeamMember:
        """Give a place, or end it."""
        said = form.cleaned_data
        if not is_new:
            return operations.leave_team(form.instance, actor=actor, now=now)
        return operations.appoint_to_team(
            said["account"], TeamRole(said["role"]), said["member"], actor=actor, now=now
        )
