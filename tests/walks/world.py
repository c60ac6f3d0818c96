"""The prepared world of the walks: one person of each role, and one object of each kind an address can name.

It is made through the real operations, at fixed instants, inside a transaction that is rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings

from accelerators import operations as services
from accelerators.models import EngagementRequest
from accelerators.queries import row_in_force
from cases import operations
from cases.lifecycle import Action, Channel, Status
from cases.models import Attachment, Case, FollowUpPolicy
from entitlements import operations as entitlements
from entitlements.add_ons import AddOn
from entitlements.models import (
    AccessGrant,
    DayOff,
    EntitlementEvent,
    Invitation,
    License,
    Product,
    RegionHours,
    ResponseTarget,
)
from entitlements.targets import Priority
from entitlements.teams import TeamRole
from portal.accounts.groups import StaffGroup
from portal.accounts.models import Account, User
from portal.accounts.operations import set_staff_groups
from portal.files.storing import store
from portal.notices.models import Notice
from portal.notices.states import MailState
from portal.work.models import Heartbeat
from tests.factories import people
from tests.factories.cases import (
    ASKED,
    current,
    make_case,
    make_closed_case,
    make_owned_case,
    make_waiting_case,
)
from tests.walks.roles import Role, Whose

NOW = ASKED + timedelta(hours=1)
# In business hours of the Americas and of Japan alike.
CALL_AT = datetime(2026, 3, 4, 0, 30, tzinfo=UTC)
NO_NUMBER = 999_999_999


@dataclass
class World:
    """People, cases and rows by what the matrix calls them."""

    account: Account
    license: License
    persons: dict[Role, User | None]
    waiting: dict[Whose, Case]
    closed: dict[Whose, Case]
    called: dict[Whose, Case]
    nobodys: dict[Whose, Case]
    successors: dict[Whose, User]
    for_action: dict[Action, Case]
    file_keys: dict[Whose, str]
    rows: dict[str, object]
    requests: dict[Whose, EngagementRequest] = field(default_factory=dict)
    invitations: dict[Whose, Invitation] = field(default_factory=dict)
    grants: dict[Whose, AccessGrant] = field(default_factory=dict)
    licenses: dict[Whose, License] = field(default_factory=dict)
    clients: dict[Role, Client] = field(default_factory=dict)

    def person(self, role: Role) -> User:
        """The person of a role that is one."""
        person = self.persons[role]
        assert person is not None
        return person

    def case_key(self, whose: Whose, *, closed: bool = False, awaits_call: bool = False) -> int:
        """The key of the case that is somebody's; of the missing one a key that no case has."""
        if whose is Whose.MISSING:
            return NO_NUMBER
        cases = self.closed if closed else self.called if awaits_call else self.waiting
        return cases[whose].pk

    def nobodys_key(self, whose: Whose) -> int:
        """The key of a caller's case that nobody has taken over, in one's account or in another."""
        return NO_NUMBER if whose is Whose.MISSING else self.nobodys[whose].pk

    def file_key(self, whose: Whose) -> str:
        """The key of the file of somebody's case."""
        if whose is Whose.MISSING:
            return "0" * 32
        return self.file_keys[whose]


@contextmanager
def prepared_world() -> Iterator[World]:
    """The world at NOW, where the clock stands, without the demo's bar; afterwards nothing of it is left."""
    deployed = override_settings(TEMPLATES=_as_deployed())
    with time_machine.travel(NOW, tick=False), deployed, transaction.atomic():
        yield _make_world()
        transaction.set_rollback(True)


def _as_deployed() -> list[dict[str, Any]]:
    """The templates' settings without the demo."""
    templates = deepcopy(settings.TEMPLATES)
    for engine in templates:
        processors = engine["OPTIONS"]["context_processors"]
        engine["OPTIONS"]["context_processors"] = [name for name in processors if "demo" not in name]
    return templates


def _make_world() -> World:
    account = people.make_account("Northwind")
    analytics, target = people.make_license(account), people.make_license(account, "target")
    elsewhere = people.make_license(people.make_account("Kaze", country="JP"))
    persons = _customers(analytics, elsewhere) | _staff()
    peer, partner = (
        people.make_customer(analytics, name="Pia Peer"),
        people.make_customer(target, may_request=True),
    )
    requestors = {
        Whose.OWN: persons[Role.REQUESTOR],
        Whose.WATCHED: peer,
        Whose.OTHER_PRODUCT: partner,
        Whose.OTHER_ACCOUNT: persons[Role.STRANGER],
    }
    watchers = {Whose.WATCHED: [persons[Role.READER], persons[Role.WATCHER], persons[Role.REMOVED]]}
    agent = people.make_agent()
    waiting, closed, called = {}, {}, {}
    for whose, person in requestors.items():
        facts = {"watchers": watchers.get(whose, ()), "agent": agent}
        log = store(SimpleUploadedFile("app.log", f"of {whose}\n".encode()))
        status = Status.RESOLUTION_PROVIDED
        waiting[whose] = make_waiting_case(person, status=status, title=_canary(whose), files=[log], **facts)
        closed[whose] = make_closed_case(person, title=_canary(whose), **facts)
        called[whose] = _with_a_call(make_owned_case(person, title=_canary(whose), **facts), person)
    world = World(
        account=account,
        license=analytics,
        persons={Role.ANONYMOUS: None, **persons},
        waiting=waiting,
        closed=closed,
        called=called,
        nobodys={Whose.OWN: _nobodys(analytics, agent), Whose.OTHER_ACCOUNT: _nobodys(elsewhere, agent)},
        successors={
            Whose.OWN: persons[Role.WATCHER],
            Whose.WATCHED: persons[Role.WATCHER],
            Whose.OTHER_PRODUCT: people.make_customer(target),
            Whose.OTHER_ACCOUNT: people.make_customer(elsewhere),
        },
        for_action=_cases_for_actions(persons[Role.REQUESTOR], agent, waiting=waiting, closed=closed),
        file_keys={
            whose: Attachment.objects.get(message__case=case).file.key for whose, case in waiting.items()
        },
        rows={},
    )
    world.rows = _rows(world, agent)
    _ask_for_services(world, requestors)
    world.licenses = {Whose.THERE: target, Whose.OTHER_ACCOUNT: elsewhere}
    world.invitations = {whose: _invite(license_) for whose, license_ in world.licenses.items()}
    world.grants = {
        Whose.THERE: _grant(world.license, world.person(Role.REQUESTOR)),
        Whose.OTHER_ACCOUNT: _grant(elsewhere, world.person(Role.STRANGER)),
    }
    world.rows["entitlements/accessgrant"] = world.grants[Whose.THERE].pk
    world.rows["entitlements/invitation"] = world.invitations[Whose.THERE].pk
    _sign_in(world)
    return world


def _ask_for_services(world: World, requestors: dict[Whose, User]) -> None:
    """Requests of three people, an add-on and units; nobody decides for the other account."""
    thing = row_in_force("environment-review", NOW)
    assert thing is not None
    for whose in (Whose.OWN, Whose.OTHER_PRODUCT, Whose.OTHER_ACCOUNT):
        person = requestors[whose]
        license_ = person.seats.get().license
        world.requests[whose] = services.request_thing(
            thing, license_, goal=_canary(whose), actor=person, now=NOW
        )
    root, facts = people.make_superuser(), {"first_on": NOW.date(), "last_on": date(2026, 12, 31)}
    add_on = services.grant_add_on(
        world.account, AddOn.EVENT_MANAGEMENT, license_=None, actor=root, now=NOW, **facts
    )
    units = services.grant_units(world.license, AddOn.DEVELOPER_BOOST, units=8, actor=root, now=NOW, **facts)
    world.rows |= {
        "accelerators/cataloguerow": thing.pk,
        "accelerators/engagementrequest": world.requests[Whose.OWN].pk,
        "accelerators/unitgrant": units.pk,
        "entitlements/addongrant": add_on.pk,
    }


def _with_a_call(case: Case, person: User) -> Case:
    operations.request_call(case, phone="+1 555 0100", starts_at=CALL_AT, actor=person, now=NOW)
    return case


def _nobodys(license_: License, agent: User) -> Case:
    facts = {"name": "Cora Caller", "address": "cora@customer.example", "channel": Channel.PHONE}
    return operations.log_caller(license_, **facts, actor=agent, now=NOW)


def _invite(license_: License) -> Invitation:
    """An invitation that nobody has followed."""
    address = f"invited{license_.pk}@new.example"
    made = entitlements.invite_contact(license_, address, actor=people.make_superuser(), now=NOW)
    assert isinstance(made, Invitation)
    return made


def _grant(license_: License, contact: User) -> AccessGrant:
    """Access that is in force."""
    return entitlements.grant_access(
        license_, "Production", scope="Logs", last_on=NOW.date() + timedelta(days=30), actor=contact, now=NOW
    )


def _canary(whose: Whose) -> str:
    """The title of a case, which its page shows and no other place may show to a stranger."""
    return f"Canary of {whose}"


def _customers(license_: License, elsewhere: License) -> dict[Role, User]:
    contact = {"can_sign_in": False}
    return {
        Role.STRANGER: people.make_customer(elsewhere, name="Stranger", may_request=True, **contact),
        Role.COLLEAGUE: people.make_person(license_.account, name="Colleague"),
        Role.READER: people.make_person(license_.account, name="Reader"),
        Role.CONTACT: people.make_customer(license_, name="Contact"),
        Role.WATCHER: people.make_customer(license_, name="Watcher"),
        Role.OVERSEER: people.make_customer(license_, name="Overseer", sees_account_cases=True),
        Role.REQUESTOR: people.make_customer(license_, name="Requestor", may_request=True),
        Role.ADMINISTRATOR: people.make_administrator(license_, name="Administrator"),
        Role.REMOVED: people.make_customer(license_, name="Removed"),
        Role.DEACTIVATED: people.make_customer(license_, name="Deactivated"),
    }


def _staff() -> dict[Role, User]:
    bare = people.make_agent(name="Bare")
    set_staff_groups(bare, [], actor=people.make_superuser())
    return {
        Role.BARE_STAFF: bare,
        Role.ENTITLER: people.make_staff(StaffGroup.ENTITLEMENT_MANAGER, name="Entitler"),
        Role.CATALOGUER: people.make_staff(StaffGroup.CATALOGUE_MANAGER, name="Cataloguer"),
        Role.MANAGER: people.make_staff(StaffGroup.SUCCESS_MANAGER, name="Manager"),
        Role.AGENT: people.make_agent(name="Agent"),
        Role.LEAD: people.make_lead(name="Lead"),
        Role.SUPERUSER: people.make_superuser(),
    }


def _cases_for_actions(
    requestor: User, agent: User, *, waiting: dict[Whose, Case], closed: dict[Whose, Case]
) -> dict[Action, Case]:
    """For each action of staff a case in which it can be done."""
    cases = dict.fromkeys(Action, waiting[Whose.OWN])
    owned = make_owned_case(requestor, agent=agent)
    with_engineers = make_owned_case(requestor, agent=agent)
    operations.hand_to_engineering(with_engineers, actor=agent, now=ASKED)
    held = make_waiting_case(requestor, agent=agent)
    operations.hold_case(held, last_on=date(2026, 3, 10), reason="Fair", actor=agent, now=ASKED)
    escalated = make_owned_case(requestor, agent=agent)
    reason = "time_to_resolution"
    operations.escalate_case(escalated, reason=reason, text="Please", actor=requestor, now=ASKED)
    return cases | {
        Action.CLAIM: make_case(requestor),
        Action.HAND_TO_ENGINEERING: owned,
        Action.TAKE_BACK: current(with_engineers),
        Action.RELEASE: held,
        Action.DECLINE_CALL: _with_a_call(make_owned_case(requestor, agent=agent), requestor),
        Action.ACKNOWLEDGE: escalated,
        Action.LOWER_PRIORITY: make_case(requestor, priority=Priority.P2),
        Action.REOPEN: closed[Whose.OWN],
        Action.FOLLOW_UP: closed[Whose.OWN],
    }


def _rows(world: World, agent: User) -> dict[str, object]:
    """For each model of the admin the key of a row; of some several, for what can be done with one."""
    notices = iter(Notice.objects.filter(state=MailState.PENDING).order_by("pk"))
    sent, dead, pending = next(notices), next(notices), next(notices)
    Notice.objects.filter(pk=sent.pk).update(state=MailState.SENT, sent_html="<p>Mail</p>", sent_at=NOW)
    Notice.objects.filter(pk=dead.pk).update(state=MailState.DEAD)
    contact = world.person(Role.CONTACT)
    duty = people.make_duty(agent, "AMER", time(9), time(17))
    Heartbeat.objects.create(name="sweep", at=NOW - timedelta(days=1), business_at=NOW - timedelta(days=1))
    term = world.license.terms.get()
    entitlements.import_holidays([2026], now=NOW)
    return {
        "accounts/region": duty.region_id,
        "accounts/country": "US",
        "accounts/staffmember": agent.pk,
        "accounts/duty": duty.pk,
        "accounts/identity": agent.identities.create(
            issuer="https://login.example", subject="agent", linked_at=NOW, used_at=NOW
        ).pk,
        "work/heartbeat": "sweep",
        "notices/notice": sent.pk,
        "notice to send again": dead.pk,
        "notice to cancel": pending.pk,
        "entitlements/product": Product.objects.get(code="campaign").pk,
        "accounts/account": world.account.pk,
        "entitlements/person": contact.pk,
        "entitlements/license": world.license.pk,
        "entitlements/term": term.pk,
        "entitlements/teammember": entitlements.appoint_to_team(
            world.account, TeamRole.TAM, world.person(Role.MANAGER), actor=people.make_superuser(), now=NOW
        ).pk,
        "entitlements/seat": contact.seats.get().pk,
        "entitlements/responsetarget": ResponseTarget.objects.earliest("pk").pk,
        "entitlements/regionhours": RegionHours.objects.earliest("pk").pk,
        "entitlements/dayoff": DayOff.objects.filter(is_estimated=False).earliest("pk").pk,
        "entitlements/entitlementevent": EntitlementEvent.objects.earliest("pk").pk,
        "cases/followuppolicy": FollowUpPolicy.objects.earliest("pk").pk,
    }


def _sign_in(world: World) -> None:
    """Gives everybody a password and signs them in, then ends what the removed and the deactivated had."""
    # A zone of one's own spares each of the walk's requests the way to the region's.
    User.objects.update(password=make_password(people.PASSWORD), time_zone="Europe/Paris")
    for role, person in world.persons.items():
        if person is not None:
            person.refresh_from_db(fields=["password", "time_zone"])
        world.clients[role] = client_of(person)
    removed, deactivated = world.person(Role.REMOVED), world.person(Role.DEACTIVATED)
    root = people.make_superuser()
    for person, keeps_sign_in in ((removed, True), (deactivated, False)):
        seat = person.seats.get()
        entitlements.remove_named_contact(seat, actor=root, now=NOW, keeps_sign_in=keeps_sign_in)


def client_of(person: User | None) -> Client:
    """A browser in which somebody is signed in, or nobody."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


Body = Callable[[World, Whose], dict[str, object]]
