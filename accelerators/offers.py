"""A thing of the catalogue as pages and the staff's preview show it, with what the license may have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accelerators.availability import Availability, Reason, State
from accelerators.kinds import Kind
from accelerators.lifecycle import Status
from accelerators.models import CatalogueRow, EngagementRequest
from accelerators.queries import Shown, UnitLot, is_of_account
from accelerators.wording import (
    AGREED,
    CATEGORY_NAMES,
    CELL_NAMES,
    KIND_NAMES,
    STATE_NAMES,
    product_names,
    reason_text,
    said,
    units_text,
    ways_text,
)
from entitlements.models import AddOnGrant
from entitlements.wording import Words

# The badge of each state: its tone and its sign.
_BADGES: Mapping[State, tuple[str, str]] = {
    State.INCLUDED: ("good", "check"),
    State.AVAILABLE: ("accent", "plus"),
    State.NOT_AVAILABLE: ("done", "none"),
}


@dataclass(frozen=True)
class Fact:
    """A line of what a thing is."""

    label: str
    text: str


@dataclass(frozen=True)
class PartShown:
    """A phase, a feature or a task, in the reader's language."""

    name: str
    content: str
    deliverable: str


@dataclass(frozen=True)
class OfferShown:
    """A thing as a card or a page shows it; `answer` is nothing where no license is named."""

    row: CatalogueRow
    answer: Availability | None
    request: EngagementRequest | None = None
    grant: AddOnGrant | None = None
    lots: tuple[UnitLot, ...] = ()

    @property
    def slug(self) -> str:
        """The name in its address."""
        return self.row.slug

    @property
    def name(self) -> str:
        """What it is called."""
        return said(self.row.name)

    @property
    def summary(self) -> str:
        """What it is, in a line."""
        return said(self.row.summary)

    @property
    def kind_name(self) -> Words:
        """Its kind."""
        return KIND_NAMES[self.row.kind]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return _BADGES[self.answer.state][0] if self.answer else ""

    @property
    def sign(self) -> str:
        """The sign of its badge."""
        return _BADGES[self.answer.state][1] if self.answer else ""

    @property
    def state_name(self) -> Words:
        """Whether it can be had, in a word."""
        return STATE_NAMES[self.answer.state] if self.answer else ""

    @property
    def reason(self) -> str:
        """Why it can be had or not."""
        return reason_text(self.answer.reason, self.answer.plan) if self.answer else ""

    @property
    def ways(self) -> str:
        """What would change that it cannot be had."""
        return ways_text(self.answer.ways) if self.answer else ""

    @property
    def can_be_requested(self) -> bool:
        """Asking makes sense."""
        return self.answer is not None and self.answer.can_be_requested

    @property
    def is_undecided(self) -> bool:
        """It is asked for, and not answered yet: nobody asks twice meanwhile."""
        return self.request is not None and self.request.status == Status.REQUESTED

    @property
    def is_for_another_product(self) -> bool:
        """Another license may have it."""
        return self.answer is not None and self.answer.reason is Reason.OTHER_PRODUCT

    @property
    def facts(self) -> list[Fact]:
        """What stands on its card, in lines."""
        return list(_facts(self))

    @property
    def parts(self) -> list[PartShown]:
        """Its phases, features or tasks."""
        return [
            PartShown(said(part["name"]), said(part["content"]), said(part["deliverable"]))
            for part in self.row.parts
        ]

    @property
    def audience(self) -> str:
        """For whom it is."""
        return said(self.row.audience)


def _facts(offer: OfferShown) -> Iterable[Fact]:
    row = offer.row
    match row.kind:
        case Kind.ACCELERATOR:
            yield Fact(_("Duration"), said(row.duration) or str(AGREED))
            yield Fact(_("Your effort"), said(row.effort) or str(AGREED))
            yield Fact(_("Category"), str(CATEGORY_NAMES.get(row.category, "–")))
        case Kind.ADD_ON:
            # A row that staff only look at may lack them.
            yield Fact(_("Expert"), str(CELL_NAMES.get(row.expert, "–")))
            yield Fact(_("Ultimate"), str(CELL_NAMES.get(row.ultimate, "–")))
            holder = _("the whole account") if is_of_account(row.slug) else _("the license")
            yield Fact(_("Held by"), holder)
    if row.products:
        yield Fact(_("Products"), ", ".join(product_names(row.products)))
    if offer.lots:
        left = sum(lot.left for lot in offer.lots)
        granted = sum(lot.granted for lot in offer.lots)
        of = {"left": units_text(row.slug, left), "granted": granted}
        yield Fact(_("Left"), _("%(left)s of %(granted)d") % of)


def shown(
    found: Iterable[Shown],
    *,
    requests: Mapping[str, EngagementRequest],
    grants: Mapping[str, AddOnGrant],
    lots: Mapping[str, tuple[UnitLot, ...]],
) -> list[OfferShown]:
    """Bring together what pages show of things: row, answer, open request, grant and units."""
    return [
        OfferShown(
            one.row,
            one.answer,
            requests.get(one.row.slug),
            grants.get(one.row.slug),
            lots.get(one.row.slug, ()),
        )
        for one in found
    ]
