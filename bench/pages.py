"""The pages of cases beside bare ones: one person, one process, through the whole stack of middleware."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from statistics import median

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from bench.filling import Portfolio
from bench.measuring import ROUNDS, Line, ratio, seconds, spread, take_turns
from cases.models import Case
from cases.views.page import case_or_404, page_context
from portal.accounts.models import User
from portal.clock import business_now

MOST_RATIO = 1.5
# The bare page's size in bytes lies within this share of the page's.
SIZE_TOLERANCE = 0.1
_REQUESTS = 20


class UnlikePages(AssertionError):  # noqa: N818 -- errors say what happened (STYLE 4)
    """Two pages that are compared are not of one size, or one is no page at all."""


class Browser:
    """Asks the portal for pages as one signed-in person, without a network between."""

    def __init__(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        self._handler = WSGIHandler()

    def get(self, address: str) -> bytes:
        """This will give the body of a page; anything but 200 is an error."""
        path, _, query = address.partition("?")
        statuses: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": self._cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        response = self._handler(environ, lambda status, _headers: statuses.append(status))
        body = b"".join(response)
        response.close()
        if statuses != ["200 OK"]:
            raise UnlikePages(f"{address}: {statuses}")
        return body

    def milliseconds(self, address: str, requests: int) -> float:
        """This will say what one request takes: the median of several."""
        return _median(lambda: self.get(address), requests)

    def statements(self, address: str) -> int:
        """This will count the statements of a request, the session's included."""
        with CaptureQueriesContext(connection) as captured:
            self.get(address)
        return len(captured)


def compare(portfolio: Portfolio, rounds: int = ROUNDS, requests: int = _REQUESTS) -> list[Line]:
    """This will show a customer the list and a waiting case, each beside its bare page, in turns."""
    case = _waiting_case(portfolio)
    browser = Browser(case.requestor)
    shown = (
        ("the list, 25 cases", {"page": "/cases/?view=all", "bare": "/bare/"}),
        ("a waiting case", {"page": f"/cases/{case.number}/", "bare": f"/bare/{case.pk}/"}),
    )
    customers = [
        _beside(browser, what, addresses, rounds=rounds, requests=requests) for what, addresses in shown
    ]
    return [*customers, _parts(case, rounds, requests), _staff_list(rounds, requests)]


def _waiting_case(portfolio: Portfolio) -> Case:
    """A case that waits since its first reminder, of an ordinary named contact."""
    waiting = Case.objects.filter(
        pk__lte=portfolio.case_base + portfolio.cases,
        period__steps__ordinal=1,
        requestor__administered_account=None,
    )
    return waiting.select_related("requestor").order_by("-pk")[0]


def _beside(browser: Browser, what: str, addresses: Mapping[str, str], *, rounds: int, requests: int) -> Line:
    sizes = {name: len(browser.get(address)) for name, address in addresses.items()}
    if abs(sizes["page"] - sizes["bare"]) > SIZE_TOLERANCE * sizes["page"]:
        raise UnlikePages(f"{what}: {sizes}")
    sql = {name: browser.statements(address) for name, address in addresses.items()}
    taken = _turns(addresses, browser, rounds, requests)
    times = ratio(taken, "page", "bare")
    return Line(
        f"{what}: {sizes['page'] / 1000:.1f} kB and {sql['page']} statements, beside a bare page of "
        f"{sizes['bare'] / 1000:.1f} kB and {sql['bare']}",
        f"{spread(taken['page'], 'ms', 1)} beside {spread(taken['bare'], 'ms', 1)}: {times:.2f} ×",
        f"{MOST_RATIO} ×",
        times <= MOST_RATIO,
    )


def _turns(
    addresses: Mapping[str, str], browser: Browser, rounds: int, requests: int
) -> dict[str, list[float]]:
    variants = {
        name: lambda address=address: browser.milliseconds(address, requests)
        for name, address in addresses.items()
    }
    return take_turns(variants, rounds)


def _parts(case: Case, rounds: int, requests: int) -> Line:
    """Where the time of a waiting case goes, without middleware and session."""
    user, now = case.requestor, business_now()
    context = page_context(case_or_404(user, case.pk), user, now)
    request = RequestFactory().get(f"/cases/{case.number}/")
    request.user = user
    parts: dict[str, Callable[[], object]] = {
        "read": lambda: case_or_404(user, case.pk),
        "gather": lambda: page_context(case_or_404(user, case.pk), user, now),
        "render": lambda: render_to_string("cases/case.html", context, request),
    }
    taken = take_turns({name: partial(_median, part, requests) for name, part in parts.items()}, rounds)
    # What is gathered hangs on the case, so that each time it is read anew.
    taken["gather"] = [both - read for both, read in zip(taken["gather"], taken["read"], strict=True)]
    return Line(
        "of a waiting case: reading it; messages, history and what can be done; rendering",
        "; ".join(spread(taken[name], "ms", 1) for name in parts),
    )


def _median(act: Callable[[], object], times: int) -> float:
    return median(seconds(act) * 1000 for _ in range(times))


def _staff_list(rounds: int, requests: int) -> Line:
    agent = User.objects.filter(is_staff=True, is_superuser=False).order_by("pk")[0]
    browser, address = Browser(agent), "/admin/cases/case/"
    size = len(browser.get(address))
    taken = _turns({"page": address}, browser, rounds, requests)
    return Line(
        f"the staff's queue: {size / 1000:.1f} kB, {browser.statements(address)} statements",
        spread(taken["page"], "ms", 1),
    )
