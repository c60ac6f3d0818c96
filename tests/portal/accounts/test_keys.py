"""Keys of rows in texts: what a row can have, and nothing else."""

import pytest

from portal.accounts.keys import KEY_DIGITS, LARGEST_KEY, key_in


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0", 0),
        ("42", 42),
        ("0042", 42),
        ("9" * KEY_DIGITS, LARGEST_KEY),
        ("1" + "0" * KEY_DIGITS, None),
        ("", None),
        (" 1", None),
        ("-1", None),
        ("1.0", None),
        ("²", None),
        ("４２", None),
    ],
)
def test_a_key_is_read_where_a_row_can_have_it(text: str, key: int | None) -> None:
    assert key_in(text) == key
