"""Follow-up policies in Django admin: to read, and for leads to add; a row is never changed (SPEC 2.1)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases import operations, queries
from cases.follow_up import CatchUp
from cases.models import Case, FollowUpPolicy
from cases.wording import explain
from entitlements.forms.dated import InstantField
from portal.accounts.admin_access import OperationAdmin, RefusableForm
from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import User
from portal.accounts.wording import exact
from portal.clock import business_now

# Beyond any sensible rule, and within what the calendar can count.
_MOST_HOURS = 24 * 366
_MOST_REMINDERS = 20
_CATCH_UPS = [
    (CatchUp.STRICT.value, _("Strict: a case past its closing instant is closed at once")),
    (CatchUp.NOTICE_FIRST.value, _("Notice first: an unsent last reminder goes out, 24 hours ahead of it")),
]

_CATCH_UP_NAMES = {CatchUp.STRICT.value: _("strict"), CatchUp.NOTICE_FIRST.value: _("notice first")}
_STATES = {"current": _("in force"), "coming": _("coming"), "past": _("past")}


class PolicyForm(RefusableForm):
    """The rules of a new policy, in hours."""

    in_force_from = InstantField(
        label=_("In force from"),
        help_text=_("In the future, in your time zone. Waiting periods that begin at or after it follow it."),
    )
    reminder_hours = forms.CharField(
        label=_("Reminders"),
        max_length=200,
        required=False,
        initial="24, 72, 120",
        help_text=_("Elapsed hours to each reminder, ascending, separated by commas. Empty: no reminder."),
    )
    closure_hours = forms.IntegerField(
        label=_("Closes after"),
        min_value=1,
        max_value=_MOST_HOURS,
        initial=144,
        help_text=_("Elapsed hours."),
    )
    reopening_hours = forms.IntegerField(
        label=_("Can be reopened for"),
        min_value=1,
        max_value=_MOST_HOURS,
        initial=336,
        help_text=_("Hours from the closing instant: 336 are 14 days."),
    )
    catch_up = forms.ChoiceField(label=_("After an outage"), choices=_CATCH_UPS, initial=CatchUp.STRICT.value)

    class Meta:
        model = FollowUpPolicy
        fields = ("in_force_from", "closure_hours", "reopening_hours", "catch_up")

    def clean_reminder_hours(self) -> list[int]:
        """The hours one by one."""
        parts = [part.strip() for part in self.cleaned_data["reminder_hours"].split(",") if part.strip()]
        if any(not (part.isascii() and part.isdigit() and len(part) <= 4) for part in parts):
            raise forms.ValidationError(_("Write whole hours separated by commas, like 24, 72, 120."))
        if len(parts) > _MOST_REMINDERS:
            raise forms.ValidationError(_("At most %(limit)s reminders.") % {"limit": _MOST_REMINDERS})
        return [int(part) for part in parts]


@admin.register(FollowUpPolicy)
class FollowUpPolicyAdmin(OperationAdmin):
    """The dated rows, newest first."""

    form = PolicyForm
    refusal_words = staticmethod(lambda error: explain(error, to_staff=True))
    add_form_template = "admin/cases/add_policy.html"
    list_display = ("begins", "state", "reminders", "closure", "reopening", "catching_up", "maker", "waiting")
    sortable_by = ()
    ordering = ("-in_force_from",)
    fields = ("in_force_from", "reminder_hours", "closure_hours", "reopening_hours", "catch_up")
    readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Let leads add."""
        return StaffGroup.LEAD in staff_groups(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: running periods rely on their row."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[FollowUpPolicy]:  # noqa: ARG002 -- Django's
        """Load the rows with what the list shows; the one in force is marked."""
        return queries.policies_newest_first(business_now())

    def get_urls(self) -> list[Any]:
        """Leave out the pages that would delete a row or tell a second history of it."""
        kept = {f"cases_followuppolicy_{page}" for page in ("changelist", "add", "change")}
        return [url for url in super().get_urls() if url.name in kept]

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask only for a new row: one that exists is shown as text."""
        return RefusableForm if row else PolicyForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """Show of a row what the list shows."""
        return self.list_display if obj else self.fields

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say how many cases keep the policy that they wait under."""
        waiting = Case.objects.waiting().count()
        keeps = ngettext(
            "%(count)s case waits now and keeps the policy under which its waiting period began.",
            "%(count)s cases wait now and keep the policy under which their waiting periods began.",
            waiting,
        ) % {"count": waiting}
        words = {
            "title": _("Add a follow-up policy"),
            "keeps": keeps,
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return super().add_view(request, form_url, {**words, **(extra_context or {})})

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> FollowUpPolicy:
        """Add a policy."""
        assert is_new
        said = form.cleaned_data
        return operations.add_policy(
            in_force_from=said["in_force_from"],
            reminder_hours=said["reminder_hours"],
            closure_hours=said["closure_hours"],
            reopening_hours=said["reopening_hours"],
            catch_up=CatchUp(said["catch_up"]),
            actor=actor,
            now=now,
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing: the row itself says who made it, and nothing changes it later."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002 -- Django's
        """Go back to the list."""
        words = _("The policy is in force from %(instant)s.") % {"instant": _instant(obj.in_force_from)}
        messages.success(request, words)
        return redirect("admin:cases_followuppolicy_changelist")

    # --- Columns -----------------------------------------------------------------------------------

    @admin.display(description=_("In force from"))
    def begins(self, policy: FollowUpPolicy) -> str:
        """The instant with its zone."""
        return _instant(policy.in_force_from)

    @admin.display(description=_("State"))
    def state(self, policy: FollowUpPolicy) -> str:
        """Whether it is in force now, was, or will be."""
        return str(_STATES[policy.state])  # type: ignore[attr-defined]  # annotated by get_queryset

    @admin.display(description=_("Reminders after"))
    def reminders(self, policy: FollowUpPolicy) -> str:
        """The hours to each reminder."""
        return ", ".join(f"{hours} h" for hours in policy.reminder_hours) or "–"

    @admin.display(description=_("Closes after"))
    def closure(self, policy: FollowUpPolicy) -> str:
        """The hours to the closure."""
        return f"{policy.closure_hours} h"

    @admin.display(description=_("Can be reopened for"))
    def reopening(self, policy: FollowUpPolicy) -> str:
        """The hours of the window for reopening."""
        return f"{policy.reopening_hours} h"

    @admin.display(description=_("After an outage"))
    def catching_up(self, policy: FollowUpPolicy) -> str:
        """What happens to a case that is past its closing instant."""
        return str(_CATCH_UP_NAMES[policy.catch_up])

    @admin.display(description=_("Made by"))
    def maker(self, policy: FollowUpPolicy) -> str:
        """Who made it; the published one came with the portal."""
        return str(policy.made_by or _("the portal"))

    @admin.display(description=_("Cases waiting under it"))
    def waiting(self, policy: FollowUpPolicy) -> int:
        """How many cases wait under it now."""
        return policy.waiting or 0  # type: ignore[attr-defined]  # annotated by get_queryset


def _instant(instant: datetime) -> str:
    return exact(instant, timezone.get_current_timezone())
