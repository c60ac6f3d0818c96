"""The portal's addresses with views that break: the fuzz has to find each of them."""

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from cases.models import Case

logger = logging.getLogger(__name__)


def trusting(request: HttpRequest) -> HttpResponse:
    """Takes whatever stands in the query for a number."""
    return HttpResponse(str(int(request.GET.get("page", "1"))))


def hiding(request: HttpRequest) -> HttpResponse:
    """Answers as if nothing had happened, and logs that something has."""
    try:
        Case.objects.filter(pk=request.POST.get("priority", "1")).first()
    except (ValueError, OverflowError):
        logger.exception("what was that?")
    return HttpResponse("fine")


urlpatterns = [
    path("canary/trusting/", trusting, name="canary_trusting"),
    path("canary/hiding/", hiding, name="canary_hiding"),
    path("", include("portal.urls")),
]
