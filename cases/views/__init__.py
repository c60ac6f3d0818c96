"""The customer's pages of cases. A view makes one call and translates its result (STYLE 15)."""

from cases.views.acting import act
from cases.views.downloads import download
from cases.views.filing import follow_up, new_case, take_over
from cases.views.lists import case_list
from cases.views.page import case_page

__all__ = ["act", "case_list", "case_page", "download", "follow_up", "new_case", "take_over"]
