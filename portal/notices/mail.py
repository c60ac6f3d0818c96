"""The one shape of every mail: kinds fill in `MailContent`, the templates do the rest."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_PROFILE = "/profile/"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is ready to be sent: its subject, and its text twice."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a mail says. Paths are of the portal, "/cases/…": `render_mail` makes absolute links of them.

    It is rendered in the recipient's language and zone, which are active while a kind fills it in.
    """

    heading: str
    lead: Sequence[str] = ()
    # The instant that the mail is about, and what happens then.
    deadline: datetime | None = None
    deadline_label: str = ""
    # What is repeated from the conversation: safe HTML, and its Markdown source.
    quote_label: str = ""
    quote_html: str = ""
    quote_text: str = ""
    button_label: str = ""
    button_path: str = ""
    # Other ways out: text and path of each.
    others: Sequence[tuple[str, str]] = field(default_factory=tuple)
    # What comes next: text and instant of each.
    steps: Sequence[tuple[str, datetime]] = field(default_factory=tuple)
    # Why the reader gets it, and where in a series it stands.
    why_you: str = ""
    position: str = ""
    account_name: str = ""
    number: str = ""


def render_mail(content: MailContent, subject: str) -> Mail:
    """Render a mail in the active language and zone; line breaks in the subject become spaces."""
    context = _context_of(content)
    return Mail(
        subject=" ".join(subject.split()),
        text=render_to_string("mail/notice.txt", context).strip() + "\n",
        html=render_to_string("mail/notice.html", context),
    )


def absolute(path: str) -> str:
    """Make a full link of a path of the portal; one that is full already stays as it is."""
    return path if "://" in path else f"{settings.PORTAL_BASE_URL}{path}"


def _context_of(content: MailContent) -> dict[str, Any]:
    zone = timezone.get_current_timezone()
    return {
        **asdict(content),
        # `quote_html` is HTML only where its maker has said so; anything else is text.
        "quote_html": content.quote_html
        if isinstance(content.quote_html, SafeString)
        else escape(content.quote_html),
        "button_url": absolute(content.button_path) if content.button_path else "",
        "others": [(text, absolute(path)) for text, path in content.others],
        "steps": list(content.steps),
        "zone_name": zone.key if isinstance(zone, ZoneInfo) else str(zone),
        "profile_url": absolute(_PROFILE),
        "language": get_language() or settings.LANGUAGE_CODE,
    }
