"""A form on its way to its operation: validated, its files stored, carried out once.

The customer's pages and the staff's admin submit here, so that both meet the same refusals with the same
statuses; each shows the result in its own way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from cases.action_pages import PAGES, ActionPage, Submission
from cases.forms import ActionForm
from cases.lifecycle import Action
from cases.models import Case
from cases.wording import explain
from portal.accounts.models import User
from portal.clock import machine_now
from portal.errors import DomainError, FieldRefused
from portal.files.storing import StoredBlob, stored
from portal.work.form_tokens import new_token, sent_before, submit_once, throttle

# What SPEC 6 limits per person and hour, beside uploads.
_LIMITED = frozenset({"case", "reply"})


@dataclass(frozen=True, slots=True)
class Asked:
    """An action that a person asks for: on which case, and when."""

    user: User
    case: Case
    action: Action
    now: datetime

    @property
    def page(self) -> ActionPage:
        """How the action is asked for."""
        return PAGES[self.action]

    def empty_form(self, auto_id: str = "id_%s", **initial: Any) -> ActionForm:
        """This will make the action's form, with a token of its own."""
        initial["form_token"] = new_token()
        return self.page.form(case=self.case, actor=self.user, now=self.now, initial=initial, auto_id=auto_id)

    def sent_form(
        self, data: QueryDict, files: MultiValueDict[str, Any], auto_id: str = "id_%s"
    ) -> ActionForm:
        """This will make the action's form with what was sent."""
        return self.page.form(data, files, case=self.case, actor=self.user, now=self.now, auto_id=auto_id)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a form: where to go on, or the status and what stands in the way.

    A refusal that belongs beside a field is the form's error, any other one is `problem`.
    """

    address: str = ""
    status: int = 302
    problem: str = ""
    retry_after_seconds: int | None = None

    @property
    def is_done(self) -> bool:
        """The operation was carried out, now or at the form's first submit."""
        return bool(self.address)

    def mark(self, response: HttpResponse) -> HttpResponse:
        """This will tell a response's reader how long to wait, where that is why it was refused."""
        if self.retry_after_seconds is not None:
            response["Retry-After"] = str(self.retry_after_seconds)
        return response


def submit(
    form: forms.Form,
    user: User,
    *,
    purpose: str,
    act: Callable[[Mapping[str, Any], Sequence[StoredBlob]], str],
) -> Result:
    """This will validate a form with a `form_token`, store its files and run `act` once.

    `act` returns the address to go on to. What was stored for nothing is removed again.

    Raises:
        Case.DoesNotExist: the person may not see the case, or not any more.
    """
    if address := sent_before(form.data.get("form_token", ""), user, purpose=purpose):
        return Result(address)
    if not form.is_valid():
        return Result(status=400)
    data = form.cleaned_data
    try:
        if purpose in _LIMITED:
            throttle(user, purpose, machine_now())
        with stored(data.get("files") or (), user, now=machine_now()) as files:
            address = submit_once(
                token=data["form_token"], user=user, purpose=purpose, act=lambda: act(data, files)
            )
    except DomainError as error:
        return _refused(form, error, to_staff=user.is_staff)
    return Result(address)


def submit_action(asked: Asked, form: forms.Form, *, address: str) -> Result:
    """This will carry out an action with its form; `address` is where to go on while the case is in sight."""

    def act(data: Mapping[str, Any], files: Sequence[StoredBlob]) -> str:
        asked.page.run(Submission(asked.case, asked.user, asked.now, data, files))
        is_visible = Case.objects.visible_to(asked.user).filter(pk=asked.case.pk).exists()
        return address if is_visible else reverse("cases:list")

    return submit(form, asked.user, purpose=purpose_of(asked.action), act=act)


def purpose_of(action: Action) -> str:
    """This will name what an action's token is for; all that write a text share one limit."""
    return "reply" if PAGES[action].is_text else str(action)


def _refused(form: forms.Form, error: DomainError, *, to_staff: bool) -> Result:
    words = explain(error, to_staff=to_staff)
    if isinstance(error, FieldRefused) and error.field in form.fields:
        form.add_error(error.field, words)
        return Result(status=error.http_status)
    seconds = error.values.get("retry_after_seconds")
    return Result(
        status=error.http_status,
        problem=words,
        retry_after_seconds=seconds if isinstance(seconds, int) else None,
    )
