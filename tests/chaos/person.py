"""Somebody who takes part in a run."""

from dataclasses import dataclass

PASSWORD = "chaos-horse-battery"


@dataclass(frozen=True)
class Person:
    """Somebody who acts in a browser; `account` is empty for staff, `product` the license to file for."""

    email: str
    account: str = ""
    product: str = ""
