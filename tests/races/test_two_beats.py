"""Two beats by mistake do no harm: after a week the rows are those of one (A5)."""

import logging
from collections import Counter
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives

from portal.notices.models import Notice
from portal.work.instance import adopt
from portal.work.tasks import tick
from tests.races.beats import make_week, under_one_beat, under_two_beats

pytestmark = pytest.mark.usefixtures("committed")


def test_two_beats_leave_the_rows_of_one_after_a_week(caplog: pytest.LogCaptureFixture) -> None:
    week = make_week(seed=2026, cases=80, every=timedelta(hours=8), tasks=(tick,))
    expected = under_one_beat(week)

    with caplog.at_level(logging.ERROR):
        rows, faults = under_two_beats(week)

    assert faults == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert rows == expected
    # 8 cases were answered, 8 extended beyond the week; all others had their series and closed.
    steps = Counter((kind, outcome) for _case, kind, _ordinal, outcome, *_instants in rows["steps"])
    assert steps["closure", "closed"] == 64
    assert steps["reminder", "sent"] == 222


def test_two_beats_send_each_mail_once_in_a_week(mailoutbox: list[EmailMultiAlternatives]) -> None:
    adopt()
    week = make_week(seed=2027, cases=5, every=timedelta(hours=12))
    expected = under_one_beat(week)
    mailoutbox.clear()

    rows, faults = under_two_beats(week)

    assert faults == []
    assert rows == expected
    ids = Counter(mail.extra_headers["Message-ID"] for mail in mailoutbox)
    assert ids == Counter(Notice.objects.filter(state="sent").values_list("message_id", flat=True))
    assert len(ids) == 18
