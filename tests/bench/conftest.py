"""A portfolio of a few hundred cases; the bench writes it by PostgreSQL's own SQL."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from bench.filling import Portfolio, fill

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def portfolio(db: None) -> Portfolio:
    """400 cases, of which 20 are open and 8 wait."""
    if connection.vendor != "postgresql":
        pytest.skip("the bench fills PostgreSQL only")
    return fill(400, now=NOW)
