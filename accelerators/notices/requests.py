"""How notices about requests read, and when one no longer matters."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators.lifecycle import OPEN, Status
from accelerators.models import EngagementRequest
from accelerators.notices.telling import (
    ACCEPTED,
    CANCELLED,
    DECLINED,
    HANDED_OVER,
    LACKS_UNITS,
    RECEIVED,
    TAKEN_BACK,
    TO_GRANT,
)
from accelerators.permissions import decides
from accelerators.queries import (
    are_units_granted_since,
    canceller_of,
    is_granted_since,
    is_of_account,
)
from accelerators.wording import said
from entitlements.wording import Words
from portal.accounts.models import User
from portal.notices.kinds import Mail
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice

_HEADLINES: dict[str, Words] = {
    RECEIVED: gettext_lazy("%(account)s asks for %(thing)s"),
    ACCEPTED: gettext_lazy("Your request is accepted: %(thing)s"),
    DECLINED: gettext_lazy("Your request is declined: %(thing)s"),
    CANCELLED: gettext_lazy("Your request is cancelled: %(thing)s"),
    TAKEN_BACK: gettext_lazy("%(account)s no longer asks for %(thing)s"),
    HANDED_OVER: gettext_lazy("A request is yours now: %(thing)s"),
    TO_GRANT: gettext_lazy("%(account)s is to get %(thing)s"),
    LACKS_UNITS: gettext_lazy("%(account)s has no unit left of %(thing)s"),
}
_LEADS: dict[str, Words] = {
    RECEIVED: gettext_lazy(
        "%(person)s asks for it, for %(product)s. Accept it, or decline it with a reason."
    ),
    ACCEPTED: gettext_lazy(
        "Your success team has said yes to it for %(product)s and agrees the dates with you."
    ),
    DECLINED: gettext_lazy("Your success team has said no to it for %(product)s. The reason stands below."),
    CANCELLED: gettext_lazy("It is taken back for %(product)s; nothing more happens."),
    TAKEN_BACK: gettext_lazy(
        "The customer has cancelled the request for %(product)s. Nothing is left to do."
    ),
    HANDED_OVER: gettext_lazy("You are its requester now, for %(product)s, and get its answers."),
    TO_GRANT: gettext_lazy(
        "The request for %(product)s is accepted. It counts once you grant the add-on with a term."
    ),
    LACKS_UNITS: gettext_lazy(
        "%(person)s asks for it, for %(product)s. It can be accepted once you grant units with a term."
    ),
}
_FOR_GRANTERS = frozenset({TO_GRANT, LACKS_UNITS})
# The statuses in which a mail still matters.
_MATTERS: dict[str, frozenset[Status]] = {
    RECEIVED: frozenset({Status.REQUESTED}),
    ACCEPTED: OPEN - {Status.REQUESTED},
    DECLINED: frozenset({Status.DECLINED}),
    CANCELLED: frozenset({Status.CANCELLED}),
    TAKEN_BACK: frozenset({Status.CANCELLED}),
    HANDED_OVER: OPEN,
    TO_GRANT: frozenset({Status.ACCEPTED}),
    LACKS_UNITS: frozenset({Status.REQUESTED}),
}


def _request(notice: Notice) -> EngagementRequest:
    return EngagementRequest.objects.for_display().get(pk=notice.params["request"])


def _request_words(request: EngagementRequest) -> dict[str, str]:
    return {
        "account": request.license.account.name,
        "product": request.license.product.name,
        "thing": said(request.row.name),
        "person": str(request.requester),
    }


def headline(notice: Notice) -> str:
    """Say what it is about, in a line."""
    return str(_HEADLINES[notice.kind]) % _request_words(_request(notice))


def grant_path(request: EngagementRequest) -> str:
    """Give the address at which staff grant the add-on of a request, filled in."""
    license_ = {} if is_of_account(request.slug) else {"license": request.license_id}
    facts = {"account": request.license.account_id, **license_, "add_on": request.slug}
    return f"{reverse('admin:entitlements_addongrant_add')}?{urlencode(facts)}"


def units_path(request: EngagementRequest) -> str:
    """Give the address at which staff grant units for a request, filled in."""
    facts = {"license": request.license_id, "add_on": request.slug}
    return f"{reverse('admin:accelerators_unitgrant_add')}?{urlencode(facts)}"


def path(notice: Notice) -> str:
    """Give the address to which it leads."""
    if notice.kind == TO_GRANT:
        return grant_path(_request(notice))
    if notice.kind == LACKS_UNITS:
        return units_path(_request(notice))
    if notice.recipient is not None and notice.recipient.is_staff:
        return reverse("admin:accelerators_engagementrequest_change", args=[notice.params["request"]])
    return reverse("accelerators:request", args=[notice.params["request"]])


def mail(notice: Notice) -> Mail:
    """Write its mail."""
    request = _request(notice)
    words = _request_words(request)
    label, text = _quote(notice, request)
    return render_mail(
        MailContent(
            heading=str(_HEADLINES[notice.kind]) % words,
            lead=[str(_LEADS[notice.kind]) % words],
            quote_label=label,
            quote_html=text,
            quote_text=text,
            button_label=_("Grant it") if notice.kind in _FOR_GRANTERS else _("See the request"),
            button_path=path(notice),
            why_you=_request_why(notice, words),
            account_name=words["account"],
            number=request.number,
        ),
        subject=f"{request.number} {str(_HEADLINES[notice.kind]) % words}",
    )


def _quote(notice: Notice, request: EngagementRequest) -> tuple[str, str]:
    """Give the text that the mail is about, labelled by who wrote it; the goal where nobody wrote more."""
    if notice.kind in {ACCEPTED, DECLINED} and request.answer:
        return _("What your success team says"), request.answer
    if notice.kind in {CANCELLED, TAKEN_BACK} and request.cancel_reason:
        actor = canceller_of(request)
        if actor is None or actor.is_staff:
            return _("What your success team says"), request.cancel_reason
        return _("What %(person)s says") % {"person": actor}, request.cancel_reason
    return _("The goal"), request.goal


def _request_why(notice: Notice, words: dict[str, str]) -> str:
    if notice.kind in _FOR_GRANTERS:
        return _("You get it because you grant add-ons.")
    if notice.recipient is not None and notice.recipient.is_staff:
        return _("You get it because you decide about requests of %(account)s.") % words
    return _("You get it because you are the requester.")


def obsolete_because(notice: Notice) -> str | None:
    """Say why a mail no longer matters: the next thing happened, or its reader may not see the request."""
    request = _request(notice)
    recipient = notice.recipient
    assert recipient is not None
    if not _is_for(recipient, notice, request):
        return "may_not_see"
    is_anothers = notice.kind == HANDED_OVER and request.requester_id != recipient.pk
    if is_anothers or request.status not in _MATTERS[notice.kind]:
        return "request_went_on"
    if notice.kind == TO_GRANT and is_granted_since(request):
        return "add_on_granted"
    if notice.kind == LACKS_UNITS and are_units_granted_since(request):
        return "units_granted"
    return None


def _is_for(recipient: User, notice: Notice, request: EngagementRequest) -> bool:
    visible = EngagementRequest.objects.visible_to(recipient, notice.created_at)
    if not visible.filter(pk=request.pk).exists():
        return False
    is_to_decide = notice.kind not in _FOR_GRANTERS and recipient.is_staff
    return not is_to_decide or decides(recipient, request.license.account_id, notice.created_at)
