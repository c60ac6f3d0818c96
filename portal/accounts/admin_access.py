"""Who may do what in Django admin, and how its forms call operations (SPEC 5).

Staff read and change by their roles, through the same operations as everybody. Nobody deletes.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.keys import KEY_DIGITS
from portal.accounts.models import User
from portal.accounts.refusals import refusal_text
from portal.clock import business_now
from portal.errors import DomainError

# The types know which model a form or an admin is of; Django's classes cannot be asked while running.
if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    DjangoUserAdmin = UserAdmin[Any]
else:
    ModelForm, ModelAdmin, TabularInline = forms.ModelForm, admin.ModelAdmin, admin.TabularInline
    DjangoUserAdmin = UserAdmin

_BEYOND_KEYS = re.compile(rf"\d{{{KEY_DIGITS + 1}}}")
# Columns that nobody may find out letter by letter.
_SECRETS = frozenset({"password", "session_key", "token", "token_hash", "nonce", "lease_token", "blob"})


class StaffReads:
    """Mixin for a ModelAdmin or an inline: whoever of `readers` sees the rows, nobody changes them."""

    # Every role of staff, unless a subclass names fewer.
    readers: frozenset[StaffGroup] = frozenset(StaffGroup)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the app stands in the admin's index."""
        return bool(self.readers & staff_groups(request.user))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the readers see the rows."""
        return bool(self.readers & staff_groups(request.user))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: rows stay."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse numbers that no key reaches, on which the database would fail, and whatever is secret.

        Django lets a list narrow down by the key of a related row, and the key of a session is its secret.
        """
        if _BEYOND_KEYS.search(value) or _SECRETS & {*lookup.split("__")}:
            return False
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]  # ModelAdmin's
        return allowed


class RefusableForm(ModelForm):
    """A form that can show why the operation refused, with everything that was typed."""

    # Set on a subclass made for one request, by OperationAdmin.
    refusal: ClassVar[tuple[str, str] | None] = None

    def _post_clean(self) -> None:
        """Leave the instance alone: the operation changes it, and checks what goes beyond one field."""
        if self.refusal is None:
            return
        field, text = self.refusal
        self.add_error(field if field in self.fields else None, forms.ValidationError(text, code="refused"))


class OperationAdmin(StaffReads, ModelAdmin):
    """A ModelAdmin whose form calls an operation: whoever of `changers` adds and changes, the others see.

    A subclass says in `carry_out` which operation it is. A refusal rolls everything back and shows the form
    again, with what was typed, the reason, and the refusal's status.
    """

    # The superuser has every role.
    changers: frozenset[StaffGroup] = frozenset({StaffGroup.ENTITLEMENT_MANAGER})
    form: type[RefusableForm] = RefusableForm
    refusal_words: Callable[[DomainError], str] = staticmethod(refusal_text)
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the changers add."""
        return self.changes(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let the changers change."""
        return self.changes(request)

    def changes(self, request: HttpRequest) -> bool:
        """Tell whether who asks is one of the changers."""
        return bool(self.changers & staff_groups(request.user))

    def form_for(self, row: Model | None) -> type[RefusableForm]:  # noqa: ARG002 -- for subclasses
        """Choose the form: of a new row where `row` is None."""
        return self.form

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> Model:
        """Call the operation with what the form says and return the row it made or changed."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Carry the operation out; `obj`, which Django goes on with, becomes the row that it gave."""
        assert isinstance(request.user, User), "the admin lets nobody else in"
        row = self.carry_out(form, is_new=not change, actor=request.user, now=business_now())
        obj.__dict__.update(row.__dict__)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form, or carry it out; a refusal comes back as the form's error."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as error:
            field = str(getattr(error, "field", NON_FIELD_ERRORS))
            setattr(request, _REFUSAL, (field, self.refusal_words(error)))
            response = super().changeform_view(request, object_id, form_url, extra_context)
            response.status_code = error.http_status
            return response

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[RefusableForm]:
        """Make the form of this request, with the refusal that it must show, if there is one."""
        kwargs.setdefault("form", self.form_for(obj))
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refusal": getattr(request, _REFUSAL, None)})


class PasswordPage(DjangoUserAdmin):
    """Brings the admin's own page for setting somebody's password, at `…/password/`, and a way to it.

    It is the superuser's alone: whoever sets a password can read what its person reads.
    """

    filter_horizontal = ()
    add_fieldsets = ()

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Show the page to the superuser."""
        if not is_superuser(request):
            raise PermissionDenied
        response: HttpResponse = super().user_change_password(request, id, form_url)
        return response

    @admin.display(description=_("Password"))
    def password_page(self, person: User) -> SafeString:
        """The way to the page."""
        state = _("Change the password") if person.has_usable_password() else _("Set a password")
        return format_html('<a href="../password/">{}</a>', state)


_REFUSAL = "_refused_by_operation"


def is_superuser(request: HttpRequest) -> bool:
    """Tell whether the superuser asks: people of staff, their duties and every password are theirs alone."""
    user = request.user
    return user.is_authenticated and user.is_active and user.is_staff and user.is_superuser
