"""What is asked for with each action on a case."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.follow_up import LONGEST_HOLD_DAYS
from cases.forms.fields import PeopleField, TextField, ask_plainly, field_of_people
from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.models import PHONE_LENGTH, Case, case_number
from cases.queries import engineers, slots_for
from cases.wording import CHANNELS, ESCALATION_REASONS, RESOLUTION_MEANINGS, RESOLUTIONS, slot_choices
from entitlements.targets import Priority
from entitlements.wording import PRIORITIES
from portal.accounts.models import User
from portal.files.fields import MultipleFileField


class ActionForm(forms.Form):
    """What every form of an action carries: the token that makes a double submit one."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    layout = ""

    def __init__(self, *args: Any, case: Case, actor: User, now: datetime, **options: Any) -> None:
        self.case = case
        self.actor = actor
        self.now = now
        super().__init__(*args, **options)
        self.prepare()
        ask_plainly(self)

    def prepare(self) -> None:
        """Lets a form fill in choices and initial values from the case."""

    def asks(self) -> bool:
        """There is something to fill in."""
        return any(not field.widget.is_hidden for field in self.fields.values())


class MessageForm(ActionForm):
    """A text with files."""

    text = TextField(
        label=_("Message"),
        help_text=_("Up to 32,000 characters. Put code or logs between lines of three backticks (```)."),
    )
    files = MultipleFileField(label=_("Files"), required=False)  # type: ignore[assignment]  # a form's fields are no attributes


class NoteForm(ActionForm):
    """A text without files."""

    text = TextField(label=_("Message"))


class LogContactForm(ActionForm):
    """The customer's words from a call or a chat."""

    said_by = forms.CharField(label=_("Who said it"), max_length=200)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[choice for choice in CHANNELS if choice[0] != Channel.PORTAL]
    )
    text = TextField(label=_("What was said"))


class ReasonForm(ActionForm):
    """A reason in one line."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class HoldForm(ReasonForm):
    """The last day of a hold, and a reason that the customer sees."""

    last_on = forms.DateField(
        label=_("Hold until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=format_lazy(
            _("At most {days} days ahead, in the account's time zone."), days=LONGEST_HOLD_DAYS
        ),
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("The customer sees it."))
    field_order = ("form_token", "last_on", "reason")


class CloseForm(ActionForm):
    """The closer's resolution; staff also write why."""

    resolution = forms.ChoiceField(label=_("Resolution"), choices=RESOLUTIONS, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why"), max_length=500, help_text=_("The customer sees it."))

    def prepare(self) -> None:
        """Customers give no reason; staff are not offered the customer's own words."""
        self.fields["resolution"].widget.details = RESOLUTION_MEANINGS
        if not self.actor.is_staff:
            del self.fields["reason"]
        elif self.case.status != "resolution_provided":
            self.fields["resolution"].choices = [  # type: ignore[attr-defined]
                choice for choice in RESOLUTIONS if choice[0] != Resolution.CONFIRMED
            ]


class EscalateForm(ActionForm):
    """Why the customer escalates."""

    reason = forms.ChoiceField(label=_("What is it about?"), choices=ESCALATION_REASONS)
    text = TextField(label=_("What should change"))

    def clean_reason(self) -> EscalationReason:
        """The reason as the rules know it."""
        return EscalationReason(self.cleaned_data["reason"])


class RaiseUrgencyForm(ActionForm):
    """The justification for a higher priority."""

    justification = forms.CharField(label=_("What has changed"), max_length=500)


class CallForm(ActionForm):
    """A number to call, and for P2 and P3 when."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=PHONE_LENGTH,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With its country code."),
    )
    starts_at = forms.TypedChoiceField(
        label=_("When"),
        coerce=datetime.fromisoformat,
        empty_value=None,
        help_text=_("Support calls within the half hour that begins then."),
        error_messages={"invalid_choice": _("This time can no longer be chosen. Choose another one.")},
    )

    def prepare(self) -> None:
        """P1 is called as soon as possible; the others choose among the slots of the coming days."""
        if self.case.phone and not self.is_bound:
            self.initial["phone"] = self.case.phone
        if self.case.priority == Priority.P1:
            del self.fields["starts_at"]
            return
        self.fields["starts_at"].choices = slot_choices(slots_for(self.case, self.now))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Without a choice of time there is none."""
        return {"starts_at": None, **(super().clean() or {})}


class PriorityForm(ActionForm):
    """A lower priority for P1 and P2 whose critical information was not obtained."""

    priority = forms.TypedChoiceField(
        label=_("New priority"), choices=(), coerce=lambda value: Priority(int(value))
    )

    def prepare(self) -> None:
        """Only lower priorities than the case's are offered."""
        self.fields["priority"].choices = [  # type: ignore[attr-defined]
            choice for choice in PRIORITIES if choice[0] > self.case.priority
        ]


class ChangePriorityForm(ActionForm):
    """Any priority, with its reason and what P1 or a lowering needs."""

    priority = forms.TypedChoiceField(
        label=_("New priority"), choices=PRIORITIES, coerce=lambda value: Priority(int(value))
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)
    customers_words = forms.CharField(
        label=_("The customer's request, quoted"),
        max_length=500,
        required=False,
        help_text=_("Needed to lower P1 or P2."),
    )
    phone = forms.CharField(label=_("Phone, answered 24x7"), max_length=PHONE_LENGTH, required=False)
    impact = forms.CharField(label=_("Business impact"), max_length=500, required=False)
    is_reachable = forms.BooleanField(label=_("The customer is reachable 24x7"), required=False)

    def prepare(self) -> None:
        """The case's own phone and impact are filled in."""
        self.initial = {"priority": self.case.priority, "phone": self.case.phone, "impact": self.case.impact}


class ColleagueForm(ActionForm):
    """The contact of the product who becomes the requestor."""

    colleague = forms.ModelChoiceField(label=_("New requestor"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Active contacts of the product, save the requestor."""
        contacts = User.objects.filter(
            seats__license=self.case.license_id, seats__removed_at__isnull=True, is_active=True
        )
        self.fields["colleague"].queryset = (  # type: ignore[attr-defined]
            contacts.exclude(requested_cases=self.case).order_by("email")
        )


class WatchersForm(ActionForm):
    """Who watches the case."""

    watchers = PeopleField(
        label=_("Watchers"),
        required=False,
        help_text=_("Up to 10 e-mail addresses of the account, separated by commas."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def prepare(self) -> None:
        """The present watchers are filled in."""
        field_of_people(self.fields["watchers"]).people = User.objects.filter(
            account=self.case.account_id, is_active=True
        )
        present = (person.email for person in self.case.watchers.all() if person.is_active)
        self.initial["watchers"] = ", ".join(sorted(present))


class TagsForm(ActionForm):
    """Staff words on the case."""

    tags = forms.CharField(
        label=_("Tags"), max_length=500, required=False, help_text=_("Separated by commas.")
    )

    def prepare(self) -> None:
        """The present tags are filled in."""
        if not self.is_bound:
            self.initial["tags"] = ", ".join(sorted(tag.name for tag in self.case.tags.all()))

    def clean_tags(self) -> list[str]:
        """The tags one by one."""
        return [tag for tag in (part.strip() for part in self.cleaned_data["tags"].split(",")) if tag]


class LinkForm(ActionForm):
    """The number of a related case."""

    other = forms.RegexField(
        label=_("Number of the other case"),
        regex=r"^[Ee]-\d{9}$",
        error_messages={"invalid": _("Write a number like E-000000042.")},
    )

    def clean_other(self) -> Case:
        """The case of that number, if the person may see it."""
        key = int(self.cleaned_data["other"][2:])
        case = Case.objects.visible_to(self.actor).filter(pk=key).first()
        if case is None:
            raise forms.ValidationError(_("There is no case %(number)s.") % {"number": case_number(key)})
        return case


class AssignForm(ActionForm):
    """The engineer who is to own the case."""

    owner = forms.ModelChoiceField(label=_("Engineer"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Active staff with a group; the superuser has all."""
        self.fields["owner"].queryset = engineers()  # type: ignore[attr-defined]
        self.initial["owner"] = self.case.owner_id
