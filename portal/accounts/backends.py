"""Who is behind a session."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef

from portal.accounts.models import Account, User

_SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SessionBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth brings no types
    """allauth's sign-in; each request loads the person with what tells their zone, in one statement.

    The same statement tells whether they still owe a second factor: it costs a request nothing.
    """

    def get_user(self, user_id: int) -> User | None:
        """Find the person of a session, if they may still sign in."""
        people = User.objects.select_related("account__country__region").filter(pk=user_id)
        if settings.PORTAL_MFA_REQUIRED:
            people = people.annotate(
                has_second_factor=_second_factors(OuterRef("pk")),
                is_administrator=Exists(Account.objects.filter(administrator=OuterRef("pk"))),
            )
        user = people.first()
        return user if user and self.user_can_authenticate(user) else None


def owes_second_factor(user: User) -> bool:
    """Whether the person of a request has to set up a second factor before anything else."""
    return must_have_second_factor(user) and not getattr(user, "has_second_factor", True)


def must_have_second_factor(user: User) -> bool:
    """Whether the installation asks the person of a request for a second factor."""
    required = settings.PORTAL_MFA_REQUIRED
    return ("staff" in required and user.is_staff) or (
        "administrators" in required and getattr(user, "is_administrator", False)
    )


def _second_factors(person: OuterRef) -> Exists:
    return Exists(Authenticator.objects.filter(user=person, type__in=_SECOND_FACTORS))
