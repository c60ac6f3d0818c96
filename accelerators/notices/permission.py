"""How the notice reads that somebody wants to request services."""

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.notices.kinds import Mail
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice


def _asker(notice: Notice) -> User:
    return User.objects.select_related("account").get(pk=notice.params["person"])


def headline(notice: Notice) -> str:
    """Say what it is about, in a line."""
    return _("%(name)s asks for the permission to request services") % {"name": _asker(notice)}


def path(notice: Notice) -> str:
    """Give the address to which it leads."""
    if notice.recipient is not None and notice.recipient.is_staff:
        return reverse("admin:entitlements_person_change", args=[notice.params["person"]])
    return reverse("entitlements:contacts") + "#people"


def mail(notice: Notice) -> Mail:
    """Write its mail."""
    asker = _asker(notice)
    assert asker.account is not None
    words = {"name": str(asker), "email": asker.email, "account": asker.account.name}
    return render_mail(
        MailContent(
            heading=headline(notice),
            lead=[
                _("%(name)s (%(email)s) reads the catalogue and would like to ask for what it offers.")
                % words,
                _("The tick “Asks for services” on the page of the contacts gives the permission."),
            ],
            button_label=_("See the contacts"),
            button_path=path(notice),
            why_you=_("You get it because you look after the contacts of %(account)s.") % words,
            account_name=words["account"],
        ),
        subject=headline(notice),
    )


def obsolete_because(notice: Notice) -> str | None:
    """Say why a mail no longer matters: once the permission is given."""
    asker = _asker(notice)
    return "permission_given" if asker.may_request or not asker.is_active else None
