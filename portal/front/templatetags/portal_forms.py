"""How a form field becomes a control, a card of choices or a line in the error summary."""

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorList
from django.utils.safestring import SafeString

register = template.Library()


@dataclass(frozen=True)
class _FieldError:
    """A line of the error summary: what is wrong with which field, and the control that a click leads to."""

    target: str
    label: str
    error: str


@dataclass(frozen=True)
class _Summary:
    """All that is wrong with a form: sentences about the whole, lines about fields, and their number."""

    general: list[str]
    fields: list[_FieldError]

    @property
    def count(self) -> int:
        return len(self.general) + len(self.fields)


@dataclass(frozen=True)
class _Choice:
    """One card: the radio button or tick, its name, the sentence under it for priorities, its level, and what
    stands beside it.
    """

    tag: SafeString
    label: str
    detail: str
    level: str
    aside: str


@register.simple_tag
def errors_of(form: forms.BaseForm) -> _Summary:
    """Sum up a bound form's errors; those of hidden fields count as errors of the whole."""
    general = [str(error) for error in form.non_field_errors()]
    fields: list[_FieldError] = []
    for bound in form:
        for error in bound.errors:
            if bound.is_hidden:
                general.append(str(error))
            else:
                fields.append(_FieldError(_first_control(bound), str(bound.label).rstrip(".:"), str(error)))
    return _Summary(general, fields)


@register.filter
def kind(field: BoundField) -> str:
    """Say how to lay a field out: check, cards, ticks, file or plain."""
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "ticks"
    if isinstance(widget, forms.RadioSelect):
        return "cards"
    return "file" if isinstance(widget, forms.FileInput) else "plain"


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render the control alone.

    It never cuts off what is typed: too long a text is refused with a reason. It has no placeholder: an
    example stands in the help text, where it stays while one types.
    """
    widget = field.field.widget
    attrs: dict[str, object] = {}
    if not isinstance(widget, forms.CheckboxInput | forms.FileInput):
        attrs["class"] = f"{widget.attrs.get('class', '')} input".strip()
    attrs.update((name, False) for name in ("maxlength", "placeholder") if name in widget.attrs)
    return field.as_widget(attrs=attrs)  # type: ignore[arg-type]  # False leaves an attribute out


@register.simple_tag
def choices_of(field: BoundField) -> list[_Choice]:
    """List the choices of a radio or tick group; its widget's `details` maps value to sentence.

    `asides` maps it to what stands beside the choice, as markup.
    """
    details: Mapping[str, object] = getattr(field.field.widget, "details", {})
    asides: Mapping[str, str] = getattr(field.field.widget, "asides", {})
    return [
        _Choice(
            tag=option.tag(wrap_label=False),
            label=str(option.choice_label),
            detail=str(details.get(str(option.data["value"]), "")),
            aside=asides.get(str(option.data["value"]), ""),
            level=str(option.data["value"]) if field.name == "priority" else "",
        )
        for option in field.subwidgets
    ]


def _first_control(field: BoundField) -> str:
    """Name the id that a link in the error summary jumps to: a group has none, its first choice has."""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label


@register.filter
def sentences(errors: ErrorList) -> list[str]:
    """List the errors of a field as plain sentences."""
    return [str(error) for error in errors]
