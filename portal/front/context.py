"""What the frame around every page shows."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from portal.clock import business_now, machine_now
from portal.notices.inbox import unread_count
from portal.work.health import clock_health

THEMES = ("light", "dark")


@dataclass(frozen=True)
class StaffBanner:
    """What staff have to know before anything else: the clock stands still, or mail does."""

    heading: str
    text: str
    url: str
    url_label: str


def frame(request: HttpRequest) -> dict[str, object]:
    """This will give the unread count, the theme and, for staff, the banner of the clock; lazily."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme")
    context: dict[str, object] = {"theme": theme if theme in THEMES else "device"}
    if user is None or not user.is_authenticated:
        return context
    context["unread_count"] = SimpleLazyObject(lambda: unread_count(user))
    if user.is_staff:
        context["staff_banner"] = staff_banner()
    return context


def staff_banner() -> StaffBanner | None:
    """This will say that the clock or the mail stands still, from the figures of the health address."""
    health = clock_health(machine_now(), business_now())
    if health.ok:
        return None
    return StaffBanner(
        heading=_("The clock needs attention."),
        text=" ".join(fault.text for fault in health.reasons),
        url=reverse("admin:work_heartbeat_changelist"),
        url_label=_("See the clock"),
    )
