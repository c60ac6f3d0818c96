"""How often one may guess: ten wrong tries in 15 minutes by what is guessed and by source (SPEC 6)."""

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from allauth.core.ratelimit import respond_429
from django.http import HttpRequest

from portal.clock import machine_now
from portal.work.tries import Counted, count_try, key_of

GUESSES = 10
RESETS_BY_ADDRESS, RESETS_BY_SOURCE = 5, 20


def count_guess(request: HttpRequest, kind: str, whose: str) -> Counted:
    """Count one guess at somebody's password or code; answers 429 to one too many."""
    return _count(request, {key_of(kind, whose): GUESSES, _source(request, "guess"): GUESSES})


def count_reset(request: HttpRequest, email: str) -> Counted:
    """Count one request for a new password; answers 429 to one too many."""
    return _count(
        request,
        {key_of("reset", email): RESETS_BY_ADDRESS, _source(request, "reset"): RESETS_BY_SOURCE},
    )


@contextmanager
def counted_guess(kind: str, whose: str) -> Iterator[None]:
    """Count what happens inside as a guess, unless it turns out well."""
    counted = count_guess(context.request, kind, whose)
    yield
    counted.take_back()


def _source(request: HttpRequest, kind: str) -> str:
    return key_of(f"{kind} from", str(get_ip(request)))


def _count(request: HttpRequest, limits: dict[str, int]) -> Counted:
    counted = count_try(limits, now=machine_now())
    if counted is None:
        raise ImmediateHttpResponse(respond_429(request))
    return counted
