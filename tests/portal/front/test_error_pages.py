import re

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize(
    "page", ["400", "403", "403_csrf", "404", "405", "409", "413", "429", "500", "503", "507"]
)
def test_an_error_page_needs_nothing_to_be_shown_and_says_where_to_go_next(page: str) -> None:
    html = render_to_string(f"{page}.html")

    assert len(re.findall("<h1", html)) == 1
    assert re.search(r"<title>\s*\w.+</title>", html)
    assert '<a class="button primary" href="/' in html
    assert "<form" not in html


@pytest.mark.parametrize("page", ["400", "403", "405", "409", "413", "429"])
def test_an_error_page_tells_the_reason_when_there_is_one_as_text(page: str) -> None:
    html = render_to_string(f"{page}.html", {"message": "Only <leads> assign cases."})

    assert "Only &lt;leads&gt; assign cases." in html


def test_a_missing_page_does_not_tell_what_was_asked_for() -> None:
    assert "E-000000042" not in render_to_string("404.html", {"message": "E-000000042"})
