"""Actions of leads on several cases: the operations one by one, each refusal reported with its case."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases import operations
from cases.lifecycle import Resolution
from cases.models import Case
from cases.queries import engineers
from cases.wording import RESOLUTIONS, explain
from portal.accounts.models import User
from portal.clock import business_now
from portal.errors import DomainError

# More at once would keep the browser waiting and be hard to read afterwards.
MOST_AT_ONCE = 200


class BulkAssignForm(forms.Form):
    """The engineer who is to own the cases."""

    owner = forms.ModelChoiceField(label=gettext_lazy("Engineer"), queryset=User.objects.none())

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = engineers()  # type: ignore[attr-defined]  # a ModelChoiceField


class BulkCloseForm(forms.Form):
    """Why the cases are closed; the customer's own words are not among the resolutions."""

    resolution = forms.ChoiceField(
        label=gettext_lazy("Resolution"),
        choices=[choice for choice in RESOLUTIONS if choice[0] != Resolution.CONFIRMED],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, help_text=gettext_lazy("The customers see it.")
    )


def claim(request: HttpRequest, cases: QuerySet[Case]) -> HttpResponse | None:
    """This will make the lead the owner of each case that nobody owns."""
    actor, now = _actor(request), business_now()
    _carry_out(request, cases, lambda case: operations.claim_case(case, actor=actor, now=now))
    return None


def assign(request: HttpRequest, cases: QuerySet[Case], context: dict[str, Any]) -> HttpResponse | None:
    """This will ask for an engineer, then give them each case."""
    form = BulkAssignForm(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        words = {"title": _("Assign cases"), "button": _("Assign"), "action": "assign_cases"}
        return _ask(request, form, cases, context={**context, **words})
    actor, now, owner = _actor(request), business_now(), form.cleaned_data["owner"]
    _carry_out(request, cases, lambda case: operations.assign_case(case, owner=owner, actor=actor, now=now))
    return None


def close(request: HttpRequest, cases: QuerySet[Case], context: dict[str, Any]) -> HttpResponse | None:
    """This will ask for a resolution and a reason, then close each case with them."""
    form = BulkCloseForm(request.POST if "apply" in request.POST else None)
    if not form.is_valid():
        words = {"title": _("Close cases"), "button": _("Close the cases"), "action": "close_cases"}
        return _ask(request, form, cases, context={**context, **words})
    actor, now, said = _actor(request), business_now(), form.cleaned_data
    _carry_out(
        request,
        cases,
        lambda case: operations.close_case(
            case, resolution=Resolution(said["resolution"]), reason=said["reason"], actor=actor, now=now
        ),
    )
    return None


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "the admin lets nobody else in"
    return request.user


def _ask(
    request: HttpRequest, form: forms.Form, cases: QuerySet[Case], *, context: dict[str, Any]
) -> HttpResponse:
    chosen = list(cases.order_by("pk")[: MOST_AT_ONCE + 1])
    shown = {**context, "form": form, "cases": chosen[:MOST_AT_ONCE], "checkbox_name": ACTION_CHECKBOX_NAME}
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "admin/cases/bulk.html", shown, status=status)


def _carry_out(request: HttpRequest, cases: QuerySet[Case], operation: Callable[[Case], object]) -> None:
    """Runs the operation in a transaction of its own for each case, and says what became of each."""
    done = 0
    chosen = list(cases.order_by("pk")[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        messages.warning(request, _("Only the first %(limit)s were looked at.") % {"limit": MOST_AT_ONCE})
    for case in chosen[:MOST_AT_ONCE]:
        try:
            operation(case)
        except DomainError as error:
            words = {"number": case.number, "reason": explain(error, to_staff=True)}
            messages.warning(request, _("%(number)s: %(reason)s") % words)
        except Case.DoesNotExist:
            messages.warning(request, _("%(number)s is no longer there.") % {"number": case.number})
        except OperationalError:
            # Each further one might wait as long; what was done already has to be told.
            words = {"number": case.number}
            messages.warning(
                request,
                _("%(number)s is busy. It and the cases after it were left as they are: try again.") % words,
            )
            break
        else:
            done += 1
    if done:
        messages.success(
            request, ngettext("%(count)s case done.", "%(count)s cases done.", done) % {"count": done}
        )
