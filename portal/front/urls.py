"""Addresses that belong to no single app."""

from django.urls import path

from portal.front import health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.mark_as_read, name="mark_as_read"),
    path("profile/", views.profile, name="profile"),
    path("theme/", views.theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("health/clock", health.clock, name="health_clock"),
]
