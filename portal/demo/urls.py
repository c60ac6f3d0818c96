"""Addresses of the demo bar's buttons."""

from django.urls import path

from portal.demo import views

app_name = "demo"
urlpatterns = [
    path("become/", views.become, name="become"),
    path("advance/", views.advance, name="advance"),
    path("reset/", views.reset, name="reset"),
]
