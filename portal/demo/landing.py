"""Where a person lands after the demo bar: on the page they came from, if they may see it."""

from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.models import AnonymousUser
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cases.models import Case
from portal.accounts.models import User

_SIGN_IN = {"account_login", "admin:login"}


def landing(wanted: str, user: User | AnonymousUser) -> str:
    """Find the address to lead `user` to who came from `wanted`: that page, its twin, or their home."""
    home = "/admin/" if user.is_staff else "/"
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return home
    parts = urlsplit(wanted)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return home
    if not isinstance(user, User):
        # Whoever is signed out is asked to sign in there, and comes back.
        return wanted
    if match.view_name in _SIGN_IN:
        return landing(parse_qs(parts.query).get("next", [home])[0], user)
    if case := _case_of(match):
        return _page_of(case, user) or home
    return wanted if _is_for(match, user) else home


def _case_of(match: ResolverMatch) -> int | None:
    """The key of the case that a page of the customer's or of the admin is about."""
    is_about_case = match.app_name == "cases" or match.view_name.startswith("admin:cases_case_")
    key = match.kwargs.get("key") if is_about_case else None
    return key if isinstance(key, int) else None


def _page_of(key: int, user: User) -> str | None:
    """The case's page on the person's own side; forms that a GET would refuse lead there too."""
    if not Case.objects.visible_to(user).filter(pk=key).exists():
        return None
    return reverse("admin:cases_case_change" if user.is_staff else "cases:case", args=[key])


def _is_for(match: ResolverMatch, user: User) -> bool:
    if "admin" in match.app_names:
        return user.is_staff
    return not user.is_staff or match.app_name != "cases"
