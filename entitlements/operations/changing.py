"""What every change of entitlements does: lock the rows, refuse who may not, write one event."""

from datetime import datetime
from typing import Any

from entitlements.models import EntitlementEvent, License
from portal.accounts.models import Account, Region, User
from portal.errors import DomainError


def locked_account(account_id: int) -> Account:
    """Load an account for changing what belongs to it; others wait, while filing a case does not."""
    return Account.objects.select_for_update(no_key=True).get(pk=account_id)


def locked_license(license_id: int) -> License:
    """Load a license for changing its terms or seats; others wait."""
    return License.objects.select_for_update(of=("self",), no_key=True).for_display().get(pk=license_id)


def locked_region(code: str) -> Region:
    """Load a region for changing when it works; others wait, while filing a case does not."""
    return Region.objects.select_for_update(no_key=True).get(pk=code)


def require(refusal: DomainError | None) -> None:
    """Raise a refusal if there is one."""
    if refusal is not None:
        raise refusal


def record(
    kind: str,
    account: Account,
    *,
    actor: User | None,
    now: datetime,
    detail: dict[str, Any],
    license_: License | None = None,
) -> EntitlementEvent:
    """Write the one event of an operation, or of the clock. People stand in `detail` by key only (SPEC 5)."""
    return EntitlementEvent.objects.create(
        kind=kind,
        account=account,
        license=license_,
        actor=actor,
        occurred_at=now,
        detail=detail,
        is_public=True,
    )
