"""Named contacts: the seats that people hold, and the invitations that keep one for an address (SPEC 3.4)."""

from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from entitlements import operations
from entitlements.admin.pages import EntitlementAdmin
from entitlements.forms.staff import InvitationForm, NewInvitationForm, SeatForm, SeatsEndForm
from entitlements.invitations import InvitationState
from entitlements.models import Invitation, Seat
from entitlements.models.invitations import InvitationQuerySet
from entitlements.wording import INVITATION_STATES, invitation_on_its_way, seat_is_theirs
from portal.accounts.admin_access import RefusableForm
from portal.accounts.models import User
from portal.clock import business_now


class ContactAdmin(EntitlementAdmin):
    """Pages that may make a row of another page: an invited colleague is seated, a replaced contact leaves.

    Then the answer says so and leads to that row.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Carry the operation out, and remember which row it made."""
        assert isinstance(request.user, User), "the admin lets nobody else in"
        made = self.carry_out(form, is_new=not change, actor=request.user, now=business_now())
        if isinstance(made, self.model) and obj.pk in (None, made.pk):
            obj.__dict__.update(made.__dict__)
        setattr(request, _MADE, made)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:  # noqa: ARG002 -- Django's
        """Log the row that was made."""
        return super().log_addition(request, getattr(request, _MADE), message)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the row that was made."""
        return self._led_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Lead to the row that was made, if it is another one."""
        return self._led_on(request, obj) or super().response_change(request, obj)

    def _led_on(self, request: HttpRequest, obj: Any) -> HttpResponse | None:
        made: Seat | Invitation = getattr(request, _MADE)
        if isinstance(made, self.model) and made.pk == obj.pk:
            return None
        if isinstance(made, Seat):
            words = seat_is_theirs(made.user.name or made.user.email)
        else:
            words = invitation_on_its_way(made.address)
        self.message_user(request, words, messages.SUCCESS)
        return redirect(f"admin:entitlements_{made._meta.model_name}_change", made.pk)


_MADE = "_made_by_operation"


class ActiveSeats(admin.SimpleListFilter):
    """Seats that are held, or were."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer both states."""
        return [("active", _("active")), ("removed", _("removed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Seat]) -> QuerySet[Seat]:  # noqa: ARG002 -- Django's
        """Narrow to the chosen state."""
        if self.value() not in {"active", "removed"}:
            return queryset
        return queryset.filter(removed_at__isnull=self.value() == "active")


@admin.register(Seat)
class SeatAdmin(ContactAdmin):
    """Named contacts: the form adds a seat, and ends one: its open cases, or the seat too, go to another."""

    list_display = ("user", "license", "added_at", "removed_at")
    list_filter = (ActiveSeats, "license__product")
    list_select_related = ("user", "license__account", "license__product")
    search_fields = ("user__email", "user__name", "license__account__name")
    ordering = ("license__account__name", "license__product__position", "user__email", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seat]:
        """Load seats with what names them."""
        seats = super().get_queryset(request)
        return seats.select_related("user", "license__account", "license__product")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers end a seat that is still held."""
        return self.changes(request) and (obj is None or obj.removed_at is None)

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask for license and person of a new seat; of a held one, who takes over."""
        return SeatsEndForm if row else SeatForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show who holds the seat; to who may end it, how."""
        if obj is None:
            return ("license", "user")
        ending = SeatsEndForm.ASKED if self.has_change_permission(request, obj) else ()
        return ("license", "user", "added_at", "removed_at", *ending)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the seat itself as text."""
        return ("license", "user", "added_at", "removed_at") if obj else ()

    def carry_out(
        self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime
    ) -> Seat | Invitation:
        """Add a named contact, remove one, or give the seat to another."""
        said = form.cleaned_data
        if is_new:
            return operations.add_named_contact(said["license"], said["user"], actor=actor, now=now)
        leaving = {"successor": said["successor"], "keeps_sign_in": said["keeps_sign_in"]}
        if said["address"]:
            return operations.replace_contact(form.instance, said["address"], actor=actor, now=now, **leaving)
        return operations.remove_named_contact(form.instance, actor=actor, now=now, **leaving)


class InvitationStateFilter(admin.SimpleListFilter):
    """Invitations that wait, and what became of the others."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer every state."""
        return [(state.value, words) for state, words in INVITATION_STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:  # noqa: ARG002 -- Django's
        """Narrow to the chosen state."""
        chosen = self.value()
        if chosen not in set(InvitationState):
            return queryset
        assert isinstance(queryset, InvitationQuerySet)
        return queryset.in_state(InvitationState(chosen), business_now())


@admin.register(Invitation)
class InvitationAdmin(ContactAdmin):
    """Invitations: the form keeps a seat and mails a link, mails it again, or takes it back.

    The link stands in the mail alone: no page shows it.
    """

    list_display = ("address", "license", "state", "invited_by", "made_at", "expires_at")
    list_filter = (InvitationStateFilter, "license__product")
    list_select_related = ("license__account", "license__product", "invited_by")
    search_fields = ("address", "license__account__name")
    ordering = ("-made_at", "-pk")
    _facts = (
        "license",
        "address",
        "state",
        "invited_by",
        "made_at",
        "sent_again_at",
        "expires_at",
        "accepted_at",
        "contact",
        "revoked_at",
    )

    @admin.display(description=_("State"))
    def state(self, invitation: Invitation) -> Any:
        """Whether it waits, or what became of it."""
        return INVITATION_STATES[InvitationState(invitation.state)]  # type: ignore[attr-defined]  # get_queryset's

    @admin.display(description=_("Accepted by"))
    def contact(self, invitation: Invitation) -> str:
        """Who has the seat now."""
        return str(invitation.accepted_by or "–")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:  # noqa: ARG002 -- Django's
        """Load invitations with what names them, as they stand now."""
        rows = Invitation.objects.with_state(business_now())
        rows = rows.select_related("license__account", "license__product", "invited_by", "accepted_by")
        return rows.order_by(*self.ordering)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let the changers decide about one that nobody has used or revoked, in time or not."""
        return self.changes(request) and (obj is None or obj.is_pending)

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask whom to invite; of an invitation that stands, what becomes of it."""
        return InvitationForm if row else NewInvitationForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the facts, and to who may decide the decision."""
        if obj is None:
            return NewInvitationForm.Meta.fields
        return (*self._facts, *(("decision",) if self.has_change_permission(request, obj) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the invitation itself as text."""
        return self._facts if obj else ()

    def carry_out(
        self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime
    ) -> Seat | Invitation:
        """Invite, send again or revoke."""
        said = form.cleaned_data
        if is_new:
            return operations.invite_contact(said["license"], said["address"], actor=actor, now=now)
        if said["decision"] == "revoke":
            return operations.revoke_invitation(form.instance, actor=actor, now=now)
        return operations.send_invitation_again(form.instance, actor=actor, now=now)
