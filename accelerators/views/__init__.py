"""What customers see of the catalogue. A view makes one call and translates its result (STYLE 15)."""

from accelerators.views.asking import ask
from accelerators.views.browsing import catalogue, thing
from accelerators.views.comparison import compare
from accelerators.views.following import cancel, hand_to_colleague, request_page, requests
from accelerators.views.requesting import request_thing

__all__ = [
    "ask",
    "cancel",
    "catalogue",
    "compare",
    "hand_to_colleague",
    "request_page",
    "request_thing",
    "requests",
    "thing",
]
