"""Fields of texts and people, as the forms about cases ask for them."""

import unicodedata
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cases.models import TEXT_LENGTH
from portal.accounts.models import User


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


def ask_plainly(form: forms.Form) -> None:
    """An error says what to do, not what was wrong; where a field has its own words, they stay."""
    plain = forms.Field.default_error_messages["required"]
    for field in form.fields.values():
        if field.error_messages.get("required") == plain:
            is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = _("Choose one.") if is_choice else _("Fill this in.")


def field_of_people(field: forms.Field) -> PeopleField:
    """This will give a form's field as the field of people that it is."""
    assert isinstance(field, PeopleField)
    return field
