"""What entitlements need to know of the work that hangs on a seat; the apps above fill it in (DESIGN 1)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from portal.accounts.models import User


class OpenWork(Protocol):
    """The open work of a person on a license: cases, requests from the catalogue."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """Count what is open of the license and theirs."""

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        """Count what is open of many people, of every license; who has none may be left out."""

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
        """Make `successor` its requestor; take the person off what they watch, of the product or all.

        Called inside the removal's transaction. One verb, for what it locks is locked at once, in one order.
        """

    def pass_on(
        self, user_id: int, license_ids: Collection[int], *, successor: User, actor: User, now: datetime
    ) -> None:
        """Make `successor` the requestor of what is open of some licenses and theirs.

        Called inside the hand-over of the administrator's role, which locks the licenses.
        """

    def stop_watching(self, user_id: int, *, actor: User, now: datetime) -> None:
        """Take a person off all that they watch; called inside the transaction that ends their sign-in."""


class AllWork:
    """The work of every app that has some, as one."""

    def __init__(self, *sources: OpenWork) -> None:
        self.sources = sources

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """Count theirs in every source."""
        return sum(source.open_requests_of(user_id, license_id) for source in self.sources)

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        """Count theirs in every source, for many people."""
        keys, total = list(user_ids), Counter[int]()
        for source in self.sources:
            total.update(source.open_requests_by(keys))
        return total

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
        """Hand over in every source, in the order in which the apps started: from the lowest up."""
        for source in self.sources:
            source.let_go(
                user_id,
                license_id,
                successor=successor,
                has_other_seats=has_other_seats,
                actor=actor,
                now=now,
            )

    def pass_on(
        self, user_id: int, license_ids: Collection[int], *, successor: User, actor: User, now: datetime
    ) -> None:
        """Pass it on in every source, in the same order."""
        for source in self.sources:
            source.pass_on(user_id, license_ids, successor=successor, actor=actor, now=now)

    def stop_watching(self, user_id: int, *, actor: User, now: datetime) -> None:
        """Take them off in every source, in the same order."""
        for source in self.sources:
            source.stop_watching(user_id, actor=actor, now=now)


_open_work = AllWork()


def use_open_work(source: OpenWork) -> None:
    """Let `source` answer too for the work that hangs on seats; called in AppConfig.ready(), once by each."""
    global _open_work  # noqa: PLW0603 -- one answer per process, made while the apps start
    others = [each for each in _open_work.sources if type(each) is not type(source)]
    _open_work = AllWork(*others, source)


def open_work() -> OpenWork:
    """Tell who answers for the work that hangs on seats."""
    return _open_work
