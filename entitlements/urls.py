"""Addresses of what customers are entitled to."""

from django.urls import path

from entitlements import views

app_name = "entitlements"
urlpatterns = [
    path("", views.what_we_have, name="overview"),
    path("plans/", views.plans, name="plans"),
]
