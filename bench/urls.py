"""The portal's addresses, and those of the bare pages."""

from django.urls import path

from bench.bare import bare_case, bare_list
from portal.urls import urlpatterns as portal_urlpatterns

urlpatterns = [
    path("bare/", bare_list),
    path("bare/<int:key>/", bare_case),
    *portal_urlpatterns,
]
