"""The kinds of notices of the catalogue, made known to the inbox and the sender."""

from types import ModuleType
from typing import Any

from django.utils.translation import gettext_lazy

from accelerators.notices import add_ons, permission, requests
from accelerators.notices.telling import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    ENDED,
    ENDING,
    GRANTED,
    HANDED_OVER,
    LACKS_UNITS,
    PERMISSION_ASKED,
    RECEIVED,
    TAKEN_BACK,
    TO_GRANT,
)
from portal.notices.kinds import NoticeKind, register

_OF_REQUESTS = (
    RECEIVED,
    ACCEPTED,
    DECLINED,
    CANCELLED,
    TAKEN_BACK,
    HANDED_OVER,
    TO_GRANT,
    LACKS_UNITS,
)
_OF_ADD_ONS = (GRANTED, ENDING, ENDED)


def register_kinds() -> None:
    """Make the kinds known to the inbox and the sender."""
    for code in _OF_REQUESTS:
        thread = lambda notice: f"request:{notice.params['request']}"  # noqa: E731 -- an argument
        register(NoticeKind(code=code, label=gettext_lazy("Request"), thread=thread, **_words(requests)))
    for code in _OF_ADD_ONS:
        thread = lambda notice: f"add-on:{notice.params['grant']}"  # noqa: E731 -- an argument
        register(NoticeKind(code=code, label=gettext_lazy("Add-on"), thread=thread, **_words(add_ons)))
    label = gettext_lazy("Catalogue")
    register(NoticeKind(code=PERMISSION_ASKED, label=label, thread=lambda _notice: "", **_words(permission)))


def _words(of: ModuleType) -> dict[str, Any]:
    return {name: getattr(of, name) for name in ("headline", "path", "mail", "obsolete_because")}
