"""Reads a database through the portal's models, after Django has been set up."""

import hashlib
from datetime import datetime
from pathlib import Path

from django.core.files.storage import default_storage

from cases.models import Case, CaseEvent, FollowUpStep, InternalNote, Message
from portal.accounts import queries
from portal.accounts.models import User
from portal.clock import business_now, machine_now
from portal.files.models import StoredFile
from portal.notices.models import Notice
from portal.notices.rounds import LEASE, LONGEST_DELAY
from portal.work.models import FormToken
from tests.chaos.model import Event
from tests.chaos.sink import Delivery
from tests.chaos.stored import Outbox, Stored, StoredCase, StoredNotice, StoredText, WaitingMail


def read(deliveries: list[Delivery]) -> Stored:
    """Read everything through the portal's models."""
    emails = dict(User.objects.values_list("pk", "email"))
    return Stored(
        cases=_cases(emails),
        events=_events(emails),
        texts=_texts(emails),
        tokens=dict(FormToken.objects.values_list("token", "address")),
        steps=_steps(),
        notices=_notices(emails),
        deliveries=deliveries,
        people={email: pk for pk, email in emails.items()},
        leads=tuple(lead.email for lead in queries.leads()),
        damaged_files=_damaged_files(),
        now=business_now(),
    )


def _cases(emails: dict[int, str]) -> dict[int, StoredCase]:
    rows = Case.objects.select_related("period").prefetch_related("watchers").order_by("pk")
    return {
        case.pk: StoredCase(
            pk=case.pk,
            status=case.status,
            owner=emails.get(case.owner_id or 0, ""),
            requestor=emails[case.requestor_id],
            filed_by=emails[case.filed_by_id],
            watchers=tuple(sorted(person.email for person in case.watchers.all())),
            period=case.period.number if case.period else None,
            next_step_at=case.next_follow_up_at,
            target_step_at=case.next_response_step_at,
        )
        for case in rows
    }


def _events(emails: dict[int, str]) -> list[Event]:
    return [
        Event(
            pk=event.pk,
            case=event.case_id,
            kind=event.kind,
            actor=emails.get(event.actor_id or 0, ""),
            at=event.occurred_at,
            status=event.detail.get("status", ""),
            status_before=event.detail.get("status_before", ""),
            message=event.detail.get("message"),
            reason=event.detail.get("reason", ""),
            period=event.detail.get("period"),
            ordinal=event.detail.get("ordinal"),
            due_at=_instant(event.detail.get("due_at")),
            decision=event.detail.get("decision"),
        )
        for event in CaseEvent.objects.order_by("pk")
    ]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _texts(emails: dict[int, str]) -> list[StoredText]:
    messages = Message.objects.prefetch_related("attachments__file").order_by("pk")
    return [
        *(
            StoredText(
                pk=message.pk,
                case=message.case_id,
                author=emails[message.author_id],
                body=message.body,
                files=tuple(sorted(attached.file.name for attached in message.attachments.all())),
            )
            for message in messages
        ),
        *(
            StoredText(note.pk, note.case_id, emails[note.author_id], note.body, is_note=True)
            for note in InternalNote.objects.order_by("pk")
        ),
    ]


def _steps() -> list[tuple[int, int, str, int]]:
    return list(FollowUpStep.objects.order_by("pk").values_list("case", "period__number", "kind", "ordinal"))


def _notices(emails: dict[int, str]) -> list[StoredNotice]:
    return [
        StoredNotice(
            pk=notice.pk,
            key=notice.key,
            recipient=emails.get(notice.recipient_id or 0, ""),
            address=notice.address,
            state=notice.state,
            message_id=notice.message_id,
            last_error=notice.last_error,
            because=notice.cancelled_because,
        )
        for notice in Notice.objects.order_by("pk")
    ]


def outbox() -> Outbox:
    """Read what has still to go out, by machine time, with the portal's own limits."""
    rows = [
        WaitingMail(notice.key, notice.state, notice.next_attempt_at, notice.lease_until)
        for notice in Notice.objects.unsent().order_by("pk")
    ]
    return Outbox(machine_now(), LONGEST_DELAY, LEASE, rows)


def _damaged_files() -> list[str]:
    """Files whose bytes are not there, or not those that were sent."""
    damaged = []
    for file in StoredFile.objects.order_by("pk"):
        path = Path(default_storage.path(file.blob))
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            damaged.append(f"{file.name} at {file.blob}")
    return damaged
