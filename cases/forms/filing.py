"""What is asked for with a new case and with a follow-up."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from cases.first_response import PromisedFor
from cases.forms.fields import PeopleField, TextField, TitleField, ask_plainly, field_of_people
from cases.lifecycle import Channel
from cases.models import CALLER_LENGTH, PHONE_LENGTH, TITLE_LENGTH
from cases.wording import CHANNELS, LANGUAGES
from entitlements.languages import CaseLanguage
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


class FilingForm(forms.Form):
    """A new case, or a follow-up."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    product = forms.ModelChoiceField(
        label=_("Product you need help with"), queryset=License.objects.none(), empty_label=None
    )
    environment = forms.ChoiceField(label=_("Environment"), choices=ENVIRONMENTS)
    language = forms.TypedChoiceField(
        label=_("Language of the case"),
        choices=LANGUAGES,
        coerce=CaseLanguage,
        required=False,
        empty_value=CaseLanguage.ENGLISH,
    )
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
        max_length=PHONE_LENGTH,
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
        self,
        *args: Any,
        licenses: QuerySet[License],
        people: QuerySet[User],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.promised: Sequence[PromisedFor] = ()
        self.fields["product"].queryset = licenses  # type: ignore[attr-defined]
        field_of_people(self.fields["watchers"]).people = people
        self.fields["priority"].widget.details = {
            str(level): words for level, words in PRIORITY_IMPACTS.items()
        }
        for name in ("phone", "impact", "language"):
            # Asked for with P1 only, and needed then: neither required nor optional. A language is chosen
            # already.
            self.fields[name].is_conditional = True  # type: ignore[attr-defined]
        ask_plainly(self)

    def show_languages(self, help_text: str) -> None:
        """This will say below the languages when which of them is spoken."""
        self.fields["language"].help_text = help_text

    def show_promised(self, promised: Sequence[PromisedFor]) -> None:
        """This will show beside each priority until when support answers first, below it the ledgers."""
        self.promised = promised
        self.fields["priority"].widget.asides = {
            str(level): render_to_string("cases/promised.html", {"level": level, "promised": promised})
            for level, _name in PRIORITIES
        }

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

    field_order = (
        "form_token",
        "title",
        "environment",
        "language",
        "description",
        "files",
        "priority",
        "watchers",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("product", "phone", "impact", "is_reachable"):
            del self.fields[name]
        self.fields["priority"].choices = PRIORITIES[1:]  # type: ignore[attr-defined]


class TakeOverForm(FilingForm):
    """A caller's request that becomes a case: its product is chosen already."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["product"]


class CallerForm(forms.Form):
    """Who called without a seat: name and address, nothing of the problem (SPEC 3.4)."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = TitleField(label=_("Name of the caller"), max_length=CALLER_LENGTH)
    address = forms.EmailField(
        label=_("E-mail address of the caller"),
        help_text=_("So that colleagues can reach them. The portal sends nothing to it."),
    )
    channel = forms.TypedChoiceField(
        label=_("Channel"),
        choices=[choice for choice in CHANNELS if choice[0] != Channel.PORTAL],
        coerce=Channel,
        initial=Channel.PHONE.value,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_plainly(self)
