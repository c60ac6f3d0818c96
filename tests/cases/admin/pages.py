"""The staff's addresses of cases, and what tests ask of their pages."""

import re
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from portal.work.form_tokens import new_token

LIST = reverse("admin:cases_case_changelist")
ADD = reverse("admin:cases_case_add")
POLICIES = reverse("admin:cases_followuppolicy_changelist")
ADD_POLICY = reverse("admin:cases_followuppolicy_add")


def page_of(case: Case) -> str:
    return reverse("admin:cases_case_change", args=[case.pk])


def act_on(case: Case, action: str) -> str:
    return reverse("admin:cases_case_act", args=[case.pk, action])


def act(client: Client, case: Case, action: str, **data: Any) -> Any:
    return client.post(act_on(case, action), {"form_token": new_token(), **data})


def numbers_in(response: Any) -> list[str]:
    """The numbers of the list's rows, in their order."""
    return re.findall(r'class="field-number"><a [^>]*><b>(E-\d{9})<', response.content.decode())


def statements_of(client: Client, address: str) -> list[str]:
    """The statements of a page that speak of cases, licenses and people; the frame's own are left out."""
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    signed_in = 'accounts_user" LEFT OUTER JOIN "accounts_account" '
    frame = re.compile(rf'FROM "(accounts_signin|demo_|work_|notices_notice|auth_group|{signed_in})')
    health = 'MIN("cases_case"."next_follow_up_at")'
    said = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in said if not frame.search(sql) and health not in sql and sql.startswith("SELECT")]
