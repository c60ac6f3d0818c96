"""Killed at any point, everything is whole or has not begun, and is carried out once in the end."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from portal.notices import sender
from portal.notices.models import new_message_id
from portal.work import invariants
from tests.kills.listing import APART, public_operations, set_apart
from tests.kills.scenarios import AGAIN, COMMITS, VERBS
from tests.kills.victims import KilledOperation, KilledPager, KilledSender, KilledSweep, KilledTargets

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one process writes at a time: its transactions are immediate")


def kill_everywhere(victim, *, tries=1):
    """Kill at every point, so often where others leave it nothing to do; return the points where it died."""
    died_at = []
    for number in range(len(victim.points)):
        attempts = (victim.kill(number) for _attempt in range(tries))
        if point := next(filter(None, attempts), None):
            died_at.append(point)
    victim.finish()
    assert invariants.check() == []
    return died_at


def test_every_operation_is_killed_or_set_apart_with_a_reason():
    found = public_operations()
    alone = {operation for operation in found if not set_apart(operation)}
    assert {operation for operation in alone if operation.rpartition(".")[2] not in VERBS} == set()
    # An entry of what is gone, or is killed by now, goes too.
    speaking = set().union(*map(set_apart, found))
    assert (APART.keys() - speaking, {name for name in APART if name.rpartition(".")[2] in VERBS}) == (
        set(),
        set(),
    )
    assert AGAIN.keys() | COMMITS.keys() <= VERBS.keys()


@pytest.mark.parametrize("name", VERBS)
def test_an_operation_that_is_killed_at_any_point_is_whole_or_has_not_begun_and_is_not_done_twice(name):
    operation = KilledOperation(VERBS[name])
    # One commit: there is nothing between not begun and whole.
    assert operation.points[-1].commits == COMMITS.get(name, 1)
    kill_everywhere(operation)
    assert operation.again() == AGAIN.get(name)


def test_a_sweep_that_is_killed_at_any_point_leaves_whole_chunks_and_the_next_ticks_do_the_rest():
    sweep = KilledSweep()
    assert kill_everywhere(sweep) == [*sweep.points]


def test_a_sweep_of_targets_that_is_killed_at_any_point_leaves_whole_chunks_and_the_next_ticks_do_the_rest():
    sweep = KilledTargets()
    assert kill_everywhere(sweep) == [*sweep.points]


def test_of_three_sweeps_at_once_one_is_killed_and_every_step_is_done_once(postgresql):
    """It dies at a quarter of the points at least: of three chunks the others often take two."""
    sweep = KilledSweep(workers=3)
    assert len(kill_everywhere(sweep)) >= len(sweep.points) / 4


def test_a_sender_that_is_killed_at_any_point_loses_no_mail_and_doubles_only_what_was_in_doubt(
    adopted, note, sink
):
    mails = KilledSender(sink)
    assert (kill_everywhere(mails), mails.second_copies > 0) == ([*mails.points], True)


def test_a_sender_of_pages_that_is_killed_at_any_point_loses_none_and_doubles_only_what_was_in_doubt(
    adopted, note, pager
):
    pages = KilledPager(pager)
    assert (kill_everywhere(pages), pages.second_copies > 0) == ([*pages.points], True)


@pytest.mark.parametrize("name", ["reply_to_case", "escalate_case"])
def test_an_operation_that_is_killed_has_written_its_page_with_all_else_or_not_at_all(name, pager):
    operation = KilledOperation(VERBS[name])
    assert operation.points[-1].commits == 1
    kill_everywhere(operation)


def test_of_three_senders_at_once_one_is_killed_and_no_mail_is_lost(postgresql, adopted, note, sink):
    """It dies at most of the points, if not at once: whoever comes first claims every mail."""
    mails = KilledSender(sink, workers=3)
    assert len(kill_everywhere(mails, tries=3)) > len(mails.points) / 2


# --- Twins: what the harness has to find ----------------------------------------------------------------


@contextmanager
def no_transaction(*_arguments, **_options):
    """Every statement commits by itself, and Django believes that it is in a transaction."""
    connection.in_atomic_block, connection.autocommit = True, False
    try:
        yield
    finally:
        connection.in_atomic_block, connection.autocommit = False, True


def test_an_operation_without_a_transaction_is_found_to_be_half_done():
    with patch.object(transaction, "atomic", no_transaction):
        # Counted without it, too: else the first BEGIN that is missing would be found, and nothing else.
        operation = KilledOperation(VERBS["reply_to_case"])
        with pytest.raises(AssertionError) as found:
            kill_everywhere(operation)
    assert "Traceback" not in str(found.value)


def test_an_operation_that_acts_twice_is_found_when_it_is_done_after_the_first():
    reply = VERBS["reply_to_case"]

    def reply_twice(scene):
        reply.run(scene)
        reply.run(scene)

    operation = KilledOperation(replace(reply, run=reply_twice))
    with pytest.raises(AssertionError) as found:
        kill_everywhere(operation)
    assert "Traceback" not in str(found.value)


def test_a_sweep_without_a_transaction_is_found_to_leave_half_a_chunk(postgresql):
    sweep = KilledSweep()
    with patch.object(transaction, "atomic", no_transaction), pytest.raises(AssertionError) as found:
        kill_everywhere(sweep)
    assert "Traceback" not in str(found.value)


def note_first(round_, notice, mail, message):
    round_._note_sent(notice, mail, to=message.to[0])
    round_._connection.open()
    round_._connection.send_messages([message])


def test_a_sender_that_notes_before_it_hands_over_is_found_to_lose_mail(adopted, note, sink):
    mails = KilledSender(sink)
    with patch.object(sender._Round, "_hand_over", note_first), pytest.raises(AssertionError) as found:
        kill_everywhere(mails)
    assert "Traceback" not in str(found.value)


class AnotherId(sender.EmailMultiAlternatives):
    def __init__(self, *arguments, headers, **options):
        super().__init__(*arguments, headers={**headers, "Message-ID": new_message_id()}, **options)


def test_a_sender_that_makes_a_new_id_for_each_attempt_is_found(adopted, note, sink):
    mails = KilledSender(sink)
    with patch.object(sender, "EmailMultiAlternatives", AnotherId), pytest.raises(AssertionError) as found:
        kill_everywhere(mails)
    assert "Traceback" not in str(found.value)
