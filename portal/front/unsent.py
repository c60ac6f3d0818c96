"""A form that was not carried out: what was typed, for sending it again."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from portal.accounts.models import User
from portal.work.form_tokens import is_spent

# What people write; a test compares it with the forms. The other fields are choices.
TYPED = ("title", "text", "description", "justification", "impact", "reason", "customers_words")
_KEPT_IN = "unsent"
# More than any form of the portal holds; what is larger is shown to nobody again.
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was not carried out: what was typed, and the rest of it, for sending it again."""

    address: str
    typed: list[tuple[str, str]]
    rest: list[tuple[str, str]]
    has_files: bool


def sent_form(request: HttpRequest) -> Sent | None:
    """Read what a request sent, if it is a form that may be sent again; asks nothing of the database."""
    # Before the check against forgery, nobody knows who wrote it.
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return None
    if "form_token" not in request.POST:
        return None
    fields = _pairs(request.POST)
    return Sent(
        address=request.get_full_path(),
        typed=[(name, value) for name, value in fields if name in TYPED and value],
        rest=[(name, value) for name, value in fields if name not in TYPED],
        has_files=bool(request.FILES),
    )


def keep_unsent(request: HttpRequest, sent: Sent, user_id: int) -> None:
    """Keep a form in the session of who signs in next, for one person only."""
    rest = [(name, value) for name, value in sent.rest if name != "csrfmiddlewaretoken"]
    if sum(len(value) for _name, value in (*sent.typed, *rest)) <= _MOST_CHARACTERS:
        request.session[_KEPT_IN] = {**asdict(sent), "rest": rest, "whose": user_id}


def kept_unsent(request: HttpRequest, user: User) -> Sent | None:
    """Read the form that was kept for this person; anybody else's is dropped, and one that has been sent."""
    kept: dict[str, Any] | None = request.session.get(_KEPT_IN)
    if kept is None:
        return None
    if kept.pop("whose") != user.pk or is_spent(dict(kept["rest"])["form_token"], user):
        forget_unsent(request)
        return None
    return Sent(**kept)


def forget_unsent(request: HttpRequest) -> None:
    """Keep nothing any more."""
    request.session.pop(_KEPT_IN, None)


def _pairs(data: MultiValueDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in data.lists() for value in values]
