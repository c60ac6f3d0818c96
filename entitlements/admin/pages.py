"""The pages: accounts, people, licenses, products, access and history."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from entitlements import operations
from entitlements.admin.rows import (
    InvitationRows,
    LicenseRows,
    PersonRows,
    PersonSeatRows,
    SeatRows,
    TeamRows,
    TermRows,
)
from entitlements.admin.standing import LicenseList, standing_of
from entitlements.forms.staff import (
    AccountForm,
    LicenseForm,
    NewAccountForm,
    NewPersonForm,
    PersonForm,
)
from entitlements.models import AccessGrant, EntitlementEvent, License, Person, Product
from entitlements.wording import EVENT_NAMES, refusal_text
from portal.accounts.admin_access import (
    ModelAdmin,
    OperationAdmin,
    PasswordPage,
    RefusableForm,
    StaffReads,
    is_superuser,
)
from portal.accounts.models import Account, User


@admin.register(Product)
class ProductAdmin(StaffReads, ModelAdmin):
    """The products, to read."""

    list_display = ("name", "family", "former_name", "code")
    ordering = ("position", "pk")


class EntitlementAdmin(OperationAdmin):
    """An OperationAdmin with the words of entitlements."""

    refusal_words = staticmethod(lambda error: refusal_text(error, to_staff=True))


@admin.register(Account)
class AccountAdmin(EntitlementAdmin):
    """Customers' accounts."""

    list_display = ("name", "country", "region", "administrator")
    list_filter = ("country__region",)
    list_select_related = ("country__region", "administrator")
    search_fields = ("name",)
    ordering = ("name", "pk")
    readonly_fields = ("created_at", "next_steps")

    @admin.display(description=_("Region"))
    def region(self, account: Account) -> str:
        """The region that serves the account."""
        return account.country.region.name

    @admin.display(description=_("Next"))
    def next_steps(self, account: Account) -> SafeString:
        """Ways to add what belongs to the account."""
        return _links(
            (_("Add a person"), "admin:entitlements_person_add", "account", account.pk),
            (_("Add a license"), "admin:entitlements_license_add", "account", account.pk),
            (_("Fill a place in the team"), "admin:entitlements_teammember_add", "account", account.pk),
        )

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask for an administrator only where there are people."""
        return AccountForm if row else NewAccountForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what the form asks, and to who may change it the ways on."""
        fields = ["name", "country", "time_zone", "language"]
        if obj is None:
            return fields
        return [*fields, "administrator", "created_at", *(["next_steps"] if self.changes(request) else [])]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show people and licenses of an account that exists."""
        return [LicenseRows, TeamRows, PersonRows] if obj else []

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> Account:
        """Open or change an account, and appoint its administrator."""
        said = form.cleaned_data
        facts = {name: said[name] for name in ("name", "country", "time_zone", "language")}
        if is_new:
            return operations.open_account(**facts, actor=actor, now=now)
        account = operations.change_account(form.instance, **facts, actor=actor, now=now)
        appointed = said["administrator"]
        if appointed is None or appointed.pk == account.administrator_id:
            return account
        return operations.appoint_administrator(account, appointed, actor=actor, now=now)


@admin.register(Person)
class PersonAdmin(EntitlementAdmin, PasswordPage):
    """People of customers' accounts: who they are and what they may do."""

    list_display = ("email", "name", "account", "may_file_cases", "sees_account_cases", "is_active")
    list_filter = ("is_active", "may_file_cases", "sees_account_cases", "may_request")
    list_select_related = ("account",)
    search_fields = ("email", "name", "account__name")
    ordering = ("email", "pk")
    readonly_fields = ("password_page", "last_login", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Load people with an account."""
        return super().get_queryset(request).filter(account__isnull=False).select_related("account")

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask for the account only of a new person: nobody moves to another one."""
        return PersonForm if row else NewPersonForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the account of who exists as text."""
        return (*self.readonly_fields, "account") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask who a new person is; of who exists show also what they may do."""
        fields = ["account", "email", "name", "language", "time_zone"]
        if obj is None:
            return [(None, {"fields": fields})]
        permissions = ["may_file_cases", "sees_account_cases", "may_request", "is_active"]
        shown = self.readonly_fields if is_superuser(request) else self.readonly_fields[1:]
        return [(None, {"fields": [*fields, *permissions, *shown]})]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the seats of who exists."""
        return [PersonSeatRows] if obj else []

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> User:
        """Add a person, or set who they are and what they may do."""
        said = form.cleaned_data
        facts = {"name": said["name"], "language": said["language"], "time_zone": said["time_zone"]}
        if is_new:
            return operations.add_person(said["account"], said["email"], **facts, actor=actor, now=now)
        person = operations.change_person(form.instance, email=said["email"], **facts, actor=actor, now=now)
        operations.set_contact_permissions(
            person,
            may_file_cases=said["may_file_cases"],
            sees_account_cases=said["sees_account_cases"],
            may_request=said["may_request"],
            actor=actor,
            now=now,
        )
        return operations.set_sign_in(person, is_active=said["is_active"], actor=actor, now=now)


class HistoryAdmin(EntitlementAdmin):
    """Rows that are added and never changed."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: a row stays as it was made."""
        return False


@admin.register(License)
class LicenseAdmin(HistoryAdmin):
    """Licenses, with their terms and seats."""

    form = LicenseForm
    list_display = ("account", "product", "plan", "seats_taken", "added_at")
    list_filter = ("product",)
    list_select_related = ("account__country__region", "product")
    search_fields = ("account__name", "product__name")
    ordering = ("account__name", "product__position", "pk")
    readonly_fields = ("plan", "seats_taken", "added_at", "next_steps")

    @admin.display(description=_("Success plan"))
    def plan(self, license_: License) -> str:
        """The plan of the term in force."""
        return standing_of(license_).plan

    @admin.display(description=_("Seats"))
    def seats_taken(self, license_: License) -> str:
        """How many seats are taken, of how many, and how many are too many."""
        return standing_of(license_).seats

    @admin.display(description=_("Next"))
    def next_steps(self, license_: License) -> SafeString:
        """Ways to add what belongs to the license."""
        return _links(
            (_("Add a term"), "admin:entitlements_term_add", "license", license_.pk),
            (_("Add a named contact"), "admin:entitlements_seat_add", "license", license_.pk),
            (_("Invite a contact"), "admin:entitlements_invitation_add", "license", license_.pk),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[License]:
        """Load licenses with what names them, and the terms that say where they stand."""
        licenses = super().get_queryset(request)
        return licenses.select_related("account__country__region", "product").prefetch_related("terms")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:  # noqa: ARG002 -- Django's
        """List licenses with where they stand."""
        return LicenseList

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what the form asks, and to who may change it the ways on."""
        fields = ["account", "product"]
        if obj is None:
            return fields
        return [
            *fields,
            "plan",
            "seats_taken",
            "added_at",
            *(["next_steps"] if self.changes(request) else []),
        ]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show terms, seats and invitations of a license that exists."""
        return [TermRows, SeatRows, InvitationRows] if obj else []

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> License:
        """Add a license."""
        assert is_new
        said = form.cleaned_data
        return operations.add_license(said["account"], said["product"], actor=actor, now=now)


@admin.register(AccessGrant)
class AccessGrantAdmin(StaffReads, ModelAdmin):
    """What customers let support look into; they alone grant and end it (SPEC 3.3)."""

    list_display = ("environment", "license", "scope", "granted_by", "granted_at", "until", "revoked_at")
    list_filter = ("license__product", ("license", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("license__account", "license__product", "granted_by")
    search_fields = ("environment", "license__account__name")
    ordering = ("-granted_at", "-pk")
    fields = (
        "license",
        "environment",
        "scope",
        "granted_by",
        "granted_at",
        "until",
        "revoked_at",
        "revoked_by",
    )
    readonly_fields = fields


@admin.register(EntitlementEvent)
class EntitlementEventAdmin(StaffReads, ModelAdmin):
    """The history of what accounts are entitled to, newest first."""

    list_display = ("occurred_at", "what", "account", "product", "actor")
    list_filter = ("kind",)
    list_select_related = ("account", "license__product", "actor")
    search_fields = ("account__name",)
    ordering = ("-pk",)
    fields = ("occurred_at", "what", "account", "product", "actor", "facts")
    readonly_fields = fields

    @admin.display(description=_("What"), ordering="kind")
    def what(self, event: EntitlementEvent) -> str:
        """The kind of event in words."""
        return str(EVENT_NAMES.get(event.kind, event.kind))

    @admin.display(description=_("Product"))
    def product(self, event: EntitlementEvent) -> str:
        """The product of the license that the event is about."""
        return event.license.product.name if event.license else "–"

    @admin.display(description=_("Details"))
    def facts(self, event: EntitlementEvent) -> SafeString:
        """The event's details, one line each; people stand there by key."""
        return format_html_join("", "<div>{}: {}</div>", sorted(event.detail.items()))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntitlementEvent]:
        """Load events with what a page of one names."""
        events = super().get_queryset(request)
        return events.select_related("account", "license__product", "license__account", "actor")


def _links(*steps: tuple[Any, str, str, int]) -> SafeString:
    return format_html_join(
        " · ",
        '<a href="{}?{}={}">{}</a>',
        ((reverse(name), key, value, text) for text, name, key, value in steps),
    )
