"""Sentences for refused changes of people, by code: which rule, its value, what to do instead."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.errors import DomainError

REFUSALS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "nul": lambda _values: _("The text holds a character that cannot be stored (NUL). Remove it."),
    "email_invalid": lambda _values: _(
        "This is not an e-mail address that we can write to. Write it like name@company.example."
    ),
    "email_taken": lambda _values: _("Somebody already uses this e-mail address. Choose another one."),
    "name_missing": lambda _values: _("A name is needed: write 1 to 200 characters."),
    "name_too_long": lambda values: _("A name has at most %(most)d characters. Shorten it.") % values,
    "unknown_zone": lambda _values: _("This is not a known time zone. Choose one from the list."),
    "unknown_language": lambda _values: _(
        "The portal does not speak this language. Choose one from the list."
    ),
    "hotline_invalid": lambda _values: _(
        "Write a telephone number of at most 40 characters, like +1 555 0142, or leave it empty."
    ),
    "not_for_your_role": lambda _values: _(
        "Your role does not include this. Ask a colleague whose role it is to do it for you."
    ),
    "not_superuser": lambda _values: _("Only the superuser may change people of staff. Ask them to do it."),
    "not_staff": lambda _values: _("This person is not of staff, and can have no role or duty of staff."),
    # One sentence for every reason: none tells whether an address is known here.
    "provider_sign_in": lambda _values: _(
        "Nobody was signed in that way. Sign in with your password, or try again. If neither works, ask the"
        " account administrator of your company whether you have access."
    ),
    "yourself": lambda _values: _("You cannot end your own sign-in. Another superuser can."),
}


def refusal_text(error: DomainError) -> str:
    """Say which rule refused a change of a person, and what to do instead."""
    return REFUSALS[error.code](error.values)
