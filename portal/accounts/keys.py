"""Keys of rows, as addresses and forms name them. Pure."""

# A row's key never has more digits; the database would fail on a number beyond its own.
KEY_DIGITS = 18
LARGEST_KEY = 10**KEY_DIGITS - 1


def key_in(text: str) -> int | None:
    """Read a key that a row can have; None for any other text."""
    if not (text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS):
        return None
    return int(text)
