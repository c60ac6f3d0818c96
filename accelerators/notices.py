"""Who is told what about requests and add-ons, and how it reads."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators.lifecycle import OPEN, Status
from accelerators.models import EngagementRequest, RequestEvent
from accelerators.permissions import decides
from accelerators.queries import deciders_for, granters, is_granted_since, told_of_add_ons
from accelerators.wording import said
from entitlements.add_ons import OF_THE_ACCOUNT
from entitlements.models import AddOnGrant, EntitlementEvent
from entitlements.queries import deciders_of, who_answers
from entitlements.wording import ADD_ON_NAMES, Words, day
from portal.accounts.models import User
from portal.notices.kinds import Mail, NoticeKind, register
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce

RECEIVED = "request_received"
ACCEPTED = "request_accepted"
DECLINED = "request_declined"
CANCELLED = "request_cancelled"
TAKEN_BACK = "request_taken_back"
HANDED_OVER = "request_handed_over"
TO_GRANT = "request_to_grant"
GRANTED = "add_on_granted"
ENDING = "add_on_ending"
ENDED = "add_on_ended"
PERMISSION_ASKED = "permission_asked"

_HEADLINES: dict[str, Words] = {
    RECEIVED: gettext_lazy("%(account)s asks for %(thing)s"),
    ACCEPTED: gettext_lazy("Your request is accepted: %(thing)s"),
    DECLINED: gettext_lazy("Your request is declined: %(thing)s"),
    CANCELLED: gettext_lazy("Your request is cancelled: %(thing)s"),
    TAKEN_BACK: gettext_lazy("%(account)s no longer asks for %(thing)s"),
    HANDED_OVER: gettext_lazy("A request is yours now: %(thing)s"),
    TO_GRANT: gettext_lazy("%(account)s is to get %(thing)s"),
    GRANTED: gettext_lazy("You hold %(thing)s from %(first)s to %(last)s"),
    ENDING: gettext_lazy("%(thing)s ends on %(last)s"),
    ENDED: gettext_lazy("%(thing)s has ended"),
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
    GRANTED: gettext_lazy("It counts for %(holder)s. The catalogue shows what it opens."),
    ENDING: gettext_lazy(
        "Until then nothing changes for %(holder)s. To keep it, ask for it again in the catalogue."
    ),
    ENDED: gettext_lazy("%(holder)s no longer holds it. What was accepted before goes on."),
}


# --- Announcing -------------------------------------------------------------------------------------


def tell_deciders(request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime) -> None:
    """Tell who decides for the account; never who acted."""
    _tell(deciders_for(request.license.account_id, now), request, kind, event=event, now=now)


def tell_requester(request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime) -> None:
    """Tell the requester, unless they acted."""
    _tell([request.requester], request, kind, event=event, now=now)


def tell_granters(request: EngagementRequest, *, event: RequestEvent, now: datetime) -> None:
    """Tell who grants add-ons that one was accepted; never who acted."""
    _tell(granters(), request, TO_GRANT, event=event, now=now)


def tell_of_cancelling(request: EngagementRequest, *, event: RequestEvent, now: datetime) -> None:
    """Tell the requester, and the deciders of what the customer takes back; never who acted."""
    is_by_staff = event.actor is not None and event.actor.is_staff
    tell_requester(request, CANCELLED, event=event, now=now)
    if not is_by_staff:
        tell_deciders(request, TAKEN_BACK, event=event, now=now)


def _tell(
    people: Iterable[User], request: EngagementRequest, kind: str, *, event: RequestEvent, now: datetime
) -> None:
    announce(
        (
            NoticeDraft(
                key=f"{request.about}:e{event.pk}:{kind}:u{person.pk}",
                kind=kind,
                recipient=person,
                about=request.about,
                params={"request": request.pk},
                wants_mail=not person.is_staff or person.staff_mail,
            )
            for person in people
            if person.is_active and person.pk != event.actor_id
        ),
        now=now,
    )


def tell_of_add_on(grant: AddOnGrant, kind: str, *, event: EntitlementEvent | None, now: datetime) -> None:
    """Tell the account's people of a grant, and of its coming end its TAM and CSM too; never who acted."""
    people = told_of_add_ons(grant.account_id, grant.license_id)
    if kind == ENDING:
        people += deciders_of(grant.account_id, now)
    announce(
        (
            NoticeDraft(
                key=f"{grant.about}:{kind}:u{person.pk}",
                kind=kind,
                recipient=person,
                about=grant.about,
                params={"grant": grant.pk},
                wants_mail=not person.is_staff or person.staff_mail,
            )
            for person in people
            if event is None or person.pk != event.actor_id
        ),
        now=now,
    )


def tell_of_asked_permission(event: EntitlementEvent, *, now: datetime) -> None:
    """Tell the account administrator, else staff on duty, that somebody wants to request services."""
    assert event.actor is not None
    announce(
        (
            NoticeDraft(
                key=f"{PERMISSION_ASKED}:{event.pk}:{person.pk}",
                kind=PERMISSION_ASKED,
                recipient=person,
                params={"person": event.actor.pk},
                wants_mail=not person.is_staff or person.staff_mail,
            )
            for person in who_answers(event.account, now)
        ),
        now=now,
    )


# --- Requests, in words -----------------------------------------------------------------------------


def _request(notice: Notice) -> EngagementRequest:
    return EngagementRequest.objects.for_display().get(pk=notice.params["request"])


def _request_words(request: EngagementRequest) -> dict[str, str]:
    return {
        "account": request.license.account.name,
        "product": request.license.product.name,
        "thing": said(request.row.name),
        "person": str(request.requester),
    }


def _request_headline(notice: Notice) -> str:
    return str(_HEADLINES[notice.kind]) % _request_words(_request(notice))


def grant_path(request: EngagementRequest) -> str:
    """Give the address at which staff grant the add-on of a request, filled in."""
    license_ = {} if request.slug in set(OF_THE_ACCOUNT) else {"license": request.license_id}
    facts = {"account": request.license.account_id, **license_, "add_on": request.slug}
    return f"{reverse('admin:entitlements_addongrant_add')}?{urlencode(facts)}"


def _request_path(notice: Notice) -> str:
    if notice.kind == TO_GRANT:
        return grant_path(_request(notice))
    if notice.recipient is not None and notice.recipient.is_staff:
        return reverse("admin:accelerators_engagementrequest_change", args=[notice.params["request"]])
    return reverse("accelerators:request", args=[notice.params["request"]])


def _request_mail(notice: Notice) -> Mail:
    request = _request(notice)
    words = _request_words(request)
    is_answered = notice.kind in {ACCEPTED, DECLINED, CANCELLED} and request.answer
    text = request.answer if is_answered else request.goal
    return render_mail(
        MailContent(
            heading=str(_HEADLINES[notice.kind]) % words,
            lead=[str(_LEADS[notice.kind]) % words],
            quote_label=_("What your success team says") if is_answered else _("The goal"),
            quote_html=text,
            quote_text=text,
            button_label=_("Grant it") if notice.kind == TO_GRANT else _("See the request"),
            button_path=_request_path(notice),
            why_you=_request_why(notice, words),
            account_name=words["account"],
            number=request.number,
        ),
        subject=f"{request.number} {str(_HEADLINES[notice.kind]) % words}",
    )


def _request_why(notice: Notice, words: dict[str, str]) -> str:
    if notice.kind == TO_GRANT:
        return _("You get it because you grant add-ons.")
    if notice.recipient is not None and notice.recipient.is_staff:
        return _("You get it because you decide about requests of %(account)s.") % words
    return _("You get it because you are the requester.")


def _request_obsolete(notice: Notice) -> str | None:
    """A mail no longer matters once the next thing happened, or its reader may not see the request."""
    request = _request(notice)
    recipient = notice.recipient
    assert recipient is not None
    if not EngagementRequest.objects.visible_to(recipient, notice.created_at).filter(pk=request.pk).exists():
        return "may_not_see"
    if notice.kind == TO_GRANT and is_granted_since(request):
        return "add_on_granted"
    has_decided = notice.kind != TO_GRANT and recipient.is_staff
    if has_decided and not decides(recipient, request.license.account_id, notice.created_at):
        return "may_not_see"
    matters = {
        RECEIVED: {Status.REQUESTED},
        ACCEPTED: OPEN - {Status.REQUESTED},
        DECLINED: {Status.DECLINED},
        CANCELLED: {Status.CANCELLED},
        TAKEN_BACK: {Status.CANCELLED},
        HANDED_OVER: OPEN,
        TO_GRANT: {Status.ACCEPTED},
    }
    if request.status not in matters[notice.kind]:
        return "request_went_on"
    if notice.kind == HANDED_OVER and request.requester_id != recipient.pk:
        return "request_went_on"
    return None


# --- Add-ons, in words ------------------------------------------------------------------------------


def _grant(notice: Notice) -> AddOnGrant:
    return AddOnGrant.objects.select_related("account", "license__product").get(pk=notice.params["grant"])


def _grant_words(grant: AddOnGrant) -> dict[str, str]:
    from_day, to_day = day(grant.first_on), day(grant.last_on)
    holder = grant.license.product.name if grant.license else grant.account.name
    return {
        "thing": str(ADD_ON_NAMES[grant.add_on]),
        "first": from_day,
        "last": to_day,
        "holder": holder,
        "account": grant.account.name,
    }


def _grant_headline(notice: Notice) -> str:
    return str(_HEADLINES[notice.kind]) % _grant_words(_grant(notice))


def _grant_path(notice: Notice) -> str:
    grant = _grant(notice)
    if notice.recipient is not None and notice.recipient.is_staff:
        return reverse("admin:entitlements_addongrant_change", args=[grant.pk])
    query = f"?{urlencode({'license': grant.license_id})}" if grant.license_id else ""
    return reverse("accelerators:thing", args=[grant.add_on]) + query


def _grant_mail(notice: Notice) -> Mail:
    grant = _grant(notice)
    words = _grant_words(grant)
    is_ending = notice.kind == ENDING
    return render_mail(
        MailContent(
            heading=str(_HEADLINES[notice.kind]) % words,
            lead=[str(_LEADS[notice.kind]) % words],
            deadline=grant.ends_at if is_ending else None,
            deadline_label=_("It counts until") if is_ending else "",
            button_label=_("See it in the catalogue"),
            button_path=_grant_path(notice),
            why_you=_("You get it because you look after add-ons of %(account)s, or may ask for them.")
            % words,
            account_name=words["account"],
        ),
        subject=str(_HEADLINES[notice.kind]) % words,
    )


def _grant_obsolete(notice: Notice) -> str | None:
    grant = _grant(notice)
    is_over = grant.next_step_at is None
    if notice.kind in {GRANTED, ENDING} and is_over:
        return "add_on_ended"
    return None


# --- The permission, in words -----------------------------------------------------------------------


def _asker(notice: Notice) -> User:
    return User.objects.select_related("account").get(pk=notice.params["person"])


def _asked_headline(notice: Notice) -> str:
    return _("%(name)s asks for the permission to request services") % {"name": _asker(notice)}


def _asked_path(notice: Notice) -> str:
    if notice.recipient is not None and notice.recipient.is_staff:
        return reverse("admin:entitlements_person_change", args=[notice.params["person"]])
    return reverse("entitlements:contacts") + "#people"


def _asked_mail(notice: Notice) -> Mail:
    asker = _asker(notice)
    assert asker.account is not None
    words = {"name": str(asker), "email": asker.email, "account": asker.account.name}
    return render_mail(
        MailContent(
            heading=_asked_headline(notice),
            lead=[
                _("%(name)s (%(email)s) reads the catalogue and would like to ask for what it offers.")
                % words,
                _("The tick “Asks for services” on the page of the contacts gives the permission."),
            ],
            button_label=_("See the contacts"),
            button_path=_asked_path(notice),
            why_you=_("You get it because you look after the contacts of %(account)s.") % words,
            account_name=words["account"],
        ),
        subject=_asked_headline(notice),
    )


def _asked_obsolete(notice: Notice) -> str | None:
    asker = _asker(notice)
    return "permission_given" if asker.may_request or not asker.is_active else None


def register_kinds() -> None:
    """Make the kinds known to the inbox and the sender."""
    requests: dict[str, Any] = {
        "headline": _request_headline,
        "path": _request_path,
        "mail": _request_mail,
        "obsolete_because": _request_obsolete,
        "thread": lambda notice: f"request:{notice.params['request']}",
    }
    grants: dict[str, Any] = {
        "headline": _grant_headline,
        "path": _grant_path,
        "mail": _grant_mail,
        "obsolete_because": _grant_obsolete,
        "thread": lambda notice: f"add-on:{notice.params['grant']}",
    }
    for code in (RECEIVED, ACCEPTED, DECLINED, CANCELLED, TAKEN_BACK, HANDED_OVER, TO_GRANT):
        register(NoticeKind(code=code, label=gettext_lazy("Request"), **requests))
    for code in (GRANTED, ENDING, ENDED):
        register(NoticeKind(code=code, label=gettext_lazy("Add-on"), **grants))
    register(
        NoticeKind(
            code=PERMISSION_ASKED,
            label=gettext_lazy("Catalogue"),
            headline=_asked_headline,
            path=_asked_path,
            mail=_asked_mail,
            obsolete_because=_asked_obsolete,
            thread=lambda _notice: "",
        )
    )
