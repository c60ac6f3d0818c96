"""What entitlements ask of requests when a contact leaves (SPEC 3.4)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Count

from accelerators import notices
from accelerators.lifecycle import OPEN
from accelerators.models import EngagementRequest
from accelerators.operations.changing import record_event
from portal.accounts.models import User


class OpenEngagements:
    """Tells entitlements of the open requests that a leaving contact has to hand over."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """How many open requests for the license are theirs."""
        theirs = EngagementRequest.objects.filter(requester_id=user_id, license_id=license_id)
        return theirs.filter(status__in=OPEN).count()

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        """How many open requests each of many people has, in one statement."""
        theirs = EngagementRequest.objects.filter(requester_id__in=list(user_ids), status__in=OPEN)
        return dict(theirs.order_by().values_list("requester_id").annotate(requests=Count("pk")))

    def let_go(
        self,
        user_id: int,
        license_id: int,
        *,
        successor: User | None,
        has_other_seats: bool,  # noqa: ARG002 -- the protocol's; nobody watches requests
        actor: User,
        now: datetime,
    ) -> None:
        """Make `successor` the requester of each; called inside the removal, which locks the license."""
        if successor is not None:
            self.pass_on(user_id, [license_id], successor=successor, actor=actor, now=now)

    def pass_on(
        self, user_id: int, license_ids: Collection[int], *, successor: User, actor: User, now: datetime
    ) -> None:
        """Make `successor` the requester of each; called with the licenses' locks held."""
        theirs = EngagementRequest.objects.filter(
            requester_id=user_id, license_id__in=license_ids, status__in=OPEN
        )
        keys = list(theirs.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
        for request in EngagementRequest.objects.filter(pk__in=keys).for_display().order_by("pk"):
            request.requester = successor
            request.save(update_fields=["requester"])
            event = record_event(
                request, "requester_changed", actor=actor, now=now, before=user_id, after=successor.pk
            )
            notices.tell_requester(request, notices.HANDED_OVER, event=event, now=now)

    def stop_watching(self, user_id: int, *, actor: User, now: datetime) -> None:
        """Nobody watches requests: nothing is to be ended."""
