"""Addresses that belong to no single app."""

from django.urls import path

from portal.front import guide, health, views

urlpatterns = [
    path("", views.home, name="home"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.mark_as_read, name="mark_as_read"),
    path("profile/", views.profile, name="profile"),
    path("how-support-works/", guide.how_support_works, name="how_support_works"),
    path("glossary/", guide.glossary, name="glossary"),
    path("theme/", views.theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("health/clock", health.clock, name="health_clock"),
]
