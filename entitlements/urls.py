"""Addresses of what customers are entitled to."""

from django.urls import path

from entitlements import views

app_name = "entitlements"
urlpatterns = [
    path("", views.what_we_have, name="overview"),
    path("plans/", views.plans, name="plans"),
    path("access/", views.access, name="access"),
    path("access/<int:pk>/revoke/", views.revoke_access, name="revoke_access"),
    path("contacts/", views.contacts, name="contacts"),
    path("contacts/permissions/", views.permissions, name="permissions"),
    path("contacts/invite/", views.invite, name="invite"),
    path("contacts/invitations/<int:pk>/again/", views.send_again, name="send_again"),
    path("contacts/invitations/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("contacts/people/<int:pk>/remove/", views.remove, name="remove"),
    path("contacts/people/<int:pk>/replace/", views.replace, name="replace"),
    path("contacts/hand-over/", views.hand_over, name="hand_over"),
    path("contacts/list/", views.invite_list, name="invite_list"),
    path("contacts/export/", views.export, name="export"),
    path("contacts/history/", views.history, name="history"),
    path("contacts/ask/<int:pk>/", views.ask, name="ask"),
    path("invitation/<str:token>/", views.accept, name="accept"),
]
