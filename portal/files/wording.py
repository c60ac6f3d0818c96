"""Sentences about files that are not taken."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import DomainError
from portal.files.checks import ALLOWED, MAX_FILES
from portal.work.wording import REFUSALS as FORM_REFUSALS

REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "file_kind": lambda values: (
        _("“%(name)s” is of a kind that cannot be attached. These can: %(allowed)s. Put others in a zip.")
        % {"name": values["name"], "allowed": ", ".join(values["allowed"])}
    ),
    "file_empty": lambda values: _("“%(name)s” is empty. Choose a file with something in it.") % values,
    "file_too_large": lambda values: (
        _("“%(name)s” is larger than %(megabytes)d MB, the most for one file. Pack it or split it.")
        % {"name": values["name"], "megabytes": values["limit"] // 1_048_576}
    ),
    "file_content": lambda values: (
        _("“%(name)s” does not hold what its ending .%(kind)s says. Save it in that format, or rename it.")
        % values
    ),
    "too_many_files": lambda values: (
        _("These are %(count)d files; a message takes %(limit)d. Send the others with a second message.")
        % values
    ),
    "no_space": lambda _values: _(
        "The file could not be stored, because our disk is full. Send the text without it, or try later."
    ),
    "too_many": FORM_REFUSALS["too_many"],
}

# Said before the choice (SPEC 6).
RULES = format_lazy(
    gettext_lazy("Up to {files} files of 20 MB each: {kinds}."),
    files=MAX_FILES,
    kinds=", ".join(kind for kind in ALLOWED if kind != "jpeg"),
)


def refusal_text(error: DomainError) -> str:
    """Say why a file is not taken, and what to do instead."""
    return REFUSALS[error.code](error.values)
