"""Rows that every installation has from its first migration on: the products."""

from entitlements.models import Product
from entitlements.products import PRODUCTS


def load_reference_rows() -> None:
    """Make the products where there is none; change nothing that exists."""
    if Product.objects.exists():
        return
    Product.objects.bulk_create(
        Product(position=position, **row._asdict()) for position, row in enumerate(PRODUCTS, start=1)
    )
