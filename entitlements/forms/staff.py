"""Staff's forms about accounts, people, licenses and contacts. Operations check what fields cannot."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from entitlements import queries, terms
from entitlements.forms.dated import DatedForm, sure_field
from entitlements.models import Invitation, License, Person, Product, Seat, Term
from entitlements.plans import Plan
from entitlements.queries import contacts_of, contacts_of_account
from entitlements.wording import LINK_WORKS, PLANS, SEND_AGAIN, affected_by_end, affected_by_plan
from portal.accounts.admin_access import RefusableForm
from portal.accounts.form_fields import PersonChoice, RowByCode, country_choices, language_field, zone_field
from portal.accounts.keys import key_in
from portal.accounts.models import EMAIL_LENGTH, NAME_LENGTH, Account, Country, User
from portal.clock import business_now


class NewAccountForm(RefusableForm):
    """A customer's account."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    country = RowByCode(
        label=_("Billing country"),
        queryset=Country.objects.all(),
        help_text=_("It decides the region. A new one applies to cases filed after."),
    )
    time_zone = zone_field(_("Empty: the region's."))
    language = language_field(
        _("Of its people's pages and mail, where they choose none. Empty: as their browser asks.")
    )

    class Meta:
        model = Account
        fields = ("name", "country", "time_zone", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices_of(self, "country", country_choices(Country.objects.all()))


class AccountForm(NewAccountForm):
    """An account that exists: also who administers it."""

    administrator = PersonChoice(
        label=_("Account administrator"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("An active named contact; appointing another hands the role over."),
    )

    class Meta(NewAccountForm.Meta):
        fields = ("name", "country", "time_zone", "language", "administrator")  # type: ignore[assignment]  # one more

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "administrator" not in self.fields:
            return
        _rows_of(self, "administrator", contacts_of_account(self.instance.pk))
        self.fields["administrator"].required = self.instance.administrator_id is not None


class NewPersonForm(RefusableForm):
    """A person of an account."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.order_by("name", "pk"))
    email = forms.EmailField(label=_("E-mail address"), max_length=EMAIL_LENGTH)
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    language = language_field(_("Empty: the account's."))
    time_zone = zone_field(_("Empty: the account's, else the region's."))

    class Meta:
        model = Person
        fields = ("account", "email", "name", "language", "time_zone")


class PersonForm(RefusableForm):
    """A person who exists: also what they may do."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=EMAIL_LENGTH,
        help_text=_("The person signs in by it."),
    )
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    language = language_field(_("Empty: the account's."))
    time_zone = zone_field(_("Empty: the account's, else the region's."))
    may_file_cases = forms.BooleanField(label=_("May file cases"), required=False)
    sees_account_cases = forms.BooleanField(label=_("Sees the whole account's cases"), required=False)
    may_request = forms.BooleanField(label=_("May request from the catalogue"), required=False)
    is_active = forms.BooleanField(label=_("May sign in"), required=False)

    class Meta:
        model = Person
        fields = (
            "email",
            "name",
            "language",
            "time_zone",
            "may_file_cases",
            "sees_account_cases",
            "may_request",
            "is_active",
        )


class LicenseForm(RefusableForm):
    """A license of an account."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.order_by("name", "pk"))
    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.order_by("position", "pk"))

    class Meta:
        model = License
        fields = ("account", "product")


class TermForm(DatedForm):
    """A term of a license."""

    license = forms.ModelChoiceField(label=_("License"), queryset=License.objects.none())
    plan = forms.ChoiceField(label=_("Success plan"), choices=PLANS)
    first_on = forms.DateField(
        label=_("First day"),
        widget=AdminDateWidget,
        help_text=_("From 00:00 in the zone of the account's region; it may lie in the past."),
    )
    last_on = forms.DateField(
        label=_("Last day"), widget=AdminDateWidget, help_text=_("Until 24:00. Terms never overlap.")
    )
    is_sure = sure_field()

    class Meta:
        model = Term
        fields = ("license", "plan", "first_on", "last_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows_of(self, "license", _licenses())

    def affected(self) -> str:
        """The account with its contacts, and whether they are too many."""
        said = self.cleaned_data
        return _affected_by_plan(said["license"], Plan(said["plan"]), said["last_on"])


class PlanForm(DatedForm):
    """Another plan for the rest of a term, or none."""

    NONE = "none"

    plan = forms.ChoiceField(
        label=_("New plan"), choices=[*PLANS, (NONE, _("None: the term ends the day before"))]
    )
    from_day = forms.DateField(
        label=_("From"),
        widget=AdminDateWidget,
        help_text=_(
            "From 00:00 in the zone of the account's region: tomorrow or later, to the end of the term."
        ),
    )
    is_sure = sure_field()

    class Meta:
        model = Term
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["plan"] = next(plan.value for plan in Plan if plan != self.instance.plan)

    def clean_from_day(self) -> date:
        """A day of the term whose page it is."""
        day: date = self.cleaned_data["from_day"]
        if not terms.holds(self.instance, day):
            raise forms.ValidationError(_("This term does not hold that day. Choose one between its ends."))
        return day

    def affected(self) -> str:
        """The account with its contacts, and whether they are too many."""
        term, said = self.instance, self.cleaned_data
        if said["plan"] != self.NONE:
            return _affected_by_plan(term.license, Plan(said["plan"]), term.last_on)
        found = _found(term.license, Plan(term.plan), term.last_on)
        return affected_by_end(found, said["from_day"])


class SeatForm(RefusableForm):
    """A new seat. Once a license is chosen, only people of its account are offered."""

    license = forms.ModelChoiceField(label=_("License"), queryset=License.objects.none())
    user = PersonChoice(label=_("Contact"), queryset=User.objects.none())

    class Meta:
        model = Seat
        fields = ("license", "user")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows_of(self, "license", _licenses())
        people = User.objects.filter(account__isnull=False)
        if chosen := key_in(str(self.data.get("license") or self.initial.get("license") or "")):
            people = people.filter(account__licenses=chosen)
        _rows_of(self, "user", people.order_by("email", "pk"))


class SeatsEndForm(RefusableForm):
    """The end of a seat: who has it next, who takes over the open cases, who still signs in."""

    ASKED = ("is_sure", "address", "successor", "keeps_sign_in")

    is_sure = forms.BooleanField(label=_("Remove this contact now"))
    address = forms.EmailField(
        label=_("E-mail address of the new contact"),
        required=False,
        max_length=EMAIL_LENGTH,
        help_text=_(
            "Gives the seat to them in the same step, also where every seat is taken: a colleague with a"
            " sign-in has it at once, anybody else is invited. Empty: the seat is free."
        ),
    )
    successor = PersonChoice(
        label=_("Successor"),
        queryset=User.objects.none(),
        required=False,
        help_text=_(
            "Takes over the contact's open cases and requests of this product. Empty: a new contact with a"
            " sign-in does."
        ),
    )
    keeps_sign_in = forms.BooleanField(
        label=_("Keeps the sign-in"),
        required=False,
        help_text=_("Without it, removing the last seat ends the person's sign-in."),
    )

    class Meta:
        model = Seat
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "successor" in self.fields:
            others = contacts_of(self.instance.license_id).exclude(pk=self.instance.user_id)
            _rows_of(self, "successor", others)


def _affected_by_plan(license_: License, plan: Plan, last_on: date) -> str:
    return affected_by_plan(_found(license_, plan, last_on))


def _found(license_: License, plan: Plan, last_on: date) -> queries.PlanAffects:
    return queries.affected_by_plan(license_, plan, last_on=last_on, now=business_now())


class NewInvitationForm(RefusableForm):
    """Whom to invite to which license."""

    license = forms.ModelChoiceField(label=_("License"), queryset=License.objects.none())
    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=EMAIL_LENGTH,
        help_text=LINK_WORKS,
    )

    class Meta:
        model = Invitation
        fields = ("license", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _rows_of(self, "license", _licenses())


class InvitationForm(RefusableForm):
    """What becomes of an invitation that stands."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("again", SEND_AGAIN),
            ("revoke", _("Revoke: the link is dead and the seat is free")),
        ],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


def _licenses() -> QuerySet[License]:
    licenses = License.objects.select_related("account", "product")
    return licenses.order_by("account__name", "product__position", "pk")


def _rows_of(form: RefusableForm, name: str, rows: QuerySet[Any]) -> None:
    if isinstance(field := form.fields.get(name), forms.ModelChoiceField):
        field.queryset = rows


def _choices_of(form: RefusableForm, name: str, choices: list[tuple[str, str]]) -> None:
    if isinstance(field := form.fields.get(name), forms.ModelChoiceField):
        field.choices = choices
