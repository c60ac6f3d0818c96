"""What a person's inbox shows."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User
from portal.notices.kinds import UnknownKind, codes_kept_from_inboxes, kind_of
from portal.notices.models import Notice, NoticeQuerySet


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One line of the inbox, in the active language and zone; `number` and `title` of what it is about."""

    pk: int
    headline: str
    label: str
    url: str
    at: datetime
    is_unread: bool
    number: str = ""
    title: str = ""


def inbox_of(user: User | AnonymousUser) -> NoticeQuerySet:
    """A person's notices, newest first."""
    shown = Notice.objects.visible_to(user).exclude(kind__in=codes_kept_from_inboxes())
    return shown.order_by("-created_at", "-pk")


def unread_count(user: User | AnonymousUser) -> int:
    """How many notices a person has not read."""
    return inbox_of(user).filter(read_at=None).order_by().count()


def entry_of(notice: Notice) -> InboxEntry:
    """Turn a notice into its line; one of a kind that is no longer known shows its code."""
    try:
        kind = kind_of(notice)
    except UnknownKind:
        headline, label, url = notice.kind, "", ""
    else:
        headline, label, url = kind.headline(notice), str(kind.label), kind.path(notice)
    return InboxEntry(
        pk=notice.pk,
        headline=headline,
        label=label,
        url=url,
        at=notice.created_at,
        is_unread=notice.read_at is None,
        number=str(notice.params.get("number", "")),
        title=str(notice.params.get("title", "")),
    )
