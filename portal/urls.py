"""Every address of the portal."""

from allauth.account import views as allauth
from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from portal.front.views import enter_admin

admin.site.site_header = _("Experience Cloud Support: staff")
admin.site.site_title = _("Support staff")
admin.site.index_title = _("Work")
handler500 = "portal.front.errors.failure"
# One way to sign in, with its throttles: the admin has no form of its own.
admin.site.login = secure_admin_login(enter_admin)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("portal.front.urls")),
    path("cases/", include("cases.urls")),
    path("entitlements/", include("entitlements.urls")),
    path("admin/", admin.site.urls),
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    # Who has no password yet is led here from there: they choose one by a link in a mail.
    path(
        "password/set/",
        RedirectView.as_view(pattern_name="account_reset_password"),
        name="account_set_password",
    ),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    # The key holds hyphens itself: the first one ends the person's number.
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/finished/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
if settings.PORTAL_EMBEDDED:
    urlpatterns.append(path("demo/", include("portal.demo.urls")))
