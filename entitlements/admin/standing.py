"""Where licenses stand now: the plan in force and the seats, for the list and the page of one."""

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext as _

from entitlements import terms
from entitlements.models import License
from entitlements.plans import Plan
from entitlements.queries import capacities_of, region_zone
from entitlements.wording import PLAN_NAMES, seats_text
from portal.clock import business_now


class Standing(NamedTuple):
    """The plan in force and the seats of a license, in words."""

    plan: str
    seats: str


def standing_of(license_: License) -> Standing:
    """Tell where a license stands; of the list's rows it is known, for another it takes two statements."""
    known: Standing | None = getattr(license_, _STANDING, None)
    return known or _standings([license_])[license_.pk]


class LicenseList(ChangeList):
    """The list of licenses: where all of its rows stand takes two statements."""

    def get_results(self, request: HttpRequest) -> None:
        """Find the rows, and where each stands."""
        super().get_results(request)
        rows = list(self.result_list)
        standings = _standings(rows)
        for row in rows:
            setattr(row, _STANDING, standings[row.pk])
        self.result_list = rows


# Loaded rows carry it, for the admin's columns are given nothing but their row.
_STANDING = "_standing_now"


def _standings(licenses: Iterable[License]) -> dict[int, Standing]:
    every, now = list(licenses), business_now()
    capacities = capacities_of(every, now)
    found = {}
    for license_ in every:
        term = terms.in_force(license_.terms.all(), now, region_zone(license_))
        plan = str(PLAN_NAMES[Plan(term.plan)]) if term else _("no term is in force")
        found[license_.pk] = Standing(plan, seats_text(capacities[license_.pk]))
    return found
