"""The inbox of requests: who decides reads the goal, and says yes or no on the same page."""

import re
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, F, Model, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators import operations
from accelerators.lifecycle import Action, Status
from accelerators.models import EngagementRequest
from accelerators.models.requests import ANSWER_LENGTH, is_looked_after
from accelerators.models.units import MOST_UNITS
from accelerators.notices import grant_path, units_path
from accelerators.permissions import decides, is_to_grant, lacks_units, refusal_of, takes_units
from accelerators.queries import (
    canceller_of,
    events_of,
    hand_overs,
    is_in_units,
    units_left,
    units_used_by,
)
from accelerators.wording import ACTION_NAMES, EVENT_NAMES, hand_over_text, refusal_text, units_text
from entitlements.permissions import entitlements_refusal
from entitlements.queries import contacts_of
from portal.accounts.admin_access import OperationAdmin, RefusableForm
from portal.accounts.groups import CASE_WORKERS, StaffGroup
from portal.accounts.keys import KEY_DIGITS
from portal.accounts.models import User
from portal.accounts.wording import exact
from portal.clock import business_now

_NUMBER = re.compile(rf"\s*(?:[Rr]-)?(\d{{1,{KEY_DIGITS}}})\s*")
# Nothing for what awaits no decision; where nothing stands in an order, each database says differently.
_WAITING_SINCE = Case(When(status=Status.REQUESTED, then=F("asked_at")))
_DECISIONS = (Action.ACCEPT, Action.DECLINE, Action.CANCEL, Action.HAND_TO_COLLEAGUE)


class DecidingForm(RefusableForm):
    """What becomes of a request."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), choices=())
    answer = forms.CharField(
        label=gettext_lazy("Answer"),
        required=False,
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text=gettext_lazy("The customer reads it. Needed to decline or cancel: why."),
    )
    units = forms.IntegerField(
        label=gettext_lazy("Units"),
        required=False,
        min_value=1,
        max_value=MOST_UNITS,
        help_text=gettext_lazy("On accepting what is counted in units: how many it takes."),
    )
    colleague = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"),
        queryset=User.objects.none(),
        required=False,
        help_text=gettext_lazy("On handing over: another active contact of the product."),
    )

    class Meta:
        model = EngagementRequest
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "decision" not in self.fields:
            return
        possible = [action for action in _DECISIONS if self._is_possible(action)]
        field = self.fields["decision"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(action.value, ACTION_NAMES[action]) for action in possible]
        people = self.fields["colleague"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = contacts_of(self.instance.license_id).exclude(pk=self.instance.requester_id)
        if Action.ACCEPT not in possible or not takes_units(self.instance, business_now()):
            del self.fields["units"]

    def _is_possible(self, action: Action) -> bool:
        actor = self.actor
        return actor is not None and refusal_of(action, self.instance, actor, business_now()) is None

    # Set on a subclass made for one request, by the admin.
    actor: User | None = None

    def clean(self) -> dict[str, Any]:
        """Ask for the colleague where the request is handed over."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("decision") == Action.HAND_TO_COLLEAGUE and not said.get("colleague"):
            self.add_error("colleague", _("Choose an active named contact of the product."))
        return said


class Mine(admin.SimpleListFilter):
    """Requests to look at: the pool's stand with a success manager's own, lest nobody see them."""

    title = gettext_lazy("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer one's own accounts with the pool's, and all the others."""
        return [
            ("mine", gettext_lazy("my accounts, and those without a team")),
            ("others", gettext_lazy("other accounts")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[EngagementRequest]
    ) -> QuerySet[EngagementRequest]:
        """Narrow to the chosen ones."""
        if self.value() not in {"mine", "others"} or not isinstance(request.user, User):
            return queryset
        mine = is_looked_after(request.user, business_now())
        return queryset.filter(mine) if self.value() == "mine" else queryset.exclude(mine)


class OpenFilter(admin.SimpleListFilter):
    """Requests that await a decision, are open, or all."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer those to decide, open ones, and those that are over."""
        return [
            ("undecided", gettext_lazy("to decide")),
            ("open", gettext_lazy("open")),
            ("over", gettext_lazy("over")),
        ]

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's
        queryset: QuerySet[EngagementRequest],
    ) -> QuerySet[EngagementRequest]:
        """Narrow to the chosen state."""
        match self.value():
            case "undecided":
                return queryset.filter(status=Status.REQUESTED)
            case "open":
                return queryset.filter(ended_at__isnull=True)
            case "over":
                return queryset.filter(ended_at__isnull=False)
        return queryset


@admin.register(EngagementRequest)
class EngagementRequestAdmin(OperationAdmin):
    """What customers ask for; who decides for the account answers here."""

    # Entitlement managers see of them what they are to grant.
    readers = CASE_WORKERS | {StaffGroup.SUCCESS_MANAGER, StaffGroup.ENTITLEMENT_MANAGER}
    form = DecidingForm
    refusal_words = staticmethod(refusal_text)
    list_display = ("number", "thing", "account", "product", "status", "requester", "asked_at")
    list_filter = (OpenFilter, Mine, "status", "license__product")
    search_fields = ("license__account__name", "row__name")
    # What awaits a decision longest stands first; of the rest what was asked last.
    ordering = (_WAITING_SINCE.asc(nulls_last=True), "-asked_at", "-pk")
    # What is read before a decision, and what beside it.
    _asked = ("thing", "account", "product", "goal", "wished_from", "wished_until", "units_at_hand")
    _facts = (
        "status",
        "requester",
        "asked_by",
        "asked_at",
        "answered",
        "decided_by",
        "decided_at",
        "taken_back",
        "past",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[EngagementRequest]:
        """Load the requests that the person may see."""
        assert isinstance(request.user, User)
        return EngagementRequest.objects.visible_to(request.user, business_now()).for_display()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[EngagementRequest], search_term: str
    ) -> tuple[QuerySet[EngagementRequest], bool]:
        """Find a request by its number, however it is written, or by account and thing."""
        if number := _NUMBER.fullmatch(search_term):
            return queryset.filter(pk=int(number[1])), False
        found: tuple[QuerySet[EngagementRequest], bool] = super().get_search_results(
            request, queryset, search_term
        )
        return found

    @admin.display(description=gettext_lazy("What"), ordering="row__name")
    def thing(self, request: EngagementRequest) -> str:
        """What was asked for."""
        return request.row.name

    @admin.display(description=gettext_lazy("Account"), ordering="license__account__name")
    def account(self, request: EngagementRequest) -> str:
        """Who asks."""
        return request.license.account.name

    @admin.display(description=gettext_lazy("Product"))
    def product(self, request: EngagementRequest) -> str:
        """For what."""
        return request.license.product.name

    @admin.display(description=gettext_lazy("Answered"))
    def answered(self, request: EngagementRequest) -> str:
        """What was said to the customer with the decision."""
        return request.answer or "–"

    @admin.display(description=gettext_lazy("Why it was taken back"))
    def taken_back(self, request: EngagementRequest) -> str:
        """What whoever cancelled it said, and who that was."""
        if not request.cancel_reason:
            return "–"
        return f"{request.cancel_reason} ({canceller_of(request)})"

    @admin.display(description=gettext_lazy("Units"))
    def units_at_hand(self, request: EngagementRequest) -> str:
        """How many units it uses, or how many are left for it."""
        if not is_in_units(request.slug):
            return "–"
        if used := sum(units_used_by(request).values()):
            return _("Uses %(units)s.") % {"units": units_text(request.slug, used)}
        left = units_left(request.license, request.slug, business_now())
        return _("%(units)s left.") % {"units": units_text(request.slug, left)}

    @admin.display(description=gettext_lazy("What happened"))
    def past(self, request: EngagementRequest) -> SafeString:
        """Its history, a line each."""
        zone = timezone.get_current_timezone()
        events = list(events_of(request))
        handed = hand_overs(events)
        lines = (
            (
                exact(event.occurred_at, zone),
                EVENT_NAMES[event.kind],
                f" {hand_over_text(*handed[event.pk])}" if event.pk in handed else "",
                event.actor or _("The clock"),
            )
            for event in events
        )
        return format_html_join("", "<div>{}: {}{} ({})</div>", lines)

    @admin.display(description=gettext_lazy("Next"))
    def next_step(self, request: EngagementRequest) -> SafeString | str:
        """Where an accepted add-on is granted, or the units that a request waits for."""
        if is_to_grant(request, business_now()):
            return format_html('<a href="{}">{}</a>', grant_path(request), _("Grant the add-on with a term"))
        if request.status == Status.REQUESTED and lacks_units(request, business_now()):
            return format_html('<a href="{}">{}</a>', units_path(request), _("Grant units with a term"))
        return "–"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: customers ask."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let who decides for the account answer while there is something to answer."""
        if obj is None or not isinstance(request.user, User):
            return bool(self.has_view_permission(request))
        return obj.is_open and decides(request.user, obj.license.account_id, business_now())

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[RefusableForm]:
        """Make the form of this request, with who acts."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"actor": request.user})

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask for a decision where one can be made."""
        is_open = isinstance(row, EngagementRequest) and row.is_open
        return DecidingForm if is_open else RefusableForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the request, and to who decides the form."""
        assert isinstance(request.user, User)
        ways_on = () if entitlements_refusal(request.user) else ("next_step",)
        if obj is None or not self.has_change_permission(request, obj):
            return (*self._asked, *self._facts, *ways_on)
        units = ("units",) if obj.status == Status.REQUESTED and takes_units(obj, business_now()) else ()
        return (*self._asked, "decision", "answer", *units, "colleague", *self._facts, *ways_on)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show the request itself as text."""
        return (*self._asked, *self._facts, "next_step")

    def carry_out(
        self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime
    ) -> EngagementRequest:
        """Carry the decision out."""
        assert not is_new
        said, request = form.cleaned_data, form.instance
        match Action(said["decision"]):
            case Action.ACCEPT:
                return operations.accept_request(
                    request, answer=said["answer"], units=said.get("units"), actor=actor, now=now
                )
            case Action.DECLINE:
                return operations.decline_request(request, reason=said["answer"], actor=actor, now=now)
            case Action.CANCEL:
                return operations.cancel_request(request, reason=said["answer"], actor=actor, now=now)
            case _:
                return operations.hand_request_to_colleague(
                    request, colleague=said["colleague"], actor=actor, now=now
                )
