"""The form field for attachments."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from portal.files.fields import MultipleFileField


class Form(forms.Form):
    files = MultipleFileField(required=False)


class NeededForm(forms.Form):
    files = MultipleFileField()


def form_with(*uploads, form=Form):
    return form({}, MultiValueDict({"files": list(uploads)}))


def log(name="a.log", content=b"text"):
    return SimpleUploadedFile(name, content)


def test_several_files_are_taken_in_their_order():
    form = form_with(log("a.log"), log("b.txt"))

    assert form.is_valid()
    assert [upload.name for upload in form.cleaned_data["files"]] == ["a.log", "b.txt"]


def test_no_file_is_an_empty_list_unless_one_is_needed():
    form = form_with()

    assert form.is_valid()
    assert form.cleaned_data == {"files": []}
    assert form_with(form=NeededForm).errors == {"files": ["This field is required."]}


@pytest.mark.parametrize(("count", "is_valid"), [(10, True), (11, False)])
def test_a_message_takes_ten_files(count, is_valid):
    form = form_with(*(log() for _ in range(count)))

    assert form.is_valid() is is_valid
    if not is_valid:
        assert form.errors["files"] == [
            "These are 11 files; a message takes 10. Send the others with a second message."
        ]


def test_every_refused_file_gets_its_own_sentence():
    form = form_with(log("good.log"), log("empty.log", b""), log("page.svg"), log("photo.png"))

    assert form.errors["files"] == [
        "“empty.log” is empty. Choose a file with something in it.",
        "“page.svg” is of a kind that cannot be attached. These can: png, jpg, jpeg, gif, webp, pdf, txt, "
        "log, csv, json, xml, har, zip, docx, xlsx, pptx, mp4. Put others in a zip.",
        "“photo.png” does not hold what its ending .png says. Save it in that format, or rename it.",
    ]


def test_the_field_offers_the_kinds_and_says_the_rules():
    html = form_with().as_p()

    assert "multiple" in html
    assert 'accept=".png,.jpg,' in html
    assert "Up to 10 files of 20 MB each: png, jpg, gif" in html


@pytest.mark.parametrize("data", ["text", ["text"], None, [None]])
def test_what_is_no_file_counts_as_none(data):
    assert MultipleFileField(required=False).clean(data) == []
