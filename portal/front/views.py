"""Home, inbox, profile and appearance."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case
from cases.queries import CLOSING_SOON, for_list, waiting_for
from cases.timeline import Track, question_of, track_of
from cases.views.lists import Row, row_of
from entitlements.queries import active_license_ids, holdings_of
from portal.accounts.keys import key_in
from portal.accounts.models import User
from portal.accounts.operations import change_profile
from portal.accounts.refusals import refusal_text
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.errors import FieldRefused
from portal.front.context import THEMES
from portal.front.forms import ProfileForm
from portal.notices.inbox import entry_of, inbox_of
from portal.notices.operations import mark_read

_INBOX_PAGE_SIZE = 25
_SHOWN_ON_HOME = 10
_RECENT_ON_HOME = 5
_THEME_KEPT_FOR = timedelta(days=365)


@dataclass(frozen=True)
class WaitingRow:
    """A case in which it is the customer's turn, with its track and the beginning of what was asked."""

    row: Row
    closes_at: datetime
    track: Track
    question: str
    can_answer: bool

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.row.case


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """This will show what waits for the person first, then what closes soon, then what happened lately."""
    user, now = signed_in(request), business_now()
    if user.is_staff:
        return redirect("admin:index")
    rows = sorted(
        (_waiting_row(case, user, now) for case in waiting_for(user)), key=lambda row: row.closes_at
    )
    mine = [row for row in rows if row.can_answer and _is_of(row.case, user)]
    others = [row for row in rows if row not in mine and row.closes_at <= now + CLOSING_SOON]
    shown = [row.case.pk for row in (*mine, *others)]
    recent = for_list(Case.objects.visible_to(user).exclude(pk__in=shown))
    context = {
        "waiting": mine[:_SHOWN_ON_HOME],
        "waiting_count": len(mine),
        "closing_soon": others[:_SHOWN_ON_HOME],
        "recent": [row_of(case, now) for case in recent[:_RECENT_ON_HOME]],
        "have": holdings_of(user, now),
        "now": now,
    }
    return render(request, "front/home.html", context)


def _waiting_row(case: Case, user: User, now: datetime) -> WaitingRow:
    row = row_of(case, now)
    assert case.period is not None
    assert row.closes_at is not None
    return WaitingRow(
        row=row,
        closes_at=row.closes_at,
        track=track_of(case.period, now=now),
        question=question_of(case, 110),
        can_answer=case.license_id in active_license_ids(user),
    )


def _is_of(case: Case, user: User) -> bool:
    """Whose turn it is: the requestor's, the watchers'; a caller's request is everybody's to take over."""
    return case.is_nobodys or case.requestor_id == user.pk or user in case.watchers.all()


@require_safe
def enter_admin(_request: HttpRequest) -> HttpResponse:
    """This will lead staff who are signed in from the admin's sign-in address to its index."""
    return redirect("admin:index")


@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """This will show the person's notices, newest first."""
    notices = inbox_of(signed_in(request))
    page = Paginator(notices, _INBOX_PAGE_SIZE).get_page(request.GET.get("page"))
    entries = [entry_of(notice) for notice in page.object_list]
    return render(request, "front/inbox.html", {"page": page, "entries": entries})


@login_required
@require_POST
def mark_as_read(request: HttpRequest) -> HttpResponse:
    """This will mark one notice, or all of them, as read."""
    notices = inbox_of(signed_in(request))
    if named := request.POST.get("notice", ""):
        key = key_in(named)
        if key is None:
            raise Http404
        notices = notices.filter(pk=key)
    mark_read(notices, business_now())
    return redirect("inbox")


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """This will show and save the person's name, zone and language."""
    user = signed_in(request)
    initial = {
        "name": user.name,
        "time_zone": user.time_zone,
        "language": user.language,
        "staff_mail": user.staff_mail,
    }
    form = ProfileForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_profile(user, **form.cleaned_data)
        except FieldRefused as error:
            form.add_error(error.field, refusal_text(error))
        else:
            messages.success(request, _("Your profile is saved."))
            return redirect("profile")
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "front/profile.html", {"form": form}, status=status)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """This will keep the chosen appearance in a cookie and go back to where the person was."""
    target = request.POST.get("next", "/")
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)):
        target = "/"
    response = HttpResponseRedirect(iri_to_uri(target))
    choice = request.POST.get("theme")
    if choice in THEMES:
        response.set_cookie(
            "theme",
            str(choice),
            max_age=_THEME_KEPT_FOR,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    else:
        response.delete_cookie("theme")
    return response
