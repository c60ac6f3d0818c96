"""What tests of requests share: instants, and short ways to ask and to look."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from accelerators import operations
from accelerators.models import CatalogueRow, EngagementRequest
from accelerators.queries import row_in_force
from entitlements.add_ons import AddOn
from entitlements.models import AddOnGrant, License
from portal.accounts.models import User
from portal.errors import DomainError
from portal.notices.models import Notice
from tests.factories.people import make_superuser

# A Monday in business hours of every region but Asia's.
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = date(2026, 3, 2)


def row(slug: str, at: datetime = NOW) -> CatalogueRow:
    """The row of a thing that is in force."""
    found = row_in_force(slug, at)
    assert found is not None
    return found


def ask(
    person: User, license_: License, slug: str = "environment-review", *, now: datetime = NOW, **facts: Any
) -> EngagementRequest:
    """A request by a person."""
    said = {"goal": "Find out why deployments are slow", **facts}
    return operations.request_thing(row(slug, now), license_, actor=person, now=now, **said)


def grant(
    license_: License,
    add_on: AddOn = AddOn.PRIORITY_QUEUE_BUNDLE,
    *,
    first_on: date = TODAY,
    last_on: date = date(2026, 12, 31),
    now: datetime = NOW,
) -> AddOnGrant:
    """An add-on for a license, granted by the superuser."""
    return operations.grant_add_on(
        license_.account,
        add_on,
        license_=license_,
        first_on=first_on,
        last_on=last_on,
        actor=make_superuser(),
        now=now,
    )


def refused(act: Any) -> tuple[str, int]:
    """The code and the status with which something is refused."""
    try:
        act()
    except DomainError as error:
        return error.code, error.http_status
    raise AssertionError("nothing was refused")


def told(kind: str) -> list[str]:
    """Who was told, by name, in the order of the notices."""
    rows = Notice.objects.filter(kind=kind).select_related("recipient").order_by("pk")
    return [str(notice.recipient) for notice in rows]
