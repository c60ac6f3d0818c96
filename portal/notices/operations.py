"""What is done with notices: announce, cancel, send again, mark as read.

`announce` and `cancel_pending` belong into the transaction of the operation that causes them.
"""

import gc
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.transaction import get_connection

from portal.accounts.groups import StaffGroup, staff_groups
from portal.accounts.models import User
from portal.clock import machine_now
from portal.errors import DomainError, NotAllowed
from portal.notices.models import Notice, new_message_id
from portal.notices.states import MailState, Transport
from portal.work.bulk import insert_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """A notice to be: `key` names event and recipient and makes it unique.

    Either `recipient` or, for somebody without a login, `address`; a page has neither. Without mail it stands
    in the inbox only.
    """

    key: str
    kind: str
    recipient: User | None
    about: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    wants_mail: bool = True
    address: str = ""
    transport: Transport = Transport.MAIL


def announce(drafts: Iterable[NoticeDraft], now: datetime) -> None:
    """Write the notices in the caller's transaction, and wake the sender after it commits.

    A key that exists already raises IntegrityError: the event was announced before, which is a fault.
    """
    rows = [_row_of(draft) for draft in drafts]
    insert_rows(Notice, rows, shared={"created_at": now})
    for transport in Transport:
        if any(row["state"] == MailState.PENDING and row["transport"] == transport for row in rows):
            nudge_after_commit(transport)


def is_paged(event: str) -> bool:
    """Whether there is a pager, and it wants to hear of this kind of event."""
    return bool(settings.PORTAL_PAGER_URL) and event in settings.PORTAL_PAGER_KINDS


def _row_of(draft: NoticeDraft) -> dict[str, Any]:
    return {
        "key": draft.key,
        "kind": draft.kind,
        "transport": draft.transport,
        "recipient_id": draft.recipient and draft.recipient.pk,
        "address": draft.address,
        "about": draft.about,
        "params": draft.params,
        "state": MailState.PENDING if draft.wants_mail else MailState.QUIET,
        "message_id": new_message_id(),
    }


def nudge_after_commit(transport: Transport) -> None:
    """Wake the sender once this transaction has committed; once, however many notices it writes."""
    nudge = nudge_pager if transport is Transport.PAGER else nudge_sender
    waiting = get_connection().run_on_commit
    if not any(function is nudge for _savepoints, function, *_robust in waiting):
        transaction.on_commit(nudge, robust=True)


def nudge_sender() -> None:
    """Ask for a round of the sender. It may fail: beat asks every few seconds anyway."""
    _nudge("portal.notices.send", queue="mail")


def nudge_pager() -> None:
    """Ask for a round of pages, as for mail."""
    _nudge("portal.notices.page", queue="pager")


def _nudge(task: str, *, queue: str) -> None:
    try:
        current_app.send_task(
            task, queue=queue, retry=False, expires=settings.PORTAL_SEND_SECONDS, ignore_result=True
        )
        return
    except Exception as error:
        # As text: whoever keeps the record would keep the attempt with it.
        logger.warning("%s could not be woken and takes its next turn by itself: %s", task, str(error))
    # Kombu 5.7 leaves a cycle with an open file behind each failed attempt. While the broker is away they
    # would pile up until the next full collection.
    gc.collect(1)


def cancel_pending(about: str, kinds: Iterable[str], *, because: str) -> int:
    """Cancel the mail of notices that no sender has claimed yet; return how many. They stay in the inbox.

    A claim under way comes first. From here to the caller's commit nobody claims any of them, nor takes
    over from a sender that died: whoever comes later sees what the caller has changed.
    """
    unsent = Notice.objects.unsent().filter(about=about, kind__in=list(kinds))
    with transaction.atomic(savepoint=False):
        locked = list(unsent.order_by("pk").select_for_update().values_list("pk", flat=True))
        if not locked:
            return 0
        return Notice.objects.filter(pk__in=locked, state=MailState.PENDING).update(
            state=MailState.CANCELLED, cancelled_because=because
        )


def mark_read(notices: QuerySet[Notice], now: datetime) -> int:
    """Mark these notices as read at `now`, in business time; return how many were not.

    The caller narrows them by `visible_to(user)`.
    """
    return notices.filter(read_at=None).update(read_at=now)


def send_again(notice: Notice, actor: User) -> None:
    """Give a mail that was given up a fresh set of attempts (SPEC 5: lead).

    Raises NotAllowed "not_lead", DomainError "not_dead" with `state`.
    """
    _require_lead(actor)
    with transaction.atomic():
        changed = Notice.objects.filter(pk=notice.pk, state=MailState.DEAD).update(
            state=MailState.PENDING, attempts=0, next_attempt_at=machine_now()
        )
        if not changed:
            raise DomainError("not_dead", state=_state_now(notice))
        nudge_after_commit(Transport(notice.transport))
    logger.info("Notice %s is to be sent again, as %s asked", notice.pk, actor.pk)


def cancel(notice: Notice, actor: User) -> None:
    """Cancel a mail that nobody has claimed yet (SPEC 5: lead).

    Raises NotAllowed "not_lead", DomainError "not_pending" with `state`.
    """
    _require_lead(actor)
    changed = Notice.objects.filter(pk=notice.pk, state=MailState.PENDING).update(
        state=MailState.CANCELLED, cancelled_because="by_staff"
    )
    if not changed:
        raise DomainError("not_pending", state=_state_now(notice))
    logger.info("Notice %s was cancelled by %s", notice.pk, actor.pk)


def _require_lead(actor: User) -> None:
    if StaffGroup.LEAD not in staff_groups(actor):
        raise NotAllowed("not_lead")


def _state_now(notice: Notice) -> str:
    return Notice.objects.values_list("state", flat=True).get(pk=notice.pk)
