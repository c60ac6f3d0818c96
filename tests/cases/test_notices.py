"""What is told about cases, in which words, and whether it still matters (SPEC 2.2)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta

import pytest
from django.utils import timezone, translation

from cases import operations
from cases.lifecycle import Channel, EscalationReason, Resolution, Status
from cases.models import Case
from cases.sweep import carry_out_targets
from entitlements.models import License, Seat
from entitlements.operations import remove_named_contact
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import Mail, kind_of, kinds
from portal.notices.models import Notice
from tests.factories.cases import (
    ASKED,
    FILED,
    QUESTION,
    SOLUTION,
    make_auto_closed_case,
    make_case,
    make_closed_case,
    make_owned_case,
    make_p1_case,
    make_waiting_case,
    sweep_to,
)
from tests.factories.people import (
    make_agent,
    make_customer,
    make_duty,
    make_license,
    make_person,
    make_superuser,
)

HOUR = timedelta(hours=1)


@contextmanager
def words_of(person: User) -> Iterator[None]:
    """The language and the zone in which the sender writes to a person."""
    with translation.override(person.language), timezone.override(viewer_zone(person)):
        yield


def notice_to(person: User, kind: str) -> Notice:
    return (
        Notice.objects.select_related("recipient").filter(recipient=person, kind=f"case_{kind}").latest("pk")
    )


def mail_of(notice: Notice) -> Mail:
    assert notice.recipient is not None
    with words_of(notice.recipient):
        return kind_of(notice).mail(notice)


def headline_of(notice: Notice) -> str:
    assert notice.recipient is not None
    with words_of(notice.recipient):
        return kind_of(notice).headline(notice)


def obsolete(notice: Notice) -> str | None:
    notice = Notice.objects.select_related("recipient").get(pk=notice.pk)
    return kind_of(notice).obsolete_because(notice)


# --- Whether it still matters -----------------------------------------------------------------------


def test_a_reminder_matters_while_its_period_runs(waiting: Case, requestor: User) -> None:
    sweep_to(ASKED + 24 * HOUR)
    reminder = notice_to(requestor, "reminder")
    assert obsolete(reminder) is None
    operations.reply_to_case(waiting, text="Here.", actor=requestor, now=ASKED + 25 * HOUR)
    assert obsolete(reminder) == "period_ended"


def test_a_reminder_does_not_matter_in_the_next_period(waiting: Case, requestor: User, agent: User) -> None:
    sweep_to(ASKED + 24 * HOUR)
    reminder = notice_to(requestor, "reminder")
    operations.provide_resolution(waiting, text="Try this.", actor=agent, now=ASKED + 25 * HOUR)
    assert obsolete(reminder) == "period_ended"


def test_a_closure_notice_matters_while_the_case_is_closed(requestor: User) -> None:
    case = make_auto_closed_case(requestor)
    closure = notice_to(requestor, "auto_closed")
    assert obsolete(closure) is None
    operations.reopen_case(case, text="Back.", actor=requestor, now=ASKED + 145 * HOUR)
    assert obsolete(closure) == "reopened"


def test_the_notice_of_a_closing_by_hand_does_not_outlive_a_reopening(requestor: User, watcher: User) -> None:
    case = make_closed_case(requestor, watchers=[watcher])
    closed = notice_to(watcher, "closed")
    assert obsolete(closed) is None
    operations.reopen_case(case, text="Back.", actor=requestor, now=ASKED + HOUR)
    assert obsolete(closed) == "reopened"


def test_a_hold_that_has_ended_does_not_matter_once_the_case_waits_no_more(
    waiting: Case, requestor: User, watcher: User, agent: User
) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + HOUR)
    sweep_to(ASKED + 73 * HOUR)
    ended = notice_to(watcher, "hold_ended")
    assert obsolete(ended) is None
    operations.reply_to_case(waiting, text="Here.", actor=requestor, now=ASKED + 74 * HOUR)
    assert obsolete(ended) == "period_ended"


def test_who_may_no_longer_see_the_case_gets_no_mail(
    license_: License, requestor: User, colleague: User
) -> None:
    other = make_license(license_.account, "target")
    person = make_customer(license_, other)
    case = make_waiting_case(person)
    notice = notice_to(person, "information_requested")
    assert obsolete(notice) is None
    remove_named_contact(
        Seat.objects.get(user=person, license=license_),
        actor=make_superuser(),
        now=ASKED + HOUR,
        successor=requestor,
    )
    assert obsolete(notice) == "may_not_see"
    assert Case.objects.visible_to(User.objects.get(pk=person.pk)).filter(pk=case.pk).count() == 0


def test_a_watcher_taken_off_gets_no_mail(case: Case, requestor: User, watcher: User, agent: User) -> None:
    operations.answer_case(case, text="Text", actor=agent, now=FILED + HOUR)
    notice = notice_to(watcher, "answered")
    operations.edit_watchers(case, watchers=[], actor=requestor, now=FILED + 2 * HOUR)
    assert obsolete(notice) == "may_not_see"


def test_who_may_no_longer_sign_in_gets_no_mail(waiting: Case, requestor: User) -> None:
    notice = notice_to(requestor, "information_requested")
    User.objects.filter(pk=requestor.pk).update(is_active=False)
    assert obsolete(notice) == "recipient_left"


# --- The mail ---------------------------------------------------------------------------------------


def test_a_reminder_repeats_the_question_and_prints_the_closing_instant(
    waiting: Case, requestor: User
) -> None:
    sweep_to(ASKED + 24 * HOUR)
    mail = mail_of(notice_to(requestor, "reminder"))
    # ASKED is 07:00 in Los Angeles; 144 hours later clocks there have gone forward.
    assert mail.subject == f"{waiting.number}: please answer by Mon 9 Mar 2026, 08:00 PDT"
    for text in (mail.text, mail.html):
        assert "Mon 9 Mar 2026, 08:00 PDT" in text
        assert QUESTION in text
        assert "This is reminder 1 of 3." in text
        assert "1 day" not in text


def test_a_reminder_in_resolution_provided_repeats_the_solution(requestor: User) -> None:
    make_waiting_case(requestor, status=Status.RESOLUTION_PROVIDED)
    sweep_to(ASKED + 24 * HOUR)
    mail = mail_of(notice_to(requestor, "reminder"))
    assert SOLUTION in mail.text
    assert SOLUTION in mail.html
    assert "Resolution Provided" in mail.text
    assert "The solution" in mail.text


def test_each_reader_gets_the_instant_in_their_own_zone(license_: License, requestor: User) -> None:
    far = make_person(license_.account, time_zone="Asia/Tokyo")
    waiting = make_waiting_case(requestor, watchers=[far])
    sweep_to(ASKED + 24 * HOUR)
    mail = mail_of(notice_to(far, "reminder"))
    assert mail.subject == f"{waiting.number}: please answer by Tue 10 Mar 2026, 00:00 JST"
    assert "Tue 10 Mar 2026, 00:00 JST" in mail.text
    assert "PDT" not in mail.text


def test_days_and_months_are_of_the_readers_language(license_: License) -> None:
    person = make_customer(license_, language="fr", time_zone="Europe/Paris")
    make_waiting_case(person)
    mail = mail_of(notice_to(person, "information_requested"))
    assert "lun" in mail.text.lower()
    assert "16:00 CET" in mail.text


def test_the_mail_names_the_coming_steps_with_their_instants(waiting: Case, requestor: User) -> None:
    mail = mail_of(notice_to(requestor, "information_requested"))
    for line in (
        "1. 1st reminder: Wed 4 Mar 2026, 07:00 PST",
        "2. 2nd reminder: Fri 6 Mar 2026, 07:00 PST",
        "3. 3rd reminder: Sun 8 Mar 2026, 08:00 PDT",
        "4. The case closes by itself: Mon 9 Mar 2026, 08:00 PDT",
        "5. Reopening ends: Mon 23 Mar 2026, 08:00 PDT",
    ):
        assert line in mail.text


def test_a_mail_after_a_hold_prints_the_moved_instant(waiting: Case, requestor: User, watcher: User) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + HOUR)
    mail = mail_of(notice_to(watcher, "hold_set"))
    assert "Thu 12 Mar 2026, 08:00 PDT" in mail.text
    assert "Fri 6 Mar 2026, 08:00 PST" in mail.text


def test_links_start_at_the_base_address(
    waiting: Case, requestor: User, settings: pytest.FixtureRequest
) -> None:
    settings.PORTAL_BASE_URL = "https://support.example"  # type: ignore[attr-defined]
    mail = mail_of(notice_to(requestor, "information_requested"))
    address = f"https://support.example/cases/{waiting.number}/"
    assert f"{address}#reply" in mail.text
    assert f'href="{address}#reply"' in mail.html
    assert f"{address}#extend" in mail.text
    assert f"{address}#close" in mail.text


def test_an_extension_is_offered_once(waiting: Case, requestor: User, watcher: User) -> None:
    operations.extend_waiting(waiting, actor=requestor, now=ASKED + HOUR)
    assert "#extend" not in mail_of(notice_to(watcher, "hold_set")).text


def test_no_internal_note_is_in_any_mail_or_headline(waiting: Case, requestor: User, agent: User) -> None:
    secret = "The customer is wrong, see ticket 4711"
    operations.add_note(waiting, text=secret, actor=agent, now=ASKED + HOUR)
    operations.set_tags(waiting, tags=["secret-tag"], actor=agent, now=ASKED + HOUR)
    operations.answer_case(waiting, text="Hello.", actor=agent, now=ASKED + 2 * HOUR)
    sweep_to(ASKED + 24 * HOUR, ASKED + 144 * HOUR)
    notices = Notice.objects.filter(about=waiting.about)
    assert notices.count() >= 5
    for notice in notices.select_related("recipient"):
        mail = mail_of(notice)
        whole = "\n".join((mail.subject, mail.text, mail.html, headline_of(notice), str(notice.params)))
        assert "4711" not in whole
        assert "secret-tag" not in whole


def test_staff_are_unnamed_to_the_customer(waiting: Case, requestor: User, agent: User) -> None:
    mail = mail_of(notice_to(requestor, "information_requested"))
    assert agent.name not in mail.text
    assert agent.email not in mail.html


def test_markup_of_a_message_is_inert_in_the_mail(requestor: User) -> None:
    case = make_waiting_case(
        requestor, text="<script>alert(1)</script> **Which**?", title="<b>Title</b> & more"
    )
    mail = mail_of(notice_to(requestor, "information_requested"))
    assert "<script>" not in mail.html
    assert "<b>Title</b>" not in mail.html
    assert "<strong>Which</strong>" in mail.html
    assert "> <script>alert(1)</script> **Which**?" in mail.text
    assert "<b>Title</b> & more" in mail.text
    assert case.number in mail.subject


def test_a_line_break_never_enters_a_subject(requestor: User) -> None:
    make_case(requestor, title="One\r\nBcc: x@evil.example")
    notice = notice_to(requestor, "acknowledgement")
    assert "\n" not in mail_of(notice).subject
    assert "\r" not in mail_of(notice).subject


def test_percent_signs_in_a_title_are_kept(requestor: User, watcher: User, agent: User) -> None:
    make_waiting_case(requestor, title="100%s of %(status)s fail", watchers=[watcher])
    assert "100%s of %(status)s fail" in mail_of(notice_to(watcher, "information_requested")).text


def test_the_mail_says_why_the_reader_gets_it(
    waiting: Case, requestor: User, watcher: User, agent: User
) -> None:
    operations.reply_to_case(waiting, text="Here.", actor=requestor, now=ASKED + HOUR)
    assert "you are the requestor" in mail_of(notice_to(requestor, "information_requested")).text
    assert "you watch the case" in mail_of(notice_to(watcher, "information_requested")).text
    assert "you own the case" in mail_of(notice_to(agent, "customer_replied")).text


def test_a_staff_notice_leads_to_the_admin(requestor: User, agent: User) -> None:
    case = make_owned_case(requestor, agent=agent)
    operations.reply_to_case(case, text="Here.", actor=requestor, now=ASKED)
    notice = notice_to(agent, "customer_replied")
    assert kind_of(notice).path(notice) == f"/admin/cases/case/{case.pk}/change/"
    assert "Here." in mail_of(notice).text


def test_all_mail_of_a_case_is_one_thread(waiting: Case) -> None:
    notices = list(Notice.objects.filter(about=waiting.about))
    assert {kind_of(notice).thread(notice) for notice in notices} == {f"case:{waiting.pk}"}


# --- Every kind -------------------------------------------------------------------------------------


def everything_happens(license_: License) -> None:
    """Each kind of notice is announced at least once."""
    requestor, watcher = make_customer(license_), make_customer(license_, sees_account_cases=True)
    agent = make_agent()
    make_duty(agent, "AMER", time(0), time(23, 59))
    make_p1_case(requestor)
    carry_out_targets(FILED + timedelta(minutes=12), 10)
    carry_out_targets(FILED + timedelta(minutes=15, microseconds=1), 10)
    case = make_case(requestor, priority=Priority.P4, watchers=[watcher])
    later = iter(ASKED + step * HOUR for step in range(1, 100))
    operations.raise_urgency(case, justification="Launch", actor=requestor, now=next(later))
    operations.answer_case(case, text="A", actor=agent, now=next(later))
    operations.escalate_case(case, reason=EscalationReason.UPDATE, text="E", actor=requestor, now=next(later))
    operations.provide_resolution(case, text="R", actor=agent, now=next(later))
    operations.request_information(case, text="Q", actor=agent, now=next(later))
    operations.hold_case(case, last_on=date(2026, 3, 5), reason="H", actor=agent, now=next(later))
    operations.release_hold(case, actor=agent, now=next(later))
    operations.hand_to_colleague(case, colleague=watcher, actor=requestor, now=next(later))
    operations.hand_to_colleague(case, colleague=requestor, actor=watcher, now=next(later))
    operations.edit_watchers(case, watchers=[watcher], actor=requestor, now=next(later))
    sweep_to(ASKED + 48 * HOUR, ASKED + 400 * HOUR)
    operations.log_caller(
        license_, name="Cora", address="cora@x.example", channel=Channel.PHONE, actor=agent, now=ASKED
    )
    call_at = ASKED + HOUR / 2
    for end in (
        lambda other: operations.cancel_call(other, actor=requestor, now=ASKED),
        lambda other: operations.decline_call(other, reason="D", actor=agent, now=ASKED),
    ):
        other = make_case(requestor)
        operations.request_call(other, phone="1", starts_at=call_at, actor=requestor, now=ASKED)
        end(other)
    operations.reopen_case(case, text="Back", actor=agent, now=ASKED + 401 * HOUR)
    operations.reply_to_case(case, text="P", actor=requestor, now=ASKED + 402 * HOUR)
    operations.close_case(
        case, resolution=Resolution.OBSOLETE, reason="C", actor=agent, now=ASKED + 403 * HOUR
    )
    operations.file_follow_up(
        case, "F", description="F", priority=Priority.P3, actor=watcher, now=ASKED + 404 * HOUR
    )


HEADLINES = {
    "acknowledgement": "We have received your case",
    "answered": "Support has answered",
    "information_requested": "Support needs your answer",
    "resolution_provided": "Support has provided a resolution",
    "reminder": "1st reminder: your case waits for you",
    "auto_closed": "Your case closed by itself",
    "closed": "The case is closed: Issue Obsolete",
    "reopened": "The case is open again",
    "priority_changed": "Priority changed from P4 Minor to P3 Important",
    "hold_set": "The case is kept open until Fri 6 Mar 2026, 00:00 PST",
    "hold_ended": "The hold has ended",
    "requestor_changed": "The case has a new requestor",
    "follow_up_filed": "A follow-up of this case was filed",
    "caller_logged": "A caller’s request waits for one of you",
    "call_declined": "Support could not make the call",
    "call_requested": "The customer asks for a call at Tue 3 Mar 2026, 15:30 UTC",
    "call_cancelled": "The customer cancelled the call",
    "p1_filed": "A P1 case was filed",
    "target_warned": "First response due Mon 2 Mar 2026, 15:15 UTC",
    "target_missed": "First response was due Mon 2 Mar 2026, 15:15 UTC",
    "customer_replied": "The customer replied",
    "urgency_raised": "The customer raised the urgency",
    "escalated": "The customer escalated",
}


def test_every_kind_has_a_headline_a_path_and_a_mail_with_its_params(license_: License) -> None:
    everything_happens(license_)
    shown = {}
    for notice in Notice.objects.select_related("recipient").order_by("-pk"):
        mail = mail_of(notice)
        headline = headline_of(notice)
        shown[notice.kind.removeprefix("case_")] = headline
        for text in (headline, mail.subject, mail.text):
            assert "%(" not in text
            assert text.strip() == text.strip("\n ")
        assert "until ." not in mail.text
        assert kind_of(notice).path(notice).startswith(("/cases/E-", "/admin/cases/"))
    registered = {kind.code.removeprefix("case_") for kind in kinds() if kind.code.startswith("case_")}
    assert registered == set(HEADLINES)
    assert shown == HEADLINES
