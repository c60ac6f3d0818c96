"""Error pages that need more than their template."""

import sys
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.views.defaults import server_error

from portal.files.storing import NO_SPACE

# These say that the database cannot work just now, never that the request is at fault.
_DATABASE_AWAY = (OperationalError, InterfaceError)
_RETRY_AFTER_SECONDS = "5"
# What people write; a test compares it with the forms. The other fields are choices.
TYPED = ("title", "text", "description", "justification", "impact", "reason", "customers_words")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django passes it
    """This will say that a form was not sent from a page of ours, or that its page is too old."""
    return render(request, "403_csrf.html", status=403)


def failure(request: HttpRequest) -> HttpResponse:
    """This will say that the database is busy or away (503), the disk is full (507), or we have failed."""
    error = sys.exception()
    if isinstance(error, _DATABASE_AWAY):
        return _busy(request)
    # While files are received, before any form has looked at them.
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return HttpResponse(render_to_string("507.html"), status=507)
    return server_error(request)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form that was not carried out: what was typed, and the rest of it, for sending it again."""

    address: str
    typed: list[tuple[str, str]]
    rest: list[tuple[str, str]]
    has_files: bool


def _busy(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database. The form's token makes sending again safe, whatever became of it."""
    page = render_to_string("503.html", {"sent": _sent(request)})
    return HttpResponse(page, status=503, headers={"Retry-After": _RETRY_AFTER_SECONDS})


def _sent(request: HttpRequest) -> _Sent | None:
    # Before the check against forgery, nobody knows who wrote it.
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return None
    if "form_token" not in request.POST:
        return None
    fields = _pairs(request.POST)
    return _Sent(
        address=request.get_full_path(),
        typed=[(name, value) for name, value in fields if name in TYPED and value],
        rest=[(name, value) for name, value in fields if name not in TYPED],
        has_files=bool(request.FILES),
    )


def _pairs(data: MultiValueDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in data.lists() for value in values]
