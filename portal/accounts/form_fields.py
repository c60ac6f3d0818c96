"""Choices that several forms offer: time zones, languages, countries."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.languages import interface_languages
from portal.accounts.models import Country
from portal.accounts.zones import zone_names

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


# What the language of a person is for; a case has one of its own (SPEC 3.3).
LANGUAGE_HELP = _(
    "Of the pages and the mail. A case is answered in its own language, English or Japanese, chosen when it"
    " is filed."
)


class RowByCode(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's class cannot be subscripted
    """A choice among rows whose key is a text, which PostgreSQL would not even look up with a NUL in it."""

    def to_python(self, value: Any) -> Any:
        """Find the row of a code."""
        if isinstance(value, str) and "\x00" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # as above
    """A choice among people by name and address, so that two of one name differ."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a person."""
        return f"{obj.name} <{obj.email}>" if obj.name else str(obj.email)


def zone_choices() -> list[tuple[str, str]]:
    """Offer every zone by name, and first none."""
    return [("", "—"), *((name, name.replace("_", " ")) for name in zone_names())]


def zone_field(help_text: "str | _StrPromise" = "") -> forms.ChoiceField:
    """Make a field that chooses a time zone, or none."""
    return forms.ChoiceField(label=_("Time zone"), choices=zone_choices, required=False, help_text=help_text)


def language_choices() -> list[tuple[str, str]]:
    """Offer the interface's languages, and first none."""
    return [("", "—"), *interface_languages()]


def language_field(help_text: "str | _StrPromise" = "") -> forms.ChoiceField:
    """Make a field that chooses one of the interface's languages, or none."""
    return forms.ChoiceField(
        label=_("Language"), choices=language_choices, required=False, help_text=help_text
    )


def country_choices(countries: Iterable[Country]) -> list[tuple[str, str]]:
    """Offer countries sorted by their name in the active language, and first none."""
    return [("", "—"), *sorted(((row.pk, row.name) for row in countries), key=lambda choice: choice[1])]
