"""What is asked for with a request, its cancelling and its hand-over."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accelerators.models.requests import ANSWER_LENGTH, GOAL_LENGTH
from entitlements.forms.contacts import TokenForm
from portal.accounts.models import User


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Choose a day.")},
    )


class RequestForm(TokenForm):
    """What somebody wants to reach, and when it would suit."""

    goal = forms.CharField(
        label=_("What do you want to reach?"),
        max_length=GOAL_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Your success team decides by it, and prepares from it."),
        error_messages={"required": _("Write what you want to reach with it.")},
    )
    wished_from = _day(_("Wished from"))
    wished_until = _day(_("Wished until"), _("Days that would suit you; the dates are agreed afterwards."))


class CancellingForm(TokenForm):
    """Why a request is taken back, if somebody wants to say."""

    answer = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=ANSWER_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your success team reads it."),
    )


class HandingForm(TokenForm):
    """Whose request it is to be."""

    colleague = forms.ModelChoiceField(
        label=_("Colleague"),
        queryset=User.objects.none(),
        empty_label=_("Choose a contact"),
        error_messages={
            "required": _("Choose an active named contact of the product."),
            "invalid_choice": _("Choose an active named contact of the product."),
        },
    )

    def __init__(self, *args: Any, colleagues: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["colleague"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = colleagues
