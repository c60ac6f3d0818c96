"""Filing a case, a follow-up of a closed one, and what a caller's request becomes when it is taken over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases import operations
from cases.first_response import promised_for
from cases.forms import FilingForm, FollowUpForm, TakeOverForm
from cases.lifecycle import Action, Refusal
from cases.models import Case
from cases.permissions import refusal_of, roles_of
from cases.submitting import submit
from cases.views.page import case_or_404, refusal_words, visible_links
from cases.wording import Words, explain, languages_help
from entitlements.models import License
from entitlements.permissions import FilingChoice, filing_choices, term_refusal
from entitlements.queries import japanese_hours
from entitlements.wording import PRIORITY_IMPACTS
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.files.storing import StoredBlob
from portal.work.form_tokens import new_token, sent_before

_FILED = gettext_lazy("Your case was filed. We have sent you an acknowledgement.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_case(request: HttpRequest) -> HttpResponse:
    """This will show the form of a new case, or file it; what was typed is kept if something is missing."""
    user, now = signed_in(request), business_now()
    if user.account is None:
        raise Http404
    choices = filing_choices(user, now)

    def file(data: Mapping[str, Any], files: Sequence[StoredBlob]) -> Case:
        return operations.file_case(
            data["product"], data["title"], **_facts(data), files=files, actor=user, now=now
        )

    offered = [choice.license for choice in choices if choice.refusal is None]
    context: dict[str, Any] = {
        **_sides(user, choices),
        "heading": _("New case"),
        "address": reverse("cases:new"),
        "button": _("File the case"),
    }
    shown = _Shown(context, offered, now)
    if request.method == "POST":
        form = _form(FilingForm, user, choices, request.POST, request.FILES)
        return _submit(request, form, file, shown, done=_FILED)
    initial = {"form_token": new_token(), "priority": 3}
    return _show(request, _form(FilingForm, user, choices, initial=initial), shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, key: int) -> HttpResponse:
    """This will show a follow-up filled in from a closed case, or file it, linked both ways."""
    user, now = signed_in(request), business_now()
    old = case_or_404(user, key)
    if user.is_staff:
        return redirect("admin:cases_case_change", old.pk)
    refused = refusal_of(Action.FOLLOW_UP, old, roles=roles_of(user, old), now=now)
    context: dict[str, Any] = {
        "heading": _("Follow-up of %(number)s") % {"number": old.number},
        "old": old,
        "earlier": visible_links(user, Q(follows=old)),
        "earlier_count": old.follow_ups.count(),
        "problem": refusal_words(refused),
        "address": reverse("cases:follow_up", args=[old.pk]),
        "button": _("File the follow-up"),
        **_sides(user, []),
    }
    if refused is not None:
        return _show_refused(request, refused, context)
    shown = _Shown(context, [old.license], now)

    def file(data: Mapping[str, Any], files: Sequence[StoredBlob]) -> Case:
        return operations.file_follow_up(old, data["title"], **_facts(data), files=files, actor=user, now=now)

    if request.method == "POST" and "prefill" not in request.POST:
        form = _form(FollowUpForm, user, [], request.POST, request.FILES)
        return _submit(request, form, file, shown, done=_FILED)
    initial = _from_old(old, user) | {"description": request.POST.get("text", "")}
    return _offer(request, _form(FollowUpForm, user, [], initial=initial), shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, key: int) -> HttpResponse:
    """This will show what makes a case of a caller's request, or take the request over."""
    user, now = signed_in(request), business_now()
    case = case_or_404(user, key)
    if user.is_staff:
        return redirect("admin:cases_case_change", case.pk)
    # The first submit has made the request the person's: it cannot be taken over again.
    if address := sent_before(request.POST.get("form_token", ""), user, purpose="case"):
        return redirect(address)
    refused = refusal_of(Action.TAKE_OVER, case, roles=roles_of(user, case), now=now)
    context: dict[str, Any] = {
        "heading": _("Take %(number)s over") % {"number": case.number},
        "taken": case,
        "problem": refusal_words(refused),
        "address": reverse("cases:take_over", args=[case.pk]),
        "button": _("Take the request over"),
        **_sides(user, []),
    }
    if refused is not None:
        return _show_refused(request, refused, context)
    shown = _Shown(context, [case.license], now)

    def take(data: Mapping[str, Any], files: Sequence[StoredBlob]) -> Case:
        return operations.take_over_case(
            case, data["title"], **_facts(data), files=files, actor=user, now=now
        )

    if request.method == "POST":
        form = _form(TakeOverForm, user, [], request.POST, request.FILES)
        done_words = _("The request is yours. We have sent you an acknowledgement.")
        return _submit(request, form, take, shown, done=done_words)
    initial = {"form_token": new_token(), "priority": 3}
    return _offer(request, _form(TakeOverForm, user, [], initial=initial), shown)


# What the forms ask for beside product, title and files, by the names of the operations' arguments.
_FACTS = (
    "description", "priority", "environment", "language", "phone", "impact", "is_reachable", "watchers",
)  # fmt: skip


def _facts(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in _FACTS if name in data}


def _show_refused(request: HttpRequest, refused: Refusal, context: Mapping[str, Any]) -> HttpResponse:
    status = 403 if refused.is_about_role else 409
    return render(request, "cases/new.html", context, status=status)


@dataclass(frozen=True)
class _Shown:
    """What stands around the form, and for which licenses it promises an answer from when."""

    context: Mapping[str, Any]
    offered: Sequence[License]
    now: datetime


def _show(request: HttpRequest, form: FilingForm, shown: _Shown, *, status: int = 200) -> HttpResponse:
    form.show_promised(promised_for(shown.offered, now=shown.now))
    form.show_languages(languages_help(japanese_hours(shown.now), get_language() or ""))
    return render(request, "cases/new.html", {**shown.context, "form": form}, status=status)


def _offer(request: HttpRequest, form: FilingForm, shown: _Shown) -> HttpResponse:
    """Shows a form to fill in, or why nothing can be filed for its license now, and from when on it can."""
    (license_,) = shown.offered
    if (refused := term_refusal(license_, shown.now)) is not None:
        context = {**shown.context, "problem": explain(refused)}
        return render(request, "cases/new.html", context, status=refused.http_status)
    return _show(request, form, shown)


def _form(
    form_class: type[FilingForm], user: User, choices: list[FilingChoice], *sent: Any, **options: Any
) -> FilingForm:
    """Offers what the person may file for; a license of the account that they may not is explained later."""
    form = form_class(
        *sent,
        licenses=License.objects.visible_to(user).for_display(),
        people=User.objects.filter(account=user.account_id, is_active=True).exclude(pk=user.pk),
        **options,
    )
    if "product" in form.fields:
        form.fields["product"].choices = [  # type: ignore[attr-defined]
            (choice.license.pk, choice.license.product.name) for choice in choices if choice.refusal is None
        ]
    return form


def _sides(user: User, choices: list[FilingChoice]) -> dict[str, Any]:
    """What stands beside the form: what the person cannot file for, and whom to ask."""
    return {
        "can_file": any(choice.refusal is None for choice in choices),
        "refused_choices": [
            (choice.license, explain(choice.refusal), choice.refusal.code == "not_a_named_contact")
            for choice in choices
            if choice.refusal is not None
        ],
        "administrator": user.account.administrator if user.account else None,
        "hotline": user.account.country.region.hotline if user.account else "",
        "impacts": PRIORITY_IMPACTS,
    }


def _from_old(old: Case, user: User) -> dict[str, Any]:
    watchers = sorted(person.email for person in old.watchers.all() if person.is_active and person != user)
    return {
        "form_token": new_token(),
        "title": old.title,
        "environment": old.environment,
        "language": old.language,
        "priority": max(old.priority, 2),
        "watchers": ", ".join(watchers),
    }


def _submit(
    request: HttpRequest,
    form: FilingForm,
    file: Callable[[Mapping[str, Any], Sequence[StoredBlob]], Case],
    shown: _Shown,
    *,
    done: Words,
) -> HttpResponse:
    try:
        result = submit(
            form,
            signed_in(request),
            purpose="case",
            act=lambda data, files: reverse("cases:case", args=[file(data, files).pk]),
        )
    except Case.DoesNotExist:
        raise Http404 from None
    if not result.is_done:
        if result.problem:
            form.add_error(None, result.problem)
        return result.mark(_show(request, form, shown, status=result.status))
    messages.success(request, str(done))
    return redirect(result.address)
