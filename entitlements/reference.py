"""Rows that every installation has from its first migration on: products, targets, hours, holidays."""

from datetime import datetime

from entitlements.calendars import PUBLISHED_HOURS
from entitlements.models import Product, RegionHours, ResponseTarget
from entitlements.operations import import_holidays
from entitlements.products import PRODUCTS
from entitlements.targets import PUBLISHED
from entitlements.terms import EARLIEST_AT
from portal.accounts.models import Region


def load_reference_rows() -> None:
    """Make the rows of each table that is empty; change nothing that exists."""
    if not Product.objects.exists():
        Product.objects.bulk_create(
            Product(position=position, **row._asdict()) for position, row in enumerate(PRODUCTS, start=1)
        )
    if not ResponseTarget.objects.exists():
        ResponseTarget.objects.bulk_create(
            ResponseTarget(**row._asdict(), in_force_from=EARLIEST_AT) for row in PUBLISHED
        )
    if not RegionHours.objects.exists():
        RegionHours.objects.bulk_create(
            RegionHours(
                region=region,
                in_force_from=EARLIEST_AT,
                week=PUBLISHED_HOURS[region.pk].week,
                full_day_minutes=PUBLISHED_HOURS[region.pk].closes - PUBLISHED_HOURS[region.pk].opens,
            )
            for region in Region.objects.filter(pk__in=PUBLISHED_HOURS)
        )


def bring_holidays(now: datetime) -> None:
    """Import the holidays of last year to two years ahead; what is there already stays."""
    import_holidays(range(now.year - 1, now.year + 3), now=now)
