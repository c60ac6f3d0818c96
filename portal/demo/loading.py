"""Loading the demo: accounts, people and what happened to their cases before it began."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from portal.accounts.models import User
from portal.demo.models import DemoClock
from portal.demo.people import make_cast
from portal.demo.queries import is_demo_database
from portal.demo.replay import Stage, replay
from portal.demo.story import CASES
from portal.errors import DomainError
from portal.files.models import StoredFile
from portal.files.storing import StoredBlob, discard
from portal.notices.models import Notice

logger = logging.getLogger(__name__)

# How long before the first case the accounts were opened.
_OPENED_BEFORE = timedelta(days=30)
# What is older has been read, also where nobody acted on it.
_READ_WITHIN = timedelta(days=4)
_READ_AFTER = timedelta(hours=3)


def load_demo(now: datetime) -> None:
    """Load the story into an empty database, as if it had happened up to `now`; all of it or nothing.

    Raises DomainError "demo_already_loaded" or "demo_foreign_database".
    """
    blobs: list[StoredBlob] = []
    try:
        with transaction.atomic():
            _require_empty()
            DemoClock.objects.create(started_at=now)
            tell_story(now, blobs)
    except BaseException:
        for blob in blobs:
            discard(blob)
        raise


def tell_story(now: datetime, blobs: list[StoredBlob]) -> None:
    """Make everybody and replay every case, in the caller's transaction; notes in `blobs` what it stored."""
    opened_at = now - max(story.filed_ago for story in CASES) - _OPENED_BEFORE
    stage = Stage(make_cast(now, opened_at=opened_at), blobs=blobs)
    replay(CASES, stage, now=now)
    # Limits per hour count by machine time: what the story uploaded was long ago.
    StoredFile.objects.update(stored_at=F("uploaded_at"))
    old = Notice.objects.filter(read_at=None, created_at__lt=now - _READ_WITHIN)
    old.update(read_at=F("created_at") + _READ_AFTER)


def _require_empty() -> None:
    if is_demo_database():
        raise DomainError("demo_already_loaded")
    if User.objects.exists():
        raise DomainError("demo_foreign_database")
