"""The form field for attachments: several files at once, each checked by name and by content."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from portal.errors import FieldRefused
from portal.files.checks import ALLOWED, MAX_FILES, refusal
from portal.files.wording import RULES, refusal_text


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several files and offers the kinds that are taken."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        offered = ",".join(f".{kind}" for kind in ALLOWED)
        super().__init__({"accept": offered, **(attrs or {})})


class MultipleFileField(forms.FileField):
    """Takes up to ten files; cleans to a list of uploads, empty if none was chosen (SPEC 6)."""

    widget = MultipleFileInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", RULES)
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":  # noqa: ARG002 -- Django's signature
        """Check each file; every one that is refused gets its own sentence."""
        uploads = _as_list(data)
        if not uploads:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        errors = [error for error in _refusals(uploads) if error]
        if errors:
            raise ValidationError([ValidationError(refusal_text(error), code=error.code) for error in errors])
        return uploads


def _as_list(data: Any) -> "list[UploadedFile[bytes]]":
    given = data if isinstance(data, Sequence) else [data]
    return [upload for upload in given if isinstance(upload, UploadedFile)]


def _refusals(uploads: "list[UploadedFile[bytes]]") -> list[FieldRefused]:
    if len(uploads) > MAX_FILES:
        return [FieldRefused("too_many_files", "files", count=len(uploads), limit=MAX_FILES)]
    found = (refusal(upload.name or "", upload.size or 0, upload) for upload in uploads)
    return [FieldRefused(refused.code, "files", **refused.values) for refused in found if refused]
