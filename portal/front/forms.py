"""The profile's form."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import NAME_LENGTH, User
from portal.accounts.zones import zone_names


class ProfileForm(forms.Form):
    """Name, zone and language; staff also choose whether notices come by mail."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, error_messages={"required": _("Write your name.")}
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), required=False, help_text=_("Every instant in pages and mail is shown in it.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of the pages and the mail. Cases are answered in English."),
    )
    staff_mail = forms.BooleanField(
        label=_("Send me staff notices by mail too; the inbox has them anyway"), required=False
    )

    def __init__(self, *args: object, user: User, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        zones = [(name, name.replace("_", " ")) for name in zone_names()]
        self.fields["time_zone"].choices = [("", _("As my account")), *zones]  # type: ignore[attr-defined]
        if not user.is_staff:
            del self.fields["staff_mail"]
