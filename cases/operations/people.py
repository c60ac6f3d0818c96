"""Who a case belongs to on the customer's side, and who watches it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from cases import notices
from cases.lifecycle import OPEN, Action
from cases.models import MOST_WATCHERS, Case, Watcher
from cases.operations.changing import changing, lock_cases, record_event
from entitlements.queries import forget_seats, has_seat
from portal.accounts.models import User
from portal.errors import FieldRefused


def hand_to_colleague(case: Case, *, colleague: User, actor: User, now: datetime) -> Case:
    """This will make another active named contact of the product the requestor; the filer stays on record."""
    with changing(case, Action.HAND_TO_COLLEAGUE, actor=actor, now=now, with_license=True) as change:
        forget_seats(colleague)
        if colleague.pk == change.case.requestor_id:
            raise FieldRefused("already_requestor", field="colleague")
        if not has_seat(colleague, change.case.license_id):
            raise FieldRefused("not_a_contact_of_the_product", field="colleague")
        before = change.case.requestor
        change.case.requestor = colleague
        event = change.record("requestor_changed", {"before": before.pk, "after": colleague.pk})
        change.tell_customer("requestor_changed", event)
    return change.case


def edit_watchers(case: Case, *, watchers: Iterable[User], actor: User, now: datetime) -> Case:
    """This will set who watches the case: at most 10 people of the account with a login."""
    with changing(case, Action.EDIT_WATCHERS, actor=actor, now=now) as change:
        added, removed = set_watchers(change.case, watchers, now=now)
        if added or removed:
            change.record("watchers_changed", {"added": added, "removed": removed})
    return change.case


def set_watchers(case: Case, watchers: Iterable[User], *, now: datetime) -> tuple[list[int], list[int]]:
    """This will make `watchers` the watchers of a locked case and give the keys added and removed."""
    wanted = {person.pk: person for person in watchers if person.pk != case.requestor_id}
    if any(person.account_id != case.account_id or not person.is_active for person in wanted.values()):
        raise FieldRefused("not_of_the_account", field="watchers")
    if len(wanted) > MOST_WATCHERS:
        raise FieldRefused("too_many_watchers", field="watchers")
    present = set(Watcher.objects.filter(case=case).values_list("user_id", flat=True))
    added, removed = sorted(wanted.keys() - present), sorted(present - wanted.keys())
    Watcher.objects.filter(case=case, user_id__in=removed).delete()
    Watcher.objects.bulk_create(Watcher(case=case, user_id=key, added_at=now) for key in added)
    return added, removed


class OpenCases:
    """Tells entitlements of the open cases that a leaving contact has to hand over."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """How many open cases of the license are theirs."""
        return Case.objects.filter(requestor_id=user_id, license_id=license_id, status__in=OPEN).count()

    def hand_over(
        self, user_id: int, license_id: int, *, successor: User, actor: User, now: datetime
    ) -> None:
        """This will make `successor` the requestor of each; a running waiting period goes on.

        Called inside the removal's transaction, which holds the license's lock.
        """
        theirs = Case.objects.filter(requestor_id=user_id, license_id=license_id, status__in=OPEN)
        for case in lock_cases(theirs.order_by("pk")):
            case.requestor = successor
            detail = {"before": user_id, "after": successor.pk}
            event = record_event(case, "requestor_changed", actor=actor, now=now, detail=detail)
            notices.tell_customer(case, "requestor_changed", event=event, except_for=actor, now=now)

    def forget(self, user_id: int, license_id: int, *, has_other_seats: bool) -> None:
        """This will take a removed contact off the watchers: of the product, or of everything."""
        rows = Watcher.objects.filter(user_id=user_id)
        rows.filter(Q(case__license_id=license_id) if has_other_seats else Q()).delete()
