"""An imagined filing, asked in two steps: whose, then of which product, how urgent and when."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from entitlements.forms.dated import InstantField
from entitlements.models import Product
from entitlements.targets import Priority
from entitlements.wording import PRIORITIES
from portal.accounts.models import NAME_LENGTH, Account


class AccountSearchForm(forms.Form):
    """A part of an account's name."""

    search = forms.CharField(
        label=_("Account"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("A part of its name; empty lists the first."),
    )

    def found(self) -> QuerySet[Account]:
        """The accounts that the name finds, by name; none where it cannot be one."""
        if not self.is_valid():
            return Account.objects.none()
        return _accounts().filter(name__icontains=self.cleaned_data["search"]).order_by("name", "pk")


def account_named(key: str) -> Account | None:
    """Find the account that an address names by its key, if there is one."""
    try:
        account: Account | None = forms.ModelChoiceField(_accounts(), required=False).clean(key)
    except ValidationError:
        return None
    return account


class FilingForm(forms.Form):
    """What of an account's is filed, how urgent, and when."""

    account = forms.CharField(widget=forms.HiddenInput)
    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none())
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=lambda value: Priority(int(value))
    )
    filed_at = InstantField(
        label=_("Filed at"), required=False, help_text=_("In your time zone; empty is now.")
    )

    def __init__(self, account: Account, data: Mapping[str, Any]) -> None:
        # Nothing is said yet by who has only chosen the account.
        said = {**{name: data[name] for name in data}, "account": account.pk} if "product" in data else None
        super().__init__(said, initial={"account": account.pk})
        products = Product.objects.filter(licenses__account=account).order_by("position", "pk")
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = products


def _accounts() -> QuerySet[Account]:
    return Account.objects.select_related("country__region")
