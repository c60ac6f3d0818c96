"""Two beats by mistake do no harm: after a week the rows are those of one (A5).

Where they wake in one instant, one stands in the middle of its work while the other does its own.
"""

import logging
from collections import Counter
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.notices.models import Notice
from portal.notices.tasks import send
from portal.work.instance import adopt
from portal.work.tasks import tick
from tests.races.beats import make_week, under_one_beat, under_two_beats
from tests.races.stage import on_postgresql

pytestmark = pytest.mark.usefixtures("committed")


def errors_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as an error, with the words of what caused it."""
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    return [f"{error.getMessage()}: {error.exc_info[1] if error.exc_info else None}" for error in errors]


def mails_by_id(mails: list[EmailMultiAlternatives]) -> Counter[str]:
    return Counter(mail.extra_headers["Message-ID"] for mail in mails)


def test_two_beats_leave_the_rows_of_one_after_a_week(caplog: pytest.LogCaptureFixture) -> None:
    week = make_week(seed=2026, cases=80, every=timedelta(hours=8), tasks=(tick,))
    expected = under_one_beat(week)

    with caplog.at_level(logging.ERROR):
        two = under_two_beats(week)

    assert (two.faults, errors_in(caplog)) == ([], [])
    assert two.rows == expected
    assert two.met == {tick.name: 4}
    # 8 cases were answered, 8 extended beyond the week; all others had their series and closed.
    steps = Counter((kind, outcome) for _case, kind, _ordinal, outcome, *_instants in two.rows["steps"])
    assert steps["closure", "closed"] == 64
    assert steps["reminder", "sent"] == 222


def test_two_beats_send_each_mail_once_in_a_week(mailoutbox: list[EmailMultiAlternatives]) -> None:
    adopt()
    week = make_week(seed=2027, cases=5, every=timedelta(hours=12))
    expected = under_one_beat(week)
    mailoutbox.clear()

    two = under_two_beats(week)

    assert two.faults == []
    assert two.rows == expected
    assert two.met == {tick.name: 3, send.name: 3}
    ids = mails_by_id(mailoutbox)
    assert ids == Counter(Notice.objects.filter(state="sent").values_list("message_id", flat=True))
    assert len(ids) == 18


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_only_the_unique_step_keeps_two_beats_that_meet_apart_and_chunks_fail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    week = make_week(seed=2026, cases=20, every=timedelta(hours=8), tasks=(tick,))
    expected = under_one_beat(week)

    with caplog.at_level(logging.ERROR):
        two = under_two_beats(week)

    assert (two.faults, two.met) == ([], {tick.name: 2})
    assert two.rows == expected
    failures = errors_in(caplog)
    if on_postgresql():
        assert ["step_once_per_period" in failure for failure in failures] == [True, True]
    else:
        assert failures == ["Timed work follow_up failed: database is locked"] * 2


@pytest.mark.usefixtures("without_locks")
def test_without_the_lock_only_the_constraint_keeps_two_beats_that_meet_apart_and_a_sender_ends(
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    adopt()
    week = make_week(seed=2027, cases=5, every=timedelta(hours=12))
    expected = under_one_beat(week)
    mailoutbox.clear()

    two = under_two_beats(week)

    assert two.met == {tick.name: 3, send.name: 3}
    assert (two.rows == expected, Counter(mails_by_id(mailoutbox).values())) == (True, {1: 18})
    # One has sent what the other claims as well: a mail that is sent again would have no instant any more.
    refusal = "notice_sent_has_its_instant" if on_postgresql() else "database is locked"
    assert [refusal in str(fault) for fault in two.faults] == [True, True, True]
