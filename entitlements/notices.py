"""What entitlements write to people: invitations, and the wish for a seat (SPEC 2.2 and 3.4).

The mail of an invitation carries a token: its row holds the invitation's key only, and the link is made when
the mail is sent.
"""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entitlements.models import EntitlementEvent, Invitation, License, Seat
from entitlements.models.invitations import hash_of, token_for
from entitlements.queries import who_answers
from portal.accounts.models import User
from portal.accounts.queries import wants_mail
from portal.accounts.zones import account_zone
from portal.clock import business_now
from portal.notices.kinds import NoticeKind, register
from portal.notices.mail import Mail, MailContent, render_mail
from portal.notices.models import Notice
from portal.notices.operations import NoticeDraft, announce

INVITATION = "invitation"
SEAT_ASKED = "seat_asked"


def send_invitation(invitation: Invitation, *, now: datetime) -> None:
    """Promise an address the link of its invitation, as it is now; an earlier link is dead."""
    # The hash names the link, and betrays nothing of it.
    draft = NoticeDraft(
        key=f"{INVITATION}:{invitation.pk}:{invitation.token_hash[:24]}",
        kind=INVITATION,
        recipient=None,
        address=invitation.address,
        about=invitation.about,
        params={"invitation": invitation.pk, "hash": invitation.token_hash},
    )
    announce([draft], now=now)


def tell_of_asked_seat(event: EntitlementEvent, *, now: datetime) -> None:
    """Tell the account administrator, else staff on duty, that somebody asks for a seat."""
    asker, license_ = event.actor, event.license
    assert asker is not None
    assert license_ is not None
    params = {"license": license_.pk, "person": asker.pk, "product": license_.product.name}
    announce(
        (
            NoticeDraft(
                key=f"{SEAT_ASKED}:{event.pk}:{person.pk}",
                kind=SEAT_ASKED,
                recipient=person,
                params=params,
                wants_mail=wants_mail(person),
            )
            for person in who_answers(event.account, now)
        ),
        now=now,
    )


def _invitation(notice: Notice) -> Invitation:
    rows = Invitation.objects.select_related(
        "license__account__country__region", "license__product", "invited_by"
    )
    return rows.get(pk=notice.params["invitation"])


def _invitation_over(notice: Notice) -> str | None:
    invitation = _invitation(notice)
    if not invitation.is_open(business_now()):
        return "invitation_over"
    return None if invitation.token_hash == notice.params["hash"] else "invitation_replaced"


def _invitation_mail(notice: Notice) -> Mail:
    invitation = _invitation(notice)
    token = token_for(invitation.nonce)
    if hash_of(token) != notice.params["hash"]:
        raise ValueError("the link has been replaced, or the installation's key is another one now")
    account = invitation.license.account
    # Who is invited has no language and no zone here yet: the account's are the nearest.
    language = account.language or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(account_zone(account)):
        return _rendered_invitation(invitation, token)


def _rendered_invitation(invitation: Invitation, token: str) -> Mail:
    names = {
        "account": invitation.license.account.name,
        "product": invitation.license.product.name,
        "name": invitation.invited_by.name or invitation.invited_by.email,
        "address": invitation.address,
    }
    return render_mail(
        MailContent(
            heading=_("You are invited as a named contact"),
            lead=[
                _("%(name)s invites you to be a named contact of %(account)s for %(product)s.") % names,
                _("Named contacts file cases with support, follow them and answer the engineers."),
                _("Open the link, choose a name and a password, and you are in. It works once."),
            ],
            deadline=invitation.expires_at,
            deadline_label=_("The link works until"),
            button_label=_("Accept the invitation"),
            button_path=reverse("entitlements:accept", args=[token]),
            why_you=_(
                "You get it because somebody named %(address)s as a contact. Was it a mistake? Then"
                " nothing is to be done."
            )
            % names,
            account_name=invitation.license.account.name,
        ),
        subject=_("Your invitation to support for %(product)s, from %(account)s") % names,
    )


def _asker(notice: Notice) -> User:
    return User.objects.get(pk=notice.params["person"])


def _seat_words(notice: Notice) -> dict[str, str]:
    asker = _asker(notice)
    return {"name": asker.name or asker.email, "email": asker.email, "product": notice.params["product"]}


def _seat_path(notice: Notice) -> str:
    if notice.recipient is not None and notice.recipient.is_staff:
        query = urlencode({"license": notice.params["license"], "user": notice.params["person"]})
        return f"{reverse('admin:entitlements_seat_add')}?{query}"
    query = urlencode({"license": notice.params["license"], "person": notice.params["person"]})
    return f"{reverse('entitlements:contacts')}?{query}#invite"


def _seat_headline(notice: Notice) -> str:
    return _("%(name)s asks for a seat for %(product)s") % _seat_words(notice)


def _seat_mail(notice: Notice) -> Mail:
    words = _seat_words(notice)
    account = License.objects.select_related("account").get(pk=notice.params["license"]).account
    return render_mail(
        MailContent(
            heading=_seat_headline(notice),
            lead=[
                _("%(name)s (%(email)s) may not file cases for %(product)s without a seat, and asks for one.")
                % words,
                _("The page of the contacts shows how many seats are free."),
            ],
            button_label=_("See the contacts"),
            button_path=_seat_path(notice),
            why_you=_("You get it because you look after the contacts of %(account)s.")
            % {"account": account.name},
            account_name=account.name,
        ),
        subject=_seat_headline(notice),
    )


def _seat_taken(notice: Notice) -> str | None:
    seats = Seat.objects.active().filter(license_id=notice.params["license"], user_id=notice.params["person"])
    return "seat_taken" if seats.exists() else None


def register_kinds() -> None:
    """Make the kinds known to the inbox and the sender."""
    register(
        NoticeKind(
            code=INVITATION,
            label=gettext_lazy("Invitation"),
            headline=lambda _notice: _("An invitation as a named contact"),
            path=lambda _notice: "/",
            mail=_invitation_mail,
            obsolete_because=_invitation_over,
            thread=lambda _notice: "",
            is_secret=True,
            # Whoever gets it has no inbox here yet.
            is_in_inbox=False,
        )
    )
    register(
        NoticeKind(
            code=SEAT_ASKED,
            label=gettext_lazy("Named contacts"),
            headline=_seat_headline,
            path=_seat_path,
            mail=_seat_mail,
            obsolete_because=_seat_taken,
            thread=lambda _notice: "",
        )
    )
