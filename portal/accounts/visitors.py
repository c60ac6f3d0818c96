"""Who asks for a page."""

from django.http import HttpRequest

from portal.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Give the person of a request that has passed `login_required`."""
    assert isinstance(request.user, User)
    return request.user
