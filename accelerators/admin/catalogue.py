"""What the catalogue says, as dated rows: saving one shows first how it will read and what differs."""

import json
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accelerators import operations
from accelerators.models import CatalogueRow
from accelerators.models.catalogue import LINE_LENGTH, NAME_LENGTH, SHORT_LENGTH
from accelerators.offers import OfferShown
from accelerators.operations.catalogue import COLUMNS, differing
from accelerators.queries import closed_by, row_in_force, rows_in_force
from accelerators.wording import CATEGORIES, CELLS, FIELD_NAMES, KINDS, refusal_text
from entitlements.forms.dated import DatedForm, InstantField
from portal.accounts.admin_access import OperationAdmin, RefusableForm
from portal.accounts.groups import StaffGroup
from portal.accounts.keys import key_in
from portal.accounts.models import User
from portal.clock import business_now

_NOTHING = [("", "–")]
# What the form asks, in its order; the position is kept.
_ASKED = tuple(column for column in COLUMNS if column != "position")


class _LinesField(forms.CharField):
    """Lines of text as a list, blank ones left out."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class _PartsField(forms.CharField):
    """Parts as lines: name | content | deliverable; the last two may be missing."""

    widget = forms.Textarea(attrs={"rows": 6, "cols": 90})

    def prepare_value(self, value: Any) -> Any:
        """Show parts as lines."""
        if not isinstance(value, list):
            return value
        lines = ([part["name"], part["content"], part["deliverable"]] for part in value)
        return "\n".join(" | ".join(line).rstrip(" |") for line in lines)

    def clean(self, value: Any) -> Any:
        """Read the lines."""
        parts = []
        for line in super().clean(value).splitlines():
            if not line.strip():
                continue
            texts = [text.strip() for text in line.split("|")]
            if len(texts) > 3 or not texts[0]:
                raise ValidationError(_("Write each part as: name | content | deliverable."))
            name, content, deliverable = (*texts, "", "")[:3]
            parts.append({"name": name, "content": content, "deliverable": deliverable})
        return parts


class RowForm(DatedForm):
    """A row to come: what a thing is from its instant on."""

    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        max_length=60,
        help_text=gettext_lazy("/catalogue/…/. An address that exists gets a newer row; another one is new."),
    )
    kind = forms.ChoiceField(label=FIELD_NAMES["kind"], choices=KINDS)
    name = forms.CharField(label=FIELD_NAMES["name"], max_length=NAME_LENGTH)
    summary = forms.CharField(
        label=FIELD_NAMES["summary"], max_length=LINE_LENGTH, widget=forms.TextInput(attrs={"size": 90})
    )
    category = forms.ChoiceField(
        label=FIELD_NAMES["category"], choices=[*_NOTHING, *CATEGORIES], required=False
    )
    duration = forms.CharField(
        label=FIELD_NAMES["duration"],
        max_length=SHORT_LENGTH,
        required=False,
        help_text=gettext_lazy("Empty: agreed with the success team. Never a made-up figure."),
    )
    effort = forms.CharField(label=FIELD_NAMES["effort"], max_length=SHORT_LENGTH, required=False)
    audience = forms.CharField(
        label=FIELD_NAMES["audience"],
        max_length=LINE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"size": 90}),
    )
    products = _LinesField(
        label=FIELD_NAMES["products"],
        required=False,
        help_text=gettext_lazy("Codes of products or names of families, one a line. Empty: every product."),
    )
    expert = forms.ChoiceField(label=FIELD_NAMES["expert"], choices=[*_NOTHING, *CELLS], required=False)
    ultimate = forms.ChoiceField(label=FIELD_NAMES["ultimate"], choices=[*_NOTHING, *CELLS], required=False)
    parts = _PartsField(
        label=FIELD_NAMES["parts"],
        required=False,
        help_text=gettext_lazy("Phases, features or tasks, one a line: name | content | deliverable."),
    )
    is_offered = forms.BooleanField(label=FIELD_NAMES["is_offered"], required=False, initial=True)
    in_force_from = InstantField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("In the future, in your time zone. Requests of before keep their row."),
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I have seen what changes"),
        required=False,
        help_text=gettext_lazy("Save once without it to see; nothing is saved then."),
    )

    class Meta:
        model = CatalogueRow
        fields = ("slug", *_ASKED, "in_force_from")

    def columns(self) -> dict[str, Any]:
        """Give the row's columns as they were typed."""
        return {name: self.cleaned_data[name] for name in _ASKED}

    def affected(self) -> SafeString:
        """Say how the row reads beside the one that would be in force, and which requests it would end."""
        said = self.cleaned_data
        before = row_in_force(said["slug"], said["in_force_from"])
        after = CatalogueRow(slug=said["slug"], **self.columns())
        card = render_to_string("accelerators/card.html", {"offer": OfferShown(after, None)})
        reads = format_html("<p>{}</p>{}", _("It will read:"), card)
        if before is None:
            return format_html("{}{}", _("A new thing."), reads)
        after.position = before.position
        changes = differing(before, after)
        if not changes:
            return format_html("{}", _("Nothing would change."))
        return format_html(
            "{}<ul>{}</ul>{}{}", _("This would change:"), _lines(changes), _closing(before, after), reads
        )


def _lines(changes: dict[str, tuple[Any, Any]]) -> SafeString:
    lines = ((FIELD_NAMES[name], _plain(old), _plain(new)) for name, (old, new) in changes.items())
    return format_html_join("", "<li>{}: {} → {}</li>", lines)


def _closing(before: CatalogueRow, after: CatalogueRow) -> SafeString:
    """Say how many undecided requests could no longer be accepted; of another kind nothing can be said."""
    closed = closed_by(before, after, business_now()) if before.kind == after.kind else 0
    if not closed:
        return format_html("<p>{}</p>", _("No undecided request depends on it."))
    words = ngettext(
        "One undecided request could no longer be accepted.",
        "%(requests)d undecided requests could no longer be accepted.",
        closed,
    )
    return format_html("<p>{}</p>", words % {"requests": closed})


def _plain(value: Any) -> str:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value) or "–"


class InForce(admin.SimpleListFilter):
    """Rows in force now, to come, or followed by newer ones."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:  # noqa: ARG002 -- Django's
        """Offer those in force, and those to come."""
        return [("current", gettext_lazy("in force")), ("coming", gettext_lazy("to come"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[CatalogueRow]) -> QuerySet[CatalogueRow]:  # noqa: ARG002 -- Django's
        """Narrow to the chosen state."""
        now = business_now()
        if self.value() == "current":
            return queryset.filter(pk__in=rows_in_force(now).values("pk"))
        return queryset.filter(in_force_from__gt=now) if self.value() == "coming" else queryset


@admin.register(CatalogueRow)
class CatalogueRowAdmin(OperationAdmin):
    """What is offered, from when on."""

    form = RowForm
    changers = frozenset({StaffGroup.CATALOGUE_MANAGER})
    refusal_words = staticmethod(refusal_text)
    list_display = ("name", "kind", "category", "slug", "is_offered", "in_force_from", "made_by")
    list_filter = ("kind", InForce, "category", "is_offered")
    list_select_related = ("made_by",)
    search_fields = ("name", "slug", "summary")
    ordering = ("position", "slug", "-in_force_from")
    _facts = ("slug", *COLUMNS, "in_force_from", "made_by")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- Django's
        """Refuse: a row stays as it was made."""
        return False

    @admin.display(description=gettext_lazy("Next"))
    def next_step(self, row: CatalogueRow) -> SafeString:
        """The way to a newer row of the thing, filled in from this one."""
        address = reverse("admin:accelerators_cataloguerow_add")
        return format_html('<a href="{}?from={}">{}</a>', address, row.pk, _("Change it from a date on"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill a new row in from the one that it follows."""
        key = key_in(request.GET.get("from", ""))
        row = None if key is None else CatalogueRow.objects.filter(pk=key).first()
        return {"slug": row.slug, **{name: getattr(row, name) for name in _ASKED}} if row else {}

    def form_for(self, row: Model | None) -> type[RefusableForm]:
        """Ask only for a new row: one that exists is shown as text."""
        return RefusableForm if row else RowForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show of a row all it says, and to who may change the thing the way on."""
        if obj is None:
            return (*RowForm.Meta.fields, "is_sure")
        return (*self._facts, *(("next_step",) if self.has_add_permission(request) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:  # noqa: ARG002 -- Django's
        """A row that exists is text."""
        return (*self._facts, "next_step") if obj else ()

    def carry_out(self, form: RefusableForm, *, is_new: bool, actor: User, now: datetime) -> CatalogueRow:
        """Add a row."""
        assert is_new
        assert isinstance(form, RowForm)
        said = form.cleaned_data
        return operations.change_thing(
            said["slug"], form.columns(), in_force_from=said["in_force_from"], actor=actor, now=now
        )
