"""Whom notices for staff go to, and who wants mail of theirs."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from portal.accounts.groups import StaffGroup
from portal.accounts.models import Duty, Region, User

_SATURDAY = 5


def staff_on_duty(region: Region, now: datetime) -> list[User]:
    """Find whom a notice for staff of a region goes to (SPEC 2.2), ordered by key.

    People whose hours cover `now`, Monday to Friday in the region's zone; where nobody's do, everybody with
    duties for the region; where nobody has any, all leads; where there is none, the superusers.
    """
    local = now.astimezone(ZoneInfo(region.time_zone))
    duties = Duty.objects.filter(region=region)
    covering = duties.filter(starts__lte=local.time(), ends__gt=local.time())
    if local.weekday() < _SATURDAY and (people := _of_staff(Q(pk__in=covering.values("user_id")))):
        return people
    return _of_staff(Q(pk__in=duties.values("user_id"))) or leads()


def leads() -> list[User]:
    """Find the active leads, else the active superusers, ordered by key."""
    return _of_staff(Q(groups__name=StaffGroup.LEAD.value)) or _of_staff(Q(is_superuser=True))


def _of_staff(condition: Q) -> list[User]:
    staff = User.objects.filter(is_active=True, is_staff=True)
    return list(staff.filter(condition).order_by("pk").distinct())


def wants_mail(person: User) -> bool:
    """Tell whether notices about work reach a person by mail too; staff may do with the inbox (SPEC 2.2)."""
    return person.staff_mail if person.is_staff else True
