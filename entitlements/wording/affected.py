"""Words about whom a dated row affects, before it is saved (SPEC 3.2-3.4)."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entitlements.wording.days import day

# As many are named; the others are counted.
_NAMED = 8


def affected(accounts: Sequence[str]) -> str:
    """Say whom a dated row affects, by name as far as there is room."""
    if not accounts:
        return _("It affects no account now. Tick to save it.")
    return ngettext(
        "It affects %(count)d account: %(named)s. No case filed before changes. Tick to save it.",
        "It affects %(count)d accounts: %(named)s. No case filed before changes. Tick to save it.",
        len(accounts),
    ) % {"count": len(accounts), "named": _named(accounts)}


class _PlanAffects(Protocol):
    """Whom a plan affects that a license gets."""

    @property
    def account(self) -> str: ...
    @property
    def product(self) -> str: ...
    @property
    def contacts(self) -> Sequence[str]: ...
    @property
    def capacity(self) -> int: ...
    @property
    def over(self) -> int: ...


def affected_by_plan(found: _PlanAffects) -> str:
    """Say whom a plan affects that a license gets, and by how many its contacts are too many."""
    parts = [_whom(found), _("No case filed before changes. Tick to save it.")]
    if found.over:
        parts.insert(1, _too_many(found))
    return " ".join(parts)


def affected_by_end(found: _PlanAffects, from_day: date) -> str:
    """Say whom it affects that a license has no plan from a day on."""
    ending = _(
        "From %(day)s on nothing can be filed, until another term begins; open cases run to their end, and"
        " seats stay."
    ) % {"day": day(from_day)}
    return " ".join([_whom(found), ending, _("No case filed before changes. Tick to save it.")])


def _whom(found: _PlanAffects) -> str:
    count = len(found.contacts)
    values = {"account": found.account, "product": found.product, "count": count}
    whom = _("It affects %(account)s, which has no named contact of %(product)s yet.") % values
    if count:
        whom = ngettext(
            "It affects %(account)s with %(count)d named contact of %(product)s: %(named)s.",
            "It affects %(account)s with %(count)d named contacts of %(product)s: %(named)s.",
            count,
        ) % {**values, "named": _named(found.contacts)}
    return whom


def _too_many(found: _PlanAffects) -> str:
    return _(
        "The plan allows %(capacity)d: the license will be over capacity by %(over)d. Its contacts stay, and"
        " nobody can be added until it is under."
    ) % {"capacity": found.capacity, "over": found.over}


def _named(names: Sequence[str]) -> str:
    named = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        return _("%(named)s and %(more)d more") % {"named": named, "more": len(names) - _NAMED}
    return named
