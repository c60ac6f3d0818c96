"""Verbs about invitations: a seat for somebody who is not of the account yet (SPEC 3.4)."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from entitlements.invitations import VALID_FOR
from entitlements.models import Invitation, License, Seat
from entitlements.models.invitations import hash_of, is_signed, new_nonce, token_for
from entitlements.notices import send_invitation
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.operations.seating import (
    may_sign_in_again,
    require_room,
    take_seat,
)
from entitlements.operations.seats import require_no_seat
from entitlements.permissions import contacts_refusal
from entitlements.queries import forget_seats
from portal.accounts import operations as people
from portal.accounts.addresses import prove_address
from portal.accounts.models import Account, User, checked_email
from portal.errors import DomainError, FieldRefused
from portal.notices.models import mail_domain


def invite_contact(license_: License, address: str, *, actor: User, now: datetime) -> Invitation | Seat:
    """Keep a seat for an address and mail it a link; a person already of the account is seated at once.

    An invitation that is out of date is made anew. Whoever may not be invited (staff, people of another
    account, the portal's own addresses) is refused in the same words, after the same work.

    Raises NotAllowed "not_the_administrator"; FieldRefused "email_invalid", "nul" or "cannot_be_invited";
    DomainError "already_a_contact", "already_invited", "seat_needs_a_term", "license_full", "over_capacity".
    """
    tidy = checked_email(address)
    with transaction.atomic():
        account = locked_account(license_.account_id)
        locked = locked_license(license_.pk)
        require(contacts_refusal(actor, account))
        person = User.objects.filter(email=tidy).first()
        pending = Invitation.objects.pending().filter(license=locked, address=tidy).first()
        if person is not None and person.account_id == account.pk:
            require_no_seat(locked, person)
        elif pending is not None and pending.is_open(now):
            raise DomainError("already_invited", product=locked.product.name, until=pending.expires_at)
        require_room(locked, now, for_address=tidy)
        if found := known_person(person, account, tidy):
            return _seat_at_once(locked, found, account=account, actor=actor, now=now)
        invitation = keep_seat(locked, tidy, pending, actor=actor, now=now)
        detail = {"invitation": invitation.pk}
        record("contact_invited", account, actor=actor, now=now, detail=detail, license_=locked)
    return invitation


def known_person(person: User | None, account: Account, address: str) -> User | None:
    """Tell the person of the account, or None for somebody new; raises FieldRefused "cannot_be_invited"."""
    is_ours = address.rpartition("@")[2] == mail_domain()
    if (person is not None and person.account_id != account.pk) or (person is None and is_ours):
        raise FieldRefused("cannot_be_invited", "address")
    return person


def _seat_at_once(license_: License, person: User, *, account: Account, actor: User, now: datetime) -> Seat:
    seat = take_seat(license_, person, now=now)
    may_sign_in_again(person)
    record("contact_added", account, actor=actor, now=now, detail={"person": person.pk}, license_=license_)
    return seat


def keep_seat(
    license_: License, address: str, pending: Invitation | None, *, actor: User, now: datetime
) -> Invitation:
    """Make the invitation, or an old one anew, with a link of its own, and announce its mail."""
    nonce = new_nonce()
    link = {"nonce": nonce, "token_hash": hash_of(token_for(nonce)), "expires_at": now + VALID_FOR}
    if pending is None:
        invitation = Invitation.objects.create(
            license=license_, address=address, invited_by=actor, made_at=now, **link
        )
    else:
        invitation = pending
        for field, value in (*link.items(), ("sent_again_at", now)):
            setattr(invitation, field, value)
        invitation.save(update_fields=[*link, "sent_again_at"])
    send_invitation(invitation, now=now)
    return invitation


def send_invitation_again(invitation: Invitation, *, actor: User, now: datetime) -> Invitation | Seat:
    """Mail a new link, valid for seven days from now; the old one is dead. One out of date comes alive.

    Whoever has become a person of the account meanwhile is seated at once.

    Raises NotAllowed "not_the_administrator"; FieldRefused "cannot_be_invited"; DomainError
    "invitation_used", "invitation_revoked", "already_a_contact", "seat_needs_a_term", "license_full" or
    "over_capacity".
    """
    with transaction.atomic():
        account, license_, current = _locked(invitation)
        require(contacts_refusal(actor, account))
        _require_pending(current)
        person = User.objects.filter(email=current.address).first()
        require_room(license_, now, for_address=current.address)
        if found := known_person(person, account, current.address):
            require_no_seat(license_, found)
            return _seat_at_once(license_, found, account=account, actor=actor, now=now)
        keep_seat(license_, current.address, current, actor=actor, now=now)
        detail = {"invitation": current.pk}
        record("invitation_sent_again", account, actor=actor, now=now, detail=detail, license_=license_)
    return current


def revoke_invitation(invitation: Invitation, *, actor: User, now: datetime) -> Invitation:
    """Take an invitation back; its link is dead and its seat is free.

    Raises NotAllowed "not_the_administrator"; DomainError "invitation_used" or "invitation_revoked".
    """
    with transaction.atomic():
        account, license_, current = _locked(invitation)
        require(contacts_refusal(actor, account))
        _require_pending(current)
        current.revoked_at = now
        current.save(update_fields=["revoked_at"])
        detail = {"invitation": current.pk}
        record("invitation_revoked", account, actor=actor, now=now, detail=detail, license_=license_)
    return current


def invitation_of(token: str, now: datetime) -> Invitation:
    """Find the invitation that a link leads to, if it can be accepted now.

    Raises DomainError "invitation_unreadable" for a link that is not whole, "invitation_replaced" for one
    that a newer mail has replaced, "invitation_used", "invitation_revoked" or "invitation_expired".
    """
    if not is_signed(token):
        raise DomainError("invitation_unreadable")
    found = Invitation.objects.filter(token_hash=hash_of(token)).select_related(
        "license__product", "license__account__administrator", "invited_by"
    )
    invitation = found.first()
    if invitation is None:
        raise DomainError("invitation_replaced")
    _require_open(invitation, now)
    return invitation


def accept_invitation(
    token: str, *, name: str, password: str, language: str, time_zone: str, now: datetime
) -> User:
    """Make the invited person one of the account, with the seat and a password that the form has checked.

    Raises DomainError as `invitation_of`, "invitation_has_login" where the address has a sign-in by now, or
    "invitation_without_a_seat"; FieldRefused as `portal.accounts.operations.create_person`.
    """
    invitation = invitation_of(token, now)
    # It takes its time, and nobody should wait for it.
    hashed = make_password(password)
    with transaction.atomic():
        account, license_, current = _locked(invitation)
        _require_same_link(current, token, now)
        if User.objects.filter(email=current.address).exists():
            raise DomainError("invitation_has_login", address=current.address)
        _require_kept_seat(license_, current, now)
        person = people.create_person(
            current.address, name, now=now, account=account, language=language, time_zone=time_zone
        )
        _accept(current, license_, person, account=account, now=now)
        person.password = hashed
        person.save(update_fields=["password"])
        # The link was mailed to the address.
        prove_address(person, now)
    return person


def accept_invitation_as(token: str, *, person: User, now: datetime) -> Seat:
    """Give the invited seat to who has a sign-in of the account with the invited address.

    Raises DomainError as `invitation_of`, "invitation_for_another", "already_a_contact" or
    "invitation_without_a_seat".
    """
    invitation = invitation_of(token, now)
    with transaction.atomic():
        account, license_, current = _locked(invitation)
        _require_same_link(current, token, now)
        is_theirs = person.email == current.address and person.account_id == account.pk
        if not (is_theirs and person.is_active):
            raise DomainError("invitation_for_another", address=current.address)
        require_no_seat(license_, person)
        _require_kept_seat(license_, current, now)
        seat = _accept(current, license_, person, account=account, now=now)
        prove_address(person, now)
    forget_seats(person)
    return seat


def _accept(
    invitation: Invitation, license_: License, person: User, *, account: Account, now: datetime
) -> Seat:
    seat = take_seat(license_, person, now=now)
    detail = {"invitation": invitation.pk, "person": person.pk}
    record("invitation_accepted", account, actor=person, now=now, detail=detail, license_=license_)
    return seat


def _locked(invitation: Invitation) -> tuple[Account, License, Invitation]:
    """Take account and license, then load the invitation as it is now."""
    license_ = License.objects.get(pk=invitation.license_id)
    account = locked_account(license_.account_id)
    locked = locked_license(license_.pk)
    return account, locked, Invitation.objects.get(pk=invitation.pk)


def _require_pending(invitation: Invitation) -> None:
    if invitation.accepted_at is not None:
        raise DomainError("invitation_used", used_at=invitation.accepted_at)
    if invitation.revoked_at is not None:
        raise DomainError("invitation_revoked", revoked_at=invitation.revoked_at)


def _require_open(invitation: Invitation, now: datetime) -> None:
    _require_pending(invitation)
    if not invitation.is_open(now):
        raise DomainError("invitation_expired", expired_at=invitation.expires_at)


def _require_same_link(invitation: Invitation, token: str, now: datetime) -> None:
    """Look again under the lock: another mail may have gone out, or another submit been first."""
    _require_open(invitation, now)
    if invitation.token_hash != hash_of(token):
        raise DomainError("invitation_replaced")


def _require_kept_seat(license_: License, invitation: Invitation, now: datetime) -> None:
    try:
        require_room(license_, now, for_address=invitation.address)
    except DomainError as error:
        raise DomainError("invitation_without_a_seat", product=license_.product.name) from error
