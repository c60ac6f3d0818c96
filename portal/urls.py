"""Every address of the portal."""

from allauth.account import views as allauth
from allauth.account.decorators import secure_admin_login
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from portal.front import oidc
from portal.front.security import drop_unsent, end_sessions, security, unsent
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
    path("", include("accelerators.urls")),
    path("admin/", admin.site.urls),
    path("login/", oidc.SignInPage.as_view(), name="account_login"),
    path("login/code/", factors.authenticate, name="mfa_authenticate"),
    # Through a company's own provider: 404, both, where none is configured.
    path("login/oidc/", oidc.start, name="oidc_start"),
    path("login/oidc/callback/", oidc.callback, name="oidc_callback"),
    path("logout/", allauth.logout, name="account_logout"),
    path("signup/", allauth.signup, name="account_signup"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("reauthenticate/code/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("security/", security, name="mfa_index"),
    path("security/sessions/end/", end_sessions, name="end_sessions"),
    path("unsent/", unsent, name="unsent"),
    path("unsent/drop/", drop_unsent, name="drop_unsent"),
    path("security/app/", apps.activate_totp, name="mfa_activate_totp"),
    path("security/app/remove/", apps.deactivate_totp, name="mfa_deactivate_totp"),
    path("security/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("security/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    # The list of passkeys stands on the page of all that concerns signing in.
    path("security/passkeys/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("security/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("security/passkeys/<int:pk>/rename/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("security/passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
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
