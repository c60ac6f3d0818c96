"""Verbs about the catalogue, its requests and grants: lock, check, change, record, announce.

A license is locked before its requests, as everywhere.
"""

from accelerators.operations.asking import ask_for_permission
from accelerators.operations.catalogue import change_thing, load_catalogue
from accelerators.operations.grants import end_add_on, grant_add_on
from accelerators.operations.requests import (
    accept_request,
    cancel_request,
    decline_request,
    hand_request_to_colleague,
    request_thing,
)
from accelerators.operations.units import grant_units

__all__ = [
    "accept_request",
    "ask_for_permission",
    "cancel_request",
    "change_thing",
    "decline_request",
    "end_add_on",
    "grant_add_on",
    "grant_units",
    "hand_request_to_colleague",
    "load_catalogue",
    "request_thing",
]
