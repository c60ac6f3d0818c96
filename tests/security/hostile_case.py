"""Cases all of whose texts are hostile, led through everything that writes a text."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from cases import operations
from cases.lifecycle import Channel, EscalationReason
from cases.models import Case
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.files.storing import StoredBlob, store
from tests.factories import people
from tests.factories.cases import ASKED, make_p1_case
from tests.security.corpus.markup import XSS

# What tag and phone take at most, and the environment.
_SHORT = 40


def hostile_case(
    text: str, license_: License, *, agent: User, watchers: list[User], now: datetime = ASKED
) -> Case:
    """A case with `text`, some payloads, in every field of every operation, names included."""
    owner = people.make_customer(license_, name=text)
    short = [payload[:_SHORT] for payload in XSS if payload in text]
    case = make_p1_case(
        owner,
        title=text,
        description=text,
        watchers=watchers,
        files=[_file(f"{text}.txt")],
        environment=short[-1],
        now=now - timedelta(days=1),
    )
    Case.objects.filter(pk=case.pk).update(phone=short[0], impact=text)
    for minutes, act in enumerate(_acts(case, owner, agent, text=text, tags=short)):
        act(now + timedelta(minutes=minutes))
    return Case.objects.get(pk=case.pk)


def _file(name: str) -> StoredBlob:
    upload = SimpleUploadedFile("x.txt", b"text")
    # Past the parser's own cleaning: nothing is left to it.
    upload._name = name
    return store(upload)


def _acts(
    case: Case, owner: User, agent: User, *, text: str, tags: list[str]
) -> Iterator[Callable[[datetime], object]]:
    """What happens to the case, one after the other."""
    staff = {"actor": agent}
    yield lambda at: operations.claim_case(case, **staff, now=at)
    yield lambda at: operations.set_tags(case, tags=tags, **staff, now=at)
    yield lambda at: operations.add_note(case, text=text, **staff, now=at)
    yield lambda at: operations.answer_case(case, text=text, **staff, now=at)
    yield lambda at: operations.change_priority(
        case, priority=Priority.P3, reason=text, customers_words=text, **staff, now=at
    )
    yield lambda at: operations.raise_urgency(case, justification=text, actor=owner, now=at)
    yield lambda at: operations.log_contact(
        case, text=text, said_by=text, channel=Channel.PHONE, **staff, now=at
    )
    yield lambda at: operations.escalate_case(
        case, reason=EscalationReason.KNOWLEDGE, text=text, actor=owner, now=at
    )
    yield lambda at: operations.acknowledge_escalation(case, text=text, **staff, now=at)
    yield lambda at: operations.request_information(case, text=text, **staff, now=at)
    yield lambda at: operations.resume_case(case, reason=text, **staff, now=at)
    yield lambda at: operations.provide_resolution(case, text=text, **staff, now=at)
    yield lambda at: operations.hold_case(
        case, last_on=(at + timedelta(days=3)).date(), reason=text, **staff, now=at
    )
