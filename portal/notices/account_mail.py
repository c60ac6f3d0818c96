"""Mail about signing in: the reset of a password, and that a password or a second factor was changed.

A reset carries a token: its row holds the address that was typed, and the link is made when the mail is sent.
Whose address it is, if anybody's, is looked up only then: the request does the same work for every address.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.languages import mail_language
from portal.accounts.models import User
from portal.accounts.wording import exact
from portal.accounts.zones import viewer_zone
from portal.notices.kinds import NoticeKind, register
from portal.notices.mail import Mail, MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce
from portal.notices.states import MailState

RESET = "password_reset"
CHANGED = "password_changed"
FACTORS = "second_factor"
ADDRESS = "address_changed"
_PROFILE = "/profile/"
_NOBODY = "nobody_here"
# Long enough for staff to see that somebody tries addresses; nothing is kept of strangers beyond it.
_STRANGERS_KEPT_FOR = timedelta(days=1)


class FactorChange(StrEnum):
    """What happened to a person's second factors, and to their identity at a provider."""

    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    ALL_REMOVED = "all_removed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_REMOVED = "identity_removed"


_FACTOR_WORDS = {
    FactorChange.APP_ADDED: gettext_lazy("An authenticator app was added to your sign-in"),
    FactorChange.APP_REMOVED: gettext_lazy("The authenticator app was removed from your sign-in"),
    FactorChange.PASSKEY_ADDED: gettext_lazy("A passkey was added to your sign-in"),
    FactorChange.PASSKEY_REMOVED: gettext_lazy("A passkey was removed from your sign-in"),
    FactorChange.CODES_MADE: gettext_lazy("New recovery codes were made for your sign-in"),
    FactorChange.ALL_REMOVED: gettext_lazy("The second factors of your sign-in were removed"),
    FactorChange.IDENTITY_LINKED: gettext_lazy("Signing in through your company was set up for you"),
    FactorChange.IDENTITY_REMOVED: gettext_lazy("Signing in through your company was removed for you"),
}


def announce_password_reset(address: str, now: datetime) -> None:
    """Promise an address the link for a new password, whoever's it is; nobody's gets none when it is sent."""
    key = f"{RESET}:{secrets.token_hex(12)}"
    announce([NoticeDraft(key=key, kind=RESET, recipient=None, address=address)], now=now)


def forget_strangers(now: datetime) -> int:
    """Remove what was asked for addresses that are nobody's, a day later; return how many. Machine time."""
    theirs = Notice.objects.filter(about="", kind=RESET, state=MailState.CANCELLED, cancelled_because=_NOBODY)
    removed, _tables = theirs.filter(queued_at__lte=now - _STRANGERS_KEPT_FOR).delete()
    return removed


def announce_password_changed(user: User, now: datetime) -> None:
    """Tell a person that their password is another one now, in case it was not them."""
    _announce(CHANGED, user, now)


def announce_factor_change(user: User, change: FactorChange, now: datetime) -> None:
    """Tell a person that something changed about how they sign in, in case it was not them."""
    _announce(FACTORS, user, now, what=change.value)


class AddressMail:
    """Tells a former address, which is nobody's by then, that it signs nobody in any more."""

    def tell_of_change(self, person: User, *, former: str, now: datetime) -> None:
        """Write the notice in the change's own transaction; it names the new address to nobody."""
        key = f"{ADDRESS}:{person.pk}:{secrets.token_hex(12)}"
        params = {"person": person.pk}
        announce([NoticeDraft(key=key, kind=ADDRESS, recipient=None, address=former, params=params)], now=now)


def _announce(kind: str, user: User, now: datetime, **params: str) -> None:
    # Each request is an event of its own; there is nothing else to name it by.
    key = f"{kind}:{user.pk}:{secrets.token_hex(12)}"
    announce([NoticeDraft(key=key, kind=kind, recipient=user, params=params)], now=now)


def _reader(notice: Notice) -> User:
    if notice.recipient is None:
        raise ValueError("mail about signing in goes to a person")
    return notice.recipient


def _asker(notice: Notice) -> User | None:
    # A row of the version before names the person.
    return notice.recipient or User.objects.active().filter(email=notice.address).first()


def _nobody_asked(notice: Notice) -> str | None:
    return None if _asker(notice) else _NOBODY


def _reset_mail(notice: Notice) -> Mail:
    reader = _asker(notice)
    if reader is None:
        raise ValueError("the address is nobody's any more")
    with translation.override(mail_language(reader)), timezone.override(viewer_zone(reader)):
        return _rendered_reset(reader)


def _rendered_reset(reader: User) -> Mail:
    token = default_token_generator.make_token(reader)
    link = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(reader), "key": token}
    )
    return render_mail(
        MailContent(
            heading=_("Choose a new password"),
            lead=[
                _("Somebody asked for a new password for %(email)s, most likely you.")
                % {"email": reader.email},
                _("The link works once, and for %(hours)d hours.")
                % {"hours": timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) // timedelta(hours=1)},
                _("Was it not you? Then nothing is to be done: the password stays as it is."),
            ],
            button_label=_("Choose a new password"),
            button_path=link,
            why_you=_("You get it because a new password was asked for on the sign-in page."),
        ),
        subject=_("Choose a new password for the support portal"),
    )


def _changed_words(_notice: Notice) -> str:
    return _("Your password was changed")


def _changed_mail(notice: Notice) -> Mail:
    when = exact(notice.created_at, timezone.get_current_timezone())
    return render_mail(
        MailContent(
            heading=_changed_words(notice),
            lead=[
                _("The password of %(email)s was changed: %(when)s.")
                % {"email": _reader(notice).email, "when": when},
                _("Was it not you? Then ask for a new password on the sign-in page at once."),
            ],
            button_label=_("Ask for a new password"),
            button_path=reverse("account_reset_password"),
            why_you=_("You get it because it concerns your sign-in."),
        ),
        subject=_("Your password for the support portal was changed"),
    )


def _address_words(_notice: Notice) -> str:
    return _("The address of your sign-in was changed")


def _address_mail(notice: Notice) -> Mail:
    person = User.objects.get(pk=notice.params["person"])
    with translation.override(mail_language(person)), timezone.override(viewer_zone(person)):
        when = exact(notice.created_at, timezone.get_current_timezone())
        return render_mail(
            MailContent(
                heading=_address_words(notice),
                lead=[
                    _("%(email)s signs nobody in any more: our staff changed the address, %(when)s.")
                    % {"email": notice.address, "when": when},
                    _("Whoever was signed in with it has been signed out."),
                    _("Did you not agree to it? Then tell the support team at once."),
                ],
                why_you=_("You get it because this was the address of your sign-in."),
            ),
            subject=_("The address of your sign-in to the support portal was changed"),
        )


def _factor_words(notice: Notice) -> str:
    return str(_FACTOR_WORDS[FactorChange(notice.params["what"])])


def _factor_mail(notice: Notice) -> Mail:
    when = exact(notice.created_at, timezone.get_current_timezone())
    return render_mail(
        MailContent(
            heading=_factor_words(notice),
            lead=[
                _("This concerns the sign-in of %(email)s: %(when)s.")
                % {"email": _reader(notice).email, "when": when},
                _("Was it not you? Then change your password at once, and tell the support team."),
            ],
            button_label=_("See your sign-in and security"),
            button_path=reverse("mfa_index"),
            why_you=_("You get it because it concerns your sign-in."),
        ),
        subject=_factor_words(notice),
    )


def _always_matters(_notice: Notice) -> None:
    return None


def _no_thread(_notice: Notice) -> str:
    return ""


def _kind(
    code: str,
    headline: Callable[[Notice], str],
    path: Callable[[Notice], str],
    mail: Callable[[Notice], Mail],
    *,
    is_in_inbox: bool = True,
) -> NoticeKind:
    """What a person is told about their sign-in, whatever comes after."""
    return NoticeKind(
        code=code,
        label=gettext_lazy("Sign-in"),
        headline=headline,
        path=path,
        mail=mail,
        obsolete_because=_always_matters,
        thread=_no_thread,
        is_in_inbox=is_in_inbox,
    )


def register_kinds() -> None:
    """Make the kinds known to the inbox and the sender."""
    register(
        NoticeKind(
            code=RESET,
            label=gettext_lazy("New password"),
            headline=lambda _notice: _("A link to choose a new password"),
            path=lambda _notice: _PROFILE,
            mail=_reset_mail,
            obsolete_because=_nobody_asked,
            thread=_no_thread,
            is_secret=True,
            # Whoever needs it cannot sign in; whoever can sign in does not need it.
            is_in_inbox=False,
        )
    )
    register(_kind(CHANGED, _changed_words, lambda _: _PROFILE, _changed_mail))
    register(_kind(FACTORS, _factor_words, lambda _: reverse("mfa_index"), _factor_mail))
    # It goes to an address, which has no inbox here.
    register(_kind(ADDRESS, _address_words, lambda _: _PROFILE, _address_mail, is_in_inbox=False))
