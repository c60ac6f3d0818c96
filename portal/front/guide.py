"""How support works, and the glossary: what anybody signed in reads about the rules and the words."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from cases.follow_up import EXTENSION, LONGEST_HOLD_DAYS
from cases.queries import policy_in_force
from cases.wording import LANGUAGES, after_an_outage, languages_help, span
from entitlements.languages import JAPANESE_REGION, CaseLanguage
from entitlements.plans import Plan, Topic
from entitlements.queries import HoursNow, calendars_now, products_without, targets_in_force
from entitlements.wording import PLAN_NAMES, SERVICE_NAMES, about_managed_services, target_rows
from portal.accounts.languages import interface_languages
from portal.accounts.models import User
from portal.accounts.visitors import signed_in
from portal.clock import business_now
from portal.front import how_it_works
from portal.front.glossary import groups


@login_required
@require_safe
def how_support_works(request: HttpRequest) -> HttpResponse:
    """This will explain how support works, from the rows and the tables that the rules use."""
    user, now = signed_in(request), business_now()
    policy = policy_in_force(now).rules()
    regions = how_it_works.region_rows(calendars_now(now), now, ours=_region_of(user))
    targets = target_rows(targets_in_force(now))
    context = {
        "now": now,
        "services": SERVICE_NAMES.values(),
        "targets": targets,
        "about_managed_services": about_managed_services(),
        "p1": targets[0],
        "in_every_open_case": how_it_works.in_every_open_case(),
        "statuses": how_it_works.status_rows(),
        "actions": how_it_works.action_rows(),
        "steps": how_it_works.waiting_steps(policy, now),
        "extension": span(EXTENSION),
        "longest_hold_days": LONGEST_HOLD_DAYS,
        "reopening": span(policy.reopen_within),
        "after_an_outage": after_an_outage(policy.catch_up),
        "regions": regions,
        "hotlines": [row.region for row in regions if row.region.hotline],
        "plans": [PLAN_NAMES[plan] for plan in Plan],
        "channels": how_it_works.comparison_of(Topic.COVERAGE, Topic.CHANNELS, Topic.ESCALATIONS),
        "summary": how_it_works.comparison_of(Topic.SUMMARY)[0],
        "interface_languages": interface_languages(),
        "case_languages": [words for _code, words in LANGUAGES],
        "languages_help": languages_help(_japanese(regions), get_language() or ""),
        "not_in_japanese": products_without(CaseLanguage.JAPANESE),
    }
    return render(request, "front/how_support_works.html", context)


def _region_of(user: User) -> str:
    return user.account.country.region_id if user.account else ""


def _japanese(regions: list[how_it_works.RegionRow]) -> HoursNow:
    return next(row.hours for row in regions if row.region.pk == JAPANESE_REGION)


@login_required
@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """This will explain the portal's words, in the order of the reader's alphabet."""
    return render(request, "front/glossary.html", {"groups": groups(get_language() or "")})
