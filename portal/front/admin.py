"""The links between people and a provider of sign-ins, in Django admin."""

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.admin_access import ModelAdmin, StaffReads, is_superuser
from portal.accounts.identities import remove_identity
from portal.accounts.models import Identity, User
from portal.clock import business_now
from portal.notices.account_mail import FactorChange, announce_factor_change


@admin.register(Identity)
class IdentityAdmin(StaffReads, ModelAdmin):
    """Who is linked to whom at the provider: staff read it, the superuser ends a link."""

    # One at a time: each person is told.
    actions = None

    list_display = ("user", "email", "issuer", "subject", "linked_at", "used_at")
    list_filter = ("issuer",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "subject")
    ordering = ("user__email", "pk")
    fields = ("user", "issuer", "subject", "linked_at", "used_at")

    @admin.display(description=User._meta.get_field("email").verbose_name)
    def email(self, identity: Identity) -> str:
        """The address that the person has here."""
        return identity.user.email

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the superuser end a link."""
        return is_superuser(request)

    def delete_model(self, request: HttpRequest, obj: Identity) -> None:
        """End the link: its person is signed out everywhere and told; the admin's log keeps who did it."""
        assert isinstance(request.user, User), "the admin lets nobody else in"
        with transaction.atomic():
            person = remove_identity(obj, actor=request.user)
            announce_factor_change(person, FactorChange.IDENTITY_REMOVED, now=business_now())
