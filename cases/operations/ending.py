"""How a case ends by a person, and how it is reopened. The clock's ending is in `cases.sweep`."""

from collections.abc import Sequence
from datetime import datetime

from cases.lifecycle import Action, Resolution, Status, resolution_refusal
from cases.models import Case, Message
from cases.operations.changing import changing, close
from cases.operations.response_targets import restart_target
from cases.permissions import raise_refusal
from portal.accounts.models import User
from portal.files.storing import StoredBlob


def confirm_resolution(case: Case, *, actor: User, now: datetime) -> Case:
    """This will close the case because the customer says that the solution works."""
    with changing(case, Action.CONFIRM, actor=actor, now=now) as change:
        close(change.case, status=Status.CLOSED, resolution=Resolution.CONFIRMED, now=now)
        event = change.record("confirmed", {"resolution": str(Resolution.CONFIRMED)})
        change.tell_customer("closed", event, resolution=str(Resolution.CONFIRMED))
    return change.case


def close_case(case: Case, *, resolution: Resolution, actor: User, now: datetime, reason: str = "") -> Case:
    """This will close the case with the closer's resolution; staff also write why."""
    with changing(case, Action.CLOSE, actor=actor, now=now) as change:
        refused = resolution_refusal(
            resolution, status=change.status_before, is_customer=change.is_by_customer
        )
        if refused:
            raise_refusal(refused)
        close(change.case, status=Status.CLOSED, resolution=resolution, now=now)
        event = change.record("closed", {"resolution": str(resolution), "reason": reason})
        change.tell_customer("closed", event, resolution=str(resolution), reason=reason)
    return change.case


def reopen_case(
    case: Case, *, text: str, actor: User, now: datetime, files: Sequence[StoredBlob] = ()
) -> Message:
    """This will reopen a closed case; nothing of the old period, hold or escalation survives.

    The customer may until the window's last instant, inclusive; staff at any time. It goes back to its
    owner, if that is still staff.
    """
    owner = User.objects.filter(pk__in=Case.objects.filter(pk=case.pk).values("owner")).first()
    with changing(case, Action.REOPEN, actor=actor, now=now, owner=owner) as change:
        reopened = change.case
        reopened.closed_at = reopened.reopen_until = None
        reopened.resolution = ""
        reopened.escalated_at = reopened.acknowledged_at = None
        reopened.escalation_reason = ""
        # Held against leaving; had another owned it meanwhile, it would be for the queue.
        reopened.owner = owner if owner and owner.pk == reopened.owner_id and owner.is_active else None
        restart_target(reopened, now=now)
        change.move()
        purpose = Message.Purpose.REPLY if change.is_by_customer else Message.Purpose.ANSWER
        message = change.write(text, purpose, files=files)
        event = change.record("reopened", {"message": message.pk})
        change.tell_customer("reopened", event, message=message.pk)
        if change.is_by_customer:
            change.tell_staff("customer_replied", event, message=message.pk)
    return message
