"""Addresses of the catalogue and of requests from it."""

from django.urls import path

from accelerators import views

app_name = "accelerators"
urlpatterns = [
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/compare/", views.compare, name="compare"),
    path("catalogue/ask/", views.ask, name="ask"),
    path("catalogue/<slug:slug>/", views.thing, name="thing"),
    path("catalogue/<slug:slug>/request/", views.request_thing, name="request_thing"),
    path("requests/", views.requests, name="requests"),
    path("requests/<int:key>/", views.request_page, name="request"),
    path("requests/<int:key>/cancel/", views.cancel, name="cancel"),
    path("requests/<int:key>/hand-to-colleague/", views.hand_to_colleague, name="hand_to_colleague"),
]
