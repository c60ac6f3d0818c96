"""Filing by staff for who called or chatted: a contact's case or follow-up, or a caller's request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cases import operations, queries
from cases.first_response import promised_for
from cases.forms import CallerForm, FilingForm, FollowUpForm
from cases.lifecycle import Action, Channel
from cases.models import Case
from cases.permissions import refusal_of, roles_of
from cases.submitting import submit
from cases.wording import CHANNELS, explain, languages_help, refusal_text
from entitlements import terms
from entitlements.models import License, Term
from entitlements.permissions import filing_refusal, term_refusal
from entitlements.queries import contacts_of, japanese_hours, region_zone
from portal.accounts.keys import key_in
from portal.accounts.models import User
from portal.clock import business_now
from portal.files.storing import StoredBlob
from portal.work.form_tokens import new_token

# So many licenses are offered at once; a search narrows them down.
_MOST_OFFERED = 50
_CHANNELS = [choice for choice in CHANNELS if choice[0] != Channel.PORTAL]


class _OnBehalf(forms.Form):
    """For whom staff file, and how the contact reached support."""

    requestor = forms.ModelChoiceField(
        label=gettext_lazy("Named contact"),
        queryset=User.objects.none(),
        help_text=gettext_lazy("Contacts of this product who may file cases."),
    )
    channel = forms.TypedChoiceField(
        label=gettext_lazy("Channel"), choices=_CHANNELS, coerce=Channel, initial=Channel.PHONE.value
    )


class CaseOnBehalfForm(_OnBehalf, FilingForm):
    """A new case of a contact; the license was chosen before."""

    field_order = (
        "form_token", "requestor", "channel", "priority", "phone", "impact", "is_reachable",
        "title", "environment", "language", "description", "files",
    )  # fmt: skip

    def __init__(self, *args: Any, contacts: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields.pop("product", None)
        self.fields["requestor"].queryset = contacts  # type: ignore[attr-defined]  # a ModelChoiceField


class FollowUpOnBehalfForm(_OnBehalf, FollowUpForm):
    """A follow-up of a contact's closed case."""

    def __init__(self, *args: Any, contacts: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.order_fields(["form_token", "requestor", "channel", *self.fields])
        self.fields["requestor"].queryset = contacts  # type: ignore[attr-defined]  # a ModelChoiceField


@dataclass(frozen=True, slots=True)
class _Filing:
    """What is filed: for which license, following which case, and by whom."""

    http: HttpRequest
    actor: User
    now: datetime
    license: License
    old: Case | None
    context: dict[str, Any]


def file_on_behalf(request: HttpRequest, actor: User, context: dict[str, Any]) -> HttpResponse:
    """This will let staff choose a license, then fill in the case; a follow-up brings its license."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    now = business_now()
    if "follows" in request.GET:
        old = _old_case(actor, request.GET["follows"])
        license_ = License.objects.for_display().prefetch_related("terms").get(pk=old.license_id)
        return _form_page(_Filing(request, actor, now, license_, old, context))
    if request.method != "POST" and not request.GET.get("license"):
        return _choose_license(request, actor, now=now, context=context)
    license_ = _license(actor, request.GET.get("license", ""))
    if "caller" in request.GET:
        return _caller_page(_Filing(request, actor, now, license_, None, context))
    return _form_page(_Filing(request, actor, now, license_, None, context))


def _key(text: str) -> int:
    key = key_in(text)
    if key is None:
        raise Http404
    return key


def _old_case(actor: User, text: str) -> Case:
    try:
        return queries.visible_case(actor, _key(text))
    except Case.DoesNotExist:
        raise Http404 from None


def _license(actor: User, text: str) -> License:
    licenses = License.objects.visible_to(actor).for_display().prefetch_related("terms")
    found = licenses.filter(pk=_key(text)).first()
    if found is None:
        raise Http404
    return found


# --- The first step: for which license --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _OfferedLicense:
    """A license to choose, with the term in force, if there is one."""

    license: License
    term: Term | None


def _choose_license(
    request: HttpRequest, actor: User, *, now: datetime, context: dict[str, Any]
) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:200]
    licenses = License.objects.visible_to(actor).for_display().prefetch_related("terms")
    if words:
        seats = Q(seats__removed_at__isnull=True) & (
            Q(seats__user__email__icontains=words) | Q(seats__user__name__icontains=words)
        )
        licenses = licenses.filter(Q(account__name__icontains=words) | seats).distinct()
    found = list(licenses.order_by("account__name", "product__position", "pk")[: _MOST_OFFERED + 1])
    offered = [
        _OfferedLicense(license_, terms.in_force(license_.terms.all(), now, region_zone(license_)))
        for license_ in found[:_MOST_OFFERED]
    ]
    shown = {
        **context,
        "title": _("File a case on behalf of a contact"),
        "offered": offered,
        "words": words,
        "is_cut": len(found) > _MOST_OFFERED,
        "most": _MOST_OFFERED,
    }
    return TemplateResponse(request, "admin/cases/choose_license.html", shown)


# --- The second step: the case ----------------------------------------------------------------------


def _form_page(filing: _Filing) -> HttpResponse:
    if (refused := _refusal(filing)) is not None:
        return _show(filing, None, problem=refused[0], status=refused[1])
    if filing.http.method != "POST":
        return _show(filing, _form(filing, initial=_initial(filing)))
    form = _form(filing, filing.http.POST, filing.http.FILES)
    try:
        result = submit(form, filing.actor, purpose="case", act=_act(filing))
    except Case.DoesNotExist:
        raise Http404 from None
    if not result.is_done:
        return result.mark(_show(filing, form, problem=result.problem, status=result.status))
    messages.success(filing.http, _("The case was filed, and the contact has an acknowledgement."))
    return redirect(result.address)


def _refusal(filing: _Filing) -> tuple[str, int] | None:
    """Why nobody can file here now: the old case is not closed, no contact may, or no term is in force."""
    if filing.old is not None:
        roles = roles_of(filing.actor, filing.old)
        rule = refusal_of(Action.FOLLOW_UP, filing.old, roles=roles, now=filing.now)
        if rule is not None:
            words = refusal_text(rule.code, rule.values, to_staff=True)
            return words, 403 if rule.is_about_role else 409
    contact = _contacts(filing.license).first()
    if contact is None:
        return _("No named contact of this product may file cases. Add one first, or allow one to file."), 409
    refused = filing_refusal(contact, filing.license, filing.now)
    return (explain(refused, to_staff=True), refused.http_status) if refused else None


def _contacts(license_: License) -> QuerySet[User]:
    return contacts_of(license_.pk).filter(may_file_cases=True)


def _form(filing: _Filing, *sent: Any, **options: Any) -> FilingForm:
    form_class = FollowUpOnBehalfForm if filing.old is not None else CaseOnBehalfForm
    return form_class(
        *sent,
        licenses=License.objects.none(),
        people=User.objects.filter(account=filing.license.account_id, is_active=True),
        contacts=_contacts(filing.license),
        **options,
    )


def _initial(filing: _Filing) -> dict[str, Any]:
    old = filing.old
    if old is None:
        return {"form_token": new_token(), "priority": 3}
    watchers = sorted(person.email for person in old.watchers.all() if person.is_active)
    return {
        "form_token": new_token(),
        "requestor": old.requestor_id,
        "title": old.title,
        "environment": old.environment,
        "language": old.language,
        "priority": max(old.priority, 2),
        "watchers": ", ".join(watchers),
    }


def _act(filing: _Filing) -> Callable[[Mapping[str, Any], Sequence[StoredBlob]], str]:
    """What the submitted form does."""

    def act(data: Mapping[str, Any], files: Sequence[StoredBlob]) -> str:
        facts = {
            "description": data["description"],
            "priority": data["priority"],
            "requestor": data["requestor"],
            "environment": data["environment"],
            "language": data["language"],
            "channel": data["channel"],
            "watchers": data["watchers"],
            "files": files,
            "actor": filing.actor,
            "now": filing.now,
        }
        if filing.old is not None:
            case = operations.file_follow_up(filing.old, data["title"], **facts)
        else:
            commitment = {name: data[name] for name in ("phone", "impact", "is_reachable")}
            case = operations.file_case(filing.license, data["title"], **facts, **commitment)
        return reverse("admin:cases_case_change", args=[case.pk])

    return act


# --- Or a caller without a seat ---------------------------------------------------------------------


def _caller_page(filing: _Filing) -> HttpResponse:
    """Asks who called, or logs them: contacts and administrator are told to take the request over."""
    if (refused := term_refusal(filing.license, filing.now)) is not None:
        return _show_caller(filing, None, explain(refused, to_staff=True), refused.http_status)
    if filing.http.method != "POST":
        return _show_caller(filing, CallerForm(initial={"form_token": new_token()}))
    form = CallerForm(filing.http.POST)

    def log(data: Mapping[str, Any], _files: Sequence[StoredBlob]) -> str:
        facts = {name: data[name] for name in ("name", "address", "channel")}
        case = operations.log_caller(filing.license, **facts, actor=filing.actor, now=filing.now)
        return reverse("admin:cases_case_change", args=[case.pk])

    result = submit(form, filing.actor, purpose="case", act=log)
    if not result.is_done:
        return result.mark(_show_caller(filing, form, result.problem, result.status))
    messages.success(filing.http, _("Logged. The contacts of the product have been asked to take it over."))
    return redirect(result.address)


def _show_caller(
    filing: _Filing, form: CallerForm | None, problem: str = "", status: int = 200
) -> HttpResponse:
    shown = {
        **filing.context,
        "title": _("Log a caller without a seat"),
        "license": filing.license,
        "is_caller": True,
        "form": form,
        "problem": problem,
    }
    return TemplateResponse(filing.http, "admin/cases/file.html", shown, status=status)


def _show(filing: _Filing, form: FilingForm | None, *, problem: str = "", status: int = 200) -> HttpResponse:
    if form is not None:
        form.show_promised(promised_for([filing.license], now=filing.now))
        form.show_languages(languages_help(japanese_hours(filing.now), get_language() or ""))
    title = _("File a case on behalf of a contact")
    if filing.old is not None:
        title = _("Follow-up of %(number)s") % {"number": filing.old.number}
    shown = {
        **filing.context,
        "title": title,
        "license": filing.license,
        "old": filing.old,
        "earlier": queries.links_of(filing.old).follow_ups if filing.old else [],
        "form": form,
        "problem": problem,
    }
    return TemplateResponse(filing.http, "admin/cases/file.html", shown, status=status)
