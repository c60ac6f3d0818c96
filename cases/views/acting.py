"""Carrying out a customer's action: one address per action, one form, one operation."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cases.action_pages import CUSTOMER_ACTIONS, PAGES
from cases.forms import ActionForm
from cases.lifecycle import Action
from cases.models import Case
from cases.permissions import refusal_of, roles_of
from cases.submitting import Asked, purpose_of, submit_action
from cases.views.page import case_or_404, page_context, refusal_words
from cases.wording import ACTION_EFFECTS, ACTION_NAMES, refusal_text
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.work.form_tokens import sent_before


@dataclass(frozen=True)
class Request(Asked):
    """An action that is asked for by a request."""

    http: HttpRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, key: int, action: str) -> HttpResponse:
    """This will show an action's form, or carry the action out and go back to the case."""
    user = signed_in(request)
    if action not in set(CUSTOMER_ACTIONS) or Action(action) not in PAGES:
        raise Http404
    token = request.POST.get("form_token", "")
    # The first submit may have taken the case out of the person's sight.
    if address := sent_before(token, user, purpose=purpose_of(Action(action))):
        return redirect(address)
    case = case_or_404(user, key)
    if user.is_staff:
        return redirect("admin:cases_case_change", case.pk)
    asked = Request(user, case, Action(action), business_now(), request)
    if request.method == "POST":
        return _carry_out(asked)
    form = asked.empty_form()
    if not form.asks():
        response = render(request, "405.html", status=405)
        response["Allow"] = "POST"
        return response
    refused = refusal_of(asked.action, case, roles=roles_of(user, case), now=asked.now)
    status = 200 if refused is None else 403 if refused.is_about_role else 409
    return _show(asked, form, problem=refusal_words(refused), status=status)


def _carry_out(asked: Request) -> HttpResponse:
    form = asked.sent_form(asked.http.POST, asked.http.FILES)
    try:
        result = submit_action(asked, form, address=reverse("cases:case", args=[asked.case.pk]))
    except Case.DoesNotExist:
        raise Http404 from None
    if not result.is_done:
        return result.mark(_show(asked, form, problem=result.problem, status=result.status))
    messages.success(asked.http, str(asked.page.done))
    return redirect(result.address)


def _show(asked: Request, form: ActionForm, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Shows a reply's errors on the case page, where it was written; every other action has its own page."""
    case = case_or_404(asked.user, asked.case.pk)
    if asked.action is Action.REPLY and case.is_open and form.is_bound:
        context = page_context(case, asked.user, asked.now, form=form, problem=problem)
        return render(asked.http, "cases/case.html", context, status=status)
    context = {
        "case": case,
        "form": form,
        "page": asked.page,
        "action": asked.action,
        "name": ACTION_NAMES[asked.action],
        "effect": ACTION_EFFECTS.get(asked.action, ""),
        "problem": problem,
        "is_refused": bool(problem) and status in (403, 409),
        "kept_text": _written(form),
        "now": asked.now,
        **_rescue(asked, case, form),
    }
    return render(asked.http, "cases/action.html", context, status=status)


def _written(form: ActionForm) -> str:
    """The text of a form that was sent, so that a refusal does not lose it."""
    names = [name for name in ("text", "justification") if name in form.fields]
    return str(form[names[0]].value() or "") if form.is_bound and names else ""


def _rescue(asked: Request, case: Case, form: ActionForm) -> dict[str, object]:
    """A reply to a case that has closed meanwhile keeps its text, offered with reopen or follow up."""
    if asked.action is not Action.REPLY or case.is_open or not form.is_bound:
        return {}
    text = asked.http.POST.get("text", "")
    roles = roles_of(asked.user, case)
    refused = refusal_of(Action.REOPEN, case, roles=roles, now=asked.now)
    reopening = Asked(asked.user, case, Action.REOPEN, asked.now)
    is_final = case.reopen_until is not None and case.reopen_until < asked.now
    closing = {
        "last_kind": case.last_event_kind,
        "last_by": case.last_event_by,
        "last_at": case.last_event_at,
    }
    words = {"action": asked.action, "status": case.status, "is_final": is_final, **closing}
    return {
        "problem": refusal_text("wrong_status", words),
        "rescued_text": text,
        "reopen_refusal": refusal_words(refused),
        "reopen_form": None if refused else reopening.empty_form(text=text),
        "reopening": reopening.page,
    }
