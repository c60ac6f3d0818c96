"""Inviting somebody, and what can be done with an invitation."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entitlements import operations
from entitlements.forms.contacts import TokenForm
from entitlements.models import Invitation, Seat
from entitlements.queries import capacities_of, licenses_of
from entitlements.views.access import existing_key, for_administrator
from entitlements.views.contacts import invite_form, show, with_words
from entitlements.views.submitting import INVITATION, submit
from entitlements.wording import invitation_on_its_way, seat_is_theirs
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now


@for_administrator
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """This will invite an address, or seat a colleague at once; what was typed is kept if it is refused."""
    user, now = signed_in(request), business_now()
    licenses = licenses_of(user)
    form = invite_form(licenses, capacities_of(licenses, now), request.POST)
    done: list[Invitation | Seat] = []

    def act(data: Mapping[str, Any]) -> str:
        made = operations.invite_contact(data["license"], data["address"], actor=user, now=now)
        done.append(made)
        return reverse("entitlements:contacts")

    result = submit(form, user, purpose=INVITATION, act=act)
    if not result.address:
        if result.problem:
            form.add_error("license", result.problem)
        return result.mark(show(request, now=now, form=form, result=replace(result, problem="")))
    messages.success(request, _words_for(done, form.cleaned_data.get("address", "") if done else ""))
    return redirect(result.address)


def _words_for(done: list[Invitation | Seat], address: str) -> str:
    if done and isinstance(done[0], Seat):
        return seat_is_theirs(address)
    if done:
        return invitation_on_its_way(address)
    return _("This was done already.")


@for_administrator
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """This will mail a new link for an invitation; the old one is dead."""

    def again(invitation: Invitation, actor: User, now: datetime) -> str:
        made = operations.send_invitation_again(invitation, actor=actor, now=now)
        if isinstance(made, Seat):
            return seat_is_theirs(invitation.address)
        return _("A new link is on its way to %(address)s. The old one is dead.") % {
            "address": invitation.address
        }

    return _press(request, pk, again, purpose=INVITATION)


@for_administrator
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """This will take an invitation back; its seat is free."""

    def back(invitation: Invitation, actor: User, now: datetime) -> str:
        operations.revoke_invitation(invitation, actor=actor, now=now)
        return _("The invitation of %(address)s is revoked. Its seat is free.") % {
            "address": invitation.address
        }

    return _press(request, pk, back, purpose="revoke invitation")


def _press(
    request: HttpRequest, pk: int, act: Callable[[Invitation, User, datetime], str], *, purpose: str
) -> HttpResponse:
    user, now = signed_in(request), business_now()
    visible = Invitation.objects.visible_to(user).select_related("license")
    invitation = visible.filter(pk=existing_key(pk)).first()
    if invitation is None:
        raise Http404
    said: list[str] = []

    def once(_data: Mapping[str, Any]) -> str:
        said.append(act(invitation, user, now))
        return reverse("entitlements:contacts")

    result = submit(TokenForm(request.POST), user, purpose=purpose, act=once)
    if not result.address:
        return result.mark(show(request, now=now, result=with_words(result)))
    messages.success(request, said[0] if said else _("This was done already."))
    return redirect(result.address)
