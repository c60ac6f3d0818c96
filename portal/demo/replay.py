"""The story's cases and requests, replayed through the real operations in the order of their instants."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accelerators.models import EngagementRequest
from accelerators.operations import accept_request, request_thing
from accelerators.queries import row_in_force
from cases import operations
from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.models import Case
from entitlements.models import License
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.accounts.zones import account_zone
from portal.demo.past import Past
from portal.demo.people import Cast
from portal.demo.story import Action, CaseStory, FileStory, RequestStory, StepStory
from portal.files.storing import StoredBlob, store_all
from portal.notices.models import Notice
from portal.notices.operations import mark_read


@dataclass
class Stage:
    """The replay as far as it has come: the cast, cases by their story's key, requests, the files stored."""

    cast: Cast
    cases: dict[str, Case] = field(default_factory=dict)
    requests: dict[str, EngagementRequest] = field(default_factory=dict)
    blobs: list[StoredBlob] = field(default_factory=list)

    def store(self, files: Iterable[FileStory], now: datetime) -> list[StoredBlob]:
        """Make and store the files of one message, as its sender would have uploaded them."""
        stored = store_all(SimpleUploadedFile(file.name, file.maker(now)) for file in files)
        self.blobs += stored
        return stored


@dataclass(frozen=True)
class _Moment:
    """Something that happens in the story at an instant."""

    at: datetime
    take: Callable[[Stage], None]


def replay(
    stories: Iterable[CaseStory], requests: Iterable[RequestStory], stage: Stage, *, now: datetime
) -> None:
    """Play the stories up to `now`: before each step, time passes as it does with a living clock."""
    past = Past(stage.cast.people.values())
    moments = [moment for story in stories for moment in _moments(story, now)]
    moments += [_request_of(story, now - story.asked_ago) for story in requests]
    moments += [_answer_of(story, now - story.asked_ago) for story in requests if story.answer]
    for moment in sorted(moments, key=lambda moment: moment.at):
        past.live_until(moment.at)
        moment.take(stage)
        past.deliver()
    past.live_until(now)
    past.put_on_record()


def _moments(story: CaseStory, now: datetime) -> Iterator[_Moment]:
    filed_at = now - story.filed_ago
    yield _Moment(filed_at, lambda stage: _file(stage, story, filed_at))
    for step in story.steps:
        yield _moment_of(story, step, filed_at + step.after)


def _request_of(story: RequestStory, at: datetime) -> _Moment:
    def ask(stage: Stage) -> None:
        row = row_in_force(story.slug, at)
        assert row is not None, story.slug
        license_ = stage.cast.licenses[story.account, story.product]
        stage.requests[story.slug] = request_thing(
            row,
            license_,
            goal=story.goal,
            wished_from=(at + story.wished_in).date(),
            actor=stage.cast.people[story.by],
            now=at,
        )

    return _Moment(at, ask)


def _answer_of(story: RequestStory, asked_at: datetime) -> _Moment:
    at = asked_at + story.answered_after

    def accept(stage: Stage) -> None:
        actor = stage.cast.people[story.answered_by]
        accept_request(stage.requests[story.slug], answer=story.answer, actor=actor, now=at)

    return _Moment(at, accept)


def _moment_of(story: CaseStory, step: StepStory, at: datetime) -> _Moment:
    def take(stage: Stage) -> None:
        # Operations lock the case and read it anew, so it need not be fresh here.
        case = stage.cases[story.key]
        actor = stage.cast.people[step.by]
        _read_notices(actor, case, at)
        _PERFORM[step.action](Taken(stage, case, step, actor, at))

    return _Moment(at, take)


def _read_notices(actor: User, case: Case, at: datetime) -> None:
    """Whoever acts in a case has read what the inbox said about it."""
    mark_read(Notice.objects.visible_to(actor).filter(about=case.about), at)


def _file(stage: Stage, story: CaseStory, at: datetime) -> None:
    people = stage.cast.people
    license_: License = stage.cast.licenses[story.account, story.product]
    said: dict[str, Any] = {
        "description": story.text,
        "priority": Priority(story.priority),
        "actor": people[story.requestor],
        "now": at,
        "environment": story.environment,
        "watchers": [people[email] for email in story.watchers],
        "files": stage.store(story.files, at),
    }
    if story.follows:
        old = stage.cases[story.follows]
        stage.cases[story.key] = operations.file_follow_up(old, story.title, **said)
        return
    stage.cases[story.key] = operations.file_case(
        license_,
        story.title,
        phone=story.phone,
        impact=story.impact,
        is_reachable=story.priority == 1,
        **said,
    )


@dataclass(frozen=True)
class Taken:
    """One step as it is taken."""

    stage: Stage
    case: Case
    step: StepStory
    actor: User
    at: datetime

    @property
    def by(self) -> dict[str, Any]:
        """Who takes it and when, as every operation asks."""
        return {"actor": self.actor, "now": self.at}

    @property
    def said(self) -> dict[str, Any]:
        """The text with who and when."""
        return {"text": self.step.text, **self.by}

    @property
    def sent(self) -> dict[str, Any]:
        """The text with its files, who and when."""
        return {"files": self.stage.store(self.step.files, self.at), **self.said}

    def value(self, name: str) -> str:
        """A value of the step as text, empty where it is missing."""
        return str(self.step.values.get(name, ""))

    def priority(self) -> Priority:
        """The priority that the step sets."""
        return Priority(int(self.value("priority")))

    def person(self, name: str) -> User:
        """The person whom a value names."""
        return self.stage.cast.people[self.value(name)]

    def people(self, name: str) -> set[User]:
        """The people whom a value names, none where it is missing."""
        emails = self.step.values.get(name, ())
        assert isinstance(emails, tuple)
        return {self.stage.cast.people[email] for email in emails}


def _change_priority(taken: Taken) -> None:
    operations.change_priority(
        taken.case,
        priority=taken.priority(),
        reason=taken.value("reason"),
        customers_words=taken.value("quote"),
        phone=taken.value("phone"),
        impact=taken.value("impact"),
        is_reachable=taken.priority() is Priority.P1,
        **taken.by,
    )


def _edit_watchers(taken: Taken) -> None:
    watchers = (set(taken.case.watchers.all()) | taken.people("add")) - taken.people("remove")
    operations.edit_watchers(taken.case, watchers=watchers, **taken.by)


def _hold(taken: Taken) -> None:
    today = taken.at.astimezone(account_zone(taken.case.account)).date()
    last_on = today + timedelta(days=int(taken.value("days")))
    operations.hold_case(taken.case, last_on=last_on, reason=taken.value("reason"), **taken.by)


def _set_tags(taken: Taken) -> None:
    tags = taken.step.values["tags"]
    assert isinstance(tags, tuple)
    operations.set_tags(taken.case, tags=tags, **taken.by)


_PERFORM: dict[Action, Callable[[Taken], object]] = {
    "acknowledge_escalation": lambda it: operations.acknowledge_escalation(it.case, **it.said),
    "answer": lambda it: operations.answer_case(it.case, **it.sent),
    "assign": lambda it: operations.assign_case(it.case, owner=it.person("to"), **it.by),
    "change_priority": _change_priority,
    "claim": lambda it: operations.claim_case(it.case, **it.by),
    "close": lambda it: operations.close_case(
        it.case,
        resolution=Resolution(it.value("resolution")),
        # Staff write why; a customer's last words stand in the same place.
        reason=it.value("reason") or it.step.text,
        **it.by,
    ),
    "confirm_resolution": lambda it: operations.confirm_resolution(it.case, **it.by),
    "edit_watchers": _edit_watchers,
    "escalate": lambda it: operations.escalate_case(
        it.case, reason=EscalationReason(it.value("reason")), **it.said
    ),
    "extend": lambda it: operations.extend_waiting(it.case, **it.by),
    "hand_to_colleague": lambda it: operations.hand_to_colleague(it.case, colleague=it.person("to"), **it.by),
    "hand_to_engineering": lambda it: operations.hand_to_engineering(it.case, **it.by),
    "hold": _hold,
    "internal_note": lambda it: operations.add_note(it.case, **it.said),
    "log_contact": lambda it: operations.log_contact(
        it.case, said_by=it.value("by_whom"), channel=Channel(it.value("channel")), **it.said
    ),
    "lower_priority": lambda it: operations.lower_priority(it.case, priority=it.priority(), **it.by),
    "provide_resolution": lambda it: operations.provide_resolution(it.case, **it.sent),
    "raise_urgency": lambda it: operations.raise_urgency(
        it.case, justification=it.value("justification"), **it.by
    ),
    "release": lambda it: operations.release_hold(it.case, **it.by),
    "reopen": lambda it: operations.reopen_case(it.case, **it.said),
    "reply": lambda it: operations.reply_to_case(it.case, **it.sent),
    "request_information": lambda it: operations.request_information(it.case, **it.sent),
    "resume": lambda it: operations.resume_case(it.case, reason=it.value("reason"), **it.by),
    "tag": _set_tags,
    "take_back": lambda it: operations.take_back(it.case, **it.by),
}
