"""A person in front of the pages: signing in, sending forms, counting what a page costs."""

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from portal.accounts.models import User
from portal.work.form_tokens import new_token
from tests.factories.browsers import client_of

LIST = "/cases/"
NEW = "/cases/new/"
# What every page asks: who is signed in and in which zone, the inbox's count, the demo's bar and clock.
_FRAME = re.compile(
    r'FROM "(accounts_signin|demo_\w+|work_\w+|notices_notice|auth_group)'
    r'|FROM "accounts_user" LEFT OUTER JOIN "accounts_account" '
    r"|^(SAVEPOINT|RELEASE|BEGIN|COMMIT)"
)


def page_of(case: Case) -> str:
    """The address of a case's page."""
    return reverse("cases:case", args=[case.pk])


def act_on(case: Case, action: str) -> str:
    """The address of an action."""
    return reverse("cases:act", args=[case.pk, action])


def send(person: User, case: Case, action: str, *, token: str | None = None, **data: Any) -> Any:
    """Sends the form of an action as this person, with a fresh token where none is given."""
    form_token = new_token() if token is None else token
    return client_of(person).post(act_on(case, action), {"form_token": form_token, **data})


def shown(response: Any) -> str:
    """The text of a page without its tags, its white space made one."""
    text = re.sub(r"<[^>]*>", " ", response.content.decode())
    return " ".join(text.split())


def numbers_in(response: Any) -> list[str]:
    """The numbers of the rows of a list, in their order."""
    return re.findall(r'<span class="number">(E-\d{9})</span>', response.content.decode())


def own_statements(person: User, address: str) -> int:
    """How many statements a page makes beside those of the frame."""
    client = client_of(person)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return sum(not _FRAME.search(query["sql"]) for query in captured.captured_queries)
