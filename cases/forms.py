"""Forms of the case pages, the customer's and the staff's: they validate and keep what was typed."""

import unicodedata
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.models import TEXT_LENGTH, TITLE_LENGTH, Case, case_number
from cases.queries import engineers
from cases.wording import CHANNELS, ESCALATION_REASONS, RESOLUTION_MEANINGS, RESOLUTIONS
from entitlements.models import License
from entitlements.targets import Priority
from entitlements.wording import PRIORITIES, PRIORITY_IMPACTS
from portal.accounts.models import User
from portal.files.fields import MultipleFileField

ENVIRONMENTS = [
    ("Production", _("Production")),
    ("Staging", _("Staging")),
    ("Development", _("Development")),
]


class TextField(forms.CharField):
    """A text of 1–32,000 characters, counted after its line ends have become one (SPEC 6)."""

    widget = forms.Textarea(attrs={"rows": 6})

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", TEXT_LENGTH)
        super().__init__(**options)
        # The browser counts a line end as two: the limit is checked here, not in its attribute.
        self.widget.attrs.pop("maxlength", None)

    def to_python(self, value: Any) -> str:
        """This will make every line end a single line feed."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(text) or ""


class TitleField(forms.CharField):
    """A title: one line, as lists and mails show it (SPEC 6), with something in it to be seen."""

    def validate(self, value: Any) -> None:
        """This will refuse line breaks, and what consists of invisible characters only."""
        super().validate(value)
        text = str(value)
        if len(text.splitlines()) > 1 or not any(map(_is_visible, text)):
            raise forms.ValidationError(_("What fails, and where, in one line."), code="one_line")


def _is_visible(letter: str) -> bool:
    return unicodedata.category(letter) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}


class PeopleField(forms.CharField):
    """E-mail addresses of people of one account, separated by commas; gives the people."""

    def __init__(self, **options: Any) -> None:
        self.people: QuerySet[User] = User.objects.none()
        super().__init__(max_length=4000, **options)

    def clean(self, value: Any) -> list[User]:
        """This will find everybody, or name the addresses that are nobody's of the account."""
        text = super().clean(value)
        addresses = {
            part.strip().lower() for part in text.replace(";", ",").replace("\n", ",").split(",")
        } - {""}
        found = {person.email: person for person in self.people.filter(email__in=addresses)}
        if unknown := sorted(addresses - found.keys()):
            raise forms.ValidationError(
                ngettext(
                    "Nobody of the account who can sign in has this address: %(addresses)s",
                    "Nobody of the account who can sign in has these addresses: %(addresses)s",
                    len(unknown),
                ),
                params={"addresses": ", ".join(unknown)},
            )
        return [found[address] for address in sorted(addresses)]


def _ask_plainly(form: forms.Form) -> None:
    """An error says what to do, not what was wrong; where a field has its own words, they stay."""
    plain = forms.Field.default_error_messages["required"]
    for field in form.fields.values():
        if field.error_messages.get("required") == plain:
            is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = _("Choose one.") if is_choice else _("Fill this in.")


class ActionForm(forms.Form):
    """What every form of an action carries: the token that makes a double submit one."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    layout = ""

    def __init__(self, *args: Any, case: Case, actor: User, **options: Any) -> None:
        self.case = case
        self.actor = actor
        super().__init__(*args, **options)
        self.prepare()
        _ask_plainly(self)

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
        help_text=_("At most 30 days ahead, in the account's time zone."),
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
    phone = forms.CharField(label=_("Phone, answered 24x7"), max_length=40, required=False)
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
            contacts.exclude(pk=self.case.requestor_id).order_by("email")
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
        _field_of_people(self.fields["watchers"]).people = User.objects.filter(
            account=self.case.account_id, is_active=True
        )
        present = (person.email for person in self.case.watchers.all() if person.is_active)
        self.initial["watchers"] = ", ".join(sorted(present))


def _field_of_people(field: forms.Field) -> PeopleField:
    assert isinstance(field, PeopleField)
    return field


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


class FilingForm(forms.Form):
    """A new case, or a follow-up."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    product = forms.ModelChoiceField(
        label=_("Product you need help with"), queryset=License.objects.none(), empty_label=None
    )
    environment = forms.ChoiceField(label=_("Environment"), choices=ENVIRONMENTS)
    title = TitleField(
        label=_("Title"), max_length=TITLE_LENGTH, help_text=_("What fails, and where, in one line.")
    )
    description = TextField(
        label=_("Description"),
        help_text=_(
            "What you did, what you expected, what you saw, since when. "
            "Put code or logs between lines of three backticks (```)."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    files = MultipleFileField(label=_("Files"), required=False)  # type: ignore[assignment]  # a form's fields are no attributes
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=PRIORITIES,
        coerce=lambda value: Priority(int(value)),
        widget=forms.RadioSelect,
    )
    phone = forms.CharField(
        label=_("Phone, answered at any hour"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With its country code."),
    )
    impact = forms.CharField(label=_("Effect on the business"), max_length=500, required=False)
    is_reachable = forms.BooleanField(
        label=_("Somebody who knows the case answers this number 24x7 until it is mitigated."), required=False
    )
    watchers = PeopleField(
        label=_("Watchers"),
        required=False,
        help_text=_("Up to 10 e-mail addresses of the account, separated by commas."),
    )

    def __init__(
        self, *args: Any, licenses: QuerySet[License], people: QuerySet[User], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["product"].queryset = licenses  # type: ignore[attr-defined]
        _field_of_people(self.fields["watchers"]).people = people
        self.fields["priority"].widget.details = {
            str(level): words for level, words in PRIORITY_IMPACTS.items()
        }
        for name in ("phone", "impact"):
            # Asked for with P1 only, and needed then: neither required nor optional.
            self.fields[name].is_conditional = True  # type: ignore[attr-defined]
        _ask_plainly(self)

    def clean(self) -> dict[str, Any]:
        """A P1 obliges: phone, effect on the business and a tick (SPEC 3.2)."""
        data = super().clean() or {}
        if data.get("priority") is Priority.P1:
            if not data.get("phone"):
                self.add_error("phone", _("Write a number with its country code, or choose P2."))
            if not data.get("impact"):
                self.add_error("impact", _("Say what it does to your business."))
            if not data.get("is_reachable"):
                self.add_error("is_reachable", _("Tick this, or choose P2."))
        return data


class FollowUpForm(FilingForm):
    """A follow-up: the product is the old case's, and P1 is not among the choices."""

    field_order = ("form_token", "title", "environment", "description", "files", "priority", "watchers")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("product", "phone", "impact", "is_reachable"):
            del self.fields[name]
        self.fields["priority"].choices = PRIORITIES[1:]  # type: ignore[attr-defined]
