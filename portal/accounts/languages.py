"""The languages that the interface speaks, as choices of a person (SPEC 3.3)."""

from django.conf import settings


def interface_languages() -> list[tuple[str, str]]:
    """List the interface's languages: code and own name, in the order of the settings."""
    return [(str(code), str(name)) for code, name in settings.LANGUAGES]
