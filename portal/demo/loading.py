"""Telling the demo's story: accounts, people and what happened to their cases before it began."""

from datetime import datetime, timedelta

from django.db.models import F

from entitlements.reference import bring_holidays
from portal.accounts.models import User
from portal.demo.people import make_cast
from portal.demo.queries import is_demo_database
from portal.demo.replay import Stage, replay
from portal.demo.story import CASES, REQUESTS
from portal.errors import DomainError
from portal.files.models import StoredFile
from portal.files.storing import StoredBlob
from portal.notices.models import Notice

# How long before the first case the accounts were opened.
_OPENED_BEFORE = timedelta(days=30)
# What is older has been read, also where nobody acted on it.
_READ_WITHIN = timedelta(hours=12)
_READ_AFTER = timedelta(hours=3)


def require_empty() -> None:
    """Refuse a database that has people already: it is the demo's, or worse, somebody's real one.

    Raises DomainError "demo_already_loaded" or "demo_foreign_database".
    """
    if is_demo_database():
        raise DomainError("demo_already_loaded")
    if User.objects.exists():
        raise DomainError("demo_foreign_database")


def tell_story(now: datetime, blobs: list[StoredBlob]) -> None:
    """Make everybody and replay every case up to `now`, in the caller's transaction.

    Notes in `blobs` what it stores, so that the caller can discard it when the transaction fails.
    """
    # A reset has emptied their table; a fresh installation has them since its migration.
    bring_holidays(now)
    opened_at = now - max(story.filed_ago for story in CASES) - _OPENED_BEFORE
    stage = Stage(make_cast(now, opened_at=opened_at), blobs=blobs)
    replay(CASES, REQUESTS, stage, now=now)
    # Limits per hour count by machine time: what the story uploaded was long ago.
    StoredFile.objects.update(stored_at=F("uploaded_at"))
    old = Notice.objects.filter(read_at=None, created_at__lt=now - _READ_WITHIN)
    old.update(read_at=F("created_at") + _READ_AFTER)
