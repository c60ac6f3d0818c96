"""The demo's story as data: who takes part, and what happened to every case before the demo began.

CASES holds one case story per case, REQUESTS what was asked for from the catalogue, PEOPLE and ACCOUNTS
everybody in them. `portal.demo.loading` replays it.
"""

from portal.demo.story import (
    kaze_reports,
    kaze_shop,
    lumiere_mail,
    lumiere_shop,
    northwind_conversation,
    northwind_data,
    northwind_outages,
    northwind_requests,
    northwind_sites,
    northwind_sites_closed,
    northwind_target,
)
from portal.demo.story.people import ACCOUNTS, PEOPLE
from portal.demo.story.shapes import (
    AccountStory,
    Action,
    CaseStory,
    FileMaker,
    FileStory,
    LicenseStory,
    PersonStory,
    RequestStory,
    Status,
    StepStory,
    TermStory,
)

CASES: tuple[CaseStory, ...] = (
    *northwind_sites.CASES,
    *northwind_outages.CASES,
    *northwind_conversation.CASES,
    *northwind_sites_closed.CASES,
    *northwind_data.CASES,
    *northwind_target.CASES,
    *kaze_shop.CASES,
    *kaze_reports.CASES,
    *lumiere_shop.CASES,
    *lumiere_mail.CASES,
)
"""In no particular order; the replay sorts everything that happens by its instant."""

REQUESTS: tuple[RequestStory, ...] = northwind_requests.REQUESTS

__all__ = [
    "ACCOUNTS",
    "CASES",
    "PEOPLE",
    "REQUESTS",
    "AccountStory",
    "Action",
    "CaseStory",
    "FileMaker",
    "FileStory",
    "LicenseStory",
    "PersonStory",
    "RequestStory",
    "Status",
    "StepStory",
    "TermStory",
]
