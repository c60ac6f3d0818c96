"""Verbs about people: making them, their profile, and the people of staff.

What concerns a person as one of an account (seats, permissions, history) is an operation of entitlements.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from portal.accounts.groups import StaffGroup, forget_groups, staff_groups
from portal.accounts.languages import interface_languages
from portal.accounts.models import HOTLINE_LENGTH, Account, Region, User, checked_email, checked_name
from portal.accounts.ports import address_news, staff_work
from portal.accounts.zones import require_zone
from portal.errors import FieldRefused, NotAllowed

# As people write numbers: + and digits, with spaces, dots, dashes and brackets between them.
_HOTLINE = re.compile(r"\+?[0-9][0-9 .()/-]*[0-9]")


def create_person(
    email: str,
    name: str,
    *,
    now: datetime,
    account: Account | None = None,
    language: str = "",
    time_zone: str = "",
    is_staff: bool = False,
) -> User:
    """Make a person without a password, of an account or of staff.

    Raises FieldRefused "email_invalid", "email_taken", "nul", "name_missing", "name_too_long",
    "unknown_zone" or "unknown_language".
    """
    tidy_email = _free_email(email)
    tidy_name = _required_name(name)
    check_language(language)
    require_zone(time_zone, "time_zone")
    try:
        with transaction.atomic():
            return User.objects.create_user(
                tidy_email,
                name=tidy_name,
                account=account,
                language=language,
                time_zone=time_zone,
                is_staff=is_staff,
                joined_at=now,
            )
    except IntegrityError as error:
        # Somebody else took the address in between.
        raise FieldRefused("email_taken", "email") from error


def change_profile(
    person: User, *, name: str, language: str, time_zone: str, staff_mail: bool | None = None
) -> list[str]:
    """Set what people choose for themselves; give the names of the fields that changed.

    An empty language means the account's, an empty time zone the account's, else the region's;
    `staff_mail` None leaves it. Raises FieldRefused as `create_person` does.
    """
    check_language(language)
    require_zone(time_zone, "time_zone")
    wanted: dict[str, object] = {
        "name": _required_name(name),
        "language": language,
        "time_zone": time_zone,
        "staff_mail": person.staff_mail if staff_mail is None else staff_mail,
    }
    changed = [field for field, value in wanted.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, wanted[field])
    if changed:
        person.save(update_fields=changed)
    return changed


def change_email(person: User, email: str, *, now: datetime) -> bool:
    """Let a person sign in by another address; the old one leads nowhere from then on. Tell whether it did.

    What was linked by the old one at a provider goes with it, and is linked anew by the new one. Every
    session ends, and the old address is told, in case nobody agreed it with its reader. The new one is still
    to be proven.

    Raises FieldRefused "email_invalid", "email_taken" or "nul".
    """
    tidy = checked_email(email)
    if tidy == person.email:
        return False
    _free_email(tidy)
    former = person.email
    try:
        with transaction.atomic():
            person.email, person.email_verified_at = tidy, None
            person.save(update_fields=["email", "email_verified_at"])
            EmailAddress.objects.filter(user=person).delete()
            person.identities.all().delete()
            person.sign_ins.all().delete()
            address_news().tell_of_change(person, former=former, now=now)
    except IntegrityError as error:
        raise FieldRefused("email_taken", "email") from error
    return True


def add_staff(
    email: str,
    name: str,
    *,
    groups: Iterable[StaffGroup],
    actor: User,
    now: datetime,
    language: str = "",
    time_zone: str = "",
) -> User:
    """Make a person of staff with their roles, without a password.

    Raises NotAllowed "not_superuser", and FieldRefused as `create_person` does.
    """
    require_superuser(actor)
    with transaction.atomic():
        person = create_person(email, name, now=now, language=language, time_zone=time_zone, is_staff=True)
        set_staff_groups(person, groups, actor=actor)
    return person


def change_staff(
    person: User,
    *,
    email: str,
    name: str,
    language: str,
    time_zone: str,
    staff_mail: bool,
    actor: User,
    now: datetime,
) -> None:
    """Set who a person of staff is, and whether staff notices reach them by mail too.

    Raises NotAllowed "not_superuser", and FieldRefused "not_staff" or as `create_person` does.
    """
    require_superuser(actor)
    if not person.is_staff:
        raise FieldRefused("not_staff", "email")
    with transaction.atomic():
        change_profile(person, name=name, language=language, time_zone=time_zone, staff_mail=staff_mail)
        change_email(person, email, now=now)


def set_staff_groups(person: User, groups: Iterable[StaffGroup], *, actor: User) -> None:
    """Give a person of staff exactly these roles.

    Raises NotAllowed "not_superuser" or FieldRefused "not_staff".
    """
    require_superuser(actor)
    wanted = list(groups)
    if wanted and not person.is_staff:
        raise FieldRefused("not_staff", "staff_groups")
    person.groups.set(Group.objects.filter(name__in=[group.value for group in wanted]))
    forget_groups(person)


def set_staff_sign_in(person: User, *, is_active: bool, actor: User, now: datetime) -> None:
    """Let a person of staff sign in, or no longer; then their open work is released (SPEC 2).

    Raises NotAllowed "not_superuser", FieldRefused "not_staff" or "yourself".
    """
    require_superuser(actor)
    if not person.is_staff:
        raise FieldRefused("not_staff", "is_active")
    if person.pk == actor.pk and not is_active:
        raise FieldRefused("yourself", "is_active")
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        was_active = locked.is_active
        locked.is_active = is_active
        locked.save(update_fields=["is_active"])
        if was_active and not is_active:
            staff_work().release(locked, actor=actor, now=now)
    person.is_active = is_active
    forget_groups(person)


def hold_staff(*people: User) -> None:
    """Keep people of staff from leaving until the transaction ends; who has left by now has no role any more.

    Whoever gives them work holds them first, before any other lock, as `set_staff_sign_in` does.
    """
    rows = User.objects.select_for_update(no_key=True).filter(pk__in={person.pk for person in people})
    stays = dict(rows.order_by("pk").values_list("pk", "is_active"))
    for person in people:
        person.is_active = stays[person.pk]


def require_superuser(actor: User) -> None:
    """Refuse everybody who may not change people of staff; raises NotAllowed "not_superuser"."""
    if not (actor.is_active and actor.is_staff and actor.is_superuser):
        raise NotAllowed("not_superuser")


def _free_email(email: str) -> str:
    tidy = checked_email(email)
    if User.objects.filter(email=tidy).exists():
        raise FieldRefused("email_taken", "email")
    return tidy


def _required_name(name: str) -> str:
    tidy = checked_name(name)
    if not tidy:
        raise FieldRefused("name_missing", "name")
    return tidy


def check_language(language: str) -> None:
    """Refuse a language that the interface does not speak; empty is none. Raises FieldRefused."""
    if language and language not in dict(interface_languages()):
        raise FieldRefused("unknown_language", "language")


def set_hotline(region: Region, number: str, *, actor: User) -> Region:
    """Set the number that customers of a region call in an emergency; an empty one takes it away.

    Raises NotAllowed "not_for_your_role"; FieldRefused "hotline_invalid".
    """
    if StaffGroup.ENTITLEMENT_MANAGER not in staff_groups(actor):
        raise NotAllowed("not_for_your_role")
    tidy = " ".join(number.split())
    if len(tidy) > HOTLINE_LENGTH or (tidy and not _HOTLINE.fullmatch(tidy)):
        raise FieldRefused("hotline_invalid", "hotline")
    with transaction.atomic():
        locked = Region.objects.select_for_update(no_key=True).get(pk=region.pk)
        locked.hotline = tidy
        locked.save(update_fields=["hotline"])
    return locked
