"""Rows that every installation has from its first migration on: regions, countries, staff groups."""

from django.contrib.auth.models import Group

from portal.accounts.countries import COUNTRIES_BY_REGION, REGIONS
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Country, Region


def load_reference_rows() -> None:
    """Make regions and countries where there are none, and missing staff groups; change nothing else."""
    if not Region.objects.exists():
        Region.objects.bulk_create(Region(**row._asdict()) for row in REGIONS)
    if not Country.objects.exists():
        Country.objects.bulk_create(
            Country(code=code, region_id=region)
            for region, codes in COUNTRIES_BY_REGION.items()
            for code in sorted(codes)
        )
    missing = {group.value for group in StaffGroup} - {*Group.objects.values_list("name", flat=True)}
    Group.objects.bulk_create(Group(name=name) for name in sorted(missing))
