"""Who is behind a session."""

from allauth.account.auth_backends import AuthenticationBackend

from portal.accounts.models import User


class SessionBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth brings no types
    """allauth's sign-in; each request loads the person with what tells their zone, in one statement."""

    def get_user(self, user_id: int) -> User | None:
        """Find the person of a session, if they may still sign in."""
        user = User.objects.select_related("account__country__region").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
