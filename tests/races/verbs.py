"""Every verb that locks rows, each with a scene to be carried out in: a case, its license, its people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cases import operations
from cases.follow_up import CatchUp
from cases.lifecycle import Channel, EscalationReason, Resolution, Status
from cases.models import Case
from cases.sweep import carry_out_steps, carry_out_targets
from entitlements import operations as entitlements
from entitlements.models import AccessGrant, Invitation, License, Product, Seat, TeamMember
from entitlements.models.invitations import token_for
from entitlements.plans import Plan
from entitlements.targets import Priority
from entitlements.teams import TeamRole
from portal.accounts.models import Country, User
from portal.accounts.operations import set_staff_sign_in
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token, submit_once
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
        license_, "Stage", scope="Logs", last_on=date(2026, 3, 20), actor=_fresh(rita), now=ASKED
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
    """How a verb is carried out in a scene whose case is in this state."""

    state: str
    run: Callable[[Scene], object]


def _by_staff(operation: Callable[..., object], **facts: object) -> Callable[[Scene], object]:
    return lambda scene: operation(scene.case, actor=_fresh(scene.agent), now=NOW, **facts)


def _by_customer(operation: Callable[..., object], **facts: object) -> Callable[[Scene], object]:
    return lambda scene: operation(scene.case, actor=_fresh(scene.rita), now=NOW, **facts)


def _fresh(person: User) -> User:
    """The person as a request loads them; threads share no object."""
    return User.objects.get(pk=person.pk)


def _file(scene: Scene) -> object:
    rita = _fresh(scene.rita)
    return operations.file_case(
        scene.license, "Slow", description="Since noon.", priority=Priority.P3, actor=rita, now=NOW
    )


def _follow_up(scene: Scene) -> object:
    return operations.file_follow_up(
        scene.case, "Again", description="Still.", priority=Priority.P3, actor=_fresh(scene.rita), now=NOW
    )


def _log_caller(scene: Scene) -> object:
    facts = {"name": "Cora", "address": f"c{scene.case.pk}@x.example", "channel": Channel.PHONE}
    return operations.log_caller(scene.license, **facts, actor=_fresh(scene.agent), now=NOW)


def _take_over(scene: Scene) -> object:
    facts = {"description": "Since noon.", "priority": Priority.P3, "actor": _fresh(scene.rita)}
    return operations.take_over_case(scene.case, "Slow", **facts, now=NOW)


def _remove(scene: Scene) -> object:
    seat = Seat.objects.get(user=scene.rita)
    return entitlements.remove_named_contact(seat, successor=scene.carl, actor=scene.root, now=NOW)


def _replace(scene: Scene) -> object:
    seat, address = Seat.objects.get(user=scene.rita), f"k{scene.case.pk}@new.example"
    return entitlements.replace_contact(seat, address, successor=scene.carl, actor=scene.root, now=NOW)


def _submit(scene: Scene) -> object:
    def reply() -> str:
        operations.reply_to_case(scene.case, text="It is 2.6.", actor=_fresh(scene.rita), now=NOW)
        return "/done/"

    return submit_once(token=new_token(), user=scene.rita, purpose="reply", act=reply)


def _change_person(scene: Scene) -> object:
    facts = {"name": "Rita R.", "language": "fr", "time_zone": "", "actor": scene.root, "now": NOW}
    return entitlements.change_person(_fresh(scene.rita), email=f"new{scene.rita.email}", **facts)


def _change_account(scene: Scene) -> object:
    account, country = scene.license.account, Country.objects.get(pk="FR")
    facts = {"name": f"New {account.name}", "country": country, "time_zone": "", "language": ""}
    return entitlements.change_account(account, **facts, actor=scene.root, now=NOW)


CASES: dict[str, Verb] = {
    "acknowledge_escalation": Verb("escalated", _by_staff(operations.acknowledge_escalation, text="Seen.")),
    "add_note": Verb("waiting", _by_staff(operations.add_note, text="Hm.")),
    "add_policy": Verb(
        "filed",
        lambda scene: operations.add_policy(
            in_force_from=NOW + timedelta(days=scene.case.pk),
            reminder_hours=[24],
            closure_hours=48,
            reopening_hours=336,
            catch_up=CatchUp.STRICT,
            actor=scene.lead,
            now=NOW,
        ),
    ),
    "answer_case": Verb("waiting", _by_staff(operations.answer_case, text="Like this.")),
    "assign_case": Verb(
        "owned",
        lambda scene: operations.assign_case(scene.case, owner=scene.lead, actor=scene.lead, now=NOW),
    ),
    "change_priority": Verb(
        "waiting", _by_staff(operations.change_priority, priority=Priority.P2, reason="Launch")
    ),
    "claim_case": Verb("filed", _by_staff(operations.claim_case)),
    "close_case": Verb("waiting", _by_customer(operations.close_case, resolution=Resolution.OBSOLETE)),
    "confirm_resolution": Verb("solved", _by_customer(operations.confirm_resolution)),
    "edit_watchers": Verb(
        "waiting",
        lambda scene: operations.edit_watchers(
            scene.case, watchers=[scene.carl], actor=_fresh(scene.agent), now=NOW
        ),
    ),
    "escalate_case": Verb(
        "filed", _by_customer(operations.escalate_case, reason=EscalationReason.UPDATE, text="Call.")
    ),
    "extend_waiting": Verb("waiting", _by_customer(operations.extend_waiting)),
    "file_case": Verb("filed", _file),
    "file_follow_up": Verb("closed", _follow_up),
    "hand_to_colleague": Verb(
        "waiting",
        lambda scene: operations.hand_to_colleague(
            scene.case, colleague=_fresh(scene.carl), actor=_fresh(scene.rita), now=NOW
        ),
    ),
    "hand_to_engineering": Verb("owned", _by_staff(operations.hand_to_engineering)),
    "hold_case": Verb("waiting", _by_staff(operations.hold_case, last_on=date(2026, 3, 9), reason="Away")),
    "link_related": Verb(
        "waiting",
        lambda scene: operations.link_related(
            scene.case, other=scene.earlier, actor=_fresh(scene.agent), now=NOW
        ),
    ),
    "log_contact": Verb(
        "waiting",
        _by_staff(operations.log_contact, text="It is 2.6.", said_by="Rita", channel=Channel.PHONE),
    ),
    "lower_priority": Verb("urgent", _by_staff(operations.lower_priority, priority=Priority.P3)),
    "provide_resolution": Verb("waiting", _by_staff(operations.provide_resolution, text="Update it.")),
    "raise_urgency": Verb("filed", _by_customer(operations.raise_urgency, justification="Launch")),
    "cancel_call": Verb("called", _by_customer(operations.cancel_call)),
    "decline_call": Verb("called", _by_staff(operations.decline_call, reason="Nobody answered")),
    "log_caller": Verb("filed", _log_caller),
    "request_call": Verb(
        "filed",
        _by_customer(operations.request_call, phone="+1 555 0100", starts_at=NOW + timedelta(hours=1)),
    ),
    "take_over_case": Verb("nobodys", _take_over),
    "release_cases_of": Verb(
        "waiting", lambda scene: operations.release_cases_of(scene.agent, actor=scene.root, now=NOW)
    ),
    "release_hold": Verb("held", _by_staff(operations.release_hold)),
    "reopen_case": Verb("closed", _by_customer(operations.reopen_case, text="It is back.")),
    "reply_to_case": Verb("waiting", _by_customer(operations.reply_to_case, text="It is 2.6.")),
    "request_information": Verb("waiting", _by_staff(operations.request_information, text="And now?")),
    "resume_case": Verb("waiting", _by_staff(operations.resume_case, reason="By mistake")),
    "set_tags": Verb("waiting", _by_staff(operations.set_tags, tags=["slow"])),
    "take_back": Verb("engineering", _by_staff(operations.take_back)),
}

ENTITLEMENTS: dict[str, Verb] = {
    "accept_invitation": Verb(
        "filed",
        lambda scene: entitlements.accept_invitation(
            scene.token, name="Ida", password="a sentence", language="en", time_zone="", now=NOW
        ),
    ),
    "accept_invitation_as": Verb(
        "filed",
        lambda scene: entitlements.accept_invitation_as(
            scene.token, person=make_customer_without_seat(scene, scene.invitation.address), now=NOW
        ),
    ),
    "ask_for_seat": Verb(
        "filed",
        lambda scene: entitlements.ask_for_seat(
            scene.license, actor=make_customer_without_seat(scene), now=NOW
        ),
    ),
    "invite_contact": Verb(
        "filed",
        lambda scene: entitlements.invite_contact(
            scene.license, f"j{scene.case.pk}@new.example", actor=scene.root, now=NOW
        ),
    ),
    "replace_contact": Verb("waiting", _replace),
    "revoke_invitation": Verb(
        "filed",
        lambda scene: entitlements.revoke_invitation(scene.invitation, actor=scene.root, now=NOW),
    ),
    "send_invitation_again": Verb(
        "filed",
        lambda scene: entitlements.send_invitation_again(scene.invitation, actor=scene.root, now=NOW),
    ),
    "grant_access": Verb(
        "filed",
        lambda scene: entitlements.grant_access(
            scene.license,
            "Production",
            scope="Logs",
            last_on=date(2026, 3, 31),
            actor=_fresh(scene.rita),
            now=NOW,
        ),
    ),
    "revoke_access": Verb(
        "filed", lambda scene: entitlements.revoke_access(scene.grant, actor=_fresh(scene.rita), now=NOW)
    ),
    "add_license": Verb(
        "filed",
        lambda scene: entitlements.add_license(
            scene.license.account, Product.objects.get(code="target"), actor=scene.root, now=NOW
        ),
    ),
    "add_named_contact": Verb(
        "filed",
        lambda scene: entitlements.add_named_contact(
            scene.license, make_customer_without_seat(scene), actor=scene.root, now=NOW
        ),
    ),
    "add_person": Verb(
        "filed",
        lambda scene: entitlements.add_person(
            scene.license.account, f"p{scene.case.pk}@new.example", name="Pat", actor=scene.root, now=NOW
        ),
    ),
    "add_term": Verb(
        "filed",
        lambda scene: entitlements.add_term(
            scene.license,
            Plan.EXPERT,
            first_on=date(2100, 1, 1),
            last_on=date(2100, 12, 31),
            actor=scene.root,
            now=NOW,
        ),
    ),
    "appoint_administrator": Verb(
        "filed",
        lambda scene: entitlements.appoint_administrator(
            scene.license.account, scene.carl, actor=scene.root, now=NOW
        ),
    ),
    "appoint_to_team": Verb(
        "filed",
        lambda scene: entitlements.appoint_to_team(
            scene.license.account, TeamRole.SSM, scene.agent, actor=scene.root, now=NOW
        ),
    ),
    "leave_team": Verb(
        "filed",
        lambda scene: entitlements.leave_team(
            TeamMember.objects.get(account=scene.license.account), actor=scene.root, now=NOW
        ),
    ),
    "change_account": Verb("filed", _change_account),
    "change_person": Verb("filed", _change_person),
    "open_account": Verb(
        "filed",
        lambda scene: entitlements.open_account(
            f"Account of {scene.case.number}", Country.objects.get(pk="US"), actor=scene.root, now=NOW
        ),
    ),
    "remove_named_contact": Verb("waiting", _remove),
    "set_contact_permissions": Verb(
        "filed",
        lambda scene: entitlements.set_contact_permissions(
            scene.rita,
            may_file_cases=False,
            sees_account_cases=True,
            may_request=False,
            actor=scene.root,
            now=NOW,
        ),
    ),
    "set_sign_in": Verb(
        "filed",
        lambda scene: entitlements.set_sign_in(
            make_customer_without_seat(scene), is_active=False, actor=scene.root, now=NOW
        ),
    ),
}

# They lock the row of a region or nothing, and touch neither case nor license nor notice: none of the verbs
# above meets them.
APART = {
    "add_day_off",
    "add_region_hours",
    "add_response_target",
    "confirm_day_off",
    "import_holidays",
    "strike_day_off",
}

CLOCKS: dict[str, Verb] = {
    "the sweep reminds": Verb("waiting", lambda scene: carry_out_steps(ASKED + timedelta(hours=24), 200)),
    "the sweep closes": Verb("waiting", lambda scene: carry_out_steps(ASKED + timedelta(hours=144), 200)),
    "the sweep of targets": Verb("filed", lambda scene: carry_out_targets(ASKED, 200)),
    "the sender": Verb("waiting", lambda scene: send_due(MACHINE_NOW, limit=1)),
    "a form is submitted": Verb("waiting", _submit),
    "staff leave": Verb(
        "waiting", lambda scene: set_staff_sign_in(scene.agent, is_active=False, actor=scene.root, now=NOW)
    ),
}

VERBS = {**CASES, **ENTITLEMENTS, **CLOCKS}


def make_customer_without_seat(scene: Scene, address: str = "") -> User:
    """A person of the account whom no seat binds."""
    return entitlements.add_person(
        scene.license.account,
        address or f"n{User.objects.count()}.{scene.case.pk}@new.example",
        name="Nat",
        actor=scene.root,
        now=NOW,
    )
