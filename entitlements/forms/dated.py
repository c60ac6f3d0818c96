"""What forms about dated rows have in common: instants within the calendar, and a look before saving."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.admin_access import RefusableForm

# The first reference rows begin at the earliest; at either end no zone leaves the calendar.
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


class InstantField(forms.DateTimeField):
    """An instant within the calendar, as the browser's own field sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def validate(self, value: Any) -> None:
        """Refuse what lies outside the calendar."""
        super().validate(value)
        if value is not None and not _EARLIEST <= value <= _LATEST:
            raise ValidationError(_("Choose a year from 1990 to 2199."))


def from_field() -> forms.DateTimeField:
    """Ask from when on a row is in force."""
    return InstantField(
        label=_("In force from"),
        help_text=_("In the future, in your time zone. Cases filed before it keep what they were promised."),
    )


def sure_field() -> forms.BooleanField:
    """Ask for the tick of who has seen whom the row affects."""
    return forms.BooleanField(
        label=_("I have seen whom it affects"),
        required=False,
        help_text=_("Save once without it to see whom; nothing is saved then."),
    )


class DatedForm(RefusableForm):
    """A form that is saved only by who has seen whom it affects."""

    def affected(self) -> str:
        """Say whom the row affects, from what the form says."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Ask for the tick once everything else is right, and say there whom it affects."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not said.get("is_sure"):
            self.add_error("is_sure", self.affected())
        return said
