"""Every verb about cases and entitlements, and the clocks: each with the scene to be carried out in."""

from collections.abc import Callable
from datetime import date, timedelta

from cases import operations
from cases.follow_up import CatchUp
from cases.lifecycle import Channel, EscalationReason, Resolution
from cases.sweep import carry_out_steps, carry_out_targets
from entitlements import operations as entitlements
from entitlements.models import Product, Seat, TeamMember
from entitlements.plans import Plan
from entitlements.targets import Priority
from entitlements.teams import TeamRole
from portal.accounts.models import Country, User
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token, submit_once
from tests.factories.cases import ASKED
from tests.races.scenes import MACHINE_NOW, NOW, Scene, Verb, fresh


def _by_staff(operation: Callable[..., object], **facts: object) -> Callable[[Scene], object]:
    return lambda scene: operation(scene.case, actor=fresh(scene.agent), now=NOW, **facts)


def _by_customer(operation: Callable[..., object], **facts: object) -> Callable[[Scene], object]:
    return lambda scene: operation(scene.case, actor=fresh(scene.rita), now=NOW, **facts)


def _file(scene: Scene) -> object:
    rita = fresh(scene.rita)
    return operations.file_case(
        scene.license, "Slow", description="Since noon.", priority=Priority.P3, actor=rita, now=NOW
    )


def _follow_up(scene: Scene) -> object:
    return operations.file_follow_up(
        scene.case, "Again", description="Still.", priority=Priority.P3, actor=fresh(scene.rita), now=NOW
    )


def _log_caller(scene: Scene) -> object:
    facts = {"name": "Cora", "address": f"c{scene.case.pk}@x.example", "channel": Channel.PHONE}
    return operations.log_caller(scene.license, **facts, actor=fresh(scene.agent), now=NOW)


def _take_over(scene: Scene) -> object:
    facts = {"description": "Since noon.", "priority": Priority.P3, "actor": fresh(scene.rita)}
    return operations.take_over_case(scene.case, "Slow", **facts, now=NOW)


def _remove(scene: Scene) -> object:
    seat = Seat.objects.get(user=scene.rita)
    return entitlements.remove_named_contact(seat, successor=scene.carl, actor=scene.root, now=NOW)


def _replace(scene: Scene) -> object:
    seat, address = Seat.objects.get(user=scene.rita), f"k{scene.case.pk}@new.example"
    return entitlements.replace_contact(seat, address, successor=scene.carl, actor=scene.root, now=NOW)


def _submit(scene: Scene) -> object:
    def reply() -> str:
        operations.reply_to_case(scene.case, text="It is 2.6.", actor=fresh(scene.rita), now=NOW)
        return "/done/"

    return submit_once(token=new_token(), user=scene.rita, purpose="reply", act=reply)


def _change_person(scene: Scene) -> object:
    facts = {"name": "Rita R.", "language": "fr", "time_zone": "", "actor": scene.root, "now": NOW}
    return entitlements.change_person(fresh(scene.rita), email=f"new{scene.rita.email}", **facts)


def _change_account(scene: Scene) -> object:
    account, country = scene.license.account, Country.objects.get(pk="FR")
    facts = {"name": f"New {account.name}", "country": country, "time_zone": "", "language": ""}
    return entitlements.change_account(account, **facts, actor=scene.root, now=NOW)


def _bring_a_guest(scene: Scene) -> None:
    """Somebody of the account whom no seat binds."""
    _add_nat(scene, f"guest{scene.case.pk}@new.example")


def _let_a_guest_watch(scene: Scene) -> None:
    """Whose sign-in ends is to be taken off what they watch."""
    _bring_a_guest(scene)
    operations.edit_watchers(scene.case, watchers=[_guest(scene)], actor=scene.root, now=NOW)


def _sign_the_invited_up(scene: Scene) -> None:
    """Whoever is invited has become somebody of the account meanwhile."""
    _add_nat(scene, scene.invitation.address)


def _add_nat(scene: Scene, address: str) -> None:
    entitlements.add_person(scene.license.account, address, name="Nat", actor=scene.root, now=NOW)


def _guest(scene: Scene) -> User:
    return User.objects.get(account=scene.license.account, name="Nat")


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
            scene.case, watchers=[scene.carl], actor=fresh(scene.agent), now=NOW
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
            scene.case, colleague=fresh(scene.carl), actor=fresh(scene.rita), now=NOW
        ),
    ),
    "hand_to_engineering": Verb("owned", _by_staff(operations.hand_to_engineering)),
    "hold_case": Verb("waiting", _by_staff(operations.hold_case, last_on=date(2026, 3, 9), reason="Away")),
    "link_related": Verb(
        "waiting",
        lambda scene: operations.link_related(
            scene.case, other=scene.earlier, actor=fresh(scene.agent), now=NOW
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
        lambda scene: entitlements.accept_invitation_as(scene.token, person=_guest(scene), now=NOW),
        prepare=_sign_the_invited_up,
    ),
    "ask_for_seat": Verb(
        "filed",
        lambda scene: entitlements.ask_for_seat(scene.license, actor=_guest(scene), now=NOW),
        prepare=_bring_a_guest,
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
            actor=fresh(scene.rita),
            now=NOW,
        ),
    ),
    "revoke_access": Verb(
        "filed", lambda scene: entitlements.revoke_access(scene.grant, actor=fresh(scene.rita), now=NOW)
    ),
    "add_license": Verb(
        "filed",
        lambda scene: entitlements.add_license(
            scene.license.account, Product.objects.get(code="target"), actor=scene.root, now=NOW
        ),
    ),
    "add_named_contact": Verb(
        "filed",
        lambda scene: entitlements.add_named_contact(scene.license, _guest(scene), actor=scene.root, now=NOW),
        prepare=_bring_a_guest,
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
    "change_plan": Verb(
        "filed",
        lambda scene: entitlements.change_plan(
            scene.license, Plan.EXPERT, from_day=date(2026, 6, 1), actor=scene.root, now=NOW
        ),
    ),
    "end_term": Verb(
        "filed",
        lambda scene: entitlements.end_term(
            scene.license, from_day=date(2026, 6, 1), actor=scene.root, now=NOW
        ),
    ),
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
        lambda scene: entitlements.set_sign_in(_guest(scene), is_active=False, actor=scene.root, now=NOW),
        prepare=_let_a_guest_watch,
    ),
}

CLOCKS: dict[str, Verb] = {
    "the sweep reminds": Verb("waiting", lambda scene: carry_out_steps(ASKED + timedelta(hours=24), 200)),
    "the sweep closes": Verb("waiting", lambda scene: carry_out_steps(ASKED + timedelta(hours=144), 200)),
    "the sweep of targets": Verb("filed", lambda scene: carry_out_targets(ASKED, 200)),
    "the sender": Verb("waiting", lambda scene: send_due(MACHINE_NOW, limit=1)),
    "a form is submitted": Verb("waiting", _submit),
}
