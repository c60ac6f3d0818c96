"""The catalogue, requests, grants and units in Django admin. Every form calls an operation (SPEC 5)."""

from accelerators.admin import catalogue, grants, requests

__all__ = ["catalogue", "grants", "requests"]
