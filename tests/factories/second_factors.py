"""Second factors as people have them: an app that shows codes, recovery codes, and a key that signs."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from portal.accounts.models import User

# Twenty bytes in base 32, as an app keeps them.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_app(person: User) -> list[str]:
    """Give somebody an authenticator app with SECRET, and return their recovery codes."""
    TOTP.activate(person, SECRET)
    return RecoveryCodes.activate(person).get_unused_codes()


def code_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """What the app shows, or showed some half minutes ago."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_code() -> str:
    """A code that is not the one shown."""
    return f"{(int(code_now()) + 1) % 1_000_000:06}"


def has_app(person: User) -> bool:
    """Whether somebody has an authenticator app."""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
