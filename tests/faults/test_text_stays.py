"""While the database is away a person's text stays in the browser: going back finds it in the form."""

import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from portal.clock import machine_now
from tests.factories.cases import make_waiting_case
from tests.factories.people import make_customer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
TEXT = "Version 2.6,\nand nothing else has changed."


@pytest.mark.parametrize("is_filing", [False, True], ids=["a reply", "a new case"])
def test_text_stands_in_its_form_again_after_a_503_and_going_back(browser, live_server, is_filing):
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    requestor = make_customer()
    case = make_waiting_case(requestor, now=machine_now() - timedelta(hours=1))
    signed_in = Client()
    signed_in.force_login(requestor)
    context = browser.new_context(base_url=live_server.url)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": signed_in.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    field = "description" if is_filing else "text"
    page.goto("/cases/new/" if is_filing else f"/cases/{case.number}/")
    page.locator(f"textarea[name={field}]").fill(TEXT)
    away = render_to_string("503.html")
    page.route(
        "**/*",
        lambda route: (
            route.fulfill(status=503, body=away, content_type="text/html")
            if route.request.method == "POST"
            else route.continue_()
        ),
    )

    with page.expect_navigation():
        page.locator(f"form:has(textarea[name={field}]) button[type=submit]").first.click()
    assert "The portal is busy" in page.title()
    page.go_back()

    assert page.locator(f"textarea[name={field}]").input_value() == TEXT
    context.close()
