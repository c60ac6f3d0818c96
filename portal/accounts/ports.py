"""What accounts need of the apps above, which fill it in: the work of staff, and mail (DESIGN 1)."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from portal.accounts.models import User


class StaffWork(Protocol):
    """The open work of a person of staff."""

    def release(self, staff: "User", *, actor: "User", now: datetime) -> None:
        """Take the person off the open work that they own; called when their sign-in ends (SPEC 2)."""


class NoStaffWork:
    """Staff own nothing: what holds until an app above says otherwise."""

    def release(self, staff: "User", *, actor: "User", now: datetime) -> None:
        """Release nothing."""


_staff_work: StaffWork = NoStaffWork()


def use_staff_work(source: StaffWork) -> None:
    """Let `source` answer for the work of staff; called once, in AppConfig.ready()."""
    global _staff_work  # noqa: PLW0603 -- one answer per process, chosen once while the apps start
    _staff_work = source


def staff_work() -> StaffWork:
    """Tell who answers for the work of staff."""
    return _staff_work


class AddressNews(Protocol):
    """Mail about a person's address."""

    def tell_of_change(self, person: "User", *, former: str, now: datetime) -> None:
        """Tell the former address that it signs nobody in any more; called inside the change."""


class NoAddressNews:
    """Nobody is told: what holds until an app above says otherwise."""

    def tell_of_change(self, person: "User", *, former: str, now: datetime) -> None:
        """Tell nobody."""


_address_news: AddressNews = NoAddressNews()


def use_address_news(source: AddressNews) -> None:
    """Let `source` tell of changed addresses; called once, in AppConfig.ready()."""
    global _address_news  # noqa: PLW0603 -- as above
    _address_news = source


def address_news() -> AddressNews:
    """Tell who tells of changed addresses."""
    return _address_news
