"""The languages that the interface speaks, and which of them a person reads (SPEC 3.3)."""

from typing import Protocol

from django.conf import settings
from django.utils.translation import check_for_language


class _Account(Protocol):
    @property
    def language(self) -> str: ...


class _Person(Protocol):
    @property
    def language(self) -> str: ...
    @property
    def account(self) -> _Account | None: ...


def interface_languages() -> list[tuple[str, str]]:
    """List the interface's languages: code and own name, in the order of the settings."""
    return [(str(code), str(name)) for code, name in settings.LANGUAGES]


def viewer_language(person: _Person) -> str:
    """Find the language chosen for a person's pages and mail: their own, else the account's; empty is none.

    Pages are then in the browser's language and mail in English. Reads the account only where the person
    has chosen none.
    """
    chosen = person.language or (person.account.language if person.account else "")
    return chosen if check_for_language(chosen) else ""


def mail_language(person: _Person | None) -> str:
    """Find the language of a mail: the one chosen for its reader, else the portal's own."""
    return (viewer_language(person) if person is not None else "") or str(settings.LANGUAGE_CODE)
