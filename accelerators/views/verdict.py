"""What the page of a thing says first: whether it may be had and why, then what its reader can do."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accelerators.availability import Availability, Reason, State, Way
from accelerators.offers import OfferShown
from accelerators.views.choosing import Chosen
from accelerators.wording import reason_text, refusal_text, ways_text
from entitlements.add_ons import AddOn
from entitlements.models import License
from portal.accounts.models import User
from portal.errors import DomainError

# Refusals that say of the thing what its availability has said already.
_OF_THE_THING = frozenset({"not_available", "works_by_itself"})


@dataclass(frozen=True)
class Step:
    """Something that its reader can do, as a button."""

    words: str
    address: str


@dataclass(frozen=True)
class Verdict:
    """The heading, the sentences in their order, and the steps, the nearest one in front."""

    heading: str
    sentences: tuple[str, ...]
    steps: tuple[Step, ...]


def verdict(
    user: User, offer: OfferShown, chosen: Chosen, refusal: DomainError | None, *, others: list[License]
) -> Verdict | None:
    """Say whether a thing may be had; None where no license is named and nothing forbids it to all.

    What the catalogue says comes first; what the person themself lacks comes after it.
    """
    if offer.answer is None:
        if offer.row.is_offered:
            return None
        return Verdict(_("It cannot be had now"), (reason_text(Reason.NOT_OFFERED),), ())
    sentences = [_said_of(offer.answer)]
    if refusal and refusal.code not in _OF_THE_THING:
        sentences.append(refusal_text(refusal))
    elif refusal is None:
        sentences.append(_("Your success team decides about each request and agrees the dates with you."))
    return Verdict(
        _heading(offer, refusal),
        tuple(sentences),
        (*_ways_on(offer.answer, chosen, others), *_lacking(user, offer.answer, chosen)) if refusal else (),
    )


def _heading(offer: OfferShown, refusal: DomainError | None) -> str:
    if offer.is_undecided:
        return _("You have asked for it")
    if offer.answer and offer.answer.works_by_itself:
        return _("You have it")
    return _("Why you cannot ask for it now") if refusal else _("You can ask for it")


def _said_of(answer: Availability) -> str:
    if answer.works_by_itself:
        return refusal_text(DomainError("works_by_itself"))
    return f"{reason_text(answer.reason, answer.plan)} {ways_text(answer.ways)}".strip()


def _ways_on(answer: Availability, chosen: Chosen, others: list[License]) -> Iterator[Step]:
    """List the pages on which one sees what would open it."""
    assert chosen.license is not None
    if Way.BUNDLE in answer.ways:
        bundle = reverse("accelerators:thing", args=[AddOn.PRIORITY_QUEUE_BUNDLE])
        yield Step(_("See the Priority Queue Bundle"), f"{bundle}?license={chosen.license.pk}")
    if Way.ULTIMATE in answer.ways:
        yield Step(_("Compare the plans"), reverse("entitlements:plans"))
    for other in others:
        words = _("Show it for %(product)s") % {"product": other.product.name}
        yield Step(words, f"?license={other.pk}")


def _lacking(user: User, answer: Availability, chosen: Chosen) -> Iterator[Step]:
    """List what gives the person a seat or the permission, where either would lead anywhere."""
    assert chosen.license is not None
    if answer.works_by_itself or (answer.state is State.NOT_AVAILABLE and not answer.ways):
        return
    if not chosen.has_seat:
        words = f"{_('Ask for a seat')} …"
        yield Step(words, reverse("entitlements:ask", args=[chosen.license.pk]))
    elif not user.may_request and administers(user):
        yield Step(_("Give yourself the permission"), f"{reverse('entitlements:contacts')}#people")
    elif not user.may_request:
        yield Step(f"{_('Ask for the permission')} …", reverse("accelerators:ask"))


def administers(user: User) -> bool:
    """Tell whether a person administers their account."""
    return user.account is not None and user.account.administrator_id == user.pk
