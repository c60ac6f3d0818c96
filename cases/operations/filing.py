"""Filing a case, and a follow-up of a closed one."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from cases.lifecycle import Action, Channel, Role, Status
from cases.models import Case, CaseEvent, Message
from cases.operations.changing import Change, changing, write_message
from cases.operations.people import set_watchers, watchers_change
from cases.operations.response_targets import begin_target
from entitlements.languages import CaseLanguage, is_supported
from entitlements.models import License
from entitlements.operations.changing import locked_license
from entitlements.permissions import filing_refusal
from entitlements.queries import forget_seats
from entitlements.targets import Priority
from portal.accounts.groups import works_cases
from portal.accounts.models import User
from portal.errors import FieldRefused, NotAllowed
from portal.files.storing import StoredBlob


def file_case(
    license_: License,
    title: str,
    *,
    description: str,
    priority: Priority,
    actor: User,
    now: datetime,
    requestor: User | None = None,
    environment: str = "",
    language: CaseLanguage = CaseLanguage.ENGLISH,
    channel: Channel = Channel.PORTAL,
    phone: str = "",
    impact: str = "",
    is_reachable: bool = False,
    watchers: Iterable[User] = (),
    files: Sequence[StoredBlob] = (),
    follows: Case | None = None,
) -> Case:
    """This will file a case for a named contact, by themselves or by staff on their behalf.

    Raises:
        DomainError: the requestor may not file for the license now, a P1 without its commitment, or a
            language in which the product is not supported.
        NotAllowed: a customer files for somebody else.
    """
    requestor = requestor or actor
    with transaction.atomic():
        license_ = locked_license(license_.pk)
        _require_may_file(license_, requestor, actor=actor, now=now)
        require_commitment(priority, is_given=bool(phone and impact and is_reachable))
        require_language(language, license_)
        case = Case.objects.create(
            account=license_.account,
            license=license_,
            requestor=requestor,
            filed_by=actor,
            follows=follows,
            title=title,
            environment=environment,
            language=language,
            channel=channel,
            phone=phone,
            impact=impact,
            status=Status.AWAITING_ASSIGNMENT,
            priority=priority,
            filed_at=now,
            last_event_at=now,
            last_event_kind="filed",
            last_event_by=actor,
        )
        begin_target(case, now=now)
        _, watching = set_watchers(case, watchers, now=now)
        write_message(
            case,
            description,
            author=actor,
            purpose=Message.Purpose.REPORT,
            now=now,
            files=files,
            channel=channel,
        )
        _announce_filing(case, watching, actor=actor, now=now)
    return case


def _require_may_file(license_: License, requestor: User, *, actor: User, now: datetime) -> None:
    """Asks anew under the license's lock: a seat or a permission may have gone since the page was shown."""
    if requestor != actor and not works_cases(actor):
        raise NotAllowed("not_on_behalf")
    forget_seats(requestor)
    requestor.refresh_from_db(fields=["is_active", "may_file_cases", "account"])
    if refused := filing_refusal(requestor, license_, now):
        raise refused


def require_commitment(priority: Priority, *, is_given: bool) -> None:
    """This will refuse a P1 without phone, effect on the business and the promise to be reachable."""
    if priority is Priority.P1 and not is_given:
        raise FieldRefused("p1_needs_commitment", field="priority")


def require_language(language: CaseLanguage, license_: License) -> None:
    """This will refuse a language in which the product is not supported."""
    if not is_supported(language, family=license_.product.family):
        raise FieldRefused("language_not_supported", field="language")


def _announce_filing(case: Case, watching: set[int], *, actor: User, now: datetime) -> None:
    roles = frozenset({Role.AGENT} if works_cases(actor) else {Role.CONTACT})
    change = Change(case, Action.FILE, actor, now, roles, state_before={})
    detail = {"priority": int(case.priority), "requestor": case.requestor_id}
    event = change.record("filed", detail, lists=watchers_change(set(), watching))
    tell_of_filing(change, event)


def tell_of_filing(change: Change, event: CaseEvent) -> None:
    """This will acknowledge a case to the customer, and tell staff of a P1."""
    change.acknowledge(event)
    if change.case.priority == Priority.P1:
        change.tell_staff("p1_filed", event)


def file_follow_up(
    old: Case,
    title: str,
    *,
    description: str,
    priority: Priority,
    actor: User,
    now: datetime,
    requestor: User | None = None,
    environment: str = "",
    language: CaseLanguage = CaseLanguage.ENGLISH,
    channel: Channel = Channel.PORTAL,
    watchers: Iterable[User] = (),
    files: Sequence[StoredBlob] = (),
) -> Case:
    """This will file a new case that follows a closed one, linked both ways; never as P1 (SPEC 2).

    Raises:
        NotAllowed, DomainError: `old` is not closed, or the person may not file for its product.
    """
    if priority is Priority.P1:
        raise FieldRefused("p1_not_followed_up", field="priority")
    with changing(old, Action.FOLLOW_UP, actor=actor, now=now, with_license=True) as change:
        case = file_case(
            change.case.license,
            title,
            description=description,
            priority=priority,
            actor=actor,
            now=now,
            requestor=requestor,
            environment=environment,
            language=language,
            channel=channel,
            watchers=watchers,
            files=files,
            follows=change.case,
        )
        event = change.record("followed_up", {"follow_up": case.pk})
        change.tell_customer("follow_up_filed", event, follow_up=case.pk)
    return case
