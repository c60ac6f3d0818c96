"""The frame of every operation on a request: lock, check, change, record; one atomic block."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accelerators.lifecycle import ENDED, Action, Status, status_after
from accelerators.models import EngagementRequest, RequestEvent
from accelerators.permissions import require
from entitlements.operations.changing import locked_license
from entitlements.queries import forget_seats
from portal.accounts.models import User
from portal.errors import FieldRefused


@dataclass
class Change:
    """An operation under way: the locked request, who acts, and when."""

    request: EngagementRequest
    action: Action
    actor: User
    now: datetime

    def move(self) -> None:
        """Set the status that the table gives for the action."""
        self.request.status = status_after(self.action, Status(self.request.status))
        if self.request.status in ENDED:
            self.request.ended_at = self.now

    def decide(self, answer: str) -> None:
        """Note who decided what was asked, and what they said."""
        self.request.decided_by, self.request.decided_at = self.actor, self.now
        self.request.answer = answer

    def record(self, kind: str, **detail: object) -> RequestEvent:
        """Save the request and write the one line of its history."""
        self.request.save()
        return record_event(self.request, kind, actor=self.actor, now=self.now, **detail)


def record_event(
    request: EngagementRequest, kind: str, *, actor: User, now: datetime, **detail: object
) -> RequestEvent:
    """Write one line of a request's history; people stand in it by key only."""
    return RequestEvent.objects.create(
        request=request,
        kind=kind,
        actor=actor,
        occurred_at=now,
        detail={"status": str(request.status), **detail},
        is_public=True,
    )


@contextmanager
def changing(request: EngagementRequest, action: Action, *, actor: User, now: datetime) -> Iterator[Change]:
    """Lock the license and the request, and check `action`.

    Raises EngagementRequest.DoesNotExist where `actor` may not see it any more, and as
    `accelerators.permissions.require`.
    """
    with transaction.atomic():
        # The removal of a contact, and whoever takes units, hold the same lock.
        locked_license(request.license_id)
        forget_seats(actor)
        actor.refresh_from_db(fields=["is_active", "may_request", "sees_account_cases", "account"])
        locked_request(request.pk)
        current = EngagementRequest.objects.visible_to(actor, now).for_display().get(pk=request.pk)
        require(action, current, actor, now)
        yield Change(current, action, actor, now)


def locked_request(key: int) -> None:
    """Lock a request's row; what is read afterwards is what was committed meanwhile."""
    list(EngagementRequest.objects.select_for_update(no_key=True).filter(pk=key).values_list("pk"))


def checked_text(text: str, field: str, *, most: int, missing: str, too_long: str) -> str:
    """Give a text with line ends made one and nothing around it.

    Raises FieldRefused `missing` unless that is empty, `too_long` with the most, or "nul".
    """
    tidy = "\n".join(text.splitlines()).strip()
    if not tidy and missing:
        raise FieldRefused(missing, field)
    if len(tidy) > most:
        raise FieldRefused(too_long, field, most=most)
    if "\x00" in tidy:
        raise FieldRefused("nul", field)
    return tidy
