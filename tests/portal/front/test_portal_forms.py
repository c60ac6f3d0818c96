from django import forms
from django.template import Context, Template


class Cards(forms.RadioSelect):
    details = {"1": "Production is down.", "2": "A major feature is hit."}


class SampleForm(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(min_length=10, max_length=200, label="Title", help_text="In one line.")
    text = forms.CharField(
        max_length=32_000, label="Text", widget=forms.Textarea(attrs={"placeholder": "Here"}), required=False
    )
    priority = forms.ChoiceField(choices=[("1", "P1"), ("2", "P2")], widget=Cards, label="Priority")
    sure = forms.BooleanField(label="I am sure.")


def shown(source: str, form: forms.Form) -> str:
    return Template("{% load crispy_forms_tags %}" + source).render(Context({"form": form}))


def order_of(html: str, *parts: str) -> list[int]:
    return [html.index(part) for part in parts]


def test_a_refused_field_shows_label_control_error_and_help_in_this_order_and_names_both_texts() -> None:
    html = shown("{{ form.title|as_crispy_field }}", SampleForm({"title": "Short"}))

    parts = order_of(html, "<label", "<input", 'id="id_title_error"', 'id="id_title_helptext"')
    assert parts == sorted(parts)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'value="Short"' in html


def test_a_text_is_never_cut_off_by_the_browser() -> None:
    html = shown("{{ form.text|as_crispy_field }}{{ form.title|as_crispy_field }}", SampleForm())

    assert "maxlength" not in html
    assert "placeholder" not in html


def test_only_what_may_stay_empty_is_marked() -> None:
    assert "(optional)" in shown("{{ form.text|as_crispy_field }}", SampleForm())
    assert "(optional)" not in shown("{{ form.title|as_crispy_field }}", SampleForm())


def test_a_priority_is_chosen_from_cards_that_say_what_it_means() -> None:
    html = shown("{{ form.priority|as_crispy_field }}", SampleForm())

    assert html.count('<label class="choice">') == 2
    assert "P1 Critical" in html
    assert "Production is down." in html


def test_the_summary_names_every_error_and_leads_to_its_control() -> None:
    form = SampleForm({"token": "", "title": "Short"})

    html = Template('{% include "partials/error_summary.html" %}').render(Context({"form": form}))

    assert "4 things to correct; nothing was sent yet" in html
    assert '<a href="#id_title">Title: ' in html
    assert '<a href="#id_priority_0">Priority: ' in html
    assert '<a href="#id_sure">I am sure: ' in html
    assert "id_token" not in html


def test_a_form_without_errors_has_no_summary() -> None:
    html = Template('{% include "partials/error_summary.html" %}').render(Context({"form": SampleForm()}))

    assert html.strip() == ""


def test_a_whole_form_can_be_shown_at_once() -> None:
    html = shown("{% crispy form %}", SampleForm())

    assert html.count("<form") == 1
    assert 'method="post"' in html
    assert 'name="token"' in html
