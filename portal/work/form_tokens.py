"""One submit per form: a double click, a retry or a page gone back to is carried out once (SPEC 6)."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.errors import DomainError
from portal.work.models import FormToken

_SHAPE = re.compile(r"[A-Za-z0-9_-]{32,64}")
_WINDOW = timedelta(hours=1)
# A page left open for two days may be sent a second time; limits look back one hour only.
KEPT_FOR = timedelta(hours=48)


class FormExpired(DomainError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """The form's token is missing, malformed or somebody else's (400): load the page anew."""

    http_status = 400


class TooMany(DomainError):  # noqa: N818 -- as above
    """More than SPEC 6 allows to one person in an hour (429); `retry_after_seconds` says how long to wait."""

    http_status = 429


def new_token() -> str:
    """Make the token of one form: 43 URL-safe characters that nobody can guess."""
    return secrets.token_urlsafe(32)


def submit_once(*, token: str, user: User, purpose: str, act: Callable[[], str]) -> str:
    """Carry a form out once and return the address of what came of it, at each further submit too.

    `act` runs inside this function's transaction. Of two submits at once the second waits, then gets the
    first one's address. Whatever `act` raises rolls everything back and leaves the token unspent.
    Raises FormExpired "form_token_missing" or, for a token that somebody else or another form has spent,
    "form_expired".
    """
    if not _SHAPE.fullmatch(token or ""):
        raise FormExpired("form_token_missing")
    with transaction.atomic():
        spent, is_first = FormToken.objects.get_or_create(
            token=token, defaults={"user": user, "purpose": purpose}
        )
        if not is_first:
            if (spent.user_id, spent.purpose) != (user.pk, purpose):
                raise FormExpired("form_expired")
            return spent.address
        address = act()
        FormToken.objects.filter(pk=spent.pk).update(address=address)
        return address


def sent_before(token: str, user: User, *, purpose: str) -> str:
    """Give the address to which a form's first submit led, or nothing.

    Asked before the form is checked: what it offered may have gone with its first submit.
    """
    if not (token.isascii() and token.isprintable()):
        return ""
    spent = FormToken.objects.filter(token=token, user=user, purpose=purpose).first()
    return spent.address if spent else ""


def is_spent(token: str, user: User) -> bool:
    """Tell whether a form of this person has been carried out, whatever it was for."""
    return bool(_SHAPE.fullmatch(token)) and FormToken.objects.filter(token=token, user=user).exists()


def recent_submissions(user: User, purpose: str, since: datetime) -> int:
    """Count what a person has sent for one purpose since an instant of machine time, exclusive."""
    return FormToken.objects.filter(user=user, purpose=purpose, created_at__gt=since).count()


def throttle(user: User, purpose: str, now: datetime) -> None:
    """Refuse what exceeds the purpose's limit per person and hour; `now` is machine time.

    Raises TooMany "too_many" with `limit` and `retry_after_seconds`.
    """
    limit: int = settings.PORTAL_LIMITS_PER_HOUR[purpose]
    recent = FormToken.objects.filter(user=user, purpose=purpose, created_at__gt=now - _WINDOW)
    instants = list(recent.order_by("-created_at").values_list("created_at", flat=True)[:limit])
    refuse_beyond(instants, limit, now=now)


def count_attempt(user: User, purpose: str) -> None:
    """Let what was refused count towards the purpose's limit: who guesses is to run out of tries."""
    FormToken.objects.create(token=new_token(), user=user, purpose=purpose, address="/")


def refuse_beyond(newest_first: list[datetime], limit: int, *, now: datetime) -> None:
    """Raise TooMany when the last hour holds `limit` instants, until the oldest of them is an hour old."""
    if limit and len(newest_first) < limit:
        return
    oldest = newest_first[-1] if newest_first else now
    wait = oldest + _WINDOW - now
    raise TooMany("too_many", limit=limit, retry_after_seconds=max(1, int(wait.total_seconds()) + 1))


def forget_old(now: datetime) -> int:
    """Remove tokens older than 48 hours of machine time; return how many."""
    removed, _tables = FormToken.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return removed
