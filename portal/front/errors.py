"""Error pages that need more than their template."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django passes it
    """This will say that a form was not sent from a page of ours, or that its page is too old."""
    return render(request, "403_csrf.html", status=403)
