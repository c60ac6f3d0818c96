"""Inviting a list of contacts: each row for itself, and first as a try that leaves nothing (SPEC 3.4)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from entitlements.models import Invitation, License, Seat
from entitlements.operations.invitations import invite_contact
from entitlements.sheets import SheetRow
from portal.accounts.models import User
from portal.errors import DomainError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, or would: invited, seated at once, or refused with the reason."""

    row: SheetRow
    is_seated: bool = False
    refusal: DomainError | None = None


def try_rows(
    rows: Iterable[SheetRow],
    licenses: Iterable[License],
    *,
    admit: Callable[[], None],
    actor: User,
    now: datetime,
) -> list[Outcome]:
    """This will tell what inviting these rows one after the other would come to, and change nothing."""
    with transaction.atomic():
        found = invite_rows(rows, licenses, admit=admit, actor=actor, now=now)
        transaction.set_rollback(True)
    return found


def invite_rows(
    rows: Iterable[SheetRow],
    licenses: Iterable[License],
    *,
    admit: Callable[[], None],
    actor: User,
    now: datetime,
) -> list[Outcome]:
    """This will invite every row, or seat a colleague at once; one that is refused stops no other.

    `admit` counts an invitation, and raises the DomainError that refuses one beyond what an hour allows. A
    colleague who is seated at once gets no mail and is not counted.
    """
    by_name = {name.casefold(): each for each in licenses for name in (each.product.name, each.product.code)}
    return [_invite_row(row, by_name, admit=admit, actor=actor, now=now) for row in rows]


def _invite_row(
    row: SheetRow, by_name: Mapping[str, License], *, admit: Callable[[], None], actor: User, now: datetime
) -> Outcome:
    license_ = by_name.get(row.product.casefold())
    if license_ is None:
        return Outcome(row, refusal=DomainError("unknown_product", product=row.product))
    try:
        with transaction.atomic():
            made = invite_contact(license_, row.address, actor=actor, now=now)
            if isinstance(made, Invitation):
                admit()
    except DomainError as error:
        return Outcome(row, refusal=_counted(error, admit))
    return Outcome(row, is_seated=isinstance(made, Seat))


def _counted(error: DomainError, admit: Callable[[], None]) -> DomainError:
    """Who tries addresses out by a list runs out of tries too; from then on they are told nothing else."""
    if error.code != "cannot_be_invited":
        return error
    try:
        admit()
    except DomainError as beyond:
        return beyond
    return error
