"""The kinds of notice: each app registers its own, with how it reads and when it no longer matters."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from portal.notices.mail import Mail
from portal.notices.models import Notice

__all__ = ["Mail", "NoticeKind", "UnknownKind", "codes_kept_from_inboxes", "kind_of", "kinds", "register"]


class UnknownKind(LookupError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """A notice of a kind that no app of this version has registered."""


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """How one kind of notice reads. All functions run in the recipient's language and zone.

    `obsolete_because` answers why the mail no longer matters or may no longer be seen, else None; it is
    asked when the sender claims the row, inside a transaction: it reads, locks nothing, and is quick.
    `thread` names what the mail belongs to ("case:42"), so that mail programs show it together.
    A secret kind carries a token: its text is made at sending, and stored only in the embedded run.
    """

    code: str
    label: str | Promise
    headline: Callable[[Notice], str]
    path: Callable[[Notice], str]
    mail: Callable[[Notice], Mail]
    obsolete_because: Callable[[Notice], str | None]
    thread: Callable[[Notice], str]
    is_secret: bool = False
    is_in_inbox: bool = True


_kinds: dict[str, NoticeKind] = {}


def register(kind: NoticeKind) -> None:
    """Make a kind known; registering a code again replaces it."""
    _kinds[kind.code] = kind


def kinds() -> tuple[NoticeKind, ...]:
    """Every registered kind, in the order of registration."""
    return tuple(_kinds.values())


def kind_of(notice: Notice) -> NoticeKind:
    """The kind of a notice. Raises UnknownKind."""
    try:
        return _kinds[notice.kind]
    except KeyError:
        raise UnknownKind(notice.kind) from None


def codes_kept_from_inboxes() -> list[str]:
    """The kinds that are mail only."""
    return [kind.code for kind in _kinds.values() if not kind.is_in_inbox]
