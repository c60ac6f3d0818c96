"""Sessions that end by themselves: after a time without use, and after one since signing in.

Both limits are looked at on the server, at every request, in the statement that loads the session. A cookie
that is kept longer opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.db.models import F
from django.http import HttpRequest

from portal.accounts.models import SignIn
from portal.clock import machine_now

# The last use is written once a minute at most: reading pages costs a session one write a minute.
_WRITTEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ended:
    """A session that was over when its cookie came back: whose, and which limit ended it."""

    user_id: int
    after: timedelta
    was_idle: bool


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a session's row knows beside its data."""

    signed_in_at: datetime
    address: str = ""
    agent: str = ""


def idle_limit(*, of_staff: bool) -> timedelta:
    """How long a session may stay unused."""
    minutes = settings.PORTAL_SESSION_IDLE_MINUTES_STAFF if of_staff else settings.PORTAL_SESSION_IDLE_MINUTES
    return timedelta(minutes=minutes)


def longest() -> timedelta:
    """How long a session may last, however much it is used."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, which know whose they are and when they are over."""

    ended: Ended | None = None
    _facts: _Facts | None = None

    @classmethod
    def get_model_class(cls) -> type[SignIn]:
        """Say which table holds sessions."""
        return SignIn

    def note_sign_in(self, *, address: str, agent: str, now: datetime) -> None:
        """Remember from where somebody has just signed in."""
        self._facts = _Facts(now, address[:45], agent.replace("\x00", "")[:300])

    def flush(self) -> None:
        """Forget all of it: whoever signs in next starts anew."""
        super().flush()
        self._facts = None

    def load(self) -> dict[str, Any]:
        """Read the session, if it is not over."""
        now = machine_now()
        rows = SignIn.objects.filter(session_key=self.session_key).annotate(of_staff=F("user__is_staff"))
        row = rows.first()
        if row is None:
            self._session_key = None
            return {}
        if row.user_id is None or row.used_at is None or row.signed_in_at is None:
            return self.decode(row.session_data) if row.expire_date > now else self._over(row)
        idle = idle_limit(of_staff=bool(row.of_staff))
        if row.used_at + idle <= now:
            return self._over(row, Ended(row.user_id, idle, was_idle=True))
        if row.signed_in_at + longest() <= now:
            return self._over(row, Ended(row.user_id, longest(), was_idle=False))
        # What lies in the future was left by a clock that ran ahead: from now on the right one counts.
        self._facts = _Facts(min(row.signed_in_at, now), row.address, row.agent)
        if not timedelta(0) <= now - row.used_at < _WRITTEN_EVERY:
            SignIn.objects.filter(pk=row.pk).update(used_at=now, signed_in_at=self._facts.signed_in_at)
        return self.decode(row.session_data)

    def _over(self, row: SignIn, ended: Ended | None = None) -> dict[str, Any]:
        self._session_key = None
        self.ended = ended
        SignIn.objects.filter(pk=row.pk).delete()
        return {}

    def create_model_instance(self, data: dict[str, Any]) -> SignIn:
        """Make the row of what is to be saved."""
        row = super().create_model_instance(data)
        assert isinstance(row, SignIn)
        if SESSION_KEY not in data:
            return row
        now = machine_now()
        self._facts = self._facts or _Facts(now)
        row.user_id = int(data[SESSION_KEY])
        row.used_at, row.signed_in_at = now, self._facts.signed_in_at
        row.expire_date = self._facts.signed_in_at + longest()
        row.address, row.agent = self._facts.address, self._facts.agent
        return row


def store_of(request: HttpRequest) -> SessionStore:
    """The session of a request, as the portal's own kind."""
    assert isinstance(request.session, SessionStore)
    return request.session


def forget_old(now: datetime) -> int:
    """Remove sessions that are over; return how many. `now` is machine time."""
    removed, _tables = SignIn.objects.filter(expire_date__lte=now).delete()
    return removed
