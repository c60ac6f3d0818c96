"""What every request passes before a view sees it."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X"])
@pytest.mark.parametrize("path", ["/", "/login/", "/password/reset/", "/admin/", "/healthz", "/nothing/"])
def test_a_method_that_nothing_of_ours_sends_is_refused_at_every_address(method: str, path: str) -> None:
    response = Client().generic(method, path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_an_early_refusal_has_the_headers_of_every_page() -> None:
    for response in (
        Client().generic("PUT", "/"),
        Client().get("/?q=%00"),
        Client().post("/login/", b"", content_type="text/plain", CONTENT_LENGTH=str(2**31)),
    ):
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
