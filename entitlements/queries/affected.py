"""Whom a dated row affects: asked before it is saved."""

from datetime import datetime

from entitlements.models import Term
from entitlements.queries.promises import service_under
from entitlements.targets import Service
from portal.accounts.models import Account, Region


def accounts_in_region(region: Region) -> list[str]:
    """List the names of the accounts that a region serves."""
    return list(
        Account.objects.filter(country__region=region).order_by("name").values_list("name", flat=True)
    )


def accounts_under(service: Service, at: datetime) -> list[str]:
    """List the names of the accounts with a license under a service at an instant, from now on."""
    day = at.date()
    running = Term.objects.filter(first_on__lte=day, last_on__gte=day)
    under = {
        term.license.account.name
        for term in running.select_related("license__account", "license__product")
        if service_under(term.license, term) is service
    }
    return sorted(under)
