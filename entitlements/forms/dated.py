"""What forms about dated rows have in common: instants within the calendar, and a look before saving."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from entitlements.terms import EARLIEST_AT, LATEST_AT
from portal.accounts.admin_access import RefusableForm

_TICKED_TOO_SOON = _("Nothing was saved: the tick was not for what the form says now. Look, then tick.")


class InstantField(forms.DateTimeField):
    """An instant within the calendar, as the browser's own field sends it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def validate(self, value: Any) -> None:
        """Refuse what lies outside the calendar."""
        super().validate(value)
        if value is not None and not EARLIEST_AT <= value <= LATEST_AT:
            raise ValidationError(
                _("Choose a year from %(first)s to %(last)s."),
                params={"first": EARLIEST_AT.year, "last": LATEST_AT.year},
            )


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
    """A form that is saved only by who has seen whom it affects.

    The tick carries what was seen, as a keyed digest: it counts for no other row, nothing else typed and no
    other sentence of whom it affects.
    """

    def affected(self) -> str:
        """Say whom the row affects, from what the form says."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Ask for the tick once everything else is right, and say there whom it affects."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._ask_to_look(said)
        return said

    def _ask_to_look(self, said: dict[str, Any]) -> None:
        whom = self.affected()
        seen, ticked = self._digest(said, whom), str(self.data.get("is_sure", ""))
        self.fields["is_sure"].widget.attrs["value"] = seen
        if said.get("is_sure") and constant_time_compare(ticked, seen):
            return
        # What was ticked is not this: the box comes back empty.
        assert isinstance(self.data, QueryDict), "a browser sent it"
        sent = self.data.copy()
        sent.pop("is_sure", None)
        self.data = sent
        self.add_error("is_sure", [_TICKED_TOO_SOON, whom] if said.get("is_sure") else whom)

    def _digest(self, said: dict[str, Any], whom: str) -> str:
        row = [self._meta.model._meta.label, self.instance.pk]
        typed = {name: _plain(value) for name, value in said.items() if name != "is_sure"}
        return salted_hmac(__name__, json.dumps([row, typed, whom]), algorithm="sha256").hexdigest()


def _plain(value: Any) -> str:
    return str(value.pk if isinstance(value, Model) else value)
