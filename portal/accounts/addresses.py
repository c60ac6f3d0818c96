"""Whether a person has shown that mail to their address reaches them."""

from datetime import datetime

from django.conf import settings

from portal.accounts.models import User


def prove_address(person: User, now: datetime) -> None:
    """Note that a person has followed a link mailed to their address, or that a provider answers for it.

    The first time counts. `now` is machine time.
    """
    unproven = User.objects.filter(pk=person.pk, email=person.email, email_verified_at=None)
    if unproven.update(email_verified_at=now):
        person.email_verified_at = now


def owes_proof(person: User) -> bool:
    """Whether a person has to prove their address before they are let in."""
    return bool(settings.PORTAL_REQUIRE_VERIFIED_EMAIL) and person.email_verified_at is None
