"""Every operation with a scene to be carried out in: those that race, and a form with a file."""

from django.core.files.uploadedfile import SimpleUploadedFile

from cases import operations
from portal.files.storing import stored
from portal.work.form_tokens import submit_once
from tests.races.catalogue_verbs import CATALOGUE, THE_CLOCK
from tests.races.house_verbs import HOUSE
from tests.races.scenes import MACHINE_NOW, NOW, Scene, Verb
from tests.races.verbs import CASES, ENTITLEMENTS


def _submit_with_a_file(scene: Scene) -> object:
    def reply() -> str:
        operations.reply_to_case(scene.case, text="See the log.", actor=scene.rita, now=NOW, files=blobs)
        return "/done/"

    log = SimpleUploadedFile("app.log", b"line 1\n")
    with stored([log], scene.rita, now=MACHINE_NOW) as blobs:
        return submit_once(token=f"{scene.case.pk:0>43}", user=scene.rita, purpose="reply", act=reply)


VERBS: dict[str, Verb] = {
    **CASES,
    **ENTITLEMENTS,
    **HOUSE,
    **CATALOGUE,
    **THE_CLOCK,
    "a form with a file": Verb("waiting", _submit_with_a_file),
}

# In how many transactions, where it is not one: each region by itself, each row of a list by itself.
COMMITS = {"import_holidays": 4, "invite_rows": 2}

# What is said to somebody who does it again, not knowing that it was done: the reason of a refusal, or ""
# where nothing is left to do. Whatever is not here is done anew, and only its form's token makes it once.
AGAIN: dict[str, str] = {
    "acknowledge_escalation": "already_acknowledged",
    "add_policy": "policy_taken",
    "cancel_call": "no_call_awaited",
    "change_priority": "same_priority",
    "claim_case": "already_owned",
    "close_case": "wrong_status",
    "confirm_resolution": "wrong_status",
    "decline_call": "no_call_awaited",
    "edit_watchers": "",
    "escalate_case": "already_escalated",
    "extend_waiting": "already_extended",
    # It is a colleague's now, and not to be seen any more.
    "hand_to_colleague": "unseen",
    "hand_to_engineering": "wrong_status",
    "link_related": "already_linked",
    "lower_priority": "only_p1_p2_lowered",
    "raise_urgency": "cannot_raise_to_p1",
    "release_cases_of": "",
    "release_hold": "not_on_hold",
    "reopen_case": "wrong_status",
    "request_call": "call_awaited",
    "resume_case": "wrong_status",
    "take_back": "wrong_status",
    "take_over_case": "wrong_status",
    "accept_invitation": "invitation_used",
    "accept_invitation_as": "invitation_used",
    "add_license": "license_exists",
    "add_named_contact": "already_a_contact",
    "add_person": "email_taken",
    "add_term": "terms_overlap",
    "appoint_administrator": "already_administrator",
    "appoint_to_team": "already_in_the_team",
    "ask_for_seat": "already_asked",
    "change_account": "",
    "change_person": "",
    "change_plan": "plan_unchanged",
    "end_term": "no_term_on_day",
    "invite_contact": "already_invited",
    "leave_team": "left_the_team",
    "open_account": "account_name_taken",
    "remove_named_contact": "already_removed",
    "replace_contact": "already_removed",
    "revoke_access": "access_is_over",
    "revoke_invitation": "invitation_revoked",
    "set_contact_permissions": "",
    "set_sign_in": "",
    "add_day_off": "day_off_taken",
    "add_region_hours": "row_taken",
    "add_response_target": "row_taken",
    "confirm_day_off": "day_off_is_certain",
    "import_holidays": "",
    "strike_day_off": "day_off_struck",
    "invite_rows": "already_invited",
    "add_staff": "email_taken",
    "change_profile": "",
    "change_staff": "",
    "set_hotline": "",
    "set_staff_groups": "",
    "set_staff_sign_in": "",
    "request_thing": "already_requested",
    "accept_request": "wrong_status",
    "decline_request": "wrong_status",
    "cancel_request": "wrong_status",
    # It is a colleague's now, and hers no more to hand on.
    "hand_request_to_colleague": "wrong_role",
    "ask_for_permission": "permission_asked",
    "grant_add_on": "grant_overlaps",
    "end_add_on": "grant_is_over",
    "change_thing": "row_unchanged",
    "load_catalogue": "",
    "the end of an add-on is announced": "",
    "an add-on ends": "",
    "units lapse": "",
    "cancel": "not_pending",
    "mark_read": "",
    "send_again": "not_dead",
    "a form with a file": "",
}
