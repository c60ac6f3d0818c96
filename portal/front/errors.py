"""Error pages that need more than their template."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.defaults import server_error

from portal.files.storing import NO_SPACE
from portal.front.unsent import sent_form

# These say that the database cannot work just now, never that the request is at fault.
_DATABASE_AWAY = (OperationalError, InterfaceError)
_RETRY_AFTER_SECONDS = "5"


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


def _busy(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database. The form's token makes sending again safe, whatever became of it."""
    page = render_to_string("503.html", {"sent": sent_form(request)})
    return HttpResponse(page, status=503, headers={"Retry-After": _RETRY_AFTER_SECONDS})
