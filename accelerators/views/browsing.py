"""The catalogue: everything that is offered, and each thing on its own page."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerators.availability import State, is_for
from accelerators.kinds import OFFERED, Category, Kind
from accelerators.offers import OfferShown
from accelerators.permissions import request_refusal
from accelerators.queries import offered_at, row_in_force, service_levels
from accelerators.views.choosing import choose, offers_for
from accelerators.views.verdict import administers, verdict
from accelerators.wording import CATEGORY_NAMES, KIND_TITLES, STATE_NAMES
from entitlements.models import License
from entitlements.products import PRODUCTS, ProductRow
from portal.accounts.visitors import signed_in
from portal.clock import business_now


@login_required
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """This will show what is offered, for one license, narrowed down; unknown filters count as none."""
    user, now = signed_in(request), business_now()
    chosen = choose(user, request.GET.get("license", ""), now)
    kind = _known(request, "kind", [str(kind) for kind in OFFERED])
    category = _known(request, "category", [str(category) for category in Category])
    product = next((each for each in PRODUCTS if each.code == request.GET.get("product")), None)
    state = _known(request, "state", [str(state) for state in State]) if chosen.license else ""
    offers = offers_for(user, chosen, list(offered_at(now)), now)
    kept = [
        offer
        for offer in offers
        if kind in ("", offer.row.kind)
        and category in ("", offer.row.category)
        and (product is None or _is_made_for(offer, product))
        and (not state or (offer.answer is not None and offer.answer.state == state))
    ]
    context = {
        "chosen": chosen,
        "sections": [
            (each.value, KIND_TITLES[each], [offer for offer in kept if offer.row.kind == each])
            for each in OFFERED
            if any(offer.row.kind == each for offer in kept)
        ],
        "count": len(kept),
        "kind": kind,
        "kinds": [(each.value, KIND_TITLES[each]) for each in OFFERED],
        "category": category,
        "categories": CATEGORY_NAMES.items(),
        "product": product.code if product else "",
        "products": sorted(PRODUCTS, key=lambda each: each.name),
        "state": state,
        "states": STATE_NAMES.items(),
        "may_request": chosen.has_seat and user.may_request,
        "needs_permission": chosen.has_seat and not user.may_request,
        "is_administrator": administers(user),
    }
    return render(request, "accelerators/catalogue.html", context)


@login_required
@require_safe
def thing(request: HttpRequest, slug: str) -> HttpResponse:
    """This will show one thing: what it is, what it asks of the customer, and whether they may have it.

    What is no longer offered keeps its page, for those who hold it or have asked for it.
    """
    user, now = signed_in(request), business_now()
    row = row_in_force(slug, now)
    if row is None or row.kind not in OFFERED:
        raise Http404
    chosen = choose(user, request.GET.get("license", ""), now)
    [offer] = offers_for(user, chosen, [row], now)
    refusal = (
        request_refusal(user, row, chosen.license, now, holder=chosen.holder) if chosen.license else None
    )
    is_maintenance = row.kind == Kind.MAINTENANCE
    levels = list(service_levels(now)) if is_maintenance else []
    others = _others_for(offer, chosen.license, [one.license for one in chosen.choices])
    context = {
        "offer": offer,
        "chosen": chosen,
        "verdict": verdict(user, offer, chosen, refusal, others=others),
        "may_ask": chosen.license is not None and refusal is None,
        "levels": [OfferShown(level, None) for level in levels],
    }
    return render(request, "accelerators/thing.html", context)


def _known(request: HttpRequest, name: str, known: list[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""


def _is_made_for(offer: OfferShown, product: ProductRow) -> bool:
    return is_for(frozenset(offer.row.products), product=product.code, family=product.family)


def _others_for(offer: OfferShown, chosen: License | None, licenses: list[License]) -> list[License]:
    """Find the account's other licenses whose product the thing is made for, where this one's is not."""
    if not offer.is_for_another_product:
        return []
    products = set(offer.row.products)
    return [
        each for each in licenses if each != chosen and products & {each.product.code, each.product.family}
    ]
