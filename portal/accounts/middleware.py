"""Every page in the viewer's own zone and language (SPEC 1)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.accounts.languages import viewer_language
from portal.accounts.models import User
from portal.accounts.zones import viewer_zone


def speak_as_the_viewer(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer each request in the zone and language of who asks.

    Whoever is not signed in gets UTC and what the browser's Accept-Language asks for. What was active
    before is active again afterwards.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        language = _language_of(request)
        with timezone.override(viewer_zone(request.user)), translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        if not request.user.is_authenticated:
            patch_vary_headers(response, ("Accept-Language",))
        return response

    return middleware


def _language_of(request: HttpRequest) -> str:
    chosen = viewer_language(request.user) if isinstance(request.user, User) else ""
    return chosen or translation.get_language_from_request(request)
