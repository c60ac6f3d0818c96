"""The form of a remote access grant."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from entitlements.forms.contacts import TokenForm
from entitlements.models import License
from entitlements.models.access import ENVIRONMENT_LENGTH, SCOPE_LENGTH
from entitlements.operations.access import LONGEST_DAYS


class GrantForm(TokenForm):
    """Which environment support may look into, for what, and until which day."""

    license = forms.ModelChoiceField(
        label=_("Product"),
        queryset=License.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of the list.")},
    )
    environment = forms.CharField(
        label=_("Environment"),
        max_length=ENVIRONMENT_LENGTH,
        help_text=_("As you call it: production, stage 2, the shop's test system."),
        error_messages={"required": _("Name the environment.")},
    )
    scope = forms.CharField(
        label=_("What support may look at"),
        max_length=SCOPE_LENGTH,
        help_text=_("For example: logs and configuration, read only."),
        error_messages={"required": _("Say what support may look at.")},
    )
    last_on = forms.DateField(
        label=_("Until the end of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=format_lazy(
            _("At most {days} days ahead, in your account's time zone."), days=LONGEST_DAYS
        ),
        error_messages={"required": _("Choose a day."), "invalid": _("Write a day like 2026-03-31.")},
    )

    def __init__(self, *args: Any, licenses: Sequence[License], **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = licenses
        field = self.fields["license"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = License.objects.filter(pk__in=[each.pk for each in licenses]).for_display()
        field.choices = [(each.pk, each.product.name) for each in licenses]
