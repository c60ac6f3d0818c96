"""Who a case belongs to on the customer's side, and who watches it."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from cases import notices
from cases.folding import changes_between, recorded
from cases.lifecycle import OPEN, Action
from cases.models import MOST_WATCHERS, Case, CaseEvent, Watcher
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
        before, after = set_watchers(change.case, watchers, now=now)
        if before != after:
            detail = {"added": sorted(after - before), "removed": sorted(before - after)}
            change.record("watchers_changed", detail, lists=watchers_change(before, after))
    return change.case


def set_watchers(case: Case, watchers: Iterable[User], *, now: datetime) -> tuple[set[int], set[int]]:
    """This will make `watchers` the watchers of a locked case and give their keys before and after."""
    wanted = {person.pk: person for person in watchers if person.pk != case.requestor_id}
    if any(person.account_id != case.account_id or not person.is_active for person in wanted.values()):
        raise FieldRefused("not_of_the_account", field="watchers")
    if len(wanted) > MOST_WATCHERS:
        raise FieldRefused("too_many_watchers", field="watchers")
    present = set(Watcher.objects.filter(case=case).values_list("user_id", flat=True))
    Watcher.objects.filter(case=case, user_id__in=present - wanted.keys()).delete()
    added = sorted(wanted.keys() - present)
    Watcher.objects.bulk_create(Watcher(case=case, user_id=key, added_at=now) for key in added)
    return present, set(wanted)


def watchers_change(before: Collection[int], after: Collection[int]) -> dict[str, list[object]]:
    """This will write a change of watchers as history holds it."""
    return changes_between({"watchers": recorded(set(before))}, {"watchers": recorded(set(after))})


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
            before = case.state()
            case.requestor = successor
            detail = {"before": user_id, "after": successor.pk}
            event = record_event(
                case, "requestor_changed", actor=actor, now=now, before=before, detail=detail
            )
            notices.tell_customer(case, "requestor_changed", event=event, except_for=actor, now=now)

    def forget(
        self, user_id: int, license_id: int, *, has_other_seats: bool, actor: User, now: datetime
    ) -> None:
        """This will take a removed contact off the watchers: of the product, or of everything.

        History gets a line for each case, which only staff see: nobody of the customer did anything to it.
        """
        watched = Case.objects.filter(Exists(Watcher.objects.filter(case=OuterRef("pk"), user_id=user_id)))
        if has_other_seats:
            watched = watched.filter(license_id=license_id)
        keys = list(watched.order_by("pk").select_for_update().values_list("pk", flat=True))
        watchers: dict[int, set[int]] = {key: set() for key in keys}
        for case_id, watcher_id in Watcher.objects.filter(case__in=keys).values_list("case_id", "user_id"):
            watchers[case_id].add(watcher_id)
        Watcher.objects.filter(case__in=keys, user_id=user_id).delete()
        CaseEvent.objects.bulk_create(
            CaseEvent(
                case_id=key,
                kind="watchers_changed",
                actor=actor,
                occurred_at=now,
                detail={"added": [], "removed": [user_id]},
                changes=watchers_change(before, before - {user_id}),
            )
            for key, before in watchers.items()
        )
