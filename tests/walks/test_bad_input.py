"""Bad input over every form and query: a clear status, the text kept, nothing half-written (SPEC 6)."""

import html
from urllib.parse import quote_from_bytes

import pytest
from django.db import models
from django.test import Client

from cases.models import Case, CaseEvent, Hold, InternalNote, Message, Watcher
from entitlements.models import License
from portal.accounts.models import User
from portal.notices.models import Notice
from portal.work.form_tokens import new_token
from tests.factories import people
from tests.factories.cases import make_case, make_waiting_case

pytestmark = pytest.mark.django_db

HOSTILE = {
    "nul": "a\x00b",
    "too long": "x" * 32_001,
    "empty": "",
    "blank": " \t\r\n ",
    "huge number": "9" * 400,
    "negative": "-1",
    "other digits": "１２",
    "underscore": "1_0",
    "list": "[]",
    "markup": "<script>alert(1)</script>",
    "template": "{{ 7 }}{% debug %}",
    "bidi": "abc\u202edcba",
    "lone surrogate": "\ud83d",
    "emoji": "👩‍👩‍👧" * 200,
    "sql": "' OR 1=1 --",
    "line breaks": "a\r\nBcc: everybody@example.com",
}
# What may be typed into any text field and is then simply text.
HARMLESS_TEXT = {
    "markup",
    "template",
    "bidi",
    "sql",
    "line breaks",
    "emoji",
    "list",
    "negative",
    "other digits",
    "underscore",
}
TABLES: tuple[type[models.Model], ...] = (Case, Message, CaseEvent, Hold, InternalNote, Watcher, Notice)


def counts() -> dict[str, int]:
    return {table.__name__: table._default_manager.count() for table in TABLES}


@pytest.fixture
def owner() -> User:
    return people.make_customer(people.make_license())


@pytest.fixture
def client_of_owner(owner: User) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(owner)
    return client


def license_of(owner: User) -> License:
    return License.objects.get(seats__user=owner)


def filing(owner: User) -> dict[str, str]:
    return {
        "form_token": new_token(),
        "product": str(license_of(owner).pk),
        "environment": "Production",
        "title": "A title",
        "description": "A description",
        "priority": "3",
        "watchers": "",
    }


REFUSED_FILING = [
    *[(field, name) for field in ("product", "environment", "priority") for name in HOSTILE],
    *[("title", name) for name in ("nul", "too long", "empty", "blank", "emoji")],
    *[("description", name) for name in ("nul", "too long", "empty", "blank")],
    *[("watchers", name) for name in HOSTILE if name not in ("empty", "blank")],
    *[("form_token", name) for name in HOSTILE],
]


@pytest.mark.parametrize(("field", "name"), REFUSED_FILING)
def test_a_bad_field_of_a_new_case_is_refused_and_nothing_is_written(
    client_of_owner: Client, owner: User, field: str, name: str
) -> None:
    before = counts()
    data = filing(owner) | {field: HOSTILE[name]}
    response = client_of_owner.post("/cases/new/", encoded(data), content_type=FORM)
    assert response.status_code == 400
    assert counts() == before
    if field not in ("title",):
        assert 'value="A title"' in response.content.decode()
    if field != "description":
        assert "A description" in response.content.decode()


FORM = "application/x-www-form-urlencoded"


def encoded(data: dict[str, str]) -> bytes:
    """The form as bytes, lone surrogates included, as a hostile client may send them."""
    pairs = [
        f"{quote_from_bytes(key.encode())}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for key, value in data.items()
    ]
    return "&".join(pairs).encode()


@pytest.mark.parametrize("name", sorted(HARMLESS_TEXT))
def test_strange_text_is_text(client_of_owner: Client, owner: User, name: str) -> None:
    text = HOSTILE[name]
    response = client_of_owner.post("/cases/new/", filing(owner) | {"description": text})
    assert response.status_code == 302
    page = client_of_owner.get(response["Location"]).content.decode()
    assert "<script>alert" not in page
    if name == "markup":
        assert html.escape(text) in page


@pytest.mark.parametrize("priority", ["0", "5", "1.0", "P1", "01"])
def test_an_unknown_priority_is_refused(client_of_owner: Client, owner: User, priority: str) -> None:
    response = client_of_owner.post("/cases/new/", filing(owner) | {"priority": priority})
    assert response.status_code == 400


def test_a_license_of_another_account_is_refused(client_of_owner: Client, owner: User) -> None:
    foreign = people.make_license()
    response = client_of_owner.post("/cases/new/", filing(owner) | {"product": str(foreign.pk)})
    assert response.status_code == 400
    assert Case.objects.count() == 0


def test_a_license_of_the_account_without_a_seat_is_refused_with_the_reason(
    client_of_owner: Client, owner: User
) -> None:
    other = people.make_license(owner.account, "target")
    response = client_of_owner.post("/cases/new/", filing(owner) | {"product": str(other.pk)})
    assert response.status_code == 403
    assert "Target" in response.content.decode()
    assert Case.objects.count() == 0


ACTION_FIELDS = {
    "reply": {"text": "Text"},
    "close": {"resolution": "issue_obsolete"},
    "escalate": {"reason": "time_to_resolution", "text": "Text"},
    "raise-urgency": {"justification": "Text"},
    "hand-to-colleague": {"colleague": "1"},
    "edit-watchers": {"watchers": ""},
    "request-call": {"phone": "+1 555 0100", "starts_at": ""},
    "extend": {},
    "confirm": {},
    "cancel-call": {},
}
CHOICES = {"resolution", "reason", "colleague", "watchers", "starts_at", "form_token"}


@pytest.mark.parametrize(
    ("action", "field", "name"),
    [
        (action, field, name)
        for action, fields in ACTION_FIELDS.items()
        for field in (*fields, "form_token")
        for name in HOSTILE
        if (field in CHOICES or name not in HARMLESS_TEXT)
        and not (field == "watchers" and name in ("empty", "blank"))
        if not (field == "justification" and name in ("huge number",))
        if not (field == "text" and name in ("huge number", "lone surrogate"))
        if not (field == "justification" and name == "lone surrogate")
    ],
)
def test_a_bad_field_of_an_action_is_refused_and_nothing_is_written(
    client_of_owner: Client, owner: User, action: str, field: str, name: str
) -> None:
    case = make_waiting_case(owner)
    before = counts()
    data = {"form_token": new_token(), **ACTION_FIELDS[action], field: HOSTILE[name]}
    response = client_of_owner.post(f"/cases/{case.number}/{action}/", encoded(data), content_type=FORM)
    assert response.status_code in (400, 409), response.status_code
    assert counts() == before


@pytest.mark.parametrize("action", ["extend", "confirm"])
def test_a_state_is_never_changed_by_get(client_of_owner: Client, owner: User, action: str) -> None:
    case = make_waiting_case(owner)
    before = counts()
    response = client_of_owner.get(f"/cases/{case.number}/{action}/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert counts() == before


QUERIES = [
    "page=99999999999999999999999999999",
    "page=-1",
    "page=0",
    "page=abc",
    "page=１２",
    "page=1&page=2",
    "view=nothing",
    "view=open&view=all",
    "status=nothing",
    "whose=everybody",
    "sort=account__administrator__password",
    "owner__password=x",
]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("path", ["/cases/", "/inbox/"])
def test_a_strange_query_shows_a_page(client_of_owner: Client, owner: User, path: str, query: str) -> None:
    make_case(owner)
    assert client_of_owner.get(f"{path}?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/cases/", "/inbox/", "/", "/cases/new/", "/profile/", "/login/", "/healthz"]
)
def test_nul_in_a_query_or_path_is_a_bad_request(client_of_owner: Client, path: str) -> None:
    assert client_of_owner.get(f"{path}?page=%00").status_code == 400
    assert client_of_owner.get(f"{path}%00").status_code in (400, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/cases/E-000000000/",
        "/cases/E-999999999/",
        "/cases/E-00000000１/",
        "/cases/E-1/",
        "/cases/E-0000000001/",
        "/cases/1/",
        "/cases/E-000000001/nothing/",
        "/cases/E-000000001/files/nothing/",
        "/inbox/999999999999999999999999/",
    ],
)
def test_an_address_that_leads_nowhere_is_not_found(client_of_owner: Client, path: str) -> None:
    assert client_of_owner.get(path).status_code == 404


@pytest.mark.parametrize("name", ["nul", "too long", "empty", "blank"])
def test_a_bad_name_in_the_profile_is_refused(client_of_owner: Client, owner: User, name: str) -> None:
    data = {"name": HOSTILE[name], "time_zone": "", "language": "en"}
    assert client_of_owner.post("/profile/", encoded(data), content_type=FORM).status_code == 400
    assert User.objects.get(pk=owner.pk).name == owner.name


@pytest.mark.parametrize("field", ["time_zone", "language"])
@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("empty", "blank")])
def test_a_bad_choice_in_the_profile_is_refused(
    client_of_owner: Client, owner: User, field: str, name: str
) -> None:
    data = {"name": "Name", "time_zone": "", "language": "en"} | {field: HOSTILE[name]}
    assert client_of_owner.post("/profile/", encoded(data), content_type=FORM).status_code == 400
    assert User.objects.get(pk=owner.pk).name == owner.name


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_bad_input_at_sign_in_is_no_server_error(name: str) -> None:
    data = {"login": HOSTILE[name], "password": HOSTILE[name]}
    response = Client().post("/login/", encoded(data), content_type=FORM)
    assert response.status_code in (200, 400)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_bad_input_at_the_password_reset_is_no_server_error(name: str) -> None:
    response = Client().post("/password/reset/", encoded({"email": HOSTILE[name]}), content_type=FORM)
    assert response.status_code in (200, 302, 400)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_redirect_never_leaves_the_portal(client_of_owner: Client, name: str) -> None:
    for target in ("//evil.example", "https://evil.example", "javascript:alert(1)", HOSTILE[name]):
        response = client_of_owner.post(
            "/theme/", encoded({"theme": "dark", "next": target}), content_type=FORM
        )
        assert response.status_code in (302, 400)
        assert "evil" not in response.headers.get("Location", "")


def test_a_body_beyond_any_form_is_too_large(client_of_owner: Client) -> None:
    response = client_of_owner.post(
        "/cases/new/", b"", content_type=FORM, CONTENT_LENGTH=str(11 * 20_971_520)
    )
    assert response.status_code == 413


def test_a_form_of_too_many_fields_is_a_bad_request(client_of_owner: Client) -> None:
    data = b"&".join(b"f%d=1" % number for number in range(2000))
    assert client_of_owner.post("/cases/new/", data, content_type=FORM).status_code == 400
