"""What can be done with the demo: load it, move its clock, reset it."""

import time
from datetime import datetime, timedelta

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from portal.accounts.models import SignIn, User
from portal.accounts.sessions import SessionStore
from portal.clock import business_now, machine_now
from portal.demo.loading import require_empty, tell_story
from portal.demo.models import DemoClock
from portal.demo.past import LATENESS
from portal.demo.queries import current_offset
from portal.demo.removal import remove_everything
from portal.errors import DomainError
from portal.files.models import StoredFile
from portal.files.storing import StoredBlob, discard, discard_path
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.notices.states import MailState
from portal.work.timed import run_tick, total_backlog

# Beyond it nothing new can be seen, and far beyond it the calendar ends.
FURTHEST = timedelta(days=365)
_SENT_AT_ONCE = 500
# Worker and web share the work; the page comes back when both are done, or after this.
_PATIENCE = timedelta(seconds=2)


def load_demo(now: datetime) -> None:
    """Load the story into an empty database, as if it had happened up to `now`; all of it or nothing.

    Raises DomainError "demo_already_loaded" or "demo_foreign_database".
    """
    blobs: list[StoredBlob] = []
    try:
        with transaction.atomic():
            require_empty()
            DemoClock.objects.create(started_at=now)
            tell_story(now, blobs)
    except BaseException:
        _discard_all(blobs)
        raise
    run_tick(now)


def reset_demo(now: datetime) -> None:
    """Remove everything and load the story anew for `now`, in machine time; all of it or nothing.

    Who is signed in stays so, where the story has a person of that address.
    Raises DomainError "demo_not_loaded".
    """
    # Set back first: a tick that waits for the reset to end must not bring the old future with it.
    offset = _set_back()
    blobs: list[StoredBlob] = []
    try:
        with transaction.atomic():
            _lock_clock()
            emails = {str(pk): email for pk, email in User.objects.values_list("pk", "email")}
            old_paths = list(StoredFile.objects.values_list("blob", flat=True))
            remove_everything()
            tell_story(now, blobs)
            DemoClock.objects.update(offset=timedelta(0), started_at=now)
            _keep_signed_in(emails)
    except BaseException:
        _discard_all(blobs)
        DemoClock.objects.update(offset=offset)
        raise
    for path in old_paths:
        discard_path(path)
    run_tick(now)


def _set_back() -> timedelta:
    """Let the clock show the machine's time again; return how far it was ahead."""
    with transaction.atomic():
        offset = _lock_clock().offset
        DemoClock.objects.update(offset=timedelta(0))
    return offset


def advance_demo(by: timedelta) -> datetime:
    """Let `by` pass and return the time it is then.

    The clock stops at each instant at which something falls due, as if the portal had run all the while:
    every reminder is made at its time, and its mail sent, before the next.
    Raises DomainError "demo_not_loaded", "demo_clock_backwards" or "demo_clock_too_far".
    """
    if by < timedelta(0):
        raise DomainError("demo_clock_backwards")
    if current_offset() + by > FURTHEST:
        raise DomainError("demo_clock_too_far", days=FURTHEST.days)
    left = by
    _work()
    while left > timedelta(0):
        left -= _move(left)
        _work()
    _wait_for_the_worker()
    return business_now()


def _move(most: timedelta) -> timedelta:
    """Move the clock to the next due instant, by `most` where none comes before; return by how much.

    The lock is held for a moment only: two who press at once move the clock twice, in turns.
    """
    with transaction.atomic():
        clock = _lock_clock()
        now = machine_now() + clock.offset
        due_at = total_backlog(now + most).oldest_due
        step = most if due_at is None or due_at <= now else min(most, due_at + LATENESS - now)
        clock.offset += step
        clock.save(update_fields=["offset"])
    return step


def _work() -> None:
    """Do at once what worker and beat would do within a minute."""
    run_tick(business_now())
    send_due(machine_now(), limit=_SENT_AT_ONCE)


def _wait_for_the_worker() -> None:
    """Wait for what the worker took up just before: its steps, and the mail that it is sending."""
    deadline = time.monotonic() + _PATIENCE.total_seconds()
    while time.monotonic() < deadline:
        is_sending = Notice.objects.filter(state=MailState.SENDING).exists()
        if not is_sending and not total_backlog(business_now()).count:
            return
        time.sleep(0.05)
        _work()


def _lock_clock() -> DemoClock:
    clock = DemoClock.objects.select_for_update().first()
    if clock is None:
        raise DomainError("demo_not_loaded")
    return clock


def _keep_signed_in(emails: dict[str, str]) -> None:
    """Let every session lead to the new row of the same person; end those of people who are no more."""
    people = {person.email: person for person in User.objects.all()}
    encode = SessionStore().encode
    for session in SignIn.objects.all():
        signed_in = session.get_decoded()
        if SESSION_KEY not in signed_in:
            continue
        person = people.get(emails.get(signed_in[SESSION_KEY], ""))
        if person is None:
            session.delete()
            continue
        signed_in[SESSION_KEY] = str(person.pk)
        signed_in[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.session_data = encode(signed_in)
        session.user = person
        session.save(update_fields=["session_data", "user"])


def _discard_all(blobs: list[StoredBlob]) -> None:
    for blob in blobs:
        discard(blob)
