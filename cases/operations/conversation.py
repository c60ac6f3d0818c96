"""Everything that is written in a case: answers, questions, resolutions, replies, logged contacts, notes."""

from collections.abc import Sequence
from datetime import datetime

from cases.calls import CallOutcome
from cases.lifecycle import Action, Channel
from cases.models import Case, InternalNote, Message
from cases.operations.changing import Change, begin_period, changing, end_call, finish_period
from portal.accounts.models import User
from portal.files.storing import StoredBlob


def answer_case(
    case: Case, *, text: str, actor: User, now: datetime, files: Sequence[StoredBlob] = ()
) -> Message:
    """This will answer in public; in a waiting case it changes neither status nor clock."""
    with changing(case, Action.ANSWER, actor=actor, now=now) as change:
        change.move()
        change.own()
        change.respond()
        message = change.write(text, Message.Purpose.ANSWER, files=files)
        event = change.record("answered", {"message": message.pk})
        change.tell_customer("answered", event, message=message.pk)
    return message


def request_information(
    case: Case, *, text: str, actor: User, now: datetime, files: Sequence[StoredBlob] = ()
) -> Message:
    """This will ask the customer and set Pending Response, with a new waiting period."""
    with changing(case, Action.REQUEST_INFORMATION, actor=actor, now=now) as change:
        return _wait(change, text, Message.Purpose.REQUEST, kind="information_requested", files=files)


def provide_resolution(
    case: Case, *, text: str, actor: User, now: datetime, files: Sequence[StoredBlob] = ()
) -> Message:
    """This will give a solution and set Resolution Provided, with a new waiting period."""
    with changing(case, Action.PROVIDE_RESOLUTION, actor=actor, now=now) as change:
        return _wait(change, text, Message.Purpose.RESOLUTION, kind="resolution_provided", files=files)


def _wait(
    change: Change, text: str, purpose: Message.Purpose, *, kind: str, files: Sequence[StoredBlob]
) -> Message:
    """Sets the action's waiting status by a message; it is a response, and starts a new period."""
    change.move()
    change.own()
    change.respond()
    message = change.write(text, purpose, files=files)
    begin_period(change, message)
    event = change.record(kind, {"message": message.pk})
    change.tell_customer(kind, event, message=message.pk)
    return message


def reply_to_case(
    case: Case, *, text: str, actor: User, now: datetime, files: Sequence[StoredBlob] = ()
) -> Message:
    """This will add the customer's reply; it ends a waiting period at once."""
    with changing(case, Action.REPLY, actor=actor, now=now) as change:
        finish_period(change.case, now=now)
        change.move()
        message = change.write(text, Message.Purpose.REPLY, files=files)
        event = change.record("replied", {"message": message.pk})
        change.tell_staff("customer_replied", event, message=message.pk)
    return message


def log_contact(
    case: Case, *, text: str, said_by: str, channel: Channel, actor: User, now: datetime
) -> Message:
    """This will record what the customer said by phone or chat; it ends a waiting period like a reply.

    By phone it is the call that the customer awaited, too.
    """
    with changing(case, Action.LOG_CONTACT, actor=actor, now=now) as change:
        finish_period(change.case, now=now)
        if channel is Channel.PHONE:
            end_call(change.case, CallOutcome.MADE, now=now)
        change.move()
        message = change.write(text, Message.Purpose.LOGGED, said_by=said_by, channel=channel)
        event = change.record("contact_logged", {"message": message.pk, "channel": str(channel)})
        change.tell_staff("customer_replied", event, message=message.pk)
    return message


def add_note(case: Case, *, text: str, actor: User, now: datetime) -> InternalNote:
    """This will add a note for staff; the customer never learns of it."""
    with changing(case, Action.ADD_NOTE, actor=actor, now=now) as change:
        note = InternalNote.objects.create(case=change.case, author=actor, body=text, written_at=now)
        change.record("noted", {"note": note.pk}, is_public=False)
    return note
