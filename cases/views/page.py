"""The page of one case: where it stands, the conversation, what can be done, and the timeline."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases import queries
from cases.action_pages import CUSTOMER_ACTIONS, PAGES
from cases.first_response import first_response_of
from cases.forms import ActionForm
from cases.lifecycle import Action, Refusal, is_beside_the_point, refusal
from cases.models import Case, Hold, Message, case_number
from cases.permissions import facts_of, roles_of
from cases.submitting import Asked
from cases.timeline import (
    closing_instant,
    question_of,
    reopening_ends_in,
    timeline_of,
    track_of,
    who,
)
from cases.wording import ACTION_EFFECTS, ACTION_NAMES, STATUS_SENTENCES, as_html, call_words, refusal_text
from entitlements.queries import access_in_force
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import new_token


@dataclass(frozen=True)
class Offer:
    """An action on the page: what it does, or why it is refused; refused actions are never hidden."""

    action: Action
    name: str
    effect: str
    refusal: str = ""
    verdict: str = ""
    is_form: bool = False

    @property
    def is_allowed(self) -> bool:
        """It can be done now."""
        return not self.refusal


@dataclass(frozen=True)
class Said:
    """A message as it is shown."""

    message: Message
    html: SafeString
    author: str
    is_open_question: bool


@login_required
@require_safe
def case_page(request: HttpRequest, key: int) -> HttpResponse:
    """This will show a case to a person who may see it."""
    user = signed_in(request)
    case = case_or_404(user, key)
    if user.is_staff:
        return redirect("admin:cases_case_change", case.pk)
    return render(request, "cases/case.html", page_context(case, user, business_now()))


def case_or_404(user: User, key: int) -> Case:
    """This will get a visible case, or answer as if it did not exist."""
    try:
        return queries.case_to_read(user, key)
    except Case.DoesNotExist:
        raise Http404 from None


def page_context(
    case: Case, user: User, now: datetime, *, form: ActionForm | None = None, problem: str = ""
) -> dict[str, object]:
    """This will gather all that the case page shows; `form` is a refused reply that keeps its text."""
    offers = offers_of(case, user, now)
    can_reply = offers[Action.REPLY].is_allowed
    links = links_of(case, user)
    messages = list(queries.conversation(case))
    events = list(queries.history(case, with_internal=False))
    closes_at = closing_instant(case, now=now)
    return {
        "case": case,
        "now": now,
        "sentence": STATUS_SENTENCES[case.status],
        "closes_at": closes_at,
        "left": closes_at - now if closes_at else None,
        "first": first_response_of(case, now=now),
        "access": access_in_force(case.license_id, now),
        "reopen_left": reopening_ends_in(case, now=now),
        "track": track_of(case.period, now=now) if case.period else None,
        "question": question_of(case),
        "conversation": conversation_of(case, messages, user),
        "message_count": len(messages),
        "timeline": timeline_of(case, events, now=now, viewer=user),
        "hold": _running_hold(case),
        "offers": offers,
        "follow_up": offers[Action.FOLLOW_UP],
        "take_over": offers.get(Action.TAKE_OVER),
        "edit_watchers": offers[Action.EDIT_WATCHERS],
        "other_offers": [offer for offer in offers.values() if _is_listed(offer, case)],
        "reply_form": form or (Asked(user, case, Action.REPLY, now).empty_form() if can_reply else None),
        "reply": PAGES[Action.REPLY],
        "problem": problem,
        "follows": [link for link in links if link.pk == case.follows_id],
        "follow_ups": [link for link in links if link.pk != case.follows_id],
        "requestor": who(case.requestor, user) if case.requestor else "",
        "call": call_words(case.call) if case.call else "",
        "filed_by": who(case.filed_by, user),
        "token": new_token(),
    }


def _is_listed(offer: Offer, case: Case) -> bool:
    """A reply has a place of its own; what waits for a requestor is not told one by one."""
    return offer.action is not Action.REPLY and (offer.is_allowed or not case.is_nobodys)


def _running_hold(case: Case) -> Hold | None:
    """What lets the clock of the waiting period stand still, with its reason."""
    if case.period is None:
        return None
    return next((hold for hold in case.period.holds.all() if hold.ended_at is None), None)


@dataclass(frozen=True)
class Link:
    """A case that this one follows, or that follows it; without a title for who may not see it (SPEC 2)."""

    pk: int
    title: str

    @property
    def number(self) -> str:
        """The number as people write it."""
        return case_number(self.pk)


def links_of(case: Case, user: User) -> list[Link]:
    """This will give the cases linked with a case, by number; in two statements at most."""
    linked = dict(
        Case.objects.filter(Q(follows=case) | Q(pk=case.follows_id)).order_by("pk").values_list("pk", "title")
    )
    shown: set[int] = set()
    if linked:
        shown.update(Case.objects.visible_to(user).filter(pk__in=linked).values_list("pk", flat=True))
    return [Link(pk, title if pk in shown else "") for pk, title in linked.items()]


def visible_links(user: User, condition: Q) -> list[Case]:
    """This will give the linked cases whose titles the person may see."""
    return list(Case.objects.visible_to(user).filter(condition).order_by("pk"))


def offers_of(case: Case, user: User, now: datetime) -> dict[Action, Offer]:
    """This will say of every customer action what it does or which rule refuses it now."""
    roles, facts = roles_of(user, case), facts_of(case, now=now)
    is_final = case.reopen_until is not None and case.reopen_until < now
    return {
        action: _offer(action, refusal(action, facts, roles=roles, now=now), case, is_final=is_final)
        for action in CUSTOMER_ACTIONS
        if not is_beside_the_point(action, facts)
    }


def refusal_words(refused: Refusal | None, *, is_final: bool = False) -> str:
    """This will write a refusal, or nothing; a case that is closed for good is not to be reopened."""
    return refusal_text(refused.code, {**refused.values, "is_final": is_final}) if refused else ""


# What refuses them passes with time, or with what happens next.
_FOR_LATER = ("wrong_status", "raised_recently", "target_still_runs")


def _offer(action: Action, refused: Refusal | None, case: Case, *, is_final: bool) -> Offer:
    page = PAGES.get(action)
    asks = page is None or "form_token" not in page.form.base_fields or len(page.form.base_fields) > 1
    is_for_later = refused is not None and refused.code in _FOR_LATER
    return Offer(
        action,
        str(ACTION_NAMES[action]),
        str(ACTION_EFFECTS[action]),
        refusal_words(refused, is_final=is_final),
        verdict=_("Not yet") if is_for_later and case.is_open else _("Not possible"),
        is_form=asks,
    )


def conversation_of(case: Case, messages: list[Message], user: User) -> list[Said]:
    """This will prepare the messages for showing; the one that is waited for is marked."""
    question = case.period.question_id if case.period else None
    return [
        Said(message, as_html(message.body), _author(message, user), message.pk == question)
        for message in messages
    ]


def _author(message: Message, user: User) -> str:
    if message.said_by:
        return _("%(who)s, by %(channel)s") % {
            "who": message.said_by,
            "channel": message.get_channel_display(),
        }
    return who(message.author, user)
