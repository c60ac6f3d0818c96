"""What other help desks have been attacked by, through files, texts and mail; named as known elsewhere."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cases import operations
from cases.models import Case
from portal.accounts.models import User
from portal.files.models import StoredFile
from portal.notices.sender import send_due
from portal.work.form_tokens import new_token
from tests.factories import people
from tests.factories.browsers import client_of
from tests.factories.cases import ASKED, make_case
from tests.security.corpus.files import HTML, SVG, png
from tests.security.parsing import acts, faults_of, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_asked", "store_folder", "adopted")]

MINUTE = timedelta(minutes=1)


def attach(client: Client, case: Case, name: str, content: bytes) -> Any:
    data = {"form_token": new_token(), "text": "x", "files": SimpleUploadedFile(name, content)}
    return client.post(f"/cases/{case.number}/reply/", data)


# --- Files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page.html", "page.htm", "picture.svg", "page.xhtml"])
def test_django_helpdesk_0634f1b5_pages_and_drawings_are_not_taken(case: Case, name: str) -> None:
    for content in (HTML, SVG):
        assert attach(client_of(case.requestor), case, name, content).status_code == 400
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize("name", [".htaccess", ".user.ini", "a.php", "a.phar", "web.config", "a.txt.php"])
def test_cve_2026_27636_what_a_server_might_run_is_not_taken(case: Case, name: str) -> None:
    assert attach(client_of(case.requestor), case, name, b"x").status_code == 400
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(
    "name", [".htaccess\u200b", "a.php\u200b", "a.p\u200bhp", "\u200b.htaccess", "a.ph\ufeffp"]
)
def test_cve_2026_28289_a_zero_width_space_does_not_smuggle_an_extension(
    case: Case, store_folder: Path, name: str
) -> None:
    assert attach(client_of(case.requestor), case, name, b"x").status_code == 400
    assert not store_folder.exists()


def test_cve_2026_40496_a_files_address_cannot_be_counted_to(case: Case) -> None:
    client = client_of(case.requestor)
    for _ in range(3):
        attach(client, case, "a.txt", b"text")
    files = StoredFile.objects.order_by("pk")
    assert all(len(file.key) == 32 and file.key != str(file.pk) for file in files)
    assert len({file.key[:6] for file in files}) == 3
    for guess in (files[0].pk, files[0].sha256, files[0].blob.replace("/", "-"), "a", "1"):
        assert client.get(f"/cases/{case.number}/files/{guess}/").status_code == 404


def test_cve_2018_25111_stored_files_are_readable_by_the_portal_alone(case: Case, store_folder: Path) -> None:
    attach(client_of(case.requestor), case, "a.txt", b"text")
    [path] = [path for path in store_folder.rglob("*") if path.is_file()]
    assert path.stat().st_mode & 0o777 == 0o600


def test_ghsa_ph4f_uploads_are_limited_per_hour(case: Case, settings: Any) -> None:
    settings.PORTAL_LIMITS_PER_HOUR = {**settings.PORTAL_LIMITS_PER_HOUR, "upload": 2}
    client = client_of(case.requestor)
    statuses = [attach(client, case, "a.png", png()).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    assert StoredFile.objects.count() == 2


APPS = ("accelerators", "cases", "entitlements", "portal")


def test_cve_2026_22200_a_text_reads_no_file_and_fetches_nothing(case: Case, staff: User) -> None:
    text = '<img src="file:///etc/passwd"> ![x](file:///etc/passwd) <iframe src="http://169.254.169.254/">'
    operations.answer_case(case, text=text, actor=staff, now=ASKED)
    send_due(timezone.now() + MINUTE, 50)
    page = client_of(case.requestor).get(f"/cases/{case.number}/").content.decode()
    for html in (page, *(message.alternatives[0].content for message in mail.outbox)):
        assert [tag for tag, _attributes in read(html).elements if tag in ("img", "iframe", "object")] == []
        assert "root:" not in html
    installed = Path("requirements/runtime.txt").read_text().lower()
    fetching = ("weasyprint", "xhtml2pdf", "reportlab", "pdfkit", "httpx", "pillow", "lxml")
    assert [name for name in fetching if name in installed] == []
    # What asks a provider of sign-ins for its keys is the only one that fetches anything over HTTP.
    source = [path for app in APPS for path in Path(app).rglob("*.py")]
    fetches = [
        str(path) for path in source if re.search(r"^(import|from) requests\b", path.read_text(), re.M)
    ]
    assert fetches == ["portal/front/identity_provider.py"]


# --- Mail ---------------------------------------------------------------------------------------------------


def test_cve_2026_105456_no_link_in_page_or_mail_runs_a_script(case: Case, staff: User) -> None:
    operations.answer_case(case, text="[x](javascript:evil7()) <javascript:evil7()>", actor=staff, now=ASKED)
    send_due(timezone.now() + MINUTE, 50)
    page = client_of(case.requestor).get(f"/cases/{case.number}/").content.decode()
    for html in (page, *(message.alternatives[0].content for message in mail.outbox)):
        assert not any(
            acts(value) for _tag, named in read(html).elements for key, value in named if key == "href"
        )


def test_cve_2026_32754_no_text_becomes_markup_in_a_mail(case: Case, staff: User) -> None:
    Case.objects.filter(pk=case.pk).update(title="<img src=x onerror=evil7()>")
    operations.answer_case(case, text="<script>evil7()</script>", actor=staff, now=ASKED)
    send_due(timezone.now() + MINUTE, 50)
    assert [faults_of(message.alternatives[0].content) for message in mail.outbox] == [[]] * len(mail.outbox)


def test_cve_2021_21435_every_mail_has_one_reader_and_names_no_other() -> None:
    owner = people.make_customer()
    watchers = [people.make_person(owner.account) for _ in range(3)]
    make_case(owner, watchers=watchers)
    send_due(timezone.now() + MINUTE, 50)
    assert len(mail.outbox) == 4
    for message in mail.outbox:
        assert (len(message.to), message.cc, message.bcc) == (1, [], [])
        written = message.message().as_string()
        assert [person.email for person in (owner, *watchers) if person.email in written] == message.to


def test_freescout_1041_one_bad_recipient_doubles_no_mail_to_the_others(sink: Any) -> None:
    owner = people.make_customer()
    watchers = [people.make_person(owner.account) for _ in range(3)]
    sink.answers[watchers[1].email] = "550 no such person"
    make_case(owner, watchers=watchers)
    for minutes in (1, 2, 60, 3_000):
        send_due(timezone.now() + timedelta(minutes=minutes), 50)
    assert sorted(sink.recipients) == sorted([owner.email, watchers[0].email, watchers[2].email])


def test_zammad_1131_every_mail_says_that_nobody_wrote_it(sink: Any) -> None:
    make_case()
    send_due(timezone.now() + MINUTE, 50)
    [message] = sink.mails
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "All")


def test_zammad_1223_a_restored_copy_mails_nobody(settings: Any) -> None:
    make_case()
    settings.PORTAL_INSTANCE = "another"
    assert send_due(timezone.now() + MINUTE, 50).sent == 0
    assert mail.outbox == []
