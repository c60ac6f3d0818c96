"""A form on its way to its operation: validated, carried out once, its refusal put where it belongs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse

from entitlements.wording import refusal_text
from portal.accounts.models import User
from portal.clock import machine_now
from portal.errors import DomainError, FieldRefused
from portal.work.form_tokens import count_attempt, sent_before, submit_once, throttle
from portal.work.wording import REFUSALS as FORM_REFUSALS
from portal.work.wording import refusal_text as form_refusal_text

# What SPEC 6 limits per person and hour.
INVITATION = "invitation"
_LIMITED = frozenset({INVITATION})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a form: where to go on, or the status and what stands in the way.

    A refusal that belongs beside a field is the form's error, any other one is `problem`.
    """

    address: str = ""
    status: int = 302
    problem: str = ""
    retry_after_seconds: int | None = None

    def mark(self, response: HttpResponse) -> HttpResponse:
        """Tell a response's reader how long to wait, where that is why it was refused."""
        if self.retry_after_seconds is not None:
            response["Retry-After"] = str(self.retry_after_seconds)
        return response


def submit(
    form: forms.Form,
    user: User,
    *,
    purpose: str,
    act: Callable[[Mapping[str, Any]], str],
    words: Callable[[DomainError], str] = refusal_text,
) -> Result:
    """Validate a form with a `form_token` and run `act` once; it returns the address to go on to.

    `words` writes what `act` refuses.
    """
    if address := sent_before(form.data.get("form_token", ""), user, purpose=purpose):
        return Result(address)
    if not form.is_valid():
        return Result(status=400)
    data = form.cleaned_data
    try:
        if purpose in _LIMITED:
            throttle(user, purpose, machine_now())
        address = submit_once(token=data["form_token"], user=user, purpose=purpose, act=lambda: act(data))
    except DomainError as error:
        if error.code == "cannot_be_invited":
            count_attempt(user, purpose)
        return _refused(form, error, explain(error, words))
    return Result(address)


def explain(error: DomainError, words: Callable[[DomainError], str] = refusal_text) -> str:
    """Write any refusal that these pages can meet."""
    return form_refusal_text(error) if error.code in FORM_REFUSALS else words(error)


def _refused(form: forms.Form, error: DomainError, words: str) -> Result:
    if isinstance(error, FieldRefused):
        name = {"email": "address", "user": "address"}.get(error.field, error.field)
        if name in form.fields:
            form.add_error(name, words)
            return Result(status=error.http_status)
    seconds = error.values.get("retry_after_seconds")
    return Result(
        status=error.http_status,
        problem=words,
        retry_after_seconds=seconds if isinstance(seconds, int) else None,
    )
