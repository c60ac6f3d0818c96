"""What the staff's page of one case shows: where it stands, all that was said, and what can be done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import queries
from cases.action_pages import PAGES, STAFF_ACTIONS
from cases.admin.columns import next_step
from cases.first_response import first_response_of
from cases.forms import ActionForm
from cases.lifecycle import MOST_WATCHERS, Action, is_beside_the_point, refusal
from cases.models import Attachment, Case, CaseEvent, InternalNote, Message
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
from cases.wording import ACTION_EFFECTS, ACTION_NAMES, as_html, call_words, refusal_text, step_name
from entitlements import terms
from entitlements.queries import access_in_force, region_zone
from portal.accounts.models import User

# Three ways of writing to the customer share one text and its files: the button says what it sets off.
WRITING = (Action.REQUEST_INFORMATION, Action.PROVIDE_RESOLUTION, Action.ANSWER)
# Their forms show more than the page: it is read only when asked for.
_ON_DEMAND = frozenset({Action.ASSIGN, Action.HAND_TO_COLLEAGUE, Action.TAG})
# What the writing buttons say in a waiting case, where the status can be set anew.
_ANEW = {
    Action.REQUEST_INFORMATION: gettext_lazy("Ask again"),
    Action.PROVIDE_RESOLUTION: gettext_lazy("Provide the resolution"),
    Action.ANSWER: gettext_lazy("Answer only"),
}
_EFFECTS_ANEW = {
    Action.REQUEST_INFORMATION: gettext_lazy("Sets Pending Response anew, with a new series of reminders."),
    Action.PROVIDE_RESOLUTION: gettext_lazy("Sets Resolution Provided anew, with a new series of reminders."),
    Action.ANSWER: gettext_lazy("Status and clock stay as they are."),
}


# What else an action does, in the words of those who do it.
_EFFECTS = {
    **ACTION_EFFECTS,
    Action.LOG_CONTACT: gettext_lazy("The customer's words from a call or a chat count as their reply."),
    Action.DECLINE_CALL: gettext_lazy("With a reason that the customer is told. A call made is logged."),
    Action.HAND_TO_ENGINEERING: gettext_lazy("Sets Pending Engineering; the customer gets no notice."),
    Action.TAKE_BACK: gettext_lazy("Sets In Progress; the customer gets no notice."),
    Action.ACKNOWLEDGE: gettext_lazy("Tells the customer that support has seen the escalation."),
    Action.ASSIGN: gettext_lazy("Another engineer becomes the owner."),
    Action.CHANGE_PRIORITY: gettext_lazy("With a reason; the customer is told."),
    Action.LOWER_PRIORITY: gettext_lazy(
        "Because critical information was not obtained from the named contacts; the customer is told."
    ),
    Action.EDIT_WATCHERS: format_lazy(
        gettext_lazy("Up to {people} people of the account get this case's notices."), people=MOST_WATCHERS
    ),
    Action.TAG: gettext_lazy("Words for finding the case again; never shown to the customer."),
    Action.LINK_RELATED: gettext_lazy("Another case of the account; never shown to the customer."),
    Action.CLOSE: gettext_lazy("With a resolution and a reason that the customer sees; they can reopen it."),
    Action.REOPEN: gettext_lazy("The customer is told; the case goes back to its owner or to the queue."),
}
# What helps on with a closed case stands first there.
_FIRST_WHEN_CLOSED = (Action.REOPEN, Action.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Offer:
    """An action on the page: its form, or the reason why it is refused now."""

    action: Action
    name: str
    effect: str
    address: str
    button: str = ""
    refusal: str = ""
    form: ActionForm | None = None
    is_open: bool = False

    @property
    def asks(self) -> bool:
        """There is something to fill in first."""
        return self.form is not None and self.form.asks()


@dataclass(frozen=True, slots=True)
class Said:
    """A message or an internal note, as it is shown."""

    anchor: str
    at: datetime
    author: str
    html: SafeString
    side: str
    tag: str = ""
    files: Sequence[Attachment] = field(default_factory=tuple)
    is_internal: bool = False
    is_open_question: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was sent and not carried out: it keeps what was typed."""

    action: Action
    form: ActionForm
    problem: str
    data: QueryDict


def page_context(
    case: Case, user: User, *, now: datetime, wanted: str = "", refused: Refused | None = None
) -> dict[str, object]:
    """This will gather all that the page shows; `wanted` is an action whose form was asked for."""
    events = list(queries.history(case, with_internal=True))
    offers = offers_of(case, user, now=now, wanted=wanted, refused=refused)
    listed = [offer for offer in offers.values() if _stands_in_list(offer, case)]
    closes_at = closing_instant(case, now=now)
    planned = next_step(case, now=now)
    zone = region_zone(case.license)
    return {
        "case": case,
        "now": now,
        "closes_at": closes_at,
        "left": closes_at - now if closes_at else None,
        "first": first_response_of(case, now=now),
        "access": access_in_force(case.license_id, now),
        "next_name": step_name(planned.step) if planned else "",
        "next_at": planned.due_at if planned else None,
        "reopen_left": reopening_ends_in(case, now=now),
        "track": track_of(case.period, now=now) if case.period else None,
        "question": question_of(case),
        "conversation": conversation_of(case, events, user),
        "timeline": timeline_of(case, events, now=now, viewer=user),
        "claim": offers[Action.CLAIM],
        "writing": [offers[action] for action in WRITING],
        "writing_form": _writing_form(Asked(user, case, Action.ANSWER, now), offers, refused),
        "writing_primary": Action.ANSWER if case.is_waiting else Action.REQUEST_INFORMATION,
        "possible": [offer for offer in listed if not offer.refusal or offer.form],
        "refused": _by_reason(offer for offer in listed if offer.refusal and not offer.form),
        "problem": refused.problem if refused else "",
        "links": queries.links_of(case),
        "tags": _tags(events),
        "term": terms.in_force(case.license.terms.all(), now, zone),
        "requestor": who(case.requestor, user) if case.requestor else "",
        "call": call_words(case.call) if case.call else "",
        "filed_by": who(case.filed_by, user),
        "owner": who(case.owner, user) if case.owner else "",
        "owns": case.owner_id == user.pk,
        "watchers": sorted(case.watchers.all(), key=lambda person: person.email),
    }


def offers_of(
    case: Case, user: User, *, now: datetime, wanted: str = "", refused: Refused | None = None
) -> dict[Action, Offer]:
    """This will say of every staff action how it is done, or which rule refuses it now."""
    roles, facts = roles_of(user, case), facts_of(case, now=now)
    offers: dict[Action, Offer] = {}
    first = () if case.is_open else _FIRST_WHEN_CLOSED
    for action in dict.fromkeys([*first, *STAFF_ACTIONS]):
        if is_beside_the_point(action, facts):
            continue
        rule = refusal(action, facts, roles=roles, now=now)
        words = refusal_text(rule.code, rule.values, to_staff=True) if rule else ""
        asked = Asked(user, case, action, now)
        offers[action] = _offer(asked, words, wanted=wanted, refused=refused)
    return offers


def _offer(asked: Asked, words: str, *, wanted: str, refused: Refused | None) -> Offer:
    case, action = asked.case, asked.action
    name = str(ACTION_NAMES[action])
    is_anew = case.is_waiting and action in WRITING
    effect = str(_EFFECTS_ANEW[action] if is_anew else _EFFECTS.get(action, ""))
    if action is Action.FOLLOW_UP:
        address = f"{reverse('admin:cases_case_add')}?follows={case.pk}"
        return Offer(action, name, effect, address, refusal=words)
    page = PAGES[action]
    button = str(_ANEW[action] if is_anew else page.button)
    address = reverse("admin:cases_case_act", args=[case.pk, action.value])
    was_sent = refused is not None and refused.action is action
    is_asked_for = action not in _ON_DEMAND or wanted == action
    form = None
    if refused is not None and was_sent:
        form = refused.form
    elif not words and is_asked_for and action not in WRITING:
        form = _empty_form(asked, refused)
    if form is None and action in _ON_DEMAND:
        address = f"{reverse('admin:cases_case_change', args=[case.pk])}?do={action.value}#do-{action.value}"
    is_open = was_sent or wanted == action or _rescues(action, case, refused)
    return Offer(action, name, effect, address, button, words, form, is_open)


def _empty_form(asked: Asked, refused: Refused | None) -> ActionForm:
    """An unbound form; that of reopening takes over a text that came too late."""
    text = {}
    if refused is not None and _rescues(asked.action, asked.case, refused):
        text = {"text": refused.data.get("text", "")}
    return asked.empty_form(auto_id=f"{asked.action.value}-%s", **text)


def _rescues(action: Action, case: Case, refused: Refused | None) -> bool:
    return (
        action is Action.REOPEN and not case.is_open and refused is not None and PAGES[refused.action].is_text
    )


def _writing_form(asked: Asked, offers: dict[Action, Offer], refused: Refused | None) -> ActionForm | None:
    if refused is not None and refused.action in WRITING:
        return refused.form if asked.case.is_open else None
    return None if offers[Action.ANSWER].refusal else asked.empty_form(auto_id="write-%s")


def _stands_in_list(offer: Offer, case: Case) -> bool:
    """Writing and claiming have places of their own while they are possible."""
    if offer.action in WRITING:
        return not case.is_open
    return not (offer.action is Action.CLAIM and not offer.refusal)


def _by_reason(offers: Iterable[Offer]) -> list[tuple[str, list[Offer]]]:
    """Puts actions together that one reason refuses."""
    reasons: dict[str, list[Offer]] = {}
    for offer in offers:
        reasons.setdefault(offer.refusal, []).append(offer)
    return list(reasons.items())


def _tags(events: Sequence[CaseEvent]) -> list[str]:
    """The tags that the last change left; history knows them, so that the page need not ask again."""
    changes = [event.detail["after"] for event in events if event.kind == "tagged"]
    return list(changes[-1]) if changes else []


def conversation_of(case: Case, events: Iterable[CaseEvent], user: User) -> list[Said]:
    """This will put messages and internal notes into the order in which they were written."""
    question = case.period.question_id if case.period else None
    messages = queries.conversation(case)
    said = [_message(message, user, is_open_question=message.pk == question) for message in messages]
    if any(event.kind == "noted" for event in events):
        said += [_note(note, user) for note in queries.notes_of(case)]
    return sorted(said, key=lambda entry: entry.at)


def _message(message: Message, user: User, *, is_open_question: bool) -> Said:
    is_customers = not message.is_from_staff or bool(message.said_by)
    author = who(message.author, user)
    if message.said_by:
        author = _("%(who)s, by %(channel)s, written down by %(staff)s") % {
            "who": message.said_by,
            "channel": message.get_channel_display(),
            "staff": author,
        }
    return Said(
        anchor=f"message-{message.pk}",
        at=message.written_at,
        author=author,
        html=as_html(message.body),
        side="customer" if is_customers else "staff",
        tag=_("Customer") if is_customers else _("Support"),
        files=list(message.attachments.all()),
        is_open_question=is_open_question,
    )


def _note(note: InternalNote, user: User) -> Said:
    return Said(
        anchor=f"note-{note.pk}",
        at=note.written_at,
        author=who(note.author, user),
        html=as_html(note.body),
        side="staff",
        is_internal=True,
    )
