"""Refusals that a person can do something about: a code with its values; `wording.py` has the words."""

from typing import Any


class DomainError(Exception):
    """What may happen and is refused: allowed for this person, but not in this state (409).

    `code` names the rule, `values` holds what its sentence needs. The sentence itself is wording.
    """

    http_status = 409

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        if not self.values:
            return self.code
        return f"{self.code} ({', '.join(f'{name}={value}' for name, value in self.values.items())})"


class NotAllowed(DomainError):  # noqa: N818 -- it says what happened (STYLE 4)
    """What this person sees, but may not do, whatever the state (403)."""

    http_status = 403


class FieldRefused(DomainError):  # noqa: N818 -- it says what happened (STYLE 4)
    """What is wrong with one field of a form, and belongs beside it (400)."""

    http_status = 400

    def __init__(self, code: str, field: str, **values: Any) -> None:
        super().__init__(code, **values)
        self.field = field
