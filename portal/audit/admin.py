"""How history appears in Django admin: to read, never to write."""

from typing import Any

from django.http import HttpRequest


class ReadOnlyAdmin:
    """Mixin for a ModelAdmin whose rows nobody edits by hand (SPEC 5): no add, no change, no delete.

    Put it before the class that answers who may see the rows.
    """

    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- Django's signature
        """Refuse: rows come from operations."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- as above
        """Refuse: rows stay as they were written."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 -- as above
        """Refuse: rows stay."""
        return False
