"""What entitlements need to know of the work that hangs on a seat; the apps above fill it in (DESIGN 1)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from portal.accounts.models import User


class OpenWork(Protocol):
    """The open work of a person on a license."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:
        """Count the open cases of the license that are theirs."""

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:
        """Count the open cases of many people, of every license; who has none may be left out."""

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
        """Make `successor` the requestor of each; take the person off what they watch, of the product or all.

        Called inside the removal's transaction. One verb, for what it locks is locked at once, in one order.
        """


class NoWork:
    """Nothing hangs on seats: what holds until an app above says otherwise."""

    def open_requests_of(self, user_id: int, license_id: int) -> int:  # noqa: ARG002 -- the protocol's
        """Count nothing."""
        return 0

    def open_requests_by(self, user_ids: Iterable[int]) -> Mapping[int, int]:  # noqa: ARG002 -- the protocol's
        """Count nothing."""
        return {}

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
        """Hand over nothing, forget nothing."""


_open_work: OpenWork = NoWork()


def use_open_work(source: OpenWork) -> None:
    """Let `source` answer for the work that hangs on seats; called once, in AppConfig.ready()."""
    global _open_work  # noqa: PLW0603 -- one answer per process, chosen once while the apps start
    _open_work = source


def open_work() -> OpenWork:
    """Tell who answers for the work that hangs on seats."""
    return _open_work
