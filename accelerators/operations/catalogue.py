"""Verbs about what the catalogue says (SPEC 4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction

from accelerators.kinds import Kind
from accelerators.models import CatalogueRow
from accelerators.permissions import catalogue_refusal
from accelerators.published import PUBLISHED, Published
from accelerators.queries import delivered_besides, next_position, row_in_force
from entitlements.add_ons import AddOn
from entitlements.operations.changing import require
from entitlements.products import PRODUCTS
from entitlements.terms import EARLIEST_AT, LATEST_AT
from portal.accounts.models import User
from portal.errors import FieldRefused

# Addresses beside the things' own.
RESERVED = frozenset({"ask", "compare"})
# What a row says of its thing, beside its address and its kind.
COLUMNS = (
    "kind",
    "name",
    "summary",
    "category",
    "duration",
    "effort",
    "audience",
    "products",
    "expert",
    "ultimate",
    "parts",
    "position",
    "is_offered",
)


def change_thing(
    slug: str, columns: Mapping[str, Any], *, in_force_from: datetime, actor: User, now: datetime
) -> CatalogueRow:
    """Say from an instant to come what a thing of the catalogue is; a new address is a new thing.

    `columns` are those of a row, by name; a missing position is the one that the thing has, or the last.
    Requests of before keep the row under which they were made. Raises NotAllowed "not_for_your_role";
    FieldRefused "row_in_the_past", "row_out_of_range", "row_taken", "row_unchanged", "slug_reserved",
    "kind_of_thing_changed", "slug_of_an_add_on", "cells_of_add_ons", "category_missing",
    "category_of_accelerators" or "unknown_product_or_family".
    """
    require(catalogue_refusal(actor))
    if in_force_from <= now:
        raise FieldRefused("row_in_the_past", "in_force_from")
    if in_force_from > LATEST_AT:
        raise FieldRefused("row_out_of_range", "in_force_from")
    before = row_in_force(slug, in_force_from)
    row = CatalogueRow(slug=slug, in_force_from=in_force_from, made_by=actor, **columns)
    row.position = row.position or (before.position if before else next_position())
    _check(row, before)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise FieldRefused("row_taken", "in_force_from") from error
    return row


def _check(row: CatalogueRow, before: CatalogueRow | None) -> None:
    if row.slug in RESERVED:
        raise FieldRefused("slug_reserved", "slug")
    if before is not None and before.kind != row.kind:
        raise FieldRefused("kind_of_thing_changed", "kind")
    is_add_on = row.kind == Kind.ADD_ON
    if is_add_on and row.slug not in set(AddOn):
        raise FieldRefused("slug_of_an_add_on", "slug")
    if is_add_on != bool(row.expert and row.ultimate) or (not is_add_on and (row.expert or row.ultimate)):
        raise FieldRefused("cells_of_add_ons", "expert")
    if row.kind == Kind.ACCELERATOR and not row.category:
        raise FieldRefused("category_missing", "category")
    if row.kind != Kind.ACCELERATOR and row.category:
        raise FieldRefused("category_of_accelerators", "category")
    known = {product.code for product in PRODUCTS} | {product.family for product in PRODUCTS}
    for name in row.products:
        if name not in known or not name:
            raise FieldRefused("unknown_product_or_family", "products", name=name)
    if before is not None and not differing(before, row):
        raise FieldRefused("row_unchanged", "summary")


def differing(one: CatalogueRow, other: CatalogueRow) -> dict[str, tuple[Any, Any]]:
    """Find in which columns two rows of a thing differ, with both values."""
    pairs = {column: (getattr(one, column), getattr(other, column)) for column in COLUMNS}
    return {column: (here, there) for column, (here, there) in pairs.items() if here != there}


class Outcome(StrEnum):
    """What became of a thing that is, or was, published on loading."""

    ADDED = "added"
    RENEWED = "renewed"
    SAME = "same"
    KEPT = "kept"
    DROPPED = "no longer published"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A thing that is or was published, what became of it, and how its newest row differs from that."""

    slug: str
    outcome: Outcome
    differences: Mapping[str, tuple[Any, Any]]


def load_catalogue(
    *, now: datetime, replacing: Iterable[str] = (), published: Iterable[Published] = PUBLISHED
) -> list[Loaded]:
    """Bring the published catalogue into the rows; what staff have edited stays, and is reported.

    A thing that is new is added from the start. One whose newest row was delivered with the portal follows
    a newer delivery from now on. One that staff have edited is kept, unless its address is in `replacing`:
    then a row that begins now says again what is published. One that was delivered and is published no
    longer stays offered, and is reported: staff withdraw it. A second run changes nothing.
    """
    wanted, items = frozenset(replacing), list(published)
    with transaction.atomic():
        loaded = [
            _load(_row_of(item, position), now=now, is_replacing=item.slug in wanted)
            for position, item in enumerate(items, start=1)
        ]
        dropped = delivered_besides(item.slug for item in items)
        return loaded + [Loaded(row.slug, Outcome.DROPPED, {}) for row in dropped]


def _row_of(item: Published, position: int) -> CatalogueRow:
    facts = item._asdict()
    parts = [part._asdict() for part in facts.pop("parts")]
    products = list(facts.pop("products"))
    facts = {name: str(value) for name, value in facts.items()}
    return CatalogueRow(**facts, parts=parts, products=products, position=position, in_force_from=EARLIEST_AT)


def _load(row: CatalogueRow, *, now: datetime, is_replacing: bool) -> Loaded:
    newest = CatalogueRow.objects.filter(slug=row.slug).order_by("-in_force_from").first()
    if newest is None:
        row.save()
        return Loaded(row.slug, Outcome.ADDED, {})
    differences = differing(newest, row)
    if not differences:
        return Loaded(row.slug, Outcome.SAME, {})
    if newest.made_by_id is not None and not is_replacing:
        return Loaded(row.slug, Outcome.KEPT, differences)
    row.in_force_from = max(now, newest.in_force_from + timedelta.resolution)
    row.save()
    return Loaded(row.slug, Outcome.RENEWED, differences)
