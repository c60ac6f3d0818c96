"""What is told about cases, to whom and in which words (SPEC 2.2).

Operations and the sweep announce here; the sender asks here whether a notice still matters.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.lifecycle import WAITING, Status
from cases.models import Case, CaseEvent, Message
from cases.timeline import closing_instant, planned_steps
from cases.wording import (
    PRIORITY_NAMES,
    RESOLUTION_NAMES,
    STATUS_NAMES,
    Words,
    as_html,
    reminder_name,
    step_name,
)
from portal.accounts.groups import staff_groups
from portal.accounts.models import User
from portal.accounts.queries import leads, staff_on_duty
from portal.accounts.wording import exact
from portal.notices.kinds import Mail, NoticeKind, register
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce, cancel_pending

T = TypeVar("T")

REMINDER = "case_reminder"
_OF_A_HOLD = frozenset({"case_hold_set", "case_hold_ended"})
_CLOSURES: Mapping[str, Status] = {"case_closed": Status.CLOSED, "case_auto_closed": Status.AUTO_CLOSED}


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one kind: its name, the inbox line, the mail's heading, its sentences and its button."""

    label: Words
    headline: Words
    heading: Words
    lead: Words
    button: Words
    fragment: str = ""
    is_for_staff: bool = False


# One row per kind. Placeholders: number, title, product, priority, status, who, and the params of the kind.
_WORDS: Mapping[str, _Words] = {
    "acknowledgement": _Words(
        gettext_lazy("Acknowledgement"),
        gettext_lazy("We have received your case"),
        gettext_lazy("We have received your case"),
        gettext_lazy("A support engineer will take it up. Nothing is needed from you now."),
        gettext_lazy("Follow the case"),
    ),
    "answered": _Words(
        gettext_lazy("Answer"),
        gettext_lazy("Support has answered"),
        gettext_lazy("Support has answered"),
        gettext_lazy("A support engineer wrote in your case."),
        gettext_lazy("Read the answer"),
        "conversation",
    ),
    "information_requested": _Words(
        gettext_lazy("Question"),
        gettext_lazy("Support needs your answer"),
        gettext_lazy("We need your answer"),
        gettext_lazy("A support engineer has a question; your case waits in Pending Response."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "resolution_provided": _Words(
        gettext_lazy("Resolution"),
        gettext_lazy("Support has provided a resolution"),
        gettext_lazy("Does this solve it?"),
        gettext_lazy("A support engineer gave a solution. Try it and tell us whether it works."),
        gettext_lazy("Check the solution"),
        "conversation",
    ),
    "reminder": _Words(
        gettext_lazy("Reminder"),
        gettext_lazy("%(reminder)s: your case waits for you"),
        gettext_lazy("We still need your answer"),
        gettext_lazy("Your case waits in %(status)s."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "auto_closed": _Words(
        gettext_lazy("Closure notice"),
        gettext_lazy("Your case closed by itself"),
        gettext_lazy("Your case closed by itself"),
        gettext_lazy("No answer came in the waiting period. You can reopen the case until %(reopen_until)s."),
        gettext_lazy("Reopen the case"),
        "reopen",
    ),
    "closed": _Words(
        gettext_lazy("Closed"),
        gettext_lazy("The case is closed: %(resolution)s"),
        gettext_lazy("The case is closed"),
        gettext_lazy("Its resolution: %(resolution)s. You can reopen it until %(reopen_until)s."),
        gettext_lazy("See the case"),
    ),
    "reopened": _Words(
        gettext_lazy("Reopened"),
        gettext_lazy("The case is open again"),
        gettext_lazy("The case is open again"),
        gettext_lazy("It was reopened and is now in %(status)s."),
        gettext_lazy("Follow the case"),
        "conversation",
    ),
    "priority_changed": _Words(
        gettext_lazy("Priority changed"),
        gettext_lazy("Priority changed from %(before)s to %(after)s"),
        gettext_lazy("The priority has changed"),
        gettext_lazy("It was %(before)s and is now %(after)s."),
        gettext_lazy("See the case"),
    ),
    "hold_set": _Words(
        gettext_lazy("Hold"),
        gettext_lazy("The case is kept open until %(until)s"),
        gettext_lazy("The case is kept open longer"),
        gettext_lazy("The follow-up clock stands still until %(until)s. You can answer at any time."),
        gettext_lazy("See the case"),
    ),
    "hold_ended": _Words(
        gettext_lazy("Hold ended"),
        gettext_lazy("The hold has ended"),
        gettext_lazy("The hold has ended"),
        gettext_lazy("The follow-up clock goes on, and your case waits in %(status)s."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "requestor_changed": _Words(
        gettext_lazy("Requestor changed"),
        gettext_lazy("The case has a new requestor"),
        gettext_lazy("The case has a new requestor"),
        gettext_lazy("%(requestor)s is now the requestor. A running waiting period goes on."),
        gettext_lazy("See the case"),
    ),
    "follow_up_filed": _Words(
        gettext_lazy("Follow-up filed"),
        gettext_lazy("A follow-up of this case was filed"),
        gettext_lazy("A follow-up was filed"),
        gettext_lazy("A new case follows this one; the two are linked."),
        gettext_lazy("See the case"),
    ),
    "p1_filed": _Words(
        gettext_lazy("P1 filed"),
        gettext_lazy("A P1 case was filed"),
        gettext_lazy("A P1 case was filed"),
        gettext_lazy("%(account)s, %(product)s. Nobody owns it yet."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "customer_replied": _Words(
        gettext_lazy("Customer replied"),
        gettext_lazy("The customer replied"),
        gettext_lazy("The customer replied"),
        gettext_lazy("%(account)s, %(product)s. The case is in %(status)s."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "urgency_raised": _Words(
        gettext_lazy("Urgency raised"),
        gettext_lazy("The customer raised the urgency"),
        gettext_lazy("The customer raised the urgency"),
        gettext_lazy("%(account)s, %(product)s. The case is now %(priority)s."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "escalated": _Words(
        gettext_lazy("Escalated"),
        gettext_lazy("The customer escalated"),
        gettext_lazy("The customer escalated"),
        gettext_lazy("%(account)s, %(product)s. Acknowledge it with a message."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
}


def tell_customer(
    case: Case, kind: str, *, event: CaseEvent, except_for: User | None, now: datetime, **params: object
) -> None:
    """This will announce an event to the requestor and the watchers, save the person who acted."""
    people = [person for person in customer_recipients(case) if person != except_for]
    announce((_draft(case, kind, person, f"e{event.pk}", params) for person in people), now=now)


def acknowledge(case: Case, *, event: CaseEvent, now: datetime) -> None:
    """This will acknowledge a filing to the requestor, the watchers and whoever filed."""
    people = dict.fromkeys([*customer_recipients(case), case.filed_by])
    announce((_draft(case, "acknowledgement", person, f"e{event.pk}", {}) for person in people), now=now)


def tell_staff(
    case: Case, kind: str, *, event: CaseEvent, except_for: User | None, now: datetime, **params: object
) -> None:
    """This will announce an event to the owner, else to the people on duty; never to the person who acted.

    An escalation goes to every lead as well: they answer for it (SPEC 2).
    """
    owner = case.owner if case.owner is not None and case.owner.is_active else None
    told = [owner] if owner else staff_on_duty(case.account.country.region, now=now)
    if kind == "escalated":
        told = list(dict.fromkeys([*told, *leads()]))
    people = [person for person in told if person != except_for]
    announce((_draft(case, kind, person, f"e{event.pk}", params) for person in people), now=now)


def customer_recipients(case: Case) -> list[User]:
    """This will list the requestor and the watchers who may still sign in; each once."""
    people = {case.requestor_id: case.requestor, **{person.pk: person for person in case.watchers.all()}}
    return [person for person in people.values() if person.is_active]


def reminder_draft(case: Case, person: User, *, ordinal: int, closes_at: datetime) -> NoticeDraft:
    """This will draft the nth reminder of the running period to one person."""
    assert case.period is not None
    params = {"period": case.period.pk, "ordinal": ordinal, "closes_at": closes_at.isoformat()}
    return _draft(case, "reminder", person, f"w{case.period.number}:reminder-{ordinal}", params)


def closure_draft(case: Case, person: User, *, number: int, reopen_until: datetime) -> NoticeDraft:
    """This will draft the closure notice of the waiting period `number` to one person."""
    params = {"reopen_until": reopen_until.isoformat()}
    return _draft(case, "auto_closed", person, f"w{number}:closure", params)


def hold_ended_draft(case: Case, person: User, *, hold: int) -> NoticeDraft:
    """This will draft the notice that a hold has run out, to one person."""
    return _draft(case, "hold_ended", person, f"h{hold}:ended", {})


def cancel_reminders(case: Case) -> int:
    """This will cancel the reminders of a case that nobody has begun to send."""
    return cancel_pending(case.about, kinds=[REMINDER], because="period_ended")


def _draft(case: Case, kind: str, person: User, event: str, params: Mapping[str, object]) -> NoticeDraft:
    assert kind in _WORDS, kind
    return NoticeDraft(
        key=f"{case.about}:{event}:{kind}:u{person.pk}",
        kind=f"case_{kind}",
        recipient=person,
        about=case.about,
        params={"case": case.pk, "number": case.number, "title": case.title, **params},
        wants_mail=person.staff_mail if person.is_staff else True,
    )


# --- What the sender and the inbox ask --------------------------------------------------------------


def register_kinds() -> None:
    """This will make the kinds known to the inbox and the sender."""
    for kind, words in _WORDS.items():
        register(
            NoticeKind(
                code=f"case_{kind}",
                label=words.label,
                headline=_with_words(words, _headline),
                path=_with_words(words, _path),
                mail=_with_words(words, _mail),
                obsolete_because=_obsolete_because,
                thread=lambda notice: str(notice.about),
            )
        )


def _with_words(words: _Words, function: Callable[[Notice, _Words], T]) -> Callable[[Notice], T]:
    return lambda notice: function(notice, words)


def _headline(notice: Notice, words: _Words) -> str:
    return str(words.headline) % _values(notice.params)


def _path(notice: Notice, words: _Words) -> str:
    if words.is_for_staff:
        return reverse("admin:cases_case_change", args=[notice.params["case"]])
    path = reverse("cases:case", args=[notice.params["case"]])
    return f"{path}#{words.fragment}" if words.fragment else path


def _values(params: Mapping[str, object]) -> dict[str, str]:
    """The params as words: instants in the active zone, priorities and resolutions by name."""
    values = {key: str(value) for key, value in params.items()}
    for key in ("until", "reopen_until", "closes_at"):
        if moment := parse_datetime(values.get(key, "")):
            values[key] = exact(moment, timezone.get_current_timezone())
    for key in ("before", "after"):
        if values.get(key, "").isdigit():
            values[key] = str(PRIORITY_NAMES.get(int(values[key]), values[key]))
    if "resolution" in values:
        values["resolution"] = str(RESOLUTION_NAMES[values["resolution"]])
    if "ordinal" in values:
        values["reminder"] = reminder_name(int(values["ordinal"]))
    return values


def _obsolete_because(notice: Notice) -> str | None:
    """A reminder matters while its period runs, a hold while the case waits, a closure while it is closed."""
    recipient = notice.recipient
    if recipient is None or not recipient.is_active:
        return "recipient_left"
    case = Case.objects.visible_to(recipient).filter(pk=notice.params["case"]).first()
    if case is None:
        return "may_not_see"
    if notice.kind == REMINDER and (case.status not in WAITING or case.period_id != notice.params["period"]):
        return "period_ended"
    if notice.kind in _OF_A_HOLD and case.status not in WAITING:
        return "period_ended"
    if case.status != _CLOSURES.get(notice.kind, case.status):
        return "reopened"
    return None


def _mail(notice: Notice, words: _Words) -> Mail:
    case = (
        Case.objects.for_display()
        .select_related("period__question")
        .prefetch_related("period__holds", "period__steps")
        .get(pk=notice.params["case"])
    )
    now = notice.created_at
    values = {**_values(notice.params), **_case_values(case)}
    deadline = closing_instant(case, now=now)
    quoted = _quoted(notice, case)
    content = MailContent(
        number=case.number,
        account_name=case.account.name,
        heading=str(words.heading) % values,
        lead=[_about_line(case), str(words.lead) % values, *_extra(notice)],
        deadline=deadline,
        deadline_label=_("Without an answer it closes by itself:") if deadline else "",
        quote_label=_quote_label(quoted),
        quote_html=as_html(quoted.body) if quoted else "",
        quote_text=quoted.body if quoted else "",
        button_label=str(words.button),
        button_path=_path(notice, words),
        others=_others(case, words),
        steps=[(step_name(planned.step), planned.due_at) for planned in planned_steps(case, now=now)],
        why_you=_why_you(notice, case),
        position=_position(notice, case),
    )
    return render_mail(content, subject=_subject(case, words, values, deadline))


def _case_values(case: Case) -> dict[str, str]:
    zone = timezone.get_current_timezone()
    return {
        "account": case.account.name,
        "product": case.license.product.name,
        "priority": str(PRIORITY_NAMES[case.priority]),
        "status": str(STATUS_NAMES[case.status]),
        "requestor": str(case.requestor),
        "reopen_until": exact(case.reopen_until, zone) if case.reopen_until else "",
    }


def _subject(case: Case, words: _Words, values: Mapping[str, str], deadline: datetime | None) -> str:
    if deadline and not words.is_for_staff:
        return _("%(number)s: please answer by %(instant)s") % {
            "number": case.number,
            "instant": exact(deadline, timezone.get_current_timezone()),
        }
    return f"{case.number}: {str(words.headline) % values}"


def _about_line(case: Case) -> str:
    return _("Your case “%(title)s” (%(product)s, %(priority)s).") % {
        "title": case.title,
        "product": case.license.product.name,
        "priority": PRIORITY_NAMES[case.priority],
    }


def _extra(notice: Notice) -> list[str]:
    reason = str(notice.params.get("reason") or "")
    is_text = notice.kind in ("case_hold_set", "case_closed", "case_urgency_raised") and reason
    return [_("Reason: %(reason)s") % {"reason": reason}] if is_text else []


def _quoted(notice: Notice, case: Case) -> Message | None:
    """The message of the event; a reminder repeats what was asked or proposed."""
    if notice.kind in (REMINDER, "case_hold_ended"):
        return case.period.question if case.period else None
    key = notice.params.get("message")
    return Message.objects.filter(pk=key, case=case).first() if key else None


def _quote_label(quoted: Message | None) -> str:
    if quoted is None:
        return ""
    labels = {
        Message.Purpose.REQUEST: _("What the support engineer asked"),
        Message.Purpose.RESOLUTION: _("The solution"),
    }
    return labels.get(Message.Purpose(quoted.purpose), _("The message"))


def _others(case: Case, words: _Words) -> list[tuple[str, str]]:
    if case.status not in WAITING or words.is_for_staff:
        return []
    path = reverse("cases:case", args=[case.pk])
    extend = (
        []
        if case.period and case.period.extended_at
        else [(_("Keep the case open 3 days longer, once"), f"{path}#extend")]
    )
    return [*extend, (_("Close it yourself"), f"{path}#close")]


def _why_you(notice: Notice, case: Case) -> str:
    recipient = notice.recipient
    if recipient is not None and staff_groups(recipient):
        return _("You get it because you own the case or are on duty for its region.")
    if notice.recipient_id == case.requestor_id:
        return _("You get it because you are the requestor of the case.")
    return _("You get it because you watch the case.")


def _position(notice: Notice, case: Case) -> str:
    """Where in the series a reminder stands."""
    if notice.kind != REMINDER or case.period is None:
        return ""
    total = len(case.period.policy.reminder_hours)
    return _("This is reminder %(ordinal)s of %(total)s.") % {
        "ordinal": notice.params["ordinal"],
        "total": total,
    }


def drafts_for(cases: Iterable[Case], make: Callable[[Case, User], NoticeDraft]) -> list[NoticeDraft]:
    """This will draft one notice per case and recipient."""
    return [make(case, person) for case in cases for person in customer_recipients(case)]
