"""Callers without a seat: logged by staff, then taken over by a contact of the product (SPEC 3.4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from cases import notices
from cases.lifecycle import Action, Channel, Role, Status
from cases.models import TITLE_LENGTH, Case, Message
from cases.operations.changing import Change, begin_period, changing, finish_period
from cases.operations.filing import require_commitment, require_language, tell_of_filing
from cases.operations.people import set_watchers, watchers_change
from cases.operations.response_targets import begin_target
from entitlements.languages import CaseLanguage
from entitlements.models import License
from entitlements.operations.changing import locked_license
from entitlements.permissions import filing_refusal, term_refusal
from entitlements.targets import Priority
from portal.accounts.groups import works_cases
from portal.accounts.models import User
from portal.errors import DomainError, FieldRefused, NotAllowed
from portal.files.storing import StoredBlob


def log_caller(
    license_: License, *, name: str, address: str, channel: Channel, actor: User, now: datetime
) -> Case:
    """This will log somebody who called without a seat, *resubmission requested*: name and address only.

    It waits for a contact of the product, or the account administrator, to take it over; all are told.
    Untouched it closes by itself.

    Raises:
        NotAllowed: `actor` works no cases.
        DomainError: no term is in force, the caller could file by themselves, or nobody could take it over.
    """
    with transaction.atomic():
        license_ = locked_license(license_.pk)
        if not works_cases(actor):
            raise NotAllowed("not_on_behalf")
        if refused := term_refusal(license_, now):
            raise refused
        caller = User.objects.filter(email=address.lower()).first()
        if caller is not None and filing_refusal(caller, license_, now) is None:
            raise FieldRefused("caller_is_a_contact", field="address")
        case = Case.objects.create(
            account=license_.account,
            license=license_,
            filed_by=actor,
            caller_name=name,
            caller_address=address,
            title=f"{name}, {address}"[:TITLE_LENGTH],
            channel=channel,
            status=Status.AWAITING_ASSIGNMENT,
            priority=Priority.P3,
            filed_at=now,
            last_event_at=now,
            last_event_kind="caller_logged",
            last_event_by=actor,
        )
        told = notices.customer_recipients(case)
        if not told:
            raise DomainError("nobody_to_take_over")
        change = Change(case, Action.LOG_CALLER, actor, now, frozenset({Role.AGENT}), state_before={})
        case.status = Status.PENDING_RESPONSE
        begin_period(change, question=None)
        event = change.record("caller_logged", {"channel": str(channel)})
        change.tell_customer("caller_logged", event)
    return case


def take_over_case(
    case: Case,
    title: str,
    *,
    description: str,
    priority: Priority,
    actor: User,
    now: datetime,
    environment: str = "",
    language: CaseLanguage = CaseLanguage.ENGLISH,
    phone: str = "",
    impact: str = "",
    is_reachable: bool = False,
    watchers: Iterable[User] = (),
    files: Sequence[StoredBlob] = (),
) -> Case:
    """This will make `actor` the requestor of a logged caller's case: it is filed now, and its target starts.

    Raises:
        NotAllowed, DomainError: what refuses a filing; or somebody was faster, or the case has closed.
    """
    with changing(case, Action.TAKE_OVER, actor=actor, now=now) as change:
        case = change.case
        if refused := term_refusal(case.license, now):
            raise refused
        require_commitment(priority, is_given=bool(phone and impact and is_reachable))
        require_language(language, case.license)
        finish_period(case, now=now)
        change.move()
        case.requestor = actor
        case.title, case.environment, case.language = title, environment, language
        case.priority, case.phone, case.impact = priority, phone, impact
        case.filed_at = now
        begin_target(case, now=now)
        before, after = set_watchers(case, watchers, now=now)
        change.write(description, Message.Purpose.REPORT, files=files)
        detail = {"priority": int(priority), "requestor": actor.pk}
        event = change.record("taken_over", detail, lists=watchers_change(before, after))
        tell_of_filing(change, event)
    return case
