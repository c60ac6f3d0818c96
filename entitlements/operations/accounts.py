"""Verbs about accounts and their people."""

from datetime import datetime

from django.db import IntegrityError, transaction

from entitlements.models import Invitation, License, Seat
from entitlements.operations.changing import locked_account, locked_license, record, require
from entitlements.permissions import contacts_refusal, entitlements_refusal
from entitlements.ports import open_work
from entitlements.queries import contacts_of_account
from portal.accounts import operations as people
from portal.accounts.models import Account, Country, User, checked_email, checked_name
from portal.accounts.zones import require_zone
from portal.errors import DomainError, FieldRefused


def open_account(
    name: str, country: Country, *, actor: User, now: datetime, time_zone: str = "", language: str = ""
) -> Account:
    """Open a customer's account; its billing country decides its region.

    Raises NotAllowed "not_for_your_role"; FieldRefused "name_missing", "name_too_long", "nul",
    "account_name_taken", "unknown_zone" or "unknown_language".
    """
    require(entitlements_refusal(actor))
    people.check_language(language)
    require_zone(time_zone, "time_zone")
    account = Account(
        name=_free_name(name),
        country=country,
        time_zone=time_zone,
        language=language,
        created_at=now,
    )
    with transaction.atomic():
        _save_account(account)
        after = {"name": account.name, "country": country.pk, "time_zone": account.time_zone}
        detail = {"after": {**after, "language": language}}
        record("account_opened", account, actor=actor, now=now, detail=detail)
    return account


def change_account(
    account: Account,
    *,
    name: str,
    country: Country,
    time_zone: str,
    language: str,
    actor: User,
    now: datetime,
) -> Account:
    """Set an account's name, billing country, zone and language. Cases filed before keep what was decided.

    Raises as `open_account` does.
    """
    require(entitlements_refusal(actor))
    people.check_language(language)
    require_zone(time_zone, "time_zone")
    with transaction.atomic():
        locked = locked_account(account.pk)
        wanted = {
            "name": locked.name if name.strip() == locked.name else _free_name(name),
            "country_id": country.pk,
            "time_zone": time_zone,
            "language": language,
        }
        before = {
            field: getattr(locked, field) for field in wanted if getattr(locked, field) != wanted[field]
        }
        if not before:
            return locked
        for field in before:
            setattr(locked, field, wanted[field])
        _save_account(locked)
        detail = {"before": before, "after": {field: wanted[field] for field in before}}
        record("account_changed", locked, actor=actor, now=now, detail=detail)
    return locked


def add_person(
    account: Account,
    email: str,
    *,
    name: str,
    actor: User,
    now: datetime,
    language: str = "",
    time_zone: str = "",
) -> User:
    """Add a person to an account, without a seat and without a password.

    Raises NotAllowed "not_the_administrator"; FieldRefused as `portal.accounts.operations.create_person`.
    """
    with transaction.atomic():
        locked = locked_account(account.pk)
        require(contacts_refusal(actor, locked))
        person = people.create_person(
            email, name, now=now, account=locked, language=language, time_zone=time_zone
        )
        record("person_added", locked, actor=actor, now=now, detail={"person": person.pk})
    return person


def change_person(
    person: User, *, email: str, name: str, language: str, time_zone: str, actor: User, now: datetime
) -> User:
    """Set a person's address, name, language and zone; history says which changed, not what they were.

    Raises NotAllowed "not_for_your_role"; FieldRefused as `portal.accounts.operations.create_person`.
    """
    require(entitlements_refusal(actor))
    with transaction.atomic():
        account = _account_of(person)
        current = User.objects.get(pk=person.pk)
        _drop_invitations(current, email, now=now)
        changed = people.change_profile(current, name=name, language=language, time_zone=time_zone)
        if people.change_email(current, email, now=now):
            changed.append("email")
        if changed:
            detail = {"person": current.pk, "fields": sorted(changed)}
            record("person_changed", account, actor=actor, now=now, detail=detail)
    return current


def _drop_invitations(person: User, email: str, *, now: datetime) -> None:
    """Free the seats that were kept for an address whose person has them already."""
    seats = Seat.objects.active().filter(user=person)
    pending = Invitation.objects.pending().filter(license__in=seats.values("license"))
    pending.filter(address=checked_email(email)).update(revoked_at=now)


def set_contact_permissions(
    person: User,
    *,
    may_file_cases: bool,
    sees_account_cases: bool,
    may_request: bool,
    actor: User,
    now: datetime,
) -> User:
    """Set what a person of an account may do (SPEC 3.4).

    File cases, see the whole account's cases, request from the catalogue. Raises NotAllowed
    "not_the_administrator".
    """
    with transaction.atomic():
        account = _account_of(person)
        require(contacts_refusal(actor, account))
        current = User.objects.get(pk=person.pk)
        wanted = {
            "may_file_cases": may_file_cases,
            "sees_account_cases": sees_account_cases,
            "may_request": may_request,
        }
        before = {field: getattr(current, field) for field in wanted}
        if before == wanted:
            return current
        for field, value in wanted.items():
            setattr(current, field, value)
        current.save(update_fields=list(wanted))
        detail = {"person": current.pk, "before": before, "after": wanted}
        record("permissions_changed", account, actor=actor, now=now, detail=detail)
    return current


def set_sign_in(person: User, *, is_active: bool, actor: User, now: datetime) -> User:
    """Let a person of an account sign in, or no longer. Sessions end with it at their next request.

    Whoever may not watches nothing any more (SPEC 3.4).

    Raises NotAllowed "not_the_administrator"; DomainError "remove_seats_first" while they hold one.
    """
    with transaction.atomic():
        account = _account_of(person)
        require(contacts_refusal(actor, account))
        current = User.objects.get(pk=person.pk)
        if current.is_active == is_active:
            return current
        seats = Seat.objects.active().filter(user=current).count()
        if seats and not is_active:
            raise DomainError("remove_seats_first", seats=seats)
        if not is_active:
            # Cases are locked before a person's row.
            open_work().stop_watching(current.pk, actor=actor, now=now)
        current.is_active = is_active
        current.save(update_fields=["is_active"])
        detail = {"person": current.pk, "before": not is_active, "after": is_active}
        record("sign_in_changed", account, actor=actor, now=now, detail=detail)
    return current


def appoint_administrator(account: Account, person: User, *, actor: User, now: datetime) -> Account:
    """Give the role of account administrator to an active named contact, in one step.

    Staff appoint the first; from then on the administrator hands it over, or staff do (SPEC 3.4). What had
    come to the predecessor for want of another contact, of products without a seat of theirs, goes along.
    Raises NotAllowed "not_the_administrator"; DomainError "already_administrator" or
    "administrator_needs_a_seat"; FieldRefused "not_of_the_account".
    """
    with transaction.atomic():
        locked = locked_account(account.pk)
        require(contacts_refusal(actor, locked))
        current = User.objects.get(pk=person.pk)
        if current.account_id != locked.pk:
            raise FieldRefused("not_of_the_account", "administrator", account=locked.name)
        if locked.administrator_id == current.pk:
            raise DomainError("already_administrator")
        if not contacts_of_account(locked.pk).filter(pk=current.pk).exists():
            raise DomainError("administrator_needs_a_seat")
        detail = {"before": locked.administrator_id, "after": current.pk}
        if locked.administrator_id is not None:
            licenses = _locked_without_seat(locked, locked.administrator_id)
            open_work().pass_on(locked.administrator_id, licenses, successor=current, actor=actor, now=now)
        locked.administrator = current
        locked.save(update_fields=["administrator"])
        record("administrator_appointed", locked, actor=actor, now=now, detail=detail)
    return locked


def _locked_without_seat(account: Account, user_id: int) -> list[int]:
    """Lock the licenses of the account on which a person has no seat, in the order of their keys."""
    seats = Seat.objects.active().filter(user_id=user_id).values("license")
    keys = License.objects.filter(account=account).exclude(pk__in=seats).order_by("pk")
    return [locked_license(key).pk for key in keys.values_list("pk", flat=True)]


def _account_of(person: User) -> Account:
    assert person.account_id is not None, "people of staff have no account"
    return locked_account(person.account_id)


def _free_name(name: str) -> str:
    tidy = checked_name(name)
    if not tidy:
        raise FieldRefused("name_missing", "name")
    if Account.objects.filter(name=tidy).exists():
        raise FieldRefused("account_name_taken", "name", name=tidy)
    return tidy


def _save_account(account: Account) -> None:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        # Somebody else took the name in between.
        raise FieldRefused("account_name_taken", "name", name=account.name) from error
