"""Who is told what: operations and the sweep announce here."""

from collections.abc import Collection, Iterable, KeysView, Mapping
from datetime import datetime
from typing import Protocol

from cases.models import Case, CaseEvent
from cases.notices.words import REMINDER, WORDS
from entitlements.queries import contacts_by_license, support_service_manager
from entitlements.targets import Priority
from portal.accounts.models import User
from portal.accounts.queries import leads, staff_on_duty, wants_mail
from portal.notices.operations import NoticeDraft, announce, cancel_pending, is_paged
from portal.notices.states import PAGE_KEY, Transport


class Subject(Protocol):
    """The case that a notice is about, however it was read."""

    @property
    def pk(self) -> int:
        """The key."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def number(self) -> str:
        """E- and nine digits."""

    @property
    def about(self) -> str:
        """The key by which its notices belong together."""


def tell_customer(
    case: Case, kind: str, *, event: CaseEvent, except_for: User | None, now: datetime, **params: object
) -> None:
    """This will announce an event to the requestor and the watchers, save the person who acted."""
    tell_people(customer_recipients(case), case, kind, event=event, except_for=except_for, now=now, **params)


def tell_people(
    told: Iterable[User],
    case: Case,
    kind: str,
    *,
    event: CaseEvent,
    except_for: User | None,
    now: datetime,
    **params: object,
) -> None:
    """This will announce an event to these people, save the person who acted."""
    people = [person for person in told if person != except_for]
    announce((_draft(case, kind, person, f"e{event.pk}", params) for person in people), now=now)


def acknowledge(case: Case, *, event: CaseEvent, now: datetime, **params: object) -> None:
    """This will acknowledge a filing to the requestor, the watchers and whoever filed.

    Staff who logged a caller may have left before somebody takes the case over.
    """
    people = each_once([*customer_recipients(case), case.filed_by])
    announce((_draft(case, "acknowledgement", person, f"e{event.pk}", params) for person in people), now=now)


def tell_staff(
    case: Case, kind: str, *, event: CaseEvent, except_for: User | None, now: datetime, **params: object
) -> None:
    """This will announce an event to the owner, else to the people on duty; never to the person who acted.

    The pager hears of it once, whoever is told, and whether anybody is.

    An escalation goes to who answers for it as well (SPEC 2): under Ultimate the account's Support Service
    Manager, else every lead.
    """
    told = staff_recipients(case, now=now)
    if kind == "escalated":
        manager = support_service_manager(case.license, now)
        told = list(dict.fromkeys([*told, *([manager] if manager else leads())]))
    drafts = [_draft(case, kind, person, f"e{event.pk}", params) for person in told if person != except_for]
    if kind != "customer_replied" or _is_reply_urgent(case, by=except_for):
        drafts += page_drafts(case, kind, event=f"e{event.pk}")
    announce(drafts, now=now)


def _is_reply_urgent(case: Case, *, by: User | None) -> bool:
    """Whether a reply is worth waking somebody: in a P1, unless staff wrote down what they had heard."""
    return case.priority == Priority.P1 and not (by is not None and by.is_staff)


def page_drafts(case: Case, kind: str, *, event: str) -> list[NoticeDraft]:
    """This will draft the page of an event, or none where there is no pager for it.

    It leaves the portal: no name, no address and no text of the customer's.
    """
    if not is_paged(kind):
        return []
    due_at = case.response_due_at
    params = {
        "case": case.pk,
        "number": case.number,
        "event": kind,
        "priority": Priority(case.priority).name,
        "region": case.account.country.region_id,
        "response_due_at": due_at.isoformat() if due_at else None,
    }
    return [
        NoticeDraft(
            key=f"{case.about}:{event}:{kind}{PAGE_KEY}",
            kind=f"case_{kind}",
            recipient=None,
            about=case.about,
            params=params,
            transport=Transport.PAGER,
        )
    ]


def staff_recipients(
    case: Case, *, now: datetime, on_duty: dict[str, list[User]] | None = None
) -> list[User]:
    """This will list the owner, else the people on duty for the region; `on_duty` keeps them by region."""
    if case.owner is not None and case.owner.is_active:
        return [case.owner]
    region = case.account.country.region
    known = {} if on_duty is None else on_duty
    if region.pk not in known:
        known[region.pk] = staff_on_duty(region, now=now)
    return known[region.pk]


def customer_recipients(case: Case) -> list[User]:
    """This will list whom the notices of a case go to, of those who may still sign in."""
    people = {person.pk: person for person in case.watchers.all()}
    contacts: Collection[int] = ()
    if case.requestor is not None:
        people[case.requestor.pk] = case.requestor
    else:
        contacts = contacts_by_license([case.license_id]).get(case.license_id, ())
    told = customers_told(
        case.requestor_id,
        contacts=contacts,
        administrator=case.account.administrator_id,
        watchers=[person.pk for person in case.watchers.all()],
    )
    people |= User.objects.in_bulk(told - people.keys())
    return each_once(people[key] for key in told)


def customers_told(
    requestor: int | None, *, contacts: Iterable[int], administrator: int | None, watchers: Iterable[int]
) -> KeysView[int]:
    """This will say by their keys whom the notices of a case go to, each once: requestor and watchers.

    Without a requestor those are told who can take the case over: the product's contacts and the
    administrator.
    """
    takers = sorted({*contacts, *([administrator] if administrator is not None else [])})
    return dict.fromkeys([*(takers if requestor is None else [requestor]), *watchers]).keys()


def each_once(people: Iterable[User]) -> list[User]:
    """This will list those of a case's people who may still sign in, in their order; each once."""
    return [person for person in {person.pk: person for person in people}.values() if person.is_active]


def reminder_draft(
    case: Subject, person: User, *, period: int, number: int, ordinal: int, closes_at: datetime
) -> NoticeDraft:
    """This will draft the nth reminder of a waiting period, by its key and number, to one person."""
    params = {"period": period, "ordinal": ordinal, "closes_at": closes_at.isoformat()}
    return _draft(case, "reminder", person, f"w{number}:reminder-{ordinal}", params)


def closure_draft(case: Subject, person: User, *, number: int, reopen_until: datetime) -> NoticeDraft:
    """This will draft the closure notice of the waiting period `number` to one person."""
    params = {"reopen_until": reopen_until.isoformat()}
    return _draft(case, "auto_closed", person, f"w{number}:closure", params)


def hold_ended_draft(case: Subject, person: User, *, hold: int) -> NoticeDraft:
    """This will draft the notice that a hold has run out, to one person."""
    return _draft(case, "hold_ended", person, f"h{hold}:ended", {})


def target_draft(case: Case, person: User, *, kind: str) -> NoticeDraft:
    """This will draft a notice about the target of a first response, to one person of staff."""
    assert case.response_due_at is not None  # a case without a target has no notice of it
    params = {"response_due_at": case.response_due_at.isoformat()}
    return _draft(case, kind, person, f"t{case.response_id}", params)


def cancel_reminders(case: Case) -> int:
    """This will cancel the reminders of a case that nobody has begun to send."""
    return cancel_pending(case.about, kinds=[REMINDER], because="period_ended")


def _draft(case: Subject, kind: str, person: User, event: str, params: Mapping[str, object]) -> NoticeDraft:
    assert kind in WORDS, kind
    return NoticeDraft(
        key=f"{case.about}:{event}:{kind}:u{person.pk}",
        kind=f"case_{kind}",
        recipient=person,
        about=case.about,
        params={"case": case.pk, "number": case.number, "title": case.title, **params},
        wants_mail=wants_mail(person),
    )
