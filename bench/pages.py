"""The pages of cases beside bare ones: one person, one process, through the whole stack of middleware."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import pairwise
from statistics import median

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from bench.filling import Portfolio
from bench.measuring import ROUNDS, Line, ratio, seconds, spread, take_turns
from cases.models import Case
from cases.views.lists import list_context
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
    shares = [_shares_of_list(browser, case.requestor), _shares_of_case(browser, case)]
    return [
        *customers,
        *(share.measured(rounds, requests) for share in shares),
        _staff_list(rounds, requests),
    ]


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


@dataclass(frozen=True)
class _Shares:
    """Where the time of a page goes: parts that follow each other, each timed with those before it."""

    what: str
    parts: Mapping[str, Callable[[], object]]
    render: Callable[[], object]
    whole: Callable[[], object]

    def measured(self, rounds: int, requests: int) -> Line:
        """This will time the parts in turns; what is left is the session, middleware and the rest."""
        acts = {**self.parts, "rendering": self.render, "whole": self.whole}
        taken = take_turns({name: partial(_median, act, requests) for name, act in acts.items()}, rounds)
        last = list(self.parts)[-1]
        rows = zip(taken["whole"], taken[last], taken["rendering"], strict=True)
        rest = [whole - gathered - rendered for whole, gathered, rendered in rows]
        for before, name in reversed(list(pairwise(self.parts))):
            taken[name] = [both - one for both, one in zip(taken[name], taken[before], strict=True)]
        shown = {name: taken[name] for name in (*self.parts, "rendering")} | {"the rest": rest}
        return Line(
            f"{self.what}: where the time goes",
            "; ".join(f"{name} {spread(times, 'ms', 1)}" for name, times in shown.items()),
        )


def _shares_of_list(browser: Browser, user: User) -> _Shares:
    now, asked = business_now(), QueryDict("view=all")
    request, context = _asked("/cases/", user), list_context(user, asked, now)
    return _Shares(
        "the list",
        {"gathering": lambda: list_context(user, asked, now)},
        lambda: render_to_string("cases/list.html", context, request),
        lambda: browser.get("/cases/?view=all"),
    )


def _shares_of_case(browser: Browser, case: Case) -> _Shares:
    user, now, address = case.requestor, business_now(), f"/cases/{case.number}/"
    request, context = _asked(address, user), page_context(case_or_404(user, case.pk), user, now)
    return _Shares(
        "a waiting case",
        {
            "reading it": lambda: case_or_404(user, case.pk),
            # It hangs on the case, so that each time it is read anew.
            "messages, history and what can be done": lambda: page_context(
                case_or_404(user, case.pk), user, now
            ),
        },
        lambda: render_to_string("cases/case.html", context, request),
        lambda: browser.get(address),
    )


def _asked(address: str, user: User) -> HttpRequest:
    request = RequestFactory().get(address)
    request.user = user
    return request


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
