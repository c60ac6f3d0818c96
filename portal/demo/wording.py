"""The demo's sentences."""

from datetime import timedelta

from django.utils.translation import gettext as _

from portal.errors import DomainError


def refusal_text(error: DomainError) -> str:
    """This will say why the demo refuses something, and what to do instead."""
    sentences = {
        "demo_already_loaded": _("The demo is loaded already. Reset it with: manage.py demo_clock --reset"),
        "demo_foreign_database": _(
            "This database has people whom the demo did not make. The demo is loaded into an empty one only."
        ),
        "demo_not_loaded": _("The demo is not loaded in this database. Load it with: manage.py demo_load"),
        "demo_clock_backwards": _("The demo's clock runs forwards only."),
        "demo_clock_too_far": _("The demo's clock runs %(days)s days ahead at most. Reset the demo."),
    }
    return sentences[error.code] % error.values


def offset_text(offset: timedelta) -> str:
    """This will write how far the demo's clock runs ahead: "2 d 3 h 0 min"."""
    hours, minutes = divmod(int(offset.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    return _("%(days)s d %(hours)s h %(minutes)s min") % {"days": days, "hours": hours, "minutes": minutes}
