"""Every label and sentence about cases. Rules return codes with values; here they become words."""

from cases.wording.history import EVENT_NAMES, actor_name, event_name, event_sentence
from cases.wording.labels import (
    ACTION_EFFECTS,
    ACTION_NAMES,
    CHANNELS,
    ESCALATION_REASONS,
    RESOLUTION_MEANINGS,
    RESOLUTION_NAMES,
    RESOLUTIONS,
    ROLE_NAMES,
    STATUS_NAMES,
    STATUS_SENTENCES,
    STATUSES,
    Words,
    as_html,
    reminder_name,
    status_name,
    step_name,
    step_stops,
)
from cases.wording.refusals import explain, refusal_text

__all__ = [
    "ACTION_EFFECTS",
    "ACTION_NAMES",
    "CHANNELS",
    "ESCALATION_REASONS",
    "EVENT_NAMES",
    "RESOLUTIONS",
    "RESOLUTION_MEANINGS",
    "RESOLUTION_NAMES",
    "ROLE_NAMES",
    "STATUSES",
    "STATUS_NAMES",
    "STATUS_SENTENCES",
    "Words",
    "actor_name",
    "as_html",
    "event_name",
    "event_sentence",
    "explain",
    "refusal_text",
    "reminder_name",
    "status_name",
    "step_name",
    "step_stops",
]
