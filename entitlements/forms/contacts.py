"""The customers' forms about named contacts. They check field by field; operations the rest."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from entitlements.models import License, Seat
from entitlements.queries import Capacity
from portal.accounts.form_fields import LANGUAGE_HELP, PersonChoice
from portal.accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from portal.accounts.zones import zone_names

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one of the list.")}
_ADDRESS = {
    "required": _("Write an e-mail address like name@company.example."),
    "invalid": _("Write an e-mail address like name@company.example."),
}


class _SeatChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's class cannot be subscripted
    """Seats of one person, by product."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.license.product.name)


class TokenForm(forms.Form):
    """A button: nothing to fill in, and carried out once."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=64)


class InviteForm(TokenForm):
    """Whom to invite, and for which product."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=_ADDRESS,
    )
    license = forms.ModelChoiceField(
        label=_("Product"),
        queryset=License.objects.none(),
        error_messages=_CHOOSE,
        empty_label=_("Choose one"),
    )

    def __init__(
        self, *args: Any, licenses: Iterable[License], capacities: Mapping[int, Capacity], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        every = list(licenses)
        field = self.fields["license"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = License.objects.filter(pk__in=[license_.pk for license_ in every]).for_display()
        field.choices = [
            ("", _("Choose one")),
            *((each.pk, _option(each.product.name, capacities[each.pk])) for each in every),
        ]


def _option(product: str, capacity: Capacity) -> str:
    if capacity.limit is None:
        return product
    return _("%(product)s (%(taken)d of %(limit)d)") % {
        "product": product,
        "taken": capacity.taken,
        "limit": capacity.limit,
    }


class LeavingForm(TokenForm):
    """The end of a seat: of which product, and who takes over its open cases."""

    seat = _SeatChoice(label=_("Product"), queryset=Seat.objects.none(), error_messages=_CHOOSE)
    successor = PersonChoice(
        label=_("Who takes over the open cases and requests"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody: there are none"),
        error_messages=_CHOOSE,
    )
    keeps_sign_in = forms.BooleanField(
        label=_("Keep the person as one without a seat"),
        required=False,
        help_text=_(
            "With the last seat they watch no case any more, and read only what they may see: their own"
            " cases, or the whole account's. A contact may let them watch again. Without this, the last seat"
            " ends the sign-in."
        ),
    )

    def __init__(self, *args: Any, seats: QuerySet[Seat], others: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, rows in (("seat", seats), ("successor", others)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        seat_field = self.fields["seat"]
        assert isinstance(seat_field, forms.ModelChoiceField)
        seat_field.empty_label = None if len(seats) == 1 else _("Choose one")


class ReplacingForm(LeavingForm):
    """Who takes a seat over."""

    address = forms.EmailField(
        label=_("E-mail address of the new contact"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages=_ADDRESS,
        help_text=_(
            "A colleague with a sign-in has the seat at once; anybody else is invited, and the seat is kept."
        ),
    )
    field_order = ("form_token", "seat", "address", "successor", "keeps_sign_in")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["successor"]
        assert isinstance(field, forms.ModelChoiceField)
        field.empty_label = _("The new contact, if they have a sign-in")


class HandingOverForm(TokenForm):
    """Who becomes the account administrator."""

    administrator = PersonChoice(
        label=_("New administrator"),
        queryset=User.objects.none(),
        error_messages=_CHOOSE,
        empty_label=_("Choose a contact"),
    )
    is_sure = forms.BooleanField(
        label=_("I hand the role over now, and can no longer change contacts myself"),
        error_messages={"required": _("Tick this to hand the role over.")},
    )

    def __init__(self, *args: Any, heirs: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["administrator"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = heirs


class AcceptingForm(forms.Form):
    """Who the invited person is, and the password that they choose."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
        help_text=_("Colleagues and support see it."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password.")},
        help_text=format_lazy(
            _("At least {characters} characters; a sentence is easier to remember than a riddle."),
            characters=settings.SHORTEST_PASSWORD,
        ),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=LANGUAGE_HELP,
        error_messages=_CHOOSE,
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Every instant in pages and mail is shown in it."),
        error_messages=_CHOOSE,
    )

    def __init__(self, *args: Any, address: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._address = address
        zones = [(name, name.replace("_", " ")) for name in zone_names()]
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("As my account")), *zones]

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, the person's own name and address among them."""
        data = super().clean() or {}
        if "password" in data:
            person = User(email=self._address, name=data.get("name", ""))
            try:
                validate_password(data["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
