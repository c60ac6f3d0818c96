"""What stands at the top of the admin's index: the days off whose date somebody has to confirm."""

from django import template

from entitlements.models import DayOff
from entitlements.permissions import entitlements_refusal
from portal.accounts.models import User

register = template.Library()


@register.simple_tag
def days_off_to_confirm(user: User) -> int:
    """Count the days off that wait for confirmation; none for who may not confirm them."""
    return 0 if entitlements_refusal(user) else DayOff.objects.waiting().count()
