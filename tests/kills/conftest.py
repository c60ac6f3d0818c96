"""The database and the mail server that the killed ones leave their traces in."""

import pytest

from tests.factories.mail_sink import adopted, note, sink
from tests.factories.pager import pager
from tests.races.conftest import Rows, kept, reference_rows

__all__ = ["adopted", "kept", "note", "pager", "sink"]


@pytest.fixture
def committed(kept: dict[str, Rows], transactional_db: None) -> None:
    """The database, for children that commit; the tests ask themselves what is true of it then."""
    kept |= reference_rows()
