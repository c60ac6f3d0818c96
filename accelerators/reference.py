"""Rows that every installation has from its first migration on: the published catalogue."""

from accelerators.models import CatalogueRow
from accelerators.operations import load_catalogue
from portal.clock import machine_now


def load_reference_rows() -> None:
    """Bring the published catalogue where there is none; a newer one is brought by `load_catalogue`."""
    if not CatalogueRow.objects.exists():
        load_catalogue(now=machine_now())
