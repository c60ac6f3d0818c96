"""Files that people attach."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Keeps uploads, and removes what no row speaks of."""

    name = "portal.files"
    label = "files"
    verbose_name = _("Files")
