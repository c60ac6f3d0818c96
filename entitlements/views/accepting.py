"""The page to which an invitation's link leads: who has no sign-in gets one, and the seat."""

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from entitlements import operations
from entitlements.forms.contacts import AcceptingForm
from entitlements.models import Invitation
from entitlements.models.invitations import hash_of
from entitlements.operations.invitations import invitation_of
from entitlements.views.submitting import explain
from portal.accounts.models import User
from portal.clock import business_now
from portal.errors import DomainError, FieldRefused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """This will show an invitation, or carry it out: the person is signed in and has the seat."""
    now = business_now()
    try:
        invitation = invitation_of(token, now)
    except DomainError as error:
        if error.code == "invitation_used" and _was_used_by(request.user, token):
            return redirect("home")
        return _refused(request, error)
    if isinstance(request.user, User):
        return _as_signed_in(request, invitation, token, now)
    if User.objects.filter(email=invitation.address).exists():
        has_login = DomainError("invitation_has_login", address=invitation.address)
        return _refused(request, has_login, invitation=invitation)
    return _as_newcomer(request, invitation, token, now)


def _was_used_by(person: object, token: str) -> bool:
    """Tell whether who follows the link a second time is who followed it first."""
    used = Invitation.objects.filter(token_hash=hash_of(token))
    return isinstance(person, User) and used.filter(accepted_by=person).exists()


def _as_newcomer(request: HttpRequest, invitation: Invitation, token: str, now: datetime) -> HttpResponse:
    is_sent = request.method == "POST"
    form = AcceptingForm(
        request.POST if is_sent else None,
        address=invitation.address,
        initial={"language": get_language() or "en"},
    )
    if is_sent and form.is_valid():
        try:
            person = operations.accept_invitation(token, **form.cleaned_data, now=now)
        except FieldRefused as error:
            form.add_error(error.field if error.field in form.fields else None, explain(error))
        except DomainError as error:
            return _refused(request, error, invitation=invitation)
        else:
            # The portal's own way in, which notes from where, for the list of the person's sessions.
            get_adapter(request).login(request, person)
            return _welcome(request, invitation)
    context = {"invitation": invitation, "form": form}
    return render(request, "entitlements/accept.html", context, status=400 if form.errors else 200)


def _as_signed_in(request: HttpRequest, invitation: Invitation, token: str, now: datetime) -> HttpResponse:
    """Who has a sign-in takes the seat by a button, if it is theirs."""
    person = request.user
    assert isinstance(person, User)
    if person.email != invitation.address:
        error = DomainError("invitation_for_another", address=invitation.address)
        return _refused(request, error, invitation=invitation)
    if request.method != "POST":
        return render(request, "entitlements/accept.html", {"invitation": invitation})
    try:
        operations.accept_invitation_as(token, person=person, now=now)
    except DomainError as error:
        return _refused(request, error, invitation=invitation)
    return _welcome(request, invitation)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    product = invitation.license.product.name
    messages.success(
        request, _("Welcome. You are a named contact for %(product)s now.") % {"product": product}
    )
    return redirect("home")


def _refused(
    request: HttpRequest, error: DomainError, *, invitation: Invitation | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "words": explain(error),
        "code": error.code,
        "administrator": invitation.license.account.administrator if invitation else None,
    }
    return render(request, "entitlements/invitation_refused.html", context, status=409)
