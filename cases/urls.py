"""Addresses of the customer's case pages."""

from django.urls import path, register_converter

from cases import views
from cases.models import case_number


class NumberConverter:
    """A case number in an address, E- and nine digits, as the case's key."""

    regex = r"E-\d{9}"

    def to_python(self, value: str) -> int:
        """The key of a number."""
        return int(value[2:])

    def to_url(self, value: int | str) -> str:
        """The number of a key."""
        return case_number(int(value))


register_converter(NumberConverter, "case_number")

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("new/", views.new_case, name="new"),
    path("<case_number:key>/", views.case_page, name="case"),
    path("<case_number:key>/follow-up/", views.follow_up, name="follow_up"),
    path("<case_number:key>/take-over/", views.take_over, name="take_over"),
    path("<case_number:key>/files/<slug:file_key>/", views.download, name="download"),
    path("<case_number:key>/<slug:action>/", views.act, name="act"),
]
