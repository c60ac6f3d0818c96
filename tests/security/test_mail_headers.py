"""No text becomes a header of a mail: what is sent has the headers that it should have, and one reader."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accelerators import operations as services
from accelerators.models import CatalogueRow
from cases.models import Case
from entitlements import operations as entitlements
from portal.accounts.models import User
from portal.notices import kinds
from portal.notices.models import Notice
from portal.notices.sender import send_due
from tests.factories import people
from tests.factories.cases import make_waiting_case
from tests.portal.notices.conftest import note  # noqa: F401 -- a kind of notice that says what a test wants
from tests.security.corpus.markup import XSS
from tests.security.corpus.text import CONTROLS, STORMS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("adopted")]

OWN = {
    *("content-type", "mime-version", "subject", "from", "to", "date", "message-id", "auto-submitted"),
    "x-auto-response-suppress",
}
THREADED = OWN | {"in-reply-to", "references"}
INJECTIONS = (
    "a\r\nBcc: everybody@evil7.example",
    "a\nBcc: everybody@evil7.example",
    "a\rBcc: everybody@evil7.example",
    "a\r\n\r\n<script>evil7()</script>",
    "a\u2028Bcc: everybody@evil7.example",
    "a\x85Bcc: everybody@evil7.example",
    "a\x0bBcc: everybody@evil7.example",
    "=?utf-8?q?a=0D=0ABcc:_everybody=40evil7.example?=",
    "a\r\n .\r\n.\r\nMAIL FROM:<evil7@evil7.example>",
    "x" * 900,  # a line of a mail holds 998 characters
    "\u901a" * 500,
)
TEXTS = st.one_of(
    st.text(max_size=80).map(lambda text: text.replace("\x00", "")), st.sampled_from(INJECTIONS)
)
_keys = count(1)


def headers_of(mail: Any) -> set[str]:
    return {name.lower() for name, _value in mail.items()}


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a hundred mails are not made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=25, max_size=25))
def test_two_hundred_subjects_and_texts_make_no_header_and_no_second_mail(
    sink: Any,
    note: Any,  # noqa: F811
    drawn: list[tuple[str, str]],
) -> None:
    sink.mails.clear()
    sink.recipients.clear()
    reader = User.objects.filter(email="sam@staff.example").first() or people.make_agent(
        email="sam@staff.example"
    )
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(key=f"k{next(_keys)}", kind="note", recipient=reader, created_at=now, params=params)
        for params in ({"subject": subject, "text": text} for subject, text in drawn)
    )

    report = send_due(now + timedelta(minutes=1), len(drawn))

    assert report.sent == len(sink.mails) == len(drawn)
    assert set(sink.recipients) == {"sam@staff.example"}
    for mail in sink.mails:
        assert headers_of(mail) == OWN
        assert (mail["To"], mail["From"].addresses[0].addr_spec) == (
            "sam@staff.example",
            "no-reply@portal.example",
        )
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
    said = sorted(" ".join(subject.split()) for subject, _text in drawn)
    sent = sorted(
        Notice.objects.filter(key__startswith="k", recipient=reader).values_list("sent_subject", flat=True)
    )
    assert [subject for subject in said if subject not in sent] == []


@pytest.mark.parametrize(
    "address",
    [f"sam@staff.example{text}" for text in INJECTIONS]
    + [
        "sam@staff.example,everybody@evil7.example",
        "sam@staff.example everybody@evil7.example",
        "<sam@staff.example>\r\nRCPT TO:<everybody@evil7.example>",
        "Sam <sam@staff.example>, everybody@evil7.example",
        "sam@staff.example;everybody@evil7.example",
        "",
        "@",
    ],
)
def test_an_address_that_is_more_than_one_is_given_up(sink: Any, note: Any, address: str) -> None:  # noqa: F811
    reader = people.make_agent()
    User.objects.filter(pk=reader.pk).update(email=address.lower()[:254] or "@@")
    now = timezone.now()
    Notice.objects.create(key="k", kind="note", recipient=reader, created_at=now)

    report = send_due(now + timedelta(minutes=1), 10)

    assert (report.sent, report.dead, sink.recipients) == (0, 1, [])


def hostile_words() -> Iterator[str]:
    yield from INJECTIONS
    yield from XSS[:4]
    yield "".join(CONTROLS)
    yield from STORMS[:4]


def test_title_names_account_and_product_of_a_case_make_no_header(sink: Any) -> None:
    """Written past all forms: what a form would refuse must not reach a header either."""
    for words in hostile_words():
        case = make_waiting_case()
        Case.objects.filter(pk=case.pk).update(title=words[:200])
        User.objects.filter(pk=case.requestor_id).update(name=words[:200])
        type(case.account).objects.filter(pk=case.account_id).update(name=f"{case.pk} {words}"[:200])
    expected = Notice.objects.unsent().count()

    while send_due(timezone.now() + timedelta(minutes=1), 100).sent:
        pass

    assert len(sink.mails) == expected
    assert [mail["Subject"] for mail in sink.mails if headers_of(mail) != THREADED] == []
    assert not any("evil7" in address for address in sink.recipients)
    for mail in sink.mails:
        assert "evil7" not in f"{mail['To']}{mail['From']}{mail['Subject']}"


def test_names_of_an_account_and_of_who_invites_or_asks_make_no_header(sink: Any) -> None:
    for words in hostile_words():
        license_ = people.make_license()
        administrator = people.make_administrator(license_)
        asker = people.make_person(license_.account)
        type(license_.account).objects.filter(pk=license_.account_id).update(
            name=f"{license_.pk} {words}"[:200]
        )
        User.objects.filter(pk__in=[administrator.pk, asker.pk]).update(name=words[:200])
        now = timezone.now()
        entitlements.invite_contact(
            license_, f"new{license_.pk}@customer.example", actor=administrator, now=now
        )
        entitlements.ask_for_seat(license_, actor=asker, now=now)
        services.ask_for_permission(actor=asker, now=now)
        User.objects.filter(pk=administrator.pk).update(may_request=True)
        services.request_thing(
            CatalogueRow.objects.get(slug="environment-review"),
            license_,
            goal=words,
            actor=administrator,
            now=now,
        )
    expected = Notice.objects.unsent().count()

    while send_due(timezone.now() + timedelta(minutes=1), 100).sent:
        pass

    assert len(sink.mails) == expected
    assert [mail["Subject"] for mail in sink.mails if headers_of(mail) not in (OWN, THREADED)] == []
    for mail in sink.mails:
        assert "evil7" not in f"{mail['To']}{mail['From']}"


def test_every_kind_of_notice_is_one_of_those_that_are_looked_at() -> None:
    """A kind whose subject took a person's words would have to be in the test above."""
    looked_at = {"case", "password", "second", "invitation", "seat", "permission", "request", "add"}
    looked_at.add("address")  # its subject has nobody's words
    assert {kind.code.split("_")[0] for kind in kinds.kinds()} == looked_at
