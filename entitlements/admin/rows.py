"""Rows of one table on the page of another."""

from typing import ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest

from entitlements.models import Invitation, License, Person, Seat, TeamMember, Term
from portal.accounts.admin_access import (
    StaffReads,
    TabularInline,
)


class _Rows(StaffReads, TabularInline):
    """Rows shown on the page of what they belong to; their own pages change them."""

    template = "admin/entitlements/rows.html"
    extra = 0
    can_delete = False


class TermRows(_Rows):
    """The terms of a license, newest first."""

    model = Term
    fields = ("first_on", "last_on", "plan")
    ordering = ("-first_on", "pk")


class SeatRows(_Rows):
    """The seats of a license or of a person, active ones first."""

    model = Seat
    fields: ClassVar[tuple[str, ...]] = ("user", "added_at", "removed_at")
    readonly_fields = fields
    ordering = ("-removed_at", "-added_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Load the seats with what a row names."""
        return super().get_queryset(request).select_related("user", "license__account", "license__product")


class PersonSeatRows(SeatRows):
    """The seats of a person."""

    fields = ("license", "added_at", "removed_at")
    readonly_fields = fields


class InvitationRows(_Rows):
    """The invitations of a license, newest first: each open one holds a seat."""

    model = Invitation
    fields: ClassVar[tuple[str, ...]] = (
        "address",
        "invited_by",
        "made_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    readonly_fields = fields
    ordering = ("-made_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Load the invitations with what a row names."""
        return (
            super().get_queryset(request).select_related("invited_by", "license__account", "license__product")
        )


class LicenseRows(_Rows):
    """The licenses of an account."""

    model = License
    fields = ("product", "added_at")
    ordering = ("product__position", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[License]:
        """Load the licenses with what a row names."""
        return super().get_queryset(request).select_related("account", "product")


class TeamRows(_Rows):
    """Who is in the success team of an account, and who was."""

    model = TeamMember
    fields = ("role", "member", "since", "until")
    ordering = ("-until", "role", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMember]:
        """Load the places with what a row names."""
        return super().get_queryset(request).select_related("account", "member")


class PersonRows(_Rows):
    """The people of an account."""

    model = Person
    fk_name = "account"
    fields = ("email", "name", "may_file_cases", "sees_account_cases", "may_request", "is_active")
    ordering = ("email", "pk")
