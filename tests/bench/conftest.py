"""A portfolio of a few hundred cases; the bench writes it by PostgreSQL's own SQL."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from bench.filling import Portfolio, fill
from portal.work.invariants import check

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
# The notices of what people did after the filing are not filled in (bench/sql/cases.sql).
LEFT_OUT = {"I9d"}


def broken_claims() -> set[str]:
    """The claims that do not hold of a filled database."""
    return {violation.code for violation in check()}


@pytest.fixture
def portfolio(db: None) -> Portfolio:
    """400 cases, of which 20 are open and 8 wait."""
    if connection.vendor != "postgresql":
        pytest.skip("the bench fills PostgreSQL only")
    return fill(400, now=NOW)
