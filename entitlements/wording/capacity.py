"""Words about the seats of a license: how many are taken, of how many (SPEC 3.4)."""

from typing import Protocol

from django.utils.translation import gettext as _


class _Capacity(Protocol):
    """How many seats are taken; no limit while no term is in force."""

    @property
    def taken(self) -> int: ...
    @property
    def limit(self) -> int | None: ...
    @property
    def over(self) -> int: ...


def seats_text(capacity: _Capacity) -> str:
    """Write how many seats are taken: 3 of 4; 6 of 4 · Over capacity by 2; without a term 3 alone."""
    if capacity.limit is None:
        return str(capacity.taken)
    text = _("%(taken)s of %(limit)s") % {"taken": capacity.taken, "limit": capacity.limit}
    if not capacity.over:
        return text
    return f"{text} · {_('Over capacity by %(over)s') % {'over': capacity.over}}"
