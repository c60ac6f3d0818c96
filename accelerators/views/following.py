"""The account's requests: all of them, and each with what happened to it and what can be done."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accelerators import operations
from accelerators.forms import CancellingForm, HandingForm
from accelerators.lifecycle import Action, Status
from accelerators.models import EngagementRequest
from accelerators.offers import OfferShown
from accelerators.permissions import refusal_of
from accelerators.queries import (
    decider_keys,
    events_of,
    hand_overs,
    requests_of,
    units_used_by,
    visible_request,
)
from accelerators.wording import (
    ACTION_NAMES,
    EVENT_NAMES,
    STATUS_MEANINGS,
    STATUS_NAMES,
    hand_over_text,
    refusal_text,
    said,
    units_text,
)
from entitlements.forms.contacts import TokenForm
from entitlements.queries import contacts_of
from entitlements.views.access import existing_key
from entitlements.views.submitting import submit
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.errors import DomainError
from portal.work.form_tokens import new_token, sent_before

PAGE_SIZE = 25
_OPEN, _ALL = "open", "all"
# The tone and the sign of each status.
BADGES = {
    Status.REQUESTED: ("work", "await"),
    Status.ACCEPTED: ("good", "check"),
    Status.SCHEDULED: ("good", "check"),
    Status.IN_PROGRESS: ("work", "progress"),
    Status.DELIVERED: ("good", "check"),
    Status.DECLINED: ("done", "none"),
    Status.CANCELLED: ("done", "none"),
}


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """This will list the requests of the account that the person may see, the newest first."""
    user = signed_in(request)
    if user.is_staff:
        return redirect("admin:accelerators_engagementrequest_changelist")
    rows = requests_of(user, business_now())
    view = _ALL if request.GET.get("view") == _ALL else _OPEN
    counts = {_OPEN: rows.open().count(), _ALL: rows.count()}  # type: ignore[attr-defined]  # its own queryset
    chosen = rows.open() if view == _OPEN else rows  # type: ignore[attr-defined]  # as above
    page = Paginator(chosen, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [_row(each) for each in page.object_list],
        "view": view,
        "views": [(_OPEN, _("Open"), counts[_OPEN]), (_ALL, _("All"), counts[_ALL])],
        "total": counts[_ALL],
    }
    return render(request, "accelerators/requests.html", context)


def _row(request: EngagementRequest) -> dict[str, object]:
    tone, sign = BADGES[Status(request.status)]
    return {
        "one": request,
        "name": said(request.row.name),
        "status": STATUS_NAMES[request.status],
        "tone": tone,
        "sign": sign,
    }


@login_required
@require_safe
def request_page(request: HttpRequest, key: int) -> HttpResponse:
    """This will show a request: where it stands, what was asked and answered, and what can be done."""
    user, now = signed_in(request), business_now()
    one = _request_or_404(user, key, now)
    if user.is_staff:
        return redirect("admin:accelerators_engagementrequest_change", one.pk)
    used = sum(units_used_by(one).values())
    events = list(events_of(one))
    handed = hand_overs(events)
    context = {
        **_row(one),
        "meaning": STATUS_MEANINGS[one.status],
        "offer": OfferShown(one.row, None),
        "events": [
            {
                "name": EVENT_NAMES[event.kind],
                "what": _hand_over(handed.get(event.pk), user),
                "at": event.occurred_at,
                "who": _who(event.actor, user),
            }
            for event in events
        ],
        "canceller": next((_who(event.actor, user) for event in events if event.kind == "cancelled"), ""),
        "units": units_text(one.slug, used) if used else "",
        "is_decided_by_name": bool(decider_keys(one.license.account_id, now)),
        "actions": [
            {
                "name": ACTION_NAMES[action],
                "address": address,
                "refusal": _refusal_words(action, one, user, now),
            }
            for action, address in (
                (Action.HAND_TO_COLLEAGUE, reverse("accelerators:hand_to_colleague", args=[one.pk])),
                (Action.CANCEL, reverse("accelerators:cancel", args=[one.pk])),
            )
        ],
    }
    return render(request, "accelerators/request.html", context)


def _who(actor: User | None, viewer: User) -> str:
    if actor is None:
        return _("The clock")
    if actor.pk == viewer.pk:
        return _("You")
    return _("Success team") if actor.is_staff else str(actor)


def _hand_over(people: tuple[User, User] | None, viewer: User) -> str:
    return hand_over_text(*(_who(person, viewer) for person in people)) if people else ""


def _refusal_words(action: Action, request: EngagementRequest, user: User, now: datetime) -> str:
    refused = refusal_of(action, request, user, now)
    return refusal_text(DomainError(refused.code, **refused.values)) if refused else ""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, key: int) -> HttpResponse:
    """This will ask why a request is taken back, and cancel it."""

    def act(one: EngagementRequest, data: Mapping[str, Any], user: User, now: datetime) -> None:
        operations.cancel_request(one, reason=data["answer"], actor=user, now=now)

    return _carry_out(
        request, key, Action.CANCEL, lambda _one: CancellingForm, act, done=_("It is cancelled.")
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_to_colleague(request: HttpRequest, key: int) -> HttpResponse:
    """This will ask whose request it is to be, and hand it over."""

    def form_of(one: EngagementRequest) -> Callable[..., TokenForm]:
        colleagues = contacts_of(one.license_id).exclude(pk=one.requester_id)
        return lambda *args, **options: HandingForm(*args, colleagues=colleagues, **options)

    def act(one: EngagementRequest, data: Mapping[str, Any], user: User, now: datetime) -> None:
        operations.hand_request_to_colleague(one, colleague=data["colleague"], actor=user, now=now)

    return _carry_out(request, key, Action.HAND_TO_COLLEAGUE, form_of, act, done=_("It is handed over."))


def _carry_out(
    request: HttpRequest,
    key: int,
    action: Action,
    form_of: Callable[[EngagementRequest], Callable[..., TokenForm]],
    act: Callable[[EngagementRequest, Mapping[str, Any], User, datetime], None],
    *,
    done: str,
) -> HttpResponse:
    user, purpose = signed_in(request), f"request {action}"
    # The first submit may have taken the request out of the person's sight.
    if address := sent_before(request.POST.get("form_token", ""), user, purpose=purpose):
        return redirect(address)
    now = business_now()
    one = _request_or_404(user, key, now)
    if user.is_staff:
        return redirect("admin:accelerators_engagementrequest_change", one.pk)
    make = form_of(one)
    if request.method != "POST":
        return _ask(request, one, action, make(initial={"form_token": new_token()}), user=user, now=now)

    def once(data: Mapping[str, Any]) -> str:
        act(one, data, user, now)
        may_see = EngagementRequest.objects.visible_to(user, now).filter(pk=one.pk).exists()
        back = reverse("accelerators:request", args=[one.pk])
        return back if may_see else reverse("accelerators:requests")

    form = make(request.POST)
    try:
        result = submit(form, user, purpose=purpose, act=once, words=refusal_text)
    except EngagementRequest.DoesNotExist:
        raise Http404 from None
    if not result.address:
        return result.mark(
            _show(request, one, action, form=form, problem=result.problem, status=result.status)
        )
    messages.success(request, done)
    return redirect(result.address)


def _ask(
    request: HttpRequest,
    one: EngagementRequest,
    action: Action,
    form: TokenForm,
    *,
    user: User,
    now: datetime,
) -> HttpResponse:
    """Show the form, or why there is none now."""
    refused = refusal_of(action, one, user, now)
    status = 200 if refused is None else 403 if refused.is_about_role else 409
    words = _refusal_words(action, one, user, now)
    return _show(request, one, action, form=form, problem=words, status=status)


def _show(
    request: HttpRequest,
    one: EngagementRequest,
    action: Action,
    *,
    form: TokenForm,
    problem: str,
    status: int,
) -> HttpResponse:
    context = {
        **_row(one),
        "action_name": ACTION_NAMES[action],
        "action": action,
        "form": form,
        "problem": problem,
        "is_refused": status in (403, 409),
    }
    return render(request, "accelerators/request_action.html", context, status=status)


def _request_or_404(user: User, key: int, now: datetime) -> EngagementRequest:
    try:
        return visible_request(user, existing_key(key), now)
    except EngagementRequest.DoesNotExist:
        raise Http404 from None
