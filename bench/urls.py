"""The portal's addresses."""

from portal.urls import urlpatterns

__all__ = ["urlpatterns"]
