"""Who a case belongs to on the customer's side, and who watches it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from cases import notices
from cases.folding import changes_between, recorded
from cases.lifecycle import MOST_WATCHERS, OPEN, Action
from cases.models import Case, CaseEvent, Watcher
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
        before = change.case.requestor_id
        change.case.requestor = colleague
        event = change.record("requestor_changed", {"before": before, "after": colleague.pk})
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
    wanted = {person.pk for person in watchers if person.pk != case.requestor_id}
    # Asked anew: a form was filled in before the case was locked.
    those = User.objects.filter(pk__in=wanted, account=case.account_id, is_active=True)
    if wanted and set(those.values_list("pk", flat=True)) != wanted:
        raise FieldRefused("not_of_the_account", field="watchers")
    if len(wanted) > MOST_WATCHERS:
        raise FieldRefused("too_many_watchers", field="watchers")
    present = set(Watcher.objects.filter(case=case).values_list("user_id", flat=True))
    Watcher.objects.filter(case=case, user_id__in=present - wanted).delete()
    added = sorted(wanted - present)
    Watcher.objects.bulk_create(Watcher(case=case, user_id=key, added_at=now) for key in added)
    case.refresh_from_db(fields=["watchers"])  # lets go of those that were read before, without a statement
    return present, wanted


def watchers_change(before: Collection[int], after: Collection[int]) -> dict[str, list[object]]:
    """This will write a change of watchers as history holds it."""
    return changes_between({"watchers": recorded(set(before))}, {"watchers": recorded(set(after))})


class OpenCases:
    """Tells entitlements of the open cases that a leaving contact has to hand over."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """How many open cases of the license are theirs."""
        return Case.objects.filter(requestor_id=user_id, license_id=license_id, status__in=OPEN).count()

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        """How many open cases each of many people has, in one statement."""
        theirs = Case.objects.filter(requestor_id__in=list(user_ids), status__in=OPEN)
        return dict(theirs.order_by().values_list("requestor_id").annotate(cases=Count("pk")))

    def let_go(
        self,
        user_id: int,
        license_id: int,
        *,
        successor: User | None,
        has_other_seats: bool,
        actor: User,
        now: datetime,
    ) -> None:
        """This will make `successor` the requestor of each, and take a removed contact off the watchers.

        A running waiting period goes on. Watched are the cases of the product, or all. Called inside the
        removal's transaction, which holds the license's lock; all cases are locked at once, by their keys.
        """
        watched = _watched_by(user_id)
        if has_other_seats:
            watched &= Q(license_id=license_id)
        theirs = Q(requestor_id=user_id, license_id=license_id, status__in=OPEN)
        cases = lock_cases(Case.objects.filter(watched | theirs if successor else watched).order_by("pk"))
        if successor is not None:
            for case in cases:
                if (case.requestor_id, case.license_id, case.is_open) == (user_id, license_id, True):
                    _hand_over(case, successor, actor=actor, now=now)
        _forget(user_id, cases, actor=actor, now=now)

    def pass_on(
        self, user_id: int, license_ids: Collection[int], *, successor: User, actor: User, now: datetime
    ) -> None:
        """This will make `successor` the requestor of each; called with the licenses' locks held."""
        theirs = Case.objects.filter(requestor_id=user_id, license_id__in=license_ids, status__in=OPEN)
        for case in lock_cases(theirs.order_by("pk")):
            if (case.requestor_id, case.is_open) == (user_id, True):
                _hand_over(case, successor, actor=actor, now=now)

    def stop_watching(self, user_id: int, *, actor: User, now: datetime) -> None:
        """This will take a person off the watchers of every case; all are locked at once, by their keys."""
        cases = lock_cases(Case.objects.filter(_watched_by(user_id)).order_by("pk"))
        _forget(user_id, cases, actor=actor, now=now)


def _watched_by(user_id: int) -> Q:
    return Q(Exists(Watcher.objects.filter(case=OuterRef("pk"), user_id=user_id)))


def _hand_over(case: Case, successor: User, *, actor: User, now: datetime) -> None:
    """Who leaves is told nothing any more, though they may watch the case as well."""
    before, leaver_id = case.state(), case.requestor_id
    case.requestor = successor
    detail = {"before": leaver_id, "after": successor.pk}
    event = record_event(case, "requestor_changed", actor=actor, now=now, before=before, detail=detail)
    staying = [person for person in notices.customer_recipients(case) if person.pk != leaver_id]
    notices.tell_people(staying, case, "requestor_changed", event=event, except_for=actor, now=now)


def _forget(user_id: int, cases: list[Case], *, actor: User, now: datetime) -> None:
    """History gets a line for each case, which only staff see: nobody of the customer did anything to it."""
    watchers = {case.pk: {person.pk for person in case.watchers.all()} for case in cases}
    watched = {key: before for key, before in watchers.items() if user_id in before}
    Watcher.objects.filter(case__in=watched, user_id=user_id).delete()
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case_id=key,
            kind="watchers_changed",
            actor=actor,
            occurred_at=now,
            detail={"added": [], "removed": [user_id]},
            changes=watchers_change(before, before - {user_id}),
        )
        for key, before in watched.items()
    )
