"""The demo's story keeps the rules of the lifecycle (SPEC 2, 2.1); checked without a database."""

import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from portal.demo import attachments
from portal.demo.story import ACCOUNTS, CASES, PEOPLE, CaseStory, LicenseStory, StepStory
from portal.demo.story.shapes import prose

PERSON = {person.email: person for person in PEOPLE}
CASE = {case.key: case for case in CASES}
LICENSED = {account.key: {entry.product for entry in account.licenses} for account in ACCOUNTS}
STAFF = {person.email for person in PEOPLE if person.staff_role}
OPEN = {
    "Awaiting Assignment",
    "In Progress",
    "Pending Engineering",
    "Pending Response",
    "Resolution Provided",
}
WAITING = {"Pending Response", "Resolution Provided"}
CLOSED = {"Closed", "Auto Closed"}
REMINDERS = (timedelta(hours=24), timedelta(hours=72), timedelta(hours=120))
CLOSURE = timedelta(hours=144)
REOPENING = timedelta(days=14)
CUSTOMER_ACTIONS = {"reply", "confirm_resolution", "escalate", "raise_urgency", "extend"}
EITHER_ACTIONS = {"close", "reopen", "hand_to_colleague", "edit_watchers"}
NEEDS_TEXT = {
    "acknowledge_escalation", "answer", "escalate", "internal_note", "log_contact", "provide_resolution",
    "reopen", "reply", "request_information",
}  # fmt: skip
VALUES = {
    "assign": {"to"},
    "change_priority": {"priority", "reason"},
    "close": {"resolution"},
    "escalate": {"reason"},
    "hand_to_colleague": {"to"},
    "hold": {"days", "reason"},
    "log_contact": {"by_whom", "channel"},
    "lower_priority": {"priority"},
    "raise_urgency": {"justification"},
    "resume": {"reason"},
    "tag": {"tags"},
}
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

by_key = pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)


@dataclass
class Replay:
    """A small model of one case, moved along the story's steps. Instants count from the filing."""

    case: CaseStory
    requestor: str
    watchers: set[str]
    priority: int
    status: str = "Awaiting Assignment"
    owner: str = ""
    answered: bool = False
    escalated: bool = False
    acknowledged: bool = False
    set_at: timedelta = timedelta(0)
    holds: list[tuple[timedelta, timedelta]] = field(default_factory=list)
    extended: bool = False
    closed_at: timedelta = timedelta(0)
    raised_at: timedelta | None = None
    resolution: str = ""

    def held(self, at: timedelta) -> timedelta:
        return sum((max(min(end, at) - start, timedelta(0)) for start, end in self.holds), timedelta(0))

    def waited(self, at: timedelta) -> timedelta:
        return at - self.set_at - self.held(at)

    def on_hold(self, at: timedelta) -> bool:
        return bool(self.holds) and at < self.holds[-1][1]

    def pass_time(self, at: timedelta) -> None:
        if self.status in WAITING and self.waited(at) >= CLOSURE:
            # Steps leave hours between themselves and a closure, so held time need not be told apart here.
            self.closed_at = self.set_at + CLOSURE + self.held(at)
            self.status = "Auto Closed"

    def wait(self, status: str, at: timedelta) -> None:
        self.status, self.set_at, self.holds, self.extended = status, at, [], False

    def may_act(self, email: str) -> bool:
        person = PERSON[email]
        sees = person.sees_account or person.is_administrator or email in {self.requestor, *self.watchers}
        return person.account == self.case.account and self.case.product in person.seats and sees

    def take(self, step: StepStory) -> None:
        self.pass_time(step.after)
        self._check_actor(step)
        self._check_values(step)
        if step.action not in {"reopen", "internal_note", "edit_watchers", "tag"}:
            assert self.status in OPEN, step
        getattr(self, f"_{step.action}")(step)

    def _check_actor(self, step: StepStory) -> None:
        if step.action in CUSTOMER_ACTIONS:
            assert step.by not in STAFF, step
        elif step.action not in EITHER_ACTIONS:
            assert step.by in STAFF, step
        assert step.by in STAFF or self.may_act(step.by), step
        assert step.action != "assign" or PERSON[step.by].staff_role == "lead"

    def _check_values(self, step: StepStory) -> None:
        assert set(step.values) >= VALUES.get(step.action, set()), step
        assert bool(step.text) or step.action not in NEEDS_TEXT, step
        assert not step.files or step.action in {"reply", "answer", "provide_resolution"}, step

    def _respond(self, by: str) -> None:
        self.answered = True
        self.owner = self.owner or by

    def _claim(self, step: StepStory) -> None:
        assert not self.owner
        self.owner = step.by
        self.status = "In Progress" if self.status == "Awaiting Assignment" else self.status

    def _assign(self, step: StepStory) -> None:
        assert step.values["to"] in STAFF
        self.owner = str(step.values["to"])
        self.status = "In Progress" if self.status == "Awaiting Assignment" else self.status

    def _answer(self, step: StepStory) -> None:
        self._respond(step.by)
        self.status = "In Progress" if self.status == "Awaiting Assignment" else self.status

    def _request_information(self, step: StepStory) -> None:
        self._respond(step.by)
        self.wait("Pending Response", step.after)

    def _provide_resolution(self, step: StepStory) -> None:
        self._respond(step.by)
        self.wait("Resolution Provided", step.after)

    def _resume(self, step: StepStory) -> None:
        assert self.status in WAITING
        self.status = "In Progress"

    def _hand_to_engineering(self, step: StepStory) -> None:
        assert self.status == "In Progress"
        self.status = "Pending Engineering"

    def _take_back(self, step: StepStory) -> None:
        assert self.status == "Pending Engineering"
        self.status = "In Progress"

    def _reply(self, step: StepStory) -> None:
        self.status = "In Progress" if self.status in WAITING else self.status

    def _log_contact(self, step: StepStory) -> None:
        assert step.values["channel"] in {"phone", "chat"}
        self._reply(step)

    def _confirm_resolution(self, step: StepStory) -> None:
        assert self.status == "Resolution Provided"
        self.status, self.closed_at, self.resolution = "Closed", step.after, "resolution_confirmed"

    def _close(self, step: StepStory) -> None:
        resolution = str(step.values["resolution"])
        assert resolution in {"resolution_confirmed", "resolution_irrelevant", "issue_obsolete"}
        if step.by in STAFF:
            assert step.values["reason"]
            assert resolution != "resolution_confirmed" or self.status == "Resolution Provided"
        self.status, self.closed_at, self.resolution = "Closed", step.after, resolution

    def _reopen(self, step: StepStory) -> None:
        assert self.status in CLOSED
        assert step.by in STAFF or step.after - self.closed_at <= REOPENING
        self.status = "In Progress" if self.owner else "Awaiting Assignment"
        self.escalated = self.acknowledged = False

    def _hold(self, step: StepStory) -> None:
        days = step.values["days"]
        assert self.status in WAITING
        assert isinstance(days, int)
        assert 0 < days <= 30
        self._cut_hold(step.after)
        self.holds.append((step.after, step.after + timedelta(days=days)))

    def _cut_hold(self, at: timedelta) -> None:
        if self.on_hold(at):
            self.holds[-1] = (self.holds[-1][0], at)

    def _release(self, step: StepStory) -> None:
        assert self.on_hold(step.after)
        self._cut_hold(step.after)

    def _extend(self, step: StepStory) -> None:
        assert self.status in WAITING
        assert not self.extended
        assert not self.on_hold(step.after)
        self.extended = True
        self.holds.append((step.after, step.after + timedelta(hours=72)))

    def _escalate(self, step: StepStory) -> None:
        assert self.answered
        assert not self.escalated
        assert step.values["reason"] in {
            "time_to_resolution",
            "resolution_did_not_meet_expectations",
            "agent_communication_skills",
            "agent_technical_knowledge",
            "awaiting_callback_or_update",
            "change_in_issue_urgency",
        }
        self.escalated = True

    def _acknowledge_escalation(self, step: StepStory) -> None:
        assert self.escalated
        assert not self.acknowledged
        self.acknowledged = True

    def _raise_urgency(self, step: StepStory) -> None:
        assert self.priority in {3, 4}
        assert self.raised_at is None or step.after - self.raised_at >= timedelta(hours=24)
        self.priority, self.raised_at = self.priority - 1, step.after

    def _lower_priority(self, step: StepStory) -> None:
        assert self.priority in {1, 2}
        assert int(str(step.values["priority"])) > self.priority
        self.priority = int(str(step.values["priority"]))

    def _change_priority(self, step: StepStory) -> None:
        to = int(str(step.values["priority"]))
        assert to != self.priority
        assert to < self.priority or self.priority > 2 or step.values["quote"]
        assert to > 1 or (step.values["phone"] and step.values["impact"])
        self.priority = to

    def _hand_to_colleague(self, step: StepStory) -> None:
        to = str(step.values["to"])
        assert step.by in STAFF or step.by == self.requestor or PERSON[step.by].is_administrator
        assert PERSON[to].account == self.case.account
        assert self.case.product in PERSON[to].seats
        self.requestor = to
        self.watchers.discard(to)

    def _edit_watchers(self, step: StepStory) -> None:
        add, remove = step.values.get("add", ()), step.values.get("remove", ())
        assert isinstance(add, tuple)
        assert isinstance(remove, tuple)
        assert all(PERSON[email].account == self.case.account for email in add)
        self.watchers = (self.watchers | set(add)) - set(remove)
        assert len(self.watchers) <= 10

    def _internal_note(self, step: StepStory) -> None:
        pass

    def _tag(self, step: StepStory) -> None:
        assert step.values["tags"]


def replayed(case: CaseStory) -> Replay:
    """The case at the demo's start instant."""
    replay = Replay(case, case.requestor, set(case.watchers), case.priority)
    for step in case.steps:
        replay.take(step)
    replay.pass_time(case.filed_ago)
    return replay


def waiting_since(key: str) -> timedelta:
    case = CASE[key]
    return replayed(case).waited(case.filed_ago)


def test_there_are_enough_cases_and_every_key_is_unique() -> None:
    assert len(CASES) >= 28
    assert len(CASE) == len(CASES)
    assert len({case.title for case in CASES}) == len(CASES)


def test_people_are_unique_and_sit_only_where_their_account_is_licensed() -> None:
    assert len(PERSON) == len(PEOPLE)
    for person in PEOPLE:
        assert bool(person.account) != bool(person.staff_role)
        assert set(person.seats) <= LICENSED.get(person.account, set())


def test_every_account_has_one_administrator_with_a_seat() -> None:
    for account in ACCOUNTS:
        administrators = [p for p in PEOPLE if p.account == account.key and p.is_administrator]
        assert len(administrators) == 1
        assert administrators[0].seats


@by_key
def test_requestor_may_file_and_watchers_belong_to_the_account(case: CaseStory) -> None:
    requestor = PERSON[case.requestor]
    assert requestor.account == case.account
    assert requestor.may_file
    assert case.product in requestor.seats
    assert case.requestor not in case.watchers
    assert len(set(case.watchers)) == len(case.watchers) <= 10
    assert all(PERSON[email].account == case.account for email in case.watchers)


@by_key
def test_texts_and_files_keep_their_limits(case: CaseStory) -> None:
    assert 1 <= len(case.title) <= 200
    messages = [(case.text, case.files), *((step.text, step.files) for step in case.steps)]
    for text, files in messages:
        assert len(text) <= 32_000
        assert text == text.strip()
        assert text.count("```") % 2 == 0
        assert len(files) <= 10
    assert case.text
    assert "\x00" not in case.text


@by_key
def test_a_critical_case_names_phone_and_impact(case: CaseStory) -> None:
    assert (case.priority == 1) == bool(case.phone) == bool(case.impact)
    assert case.environment in {"Production", "Staging", "Development"}


@by_key
def test_steps_ascend_and_none_lies_in_the_future(case: CaseStory) -> None:
    instants = [timedelta(0), *(step.after for step in case.steps)]
    assert all(first < second for first, second in pairwise(instants))
    assert case.filed_ago - instants[-1] >= timedelta(0)


@by_key
def test_story_follows_the_lifecycle_to_its_stated_end(case: CaseStory) -> None:
    assert replayed(case).status == case.ends


@by_key
def test_no_step_falls_on_the_instant_of_a_reminder(case: CaseStory) -> None:
    replay = Replay(case, case.requestor, set(case.watchers), case.priority)
    for step in case.steps:
        if replay.status in WAITING:
            assert replay.waited(step.after) not in {*REMINDERS, CLOSURE}
        replay.take(step)


def test_a_follow_up_follows_a_case_of_the_account_that_was_closed_by_then() -> None:
    followers = [case for case in CASES if case.follows]
    assert followers
    for case in followers:
        first = CASE[case.follows]
        assert (first.account, first.product) == (case.account, case.product)
        assert case.priority > 1
        closed_ago = first.filed_ago - replayed(first).closed_at
        assert closed_ago > case.filed_ago
        assert closed_ago > REOPENING


def test_every_status_and_every_resolution_is_shown() -> None:
    statuses = [case.ends for case in CASES]
    assert all(statuses.count(status) >= 3 for status in OPEN | CLOSED)
    resolutions = {replayed(case).resolution for case in CASES if case.ends == "Closed"}
    assert resolutions == {"resolution_confirmed", "resolution_irrelevant", "issue_obsolete"}


def test_waiting_cases_stand_at_every_phase() -> None:
    assert waiting_since("nw-dispatcher-cache") < REMINDERS[0]
    assert REMINDERS[0] <= waiting_since("nw-pipeline-analyser") < REMINDERS[1]
    assert REMINDERS[1] <= waiting_since("nw-evar-wallet") < REMINDERS[2]
    assert waiting_since("nw-target-flicker") == CLOSURE - timedelta(hours=18)
    assert replayed(CASE["nw-data-feed"]).on_hold(CASE["nw-data-feed"].filed_ago)
    assert replayed(CASE["nw-target-audience"]).extended


def test_contact_of_northwind_has_requests_and_resolutions_to_answer() -> None:
    waiting = [replayed(case) for case in CASES if case.ends in WAITING]
    mine = [replay.status for replay in waiting if replay.requestor == "contact@northwind.example"]
    assert len(mine) >= 3
    assert set(mine) == WAITING


def test_auto_closed_cases_lie_on_both_sides_of_the_reopening_window() -> None:
    closed_ago = {c.key: c.filed_ago - replayed(c).closed_at for c in CASES if c.ends == "Auto Closed"}
    assert closed_ago["nw-replication-agent"] == timedelta(days=2)
    assert closed_ago["nw-target-spa"] == timedelta(days=20)


def test_a_reopened_an_escalated_and_a_long_case_are_told() -> None:
    actions = {case.key: [step.action for step in case.steps] for case in CASES}
    assert "reopen" in actions["nw-asset-metadata"]
    assert replayed(CASE["nw-report-latency"]).acknowledged
    said = {"answer", "reply", "request_information", "provide_resolution"}
    assert sum(action in said for action in actions["nw-graphql-stale"]) >= 12


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 9, 30), date(2026, 10, 1), date(2028, 2, 29)])
def test_yearly_terms_follow_each_other_and_reach_beyond_today(today: date) -> None:
    terms = LicenseStory(product="commerce-managed", plan="Expert", first_on=date(2021, 10, 1)).terms(today)
    assert terms[0].first_on == date(2021, 10, 1)
    assert terms[0].last_on == date(2022, 9, 30)
    for earlier, later in pairwise(terms):
        assert later.first_on == earlier.last_on + timedelta(days=1)
    assert terms[-1].last_on >= today + timedelta(days=60)
    assert terms[-1].first_on <= today + timedelta(days=60)


def test_prose_joins_paragraphs_and_leaves_code_lists_and_tables() -> None:
    source = """
        One line
        and its second.

        - first point that
          goes on
        - second

        ```text
        kept
          as it is
        ```
        漢字の
        文章。
    """
    joined = "One line and its second.\n\n- first point that goes on\n- second\n\n"
    assert prose(source) == joined + "```text\nkept\n  as it is\n```\n漢字の文章。"


def _files() -> list[tuple[str, bytes]]:
    stories = [file for case in CASES for file in (*case.files, *(f for s in case.steps for f in s.files))]
    return [(file.name, file.maker(NOON)) for file in stories]


def test_every_attachment_is_small_and_what_its_name_says() -> None:
    signatures = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "zip": b"PK\x03\x04"}
    for name, content in _files():
        kind = name.rsplit(".", 1)[1]
        assert 1_000 <= len(content) <= 60 * 1024, name
        if kind in signatures:
            assert content.startswith(signatures[kind]), name
        else:
            assert kind in {"log", "csv", "json", "xml", "har", "txt"}
            assert "\x00" not in content.decode()


def test_structured_attachments_can_be_read_again() -> None:
    assert json.loads(attachments.flicker_har(NOON))["log"]["entries"]
    assert json.loads(attachments.cached_guides_json(NOON))["data"]["guideList"]["items"]
    assert ElementTree.fromstring(attachments.order_xml(NOON)).tag == "orders"
    assert ZipFile(BytesIO(attachments.configuration_zip(NOON))).testzip() is None
    assert all(json.loads(line)["status"] for line in attachments.cdn_log(NOON).splitlines())


def test_pictures_hold_as_many_pixels_as_they_say() -> None:
    for content in (attachments.chart_png(NOON), attachments.screenshot_png(NOON)):
        width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
        start = content.index(b"IDAT")
        length = int.from_bytes(content[start - 4 : start])
        assert len(zlib.decompress(content[start + 4 : start + 4 + length])) == height * (1 + 3 * width)


def test_pdf_table_points_at_its_objects() -> None:
    content = attachments.incident_pdf(NOON)
    offsets = [int(found) for found in re.findall(rb"(\d{10}) 00000 n", content)]
    assert len(offsets) == 5
    for number, offset in enumerate(offsets, start=1):
        assert content[offset:].startswith(f"{number} 0 obj".encode())
