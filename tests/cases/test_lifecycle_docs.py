"""The documentation's table and diagram are generated from the lifecycle."""

from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from cases.management.commands.lifecycle_docs import PAGE, lifecycle_page


def test_the_page_in_the_documentation_is_what_the_table_says_now() -> None:
    call_command("lifecycle_docs", "--check", skip_checks=True)


def test_the_page_names_every_row_and_draws_the_way_into_auto_closed() -> None:
    page = lifecycle_page()
    assert "| Close by itself | the clock | waiting | Auto Closed |" in page
    assert "pending_response --> auto_closed: Close by itself" in page
    assert (Path(settings.BASE_DIR) / PAGE).exists()
