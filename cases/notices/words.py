"""The kinds of notice about cases, with their words (SPEC 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from cases.wording import (
    Words,
)

REMINDER = "case_reminder"


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """The words of one kind: its name, the inbox line, the mail's heading, its sentences and its button."""

    label: Words
    headline: Words
    heading: Words
    lead: Words
    button: Words
    fragment: str = ""
    is_for_staff: bool = False


# One row per kind. Placeholders: number, title, product, priority, status, who, and the params of the kind.
WORDS: Mapping[str, NoticeWords] = {
    "acknowledgement": NoticeWords(
        gettext_lazy("Acknowledgement"),
        gettext_lazy("We have received your case"),
        gettext_lazy("We have received your case"),
        gettext_lazy("A support engineer will take it up. Nothing is needed from you now."),
        gettext_lazy("Follow the case"),
    ),
    "answered": NoticeWords(
        gettext_lazy("Answer"),
        gettext_lazy("Support has answered"),
        gettext_lazy("Support has answered"),
        gettext_lazy("A support engineer wrote in your case."),
        gettext_lazy("Read the answer"),
        "conversation",
    ),
    "information_requested": NoticeWords(
        gettext_lazy("Question"),
        gettext_lazy("Support needs your answer"),
        gettext_lazy("We need your answer"),
        gettext_lazy("A support engineer has a question; your case waits in Pending Response."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "resolution_provided": NoticeWords(
        gettext_lazy("Resolution"),
        gettext_lazy("Support has provided a resolution"),
        gettext_lazy("Does this solve it?"),
        gettext_lazy("A support engineer gave a solution. Try it and tell us whether it works."),
        gettext_lazy("Check the solution"),
        "conversation",
    ),
    "reminder": NoticeWords(
        gettext_lazy("Reminder"),
        gettext_lazy("%(reminder)s: your case waits for you"),
        gettext_lazy("We still need your answer"),
        gettext_lazy("Your case waits in %(status)s."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "auto_closed": NoticeWords(
        gettext_lazy("Closure notice"),
        gettext_lazy("Your case closed by itself"),
        gettext_lazy("Your case closed by itself"),
        gettext_lazy("No answer came in the waiting period. You can reopen the case until %(reopen_until)s."),
        gettext_lazy("Reopen the case"),
        "reopen",
    ),
    "closed": NoticeWords(
        gettext_lazy("Closed"),
        gettext_lazy("The case is closed: %(resolution)s"),
        gettext_lazy("The case is closed"),
        gettext_lazy("Its resolution: %(resolution)s. You can reopen it until %(reopen_until)s."),
        gettext_lazy("See the case"),
    ),
    "reopened": NoticeWords(
        gettext_lazy("Reopened"),
        gettext_lazy("The case is open again"),
        gettext_lazy("The case is open again"),
        gettext_lazy("It was reopened and is now in %(status)s."),
        gettext_lazy("Follow the case"),
        "conversation",
    ),
    "priority_changed": NoticeWords(
        gettext_lazy("Priority changed"),
        gettext_lazy("Priority changed from %(before)s to %(after)s"),
        gettext_lazy("The priority has changed"),
        gettext_lazy("It was %(before)s and is now %(after)s."),
        gettext_lazy("See the case"),
    ),
    "hold_set": NoticeWords(
        gettext_lazy("Hold"),
        gettext_lazy("The case is kept open until %(until)s"),
        gettext_lazy("The case is kept open longer"),
        gettext_lazy("The follow-up clock stands still until %(until)s. You can answer at any time."),
        gettext_lazy("See the case"),
    ),
    "hold_ended": NoticeWords(
        gettext_lazy("Hold ended"),
        gettext_lazy("The hold has ended"),
        gettext_lazy("The hold has ended"),
        gettext_lazy("The follow-up clock goes on, and your case waits in %(status)s."),
        gettext_lazy("Answer in the portal"),
        "reply",
    ),
    "requestor_changed": NoticeWords(
        gettext_lazy("Requestor changed"),
        gettext_lazy("The case has a new requestor"),
        gettext_lazy("The case has a new requestor"),
        gettext_lazy("%(requestor)s is now the requestor. A running waiting period goes on."),
        gettext_lazy("See the case"),
    ),
    "follow_up_filed": NoticeWords(
        gettext_lazy("Follow-up filed"),
        gettext_lazy("A follow-up of this case was filed"),
        gettext_lazy("A follow-up was filed"),
        gettext_lazy("A new case follows this one; the two are linked."),
        gettext_lazy("See the case"),
    ),
    "caller_logged": NoticeWords(
        gettext_lazy("Request to take over"),
        gettext_lazy("A caller’s request waits for one of you"),
        gettext_lazy("Take this request over"),
        gettext_lazy(
            "%(caller)s (%(caller_address)s) called support about %(product)s, without a seat for it. "
            "Support works on it once a named contact or the account administrator has taken it over."
        ),
        gettext_lazy("Take it over"),
        "take-over",
    ),
    "call_declined": NoticeWords(
        gettext_lazy("Call given up"),
        gettext_lazy("Support could not make the call"),
        gettext_lazy("Support could not make the call"),
        gettext_lazy("You can request another call, or write in the case."),
        gettext_lazy("See the case"),
    ),
    "p1_filed": NoticeWords(
        gettext_lazy("P1 filed"),
        gettext_lazy("A P1 case was filed"),
        gettext_lazy("A P1 case was filed"),
        gettext_lazy("%(account)s, %(product)s. Nobody owns it yet."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "target_warned": NoticeWords(
        gettext_lazy("Target near"),
        gettext_lazy("First response due %(response_due_at)s"),
        gettext_lazy("The first response is due soon"),
        gettext_lazy("%(account)s, %(product)s. Three quarters of the time have passed."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "target_missed": NoticeWords(
        gettext_lazy("Target missed"),
        gettext_lazy("First response was due %(response_due_at)s"),
        gettext_lazy("The first response is late"),
        gettext_lazy("%(account)s, %(product)s. Nobody has answered yet."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "customer_replied": NoticeWords(
        gettext_lazy("Customer replied"),
        gettext_lazy("The customer replied"),
        gettext_lazy("The customer replied"),
        gettext_lazy("%(account)s, %(product)s. The case is in %(status)s."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "urgency_raised": NoticeWords(
        gettext_lazy("Urgency raised"),
        gettext_lazy("The customer raised the urgency"),
        gettext_lazy("The customer raised the urgency"),
        gettext_lazy("%(account)s, %(product)s. The case is now %(priority)s."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "call_requested": NoticeWords(
        gettext_lazy("Call requested"),
        gettext_lazy("The customer asks for a call at %(call_at)s"),
        gettext_lazy("The customer asks for a call"),
        gettext_lazy("%(account)s, %(product)s. Call at %(call_at)s; the number stands in the case."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "call_cancelled": NoticeWords(
        gettext_lazy("Call cancelled"),
        gettext_lazy("The customer cancelled the call"),
        gettext_lazy("The customer cancelled the call"),
        gettext_lazy("%(account)s, %(product)s. Nobody has to call."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
    "escalated": NoticeWords(
        gettext_lazy("Escalated"),
        gettext_lazy("The customer escalated"),
        gettext_lazy("The customer escalated"),
        gettext_lazy("%(account)s, %(product)s. Acknowledge it with a message."),
        gettext_lazy("Open the case"),
        is_for_staff=True,
    ),
}

# The clock's words in a caller's case that nobody has taken over: there is nothing to answer.
WORDS_WITHOUT_REQUESTOR: Mapping[str, NoticeWords] = {
    "reminder": NoticeWords(
        gettext_lazy("Reminder"),
        gettext_lazy("%(reminder)s: a caller’s request waits for one of you"),
        gettext_lazy("The request still waits for one of you"),
        gettext_lazy(
            "%(caller)s (%(caller_address)s) called support about %(product)s, without a seat for it. "
            "Nobody has taken the request over."
        ),
        gettext_lazy("Take it over"),
        "take-over",
    ),
    "auto_closed": NoticeWords(
        gettext_lazy("Closure notice"),
        gettext_lazy("A caller’s request closed by itself"),
        gettext_lazy("The request closed by itself"),
        gettext_lazy("Nobody took the request of %(caller)s over. A named contact can file a new case."),
        gettext_lazy("See the case"),
    ),
}
