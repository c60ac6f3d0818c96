"""The portal's addresses and two more: what the matrix must find unlisted."""

from django.http import HttpResponse
from django.urls import path

from portal.urls import urlpatterns as _portal

urlpatterns = [
    *_portal,
    path("cases/export/", lambda _request: HttpResponse("all"), name="export"),
    path("raw", lambda _request: HttpResponse("without a name")),
]
