"""Two hundred links and images, alone and within other markup: none acts, none tracks (SPEC 6)."""

import pytest
from django.core import mail
from django.utils import timezone

from cases import operations
from cases.prose import to_html
from portal.notices.sender import send_due
from tests.cases.test_prose import ALLOWED
from tests.factories.browsers import client_of
from tests.factories.cases import ASKED, make_case
from tests.factories.people import make_agent
from tests.security.corpus.links import LINKS
from tests.security.parsing import Page, as_browsers_do, faults_of, read

WRAPPINGS = ("{}", "> - {}", "| a |\n|---|\n| {} |", "**{}**", "# {}", "text\n\n1. {}\n   more")


def pages_of(source: str) -> list[Page]:
    html = to_html(source)
    return [read(html), read(as_browsers_do(html))]


def test_there_are_two_hundred_different_ones() -> None:
    assert len(set(LINKS)) == 200


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_no_link_acts_and_no_image_is_fetched(wrapping: str) -> None:
    found = {}
    for source in LINKS:
        html = to_html(wrapping.format(source))
        faults = faults_of(html)
        for page in pages_of(wrapping.format(source)):
            for tag, attributes in page.elements:
                if tag not in ALLOWED or not {name for name, _value in attributes} <= ALLOWED[tag]:
                    faults.append(f"not allowed: {tag} {attributes}")
        if faults:
            found[source] = faults
    assert found == {}


def test_every_link_says_that_it_is_not_ours() -> None:
    for source in LINKS:
        for page in pages_of(source):
            links = [dict(attributes) for tag, attributes in page.elements if tag == "a"]
            assert {link.get("rel") for link in links} <= {"noopener noreferrer nofollow"}


def test_the_canary_of_a_library_without_our_settings_is_found() -> None:
    assert (
        faults_of('<p><a href="javascript:evil7()">x</a><img src="//evil7.example/p.png"></p>')
        == [
            "address: a href=javascript:evil7()",
            "elsewhere: img src=//evil7.example/p.png",
        ]
        * 2
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("at_asked", "adopted")
def test_all_of_them_in_a_conversation_leave_page_and_mail_harmless() -> None:
    case = make_case()
    agent = make_agent()
    step = max(1, len(LINKS) // 5)
    for start in range(0, len(LINKS), step):
        text = "\n\n".join(LINKS[start : start + step])
        operations.answer_case(case, text=text, actor=agent, now=ASKED)

    page = client_of(case.requestor).get(f"/cases/{case.number}/").content.decode()
    while send_due(timezone.now(), 100).sent:
        pass

    assert faults_of(page) == []
    assert [tag for tag, _attributes in read(page).elements if tag in ("img", "iframe", "video")] == []
    assert len(mail.outbox) == 6
    for message in mail.outbox:
        assert faults_of(message.alternatives[0].content) == []
