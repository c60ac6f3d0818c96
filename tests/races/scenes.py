"""Scenes for verbs to be carried out in: a case in some state, its license, and everybody around them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cases import operations
from cases.lifecycle import Channel, EscalationReason, Status
from cases.models import Case
from entitlements import operations as entitlements
from entitlements.models import AccessGrant, Invitation, License, Seat
from entitlements.models.invitations import token_for
from entitlements.targets import Priority
from entitlements.teams import TeamRole
from portal.accounts.models import User
from tests.factories.cases import (
    ASKED,
    make_auto_closed_case,
    make_case,
    make_owned_case,
    make_waiting_case,
)
from tests.factories.people import make_agent, make_customer, make_lead, make_license, make_superuser

NOW = ASKED + timedelta(hours=2)
MACHINE_NOW = datetime(2099, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """A case in some state, an earlier one that its requestor watches, and everybody around them.

    Somebody is invited to the product, and support may look into an environment, too.
    """

    case: Case
    earlier: Case
    license: License
    rita: User
    carl: User
    agent: User
    lead: User
    root: User
    invitation: Invitation
    grant: AccessGrant

    @property
    def token(self) -> str:
        """What the link of the invitation ends in."""
        return token_for(self.invitation.nonce)


def make_scene(state: str) -> Scene:
    """A fresh account with a case in this state."""
    license_ = make_license()
    rita, carl = make_customer(license_), make_customer(license_, sees_account_cases=True)
    agent, lead = make_agent(), make_lead()
    earlier = make_owned_case(carl, agent=agent, watchers=[rita])
    case = STATES[state](rita, agent)
    root = make_superuser()
    address = f"i{license_.pk}@new.example"
    invitation = entitlements.invite_contact(license_, address, actor=root, now=ASKED)
    assert isinstance(invitation, Invitation)
    grant = entitlements.grant_access(
        license_, "Stage", scope="Logs", last_on=date(2026, 3, 20), actor=fresh(rita), now=ASKED
    )
    entitlements.appoint_to_team(license_.account, TeamRole.TAM, agent, actor=root, now=ASKED)
    return Scene(case, earlier, license_, rita, carl, agent, lead, root, invitation, grant)


def _held(rita: User, agent: User) -> Case:
    case = make_waiting_case(rita, agent=agent)
    return operations.hold_case(case, last_on=date(2026, 3, 10), reason="Away", actor=agent, now=ASKED)


def _escalated(rita: User, agent: User) -> Case:
    case = make_case(rita)
    reason = EscalationReason.UPDATE
    return operations.escalate_case(case, reason=reason, text="Call me.", actor=rita, now=ASKED)


def _with_engineering(rita: User, agent: User) -> Case:
    return operations.hand_to_engineering(make_owned_case(rita, agent=agent), actor=agent, now=ASKED)


def _called(rita: User, agent: User) -> Case:
    case, starts_at = make_case(rita), ASKED + timedelta(hours=3)
    operations.request_call(case, phone="+1 555 0100", starts_at=starts_at, actor=rita, now=ASKED)
    return case


def _nobodys(rita: User, agent: User) -> Case:
    license_ = Seat.objects.get(user=rita).license
    return operations.log_caller(
        license_, name="Cora", address="cora@x.example", channel=Channel.PHONE, actor=agent, now=ASKED
    )


STATES: dict[str, Callable[[User, User], Case]] = {
    "filed": lambda rita, agent: make_case(rita),
    "urgent": lambda rita, agent: make_case(rita, priority=Priority.P2),
    "owned": lambda rita, agent: make_owned_case(rita, agent=agent),
    "waiting": lambda rita, agent: make_waiting_case(rita, agent=agent),
    "solved": lambda rita, agent: make_waiting_case(rita, agent=agent, status=Status.RESOLUTION_PROVIDED),
    "closed": lambda rita, agent: make_auto_closed_case(rita, agent=agent, now=ASKED - timedelta(days=7)),
    "held": _held,
    "escalated": _escalated,
    "engineering": _with_engineering,
    "called": _called,
    "nobodys": _nobodys,
}


@dataclass(frozen=True)
class Verb:
    """How a verb is carried out in a scene whose case is in this state, and what that needs beside it.

    Where it starts over, preparing takes back what the verb has done: the scene can be used again.
    """

    state: str
    run: Callable[[Scene], object]
    prepare: Callable[[Scene], object] = lambda _scene: None
    starts_over: bool = False

    def scene(self) -> Scene:
        """A fresh scene in which nothing but the verb is left to do."""
        scene = make_scene(self.state)
        self.prepare(scene)
        return scene


def fresh(person: User) -> User:
    """The person as a request loads them; threads share no object."""
    return User.objects.get(pk=person.pk)
