"""The least that a page of cases can cost: the frame of every page, one indexed query, a template as long.

Middleware, session and base template are the portal's own; so what is compared is what a page adds to them.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.models import Case, Message
from cases.views.lists import PAGE_SIZE


@login_required
def bare_list(request: HttpRequest) -> HttpResponse:
    """This will print the newest cases of an account: 25 rows of plain columns."""
    cases = Case.objects.filter(account_id=request.user.account_id).order_by("-last_event_at", "-pk")
    rows = cases.select_related("license__product", "requestor")[:PAGE_SIZE]
    return render(request, "bench/list.html", {"cases": rows})


@login_required
def bare_case(request: HttpRequest, key: int) -> HttpResponse:
    """This will print the messages of a case; all else on the page is constant."""
    messages = Message.objects.filter(case_id=key).order_by("pk")
    messages = list(messages.select_related("author", "case__requestor", "case__license__product"))
    return render(request, "bench/case.html", {"messages": messages, "case": messages[0].case})
