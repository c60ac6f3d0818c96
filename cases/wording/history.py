"""What happened, in words: events, and who they are by."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.wording.labels import RESOLUTION_NAMES, Words, reminder_name, status_name
from entitlements.wording import PRIORITY_NAMES

EVENT_NAMES: Mapping[str, Words] = {
    "filed": gettext_lazy("Case filed"),
    "caller_logged": gettext_lazy("Somebody without a seat called"),
    "taken_over": gettext_lazy("Request taken over"),
    "claimed": gettext_lazy("Taken up by an engineer"),
    "assigned": gettext_lazy("Assigned to an engineer"),
    "answered": gettext_lazy("Support answered"),
    "information_requested": gettext_lazy("Support asked a question"),
    "resolution_provided": gettext_lazy("Support provided a resolution"),
    "resumed": gettext_lazy("Work resumed"),
    "handed_to_engineering": gettext_lazy("Handed to product engineering"),
    "taken_back": gettext_lazy("Back from product engineering"),
    "replied": gettext_lazy("Customer replied"),
    "contact_logged": gettext_lazy("Contact logged"),
    "confirmed": gettext_lazy("Solution confirmed"),
    "closed": gettext_lazy("Case closed"),
    "auto_closed": gettext_lazy("Closed by itself"),
    "reopened": gettext_lazy("Case reopened"),
    "followed_up": gettext_lazy("Follow-up filed"),
    "held": gettext_lazy("Put on hold"),
    "released": gettext_lazy("Hold released"),
    "hold_ended": gettext_lazy("Hold ended"),
    "extended": gettext_lazy("Kept open 3 days longer"),
    "reminded": gettext_lazy("Reminder sent"),
    "reminder_skipped": gettext_lazy("Reminder left out: the clock had stood still"),
    "escalated": gettext_lazy("Escalated"),
    "acknowledged": gettext_lazy("Escalation acknowledged"),
    "urgency_raised": gettext_lazy("Urgency raised"),
    "call_requested": gettext_lazy("Call requested"),
    "call_cancelled": gettext_lazy("Call cancelled"),
    "call_declined": gettext_lazy("Call given up by support"),
    "priority_lowered": gettext_lazy("Priority lowered"),
    "priority_changed": gettext_lazy("Priority changed"),
    "requestor_changed": gettext_lazy("Requestor changed"),
    "watchers_changed": gettext_lazy("Watchers changed"),
    "noted": gettext_lazy("Internal note"),
    "tagged": gettext_lazy("Tags changed"),
    "linked": gettext_lazy("Related case linked"),
    "owner_left": gettext_lazy("Released by an engineer who left"),
    "target_warned": gettext_lazy("Three quarters of the time for the first response have passed"),
    "target_missed": gettext_lazy("The targeted first response has passed"),
    "clock_failed": gettext_lazy("The clock could not carry out a step; it tries again in an hour"),
}


def event_name(kind: str) -> str:
    """This will name a kind of event."""
    return str(EVENT_NAMES[kind])


def event_sentence(kind: str, detail: Mapping[str, object]) -> str:
    """This will write an event with its details, without who and when."""
    match kind:
        case "reminded" | "reminder_skipped":
            return _("%(what)s: %(reminder)s") % {
                "what": event_name(kind),
                "reminder": reminder_name(int(str(detail["ordinal"]))),
            }
        case "filed" | "taken_over":
            filed, taken = _("Case filed as %(priority)s"), _("Request taken over as %(priority)s")
            return (filed if kind == "filed" else taken) % {"priority": _priority(detail["priority"])}
        case "closed" | "confirmed":
            return _("%(what)s: %(resolution)s") % {
                "what": event_name("closed"),
                "resolution": RESOLUTION_NAMES[str(detail["resolution"])],
            }
        case "urgency_raised" | "priority_lowered" | "priority_changed":
            return _("%(what)s from %(old)s to %(new)s") % {
                "what": event_name(kind),
                "old": _priority(detail["before"]),
                "new": _priority(detail["after"]),
            }
        case _ if detail.get("status") and detail.get("status") != detail.get("status_before"):
            return _("%(what)s: %(status)s") % {
                "what": event_name(kind),
                "status": status_name(detail["status"]),
            }
        case _:
            return event_name(kind)


def _priority(value: object) -> str:
    return str(PRIORITY_NAMES[int(str(value))])


def actor_name(actor: object, *, to_staff: bool) -> str:
    """This will name who did something: staff by role to customers, by name to staff; nobody is the clock."""
    if actor is None:
        return _("Clock")
    if getattr(actor, "is_staff", False) and not to_staff:
        return _("Support engineer")
    return str(actor)
