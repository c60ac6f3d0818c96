"""Forms of the case pages, the customer's and the staff's: they validate and keep what was typed."""

from cases.forms.acting import (
    ActionForm,
    AssignForm,
    ChangePriorityForm,
    CloseForm,
    ColleagueForm,
    EscalateForm,
    HoldForm,
    LinkForm,
    LogContactForm,
    MessageForm,
    NoteForm,
    PriorityForm,
    RaiseUrgencyForm,
    ReasonForm,
    TagsForm,
    WatchersForm,
)
from cases.forms.filing import FilingForm, FollowUpForm

__all__ = [
    "ActionForm",
    "AssignForm",
    "ChangePriorityForm",
    "CloseForm",
    "ColleagueForm",
    "EscalateForm",
    "FilingForm",
    "FollowUpForm",
    "HoldForm",
    "LinkForm",
    "LogContactForm",
    "MessageForm",
    "NoteForm",
    "PriorityForm",
    "RaiseUrgencyForm",
    "ReasonForm",
    "TagsForm",
    "WatchersForm",
]
