"""What stands at the top of the admin's index: the work that waits for who looks at it."""

from django import template

from cases.queries import QueueSummary, queue_summary
from portal.accounts.groups import works_cases
from portal.accounts.models import User
from portal.clock import business_now

register = template.Library()


@register.simple_tag
def my_queue(user: User) -> QueueSummary | None:
    """Count what waits for a person of staff now; nothing for who works none."""
    return queue_summary(user, business_now()) if works_cases(user) else None
