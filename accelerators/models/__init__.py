"""The catalogue's dated rows, requests, units, history. Rows for people: `visible_to(user)`."""

from accelerators.models.catalogue import CatalogueRow
from accelerators.models.requests import EngagementRequest, RequestEvent, request_number
from accelerators.models.units import UnitEntry, UnitGrant

__all__ = [
    "CatalogueRow",
    "EngagementRequest",
    "RequestEvent",
    "UnitEntry",
    "UnitGrant",
    "request_number",
]
