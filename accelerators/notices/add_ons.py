"""How notices about add-ons read, and when one no longer matters."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerators.notices.telling import ENDED, ENDING, GRANTED
from accelerators.queries import is_in_units
from entitlements.models import AddOnGrant
from entitlements.wording import ADD_ON_NAMES, Words, day
from portal.notices.kinds import Mail
from portal.notices.mail import MailContent, render_mail
from portal.notices.models import Notice

_HEADLINES: dict[str, Words] = {
    GRANTED: gettext_lazy("You hold %(thing)s from %(first)s to %(last)s"),
    ENDING: gettext_lazy("%(thing)s ends on %(last)s"),
    ENDED: gettext_lazy("%(thing)s has ended"),
}
_LEADS: dict[str, Words] = {
    GRANTED: gettext_lazy("It counts for %(holder)s. The catalogue shows what it opens."),
    ENDING: gettext_lazy(
        "Until then nothing changes for %(holder)s. To keep it, ask for it again in the catalogue."
    ),
    ENDED: gettext_lazy("%(holder)s no longer holds it. What was accepted before goes on."),
}
# What is counted in units is not asked for anew while it is held: a request then uses units.
_ENDING_IN_UNITS = gettext_lazy(
    "Until then nothing changes for %(holder)s. Our staff are told of the end, too, and can grant it anew;"
    " once it has ended, you can ask for it again."
)
_ENDING_TO_STAFF = gettext_lazy(
    "Until then nothing changes for %(holder)s. To go on, it needs a grant that begins on the next day;"
    " entitlement managers make it."
)


def _grant(notice: Notice) -> AddOnGrant:
    return AddOnGrant.objects.select_related("account", "license__product").get(pk=notice.params["grant"])


def _grant_words(grant: AddOnGrant) -> dict[str, str]:
    from_day, to_day = day(grant.first_on), day(grant.last_on)
    holder = grant.license.product.name if grant.license else grant.account.name
    return {
        "thing": str(ADD_ON_NAMES[grant.add_on]),
        "first": from_day,
        "last": to_day,
        "holder": holder,
        "account": grant.account.name,
    }


def headline(notice: Notice) -> str:
    """Say what it is about, in a line."""
    return str(_HEADLINES[notice.kind]) % _grant_words(_grant(notice))


def path(notice: Notice) -> str:
    """Give the address to which it leads."""
    grant = _grant(notice)
    if _is_to_staff(notice):
        return reverse("admin:entitlements_addongrant_change", args=[grant.pk])
    query = f"?{urlencode({'license': grant.license_id})}" if grant.license_id else ""
    return reverse("accelerators:thing", args=[grant.add_on]) + query


def mail(notice: Notice) -> Mail:
    """Write its mail."""
    grant = _grant(notice)
    words = _grant_words(grant)
    is_ending = notice.kind == ENDING
    return render_mail(
        MailContent(
            heading=str(_HEADLINES[notice.kind]) % words,
            lead=[str(_lead(notice, grant)) % words],
            deadline=grant.ends_at if is_ending else None,
            deadline_label=_("It counts until") if is_ending else "",
            button_label=_("See the grant") if _is_to_staff(notice) else _("See it in the catalogue"),
            button_path=path(notice),
            why_you=_("You get it because you look after add-ons of %(account)s, or may ask for them.")
            % words,
            account_name=words["account"],
        ),
        subject=str(_HEADLINES[notice.kind]) % words,
    )


def _lead(notice: Notice, grant: AddOnGrant) -> Words:
    """Say what it means to its reader, and what they can do."""
    if notice.kind == ENDING and _is_to_staff(notice):
        return _ENDING_TO_STAFF
    if notice.kind == ENDING and is_in_units(grant.add_on):
        return _ENDING_IN_UNITS
    return _LEADS[notice.kind]


def _is_to_staff(notice: Notice) -> bool:
    return notice.recipient is not None and notice.recipient.is_staff


def obsolete_because(notice: Notice) -> str | None:
    """Say why a mail no longer matters: of an end to come once it is there."""
    grant = _grant(notice)
    is_over = grant.next_step_at is None
    if notice.kind in {GRANTED, ENDING} and is_over:
        return "add_on_ended"
    return None
