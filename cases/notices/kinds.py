"""How the inbox and the sender read a notice about a case, and when it no longer matters."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cases.lifecycle import WAITING, Status
from cases.models import Case, Message
from cases.notices.words import REMINDER, WORDS, WORDS_WITHOUT_REQUESTOR, NoticeWords
from cases.timeline import closing_instant, planned_steps
from cases.wording import RESOLUTION_NAMES, STATUS_NAMES, as_html, reminder_name, step_name
from entitlements.wording import PRIORITY_NAMES
from portal.accounts.groups import staff_groups
from portal.accounts.wording import exact
from portal.notices.kinds import Mail, NoticeKind, register
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.states import Transport

T = TypeVar("T")

_OF_A_HOLD = frozenset({"case_hold_set", "case_hold_ended"})
_OF_A_TARGET = frozenset({"case_target_warned", "case_target_missed"})
_UNTIL_FIRST_RESPONSE = _OF_A_TARGET | {"case_p1_filed"}
_WITH_REASON = frozenset({"case_hold_set", "case_closed", "case_urgency_raised", "case_call_declined"})
_TO_TAKE_OVER = "case_caller_logged"
_OF_A_CALL = frozenset({"case_call_requested"})
_CLOSURES: Mapping[str, Status] = {"case_closed": Status.CLOSED, "case_auto_closed": Status.AUTO_CLOSED}


def register_kinds() -> None:
    """This will make the kinds known to the inbox and the sender."""
    for kind, words in WORDS.items():
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


def _with_words(words: NoticeWords, function: Callable[[Notice, NoticeWords], T]) -> Callable[[Notice], T]:
    return lambda notice: function(notice, words)


def _headline(notice: Notice, words: NoticeWords) -> str:
    return str(words.headline) % _values(notice.params)


def _path(notice: Notice, words: NoticeWords) -> str:
    if words.is_for_staff:
        return reverse("admin:cases_case_change", args=[notice.params["case"]])
    path = reverse("cases:case", args=[notice.params["case"]])
    return f"{path}#{words.fragment}" if words.fragment else path


def _values(params: Mapping[str, object]) -> dict[str, str]:
    """The params as words: instants in the active zone, priorities and resolutions by name."""
    values = {key: str(value) for key, value in params.items()}
    for key in ("until", "reopen_until", "closes_at", "response_due_at", "call_at"):
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
    if notice.transport == Transport.PAGER:
        return _page_obsolete_because(notice)
    recipient = notice.recipient
    if recipient is None or not recipient.is_active:
        return "recipient_left"
    case = Case.objects.visible_to(recipient).filter(pk=notice.params["case"]).first()
    if case is None:
        return "may_not_see"
    return _overtaken(notice, case)


def _page_obsolete_because(notice: Notice) -> str | None:
    """A page matters until the case is closed, or staff have done what it asks for: answered."""
    case = Case.objects.get(pk=notice.params["case"])
    if notice.kind in _UNTIL_FIRST_RESPONSE:
        is_answered = case.first_responded_at is not None
    else:
        since = Message.objects.filter(case=case, is_from_staff=True, written_at__gt=notice.created_at)
        is_answered = since.exists()
    return "answered" if is_answered or not case.is_open else None


def _overtaken(notice: Notice, case: Case) -> str | None:
    """What has happened since that leaves the notice without a point."""
    if notice.kind == REMINDER and (case.status not in WAITING or case.period_id != notice.params["period"]):
        return "period_ended"
    if notice.kind == _TO_TAKE_OVER and not (case.is_nobodys and case.is_open):
        return "taken_over"
    if notice.kind in _OF_A_CALL and case.call_id is None:
        return "call_ended"
    if notice.kind in _OF_A_HOLD and case.status not in WAITING:
        return "period_ended"
    if notice.kind in _OF_A_TARGET and (case.first_responded_at is not None or not case.is_open):
        return "answered"
    return "reopened" if case.status != _CLOSURES.get(notice.kind, case.status) else None


def _mail(notice: Notice, words: NoticeWords) -> Mail:
    case = (
        Case.objects.select_related(
            "account", "license__product", "requestor", "period__policy", "period__question"
        )
        .prefetch_related("period__holds", "period__steps")
        .get(pk=notice.params["case"])
    )
    if case.is_nobodys:
        words = WORDS_WITHOUT_REQUESTOR.get(notice.kind.removeprefix("case_"), words)
    now = notice.created_at
    values = {**_values(notice.params), **_case_values(case)}
    deadline = closing_instant(case, now=now)
    quoted = _quoted(notice, case)
    content = MailContent(
        number=case.number,
        account_name=case.account.name,
        heading=str(words.heading) % values,
        lead=[*_about_line(case), str(words.lead) % values, *_extra(notice)],
        deadline=deadline,
        deadline_label=_deadline_label(case) if deadline else "",
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


def _deadline_label(case: Case) -> str:
    if case.is_nobodys:
        return _("If nobody takes it over it closes by itself:")
    return _("Without an answer it closes by itself:")


def _case_values(case: Case) -> dict[str, str]:
    zone = timezone.get_current_timezone()
    return {
        "account": case.account.name,
        "product": case.license.product.name,
        "priority": str(PRIORITY_NAMES[case.priority]),
        "status": str(STATUS_NAMES[case.status]),
        "requestor": str(case.requestor or ""),
        "caller": case.caller_name,
        "caller_address": case.caller_address,
        "reopen_until": exact(case.reopen_until, zone) if case.reopen_until else "",
    }


def _subject(case: Case, words: NoticeWords, values: Mapping[str, str], deadline: datetime | None) -> str:
    if deadline and not words.is_for_staff and not case.is_nobodys:
        return _("%(number)s: please answer by %(instant)s") % {
            "number": case.number,
            "instant": exact(deadline, timezone.get_current_timezone()),
        }
    return f"{case.number}: {str(words.headline) % values}"


def _about_line(case: Case) -> list[str]:
    if case.is_nobodys:
        return []  # it has no title and no priority of its own yet
    about = _("Your case “%(title)s” (%(product)s, %(priority)s).") % {
        "title": case.title,
        "product": case.license.product.name,
        "priority": PRIORITY_NAMES[case.priority],
    }
    return [about]


def _extra(notice: Notice) -> list[str]:
    return [*_due_stated(notice), *_reason_stated(notice)]


def _due_stated(notice: Notice) -> list[str]:
    """Until when the first response is promised, where the notice says so."""
    due_at = _values(notice.params).get("response_due_at")
    return [_("Targeted initial response: by %(due)s.") % {"due": due_at}] if due_at else []


def _reason_stated(notice: Notice) -> list[str]:
    reason = str(notice.params.get("reason") or "")
    is_text = notice.kind in _WITH_REASON and reason
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


def _others(case: Case, words: NoticeWords) -> list[tuple[str, str]]:
    if case.status not in WAITING or words.is_for_staff or case.is_nobodys:
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
    if case.is_nobodys:
        return _("You get it because you are a named contact of the product or the account administrator.")
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
