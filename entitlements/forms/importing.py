"""The form of a list of contacts: a file, or its text."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from entitlements.forms.contacts import TokenForm
from entitlements.sheets import MOST_ROWS, SheetRow, UnreadableSheet, read_sheet
from entitlements.wording import SHEET_REFUSALS

MOST_BYTES = 100_000


class ListForm(TokenForm):
    """Whom to invite, as CSV; `rows` are what it says once it is valid."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        help_text=format_lazy(_("With the columns email and product; at most {rows} rows."), rows=MOST_ROWS),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    rows: list[SheetRow]

    def clean(self) -> dict[str, Any]:
        """Read the rows; what a file says is kept as text, for the second step."""
        data = super().clean() or {}
        if self.errors:
            return data
        sent = data.get("file")
        if sent is not None:
            data["text"] = self._decoded(sent)
        try:
            self.rows = read_sheet(data["text"])
        except UnreadableSheet as unreadable:
            self.add_error("text" if sent is None else "file", str(SHEET_REFUSALS[unreadable.code]))
        return data

    def _decoded(self, sent: Any) -> str:
        raw = sent.read(MOST_BYTES + 1)
        try:
            text: str = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        if len(raw) > MOST_BYTES or "\x00" in text:
            self.add_error("file", str(SHEET_REFUSALS["no_columns"]))
            return ""
        return text
