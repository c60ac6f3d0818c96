"""What a text of the portal is before it is shown."""

from django.utils.functional import Promise

# A text, or one that is translated where it is shown.
Words = str | Promise
