"""Asking for the permission to request from the catalogue."""

from datetime import datetime, timedelta

from django.db import transaction

from accelerators import notices
from entitlements.models import EntitlementEvent
from entitlements.operations.changing import locked_account, record
from entitlements.operations.seats import ASKED_AGAIN_AFTER
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused


def ask_for_permission(*, actor: User, now: datetime) -> None:
    """Ask the account administrator, else staff, for the permission to request: as seldom as for a seat.

    Raises FieldRefused "not_of_the_account" of staff; DomainError "permission_already" or
    "permission_asked" with `asked_at` and the `hours` after which one may ask again.
    """
    if actor.account_id is None:
        raise FieldRefused("not_of_the_account", "account", account="")
    with transaction.atomic():
        account = locked_account(actor.account_id)
        current = User.objects.get(pk=actor.pk)
        if current.may_request:
            raise DomainError("permission_already")
        asked = EntitlementEvent.objects.filter(account=account, kind="permission_asked", actor=current)
        last = asked.filter(occurred_at__gt=now - ASKED_AGAIN_AFTER).order_by("-pk").first()
        if last is not None:
            hours = ASKED_AGAIN_AFTER // timedelta(hours=1)
            raise DomainError("permission_asked", asked_at=last.occurred_at, hours=hours)
        event = record("permission_asked", account, actor=current, now=now, detail={"person": current.pk})
        notices.tell_of_asked_permission(event, now=now)
