"""Signing in through a company's own provider, over a provider that really answers on loopback."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.test import Client
from django.urls import get_resolver

from entitlements.operations import change_person, set_sign_in
from portal.accounts.models import Identity, SignIn, User
from portal.clock import machine_now
from portal.notices.models import Notice
from portal.notices.sender import send_due
from portal.oidc_settings import origins
from tests.factories.identity_provider import (
    ANN,
    REFUSED,
    IdentityProvider,
    as_json,
    assert_refused,
    is_in,
    led_back,
    links,
    page_after,
    running,
    sign_in,
    start,
)
from tests.factories.people import (
    EPOCH,
    make_administrator,
    make_agent,
    make_customer,
    make_person,
    make_superuser,
)
from tests.factories.second_factors import code_now, give_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("still")]

# --- Without a provider -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/login/oidc/", "/login/oidc/callback/", "/login/oidc/callback/?state=x&code=y"]
)
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_there_is_neither_address_nor_button_where_no_provider_is_configured(path: str, method: str) -> None:
    assert getattr(Client(), method)(path).status_code == 404
    page = Client().get("/login/")
    assert "/login/oidc/" not in page.content.decode()
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"


def test_no_page_of_the_library_is_there(provider: IdentityProvider) -> None:
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    assert [name for name in names if name.startswith(("socialaccount", "openid"))] == []
    for path in ("/accounts/3rdparty/", "/accounts/3rdparty/signup/", "/accounts/oidc/", "/3rdparty/"):
        assert Client().get(path).status_code == 404


# --- The way there ----------------------------------------------------------------------------------


def test_the_button_stands_on_the_sign_in_page_and_its_form_may_lead_to_the_provider(
    provider: IdentityProvider,
) -> None:
    for _ in range(2):
        page = Client().get("/login/")
        assert "Sign in through Customer Inc." in page.content.decode()
        assert f"form-action 'self' {provider.issuer};" in page["Content-Security-Policy"] + ";"
    for path in ("/password/reset/", "/healthz"):
        assert "form-action 'self';" in Client().get(path)["Content-Security-Policy"] + ";"


def test_signing_in_starts_by_the_button_only(provider: IdentityProvider) -> None:
    assert Client().get("/login/oidc/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/login/oidc/").status_code == 403
    assert provider.asked == []


def test_the_provider_is_asked_with_state_nonce_and_challenge_for_the_address_alone(
    provider: IdentityProvider,
) -> None:
    client = Client()
    asked = [start(client, scope="admin", process="connect", auth_params="prompt=none") for _ in range(2)]
    sent = [parse_qs(urlsplit(answer["Location"]).query) for answer in asked]
    assert {frozenset(each) for each in sent} == {
        frozenset(
            {
                "client_id",
                "redirect_uri",
                "response_type",
                "scope",
                "state",
                "nonce",
                "code_challenge",
                "code_challenge_method",
            }
        )
    }
    assert sent[0]["redirect_uri"] == ["http://127.0.0.1:8000/login/oidc/callback/"]
    assert (set(sent[0]["scope"][0].split()), sent[0]["code_challenge_method"]) == (
        {"openid", "email"},
        ["S256"],
    )
    for name in ("state", "nonce", "code_challenge"):
        assert sent[0][name] != sent[1][name]
        assert len(sent[0][name][0]) >= 16


def test_whatever_host_asks_the_way_back_leads_to_the_configured_address(provider: IdentityProvider) -> None:
    answer = Client(HTTP_HOST="localhost").post("/login/oidc/")
    assert parse_qs(urlsplit(answer["Location"]).query)["redirect_uri"] == [
        "http://127.0.0.1:8000/login/oidc/callback/"
    ]


def test_the_hundred_and_first_start_from_one_source_waits(provider: IdentityProvider) -> None:
    provider.answers["/.well-known/openid-configuration"] = as_json({})
    statuses = [start(Client()).status_code for _ in range(101)]
    assert statuses == [302] * 100 + [429]


# --- Signing in -------------------------------------------------------------------------------------


def test_an_active_person_is_signed_in_by_the_address_that_the_provider_states_as_verified(
    provider: IdentityProvider, ann: User, mailoutbox: list[Any]
) -> None:
    client = Client(headers={"user-agent": "Firefox/140.0"}, REMOTE_ADDR="192.0.2.7")
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"], is_in(client)) == (302, "/", True)
    assert links() == [("ann@customer.example", provider.issuer, "ann-1")]
    noted = SignIn.objects.get(user=ann)
    assert (noted.address, noted.agent, noted.signed_in_at) == ("192.0.2.7", "Firefox/140.0", EPOCH)
    send_due(machine_now())
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["ann@customer.example"], "Signing in through your company was set up for you")
    ]


def test_the_second_time_nothing_is_linked_and_nobody_is_told(
    provider: IdentityProvider, ann: User, time_machine: Any
) -> None:
    sign_in(Client())
    time_machine.move_to(EPOCH + timedelta(days=1), tick=False)
    client = Client()
    assert (sign_in(client)["Location"], is_in(client)) == ("/", True)
    assert Notice.objects.count() == 1
    assert Identity.objects.values("user", "linked_at", "used_at").get() == {
        "user": ann.pk,
        "linked_at": EPOCH,
        "used_at": EPOCH + timedelta(days=1),
    }


def test_an_address_in_other_letters_is_the_same(provider: IdentityProvider, ann: User) -> None:
    provider.user["email"] = "Ann@Customer.Example"
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_the_address_is_asked_for_where_the_token_does_not_bring_it(
    provider: IdentityProvider, ann: User
) -> None:
    provider.in_token = ("sub", "email")
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_who_has_no_password_signs_in_too(provider: IdentityProvider) -> None:
    make_person(email="ann@customer.example")
    client = Client()
    sign_in(client)
    assert is_in(client)


def test_staff_sign_in_where_their_domain_is_named(provider: IdentityProvider) -> None:
    provider.user = {"sub": "sam", "email": "agent@staff.example", "email_verified": True}
    make_agent(email="agent@staff.example")
    client = Client()
    sign_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_session_that_an_attacker_prepared_is_not_the_one_signed_in(
    provider: IdentityProvider, ann: User
) -> None:
    client = Client()
    back = led_back(start(client))
    before = client.cookies["session"].value
    client.get(back)
    assert is_in(client)
    stolen = Client()
    stolen.cookies["session"] = before
    assert not is_in(stolen)


def test_no_token_of_the_provider_and_no_fact_about_the_person_is_kept(
    provider: IdentityProvider, ann: User
) -> None:
    provider.user["name"] = "Ann Somebody"
    give_app(ann)
    sign_in(Client())
    kept = str([row.get_decoded() for row in SignIn.objects.all()]) + str(list(Identity.objects.values()))
    assert [text for text in (*provider.given, "Somebody", "eyJ") if text in kept] == []
    assert [model.objects.count() for model in (SocialAccount, SocialApp, SocialToken)] == [0, 0, 0]


def test_who_is_signed_in_already_stays_who_they_are(provider: IdentityProvider, ann: User) -> None:
    client = Client()
    back = led_back(start(client))
    other = make_customer(email="bob@customer.example")
    client.force_login(other)
    assert (client.get(back)["Location"], start(client)["Location"]) == ("/", "/")
    assert (client.get("/profile/").context["user"], links()) == (other, [])


# --- Where to, afterwards ---------------------------------------------------------------------------


def test_one_is_led_to_where_one_wanted_to_go(provider: IdentityProvider, ann: User) -> None:
    page = Client().get("/login/?next=/cases/").content.decode()
    assert page.count('name="next" value="/cases/"') == 2
    assert sign_in(Client(), next="/cases/")["Location"] == "/cases/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://[::1"],
)
def test_one_is_never_led_out(provider: IdentityProvider, ann: User, target: str) -> None:
    client = Client()
    back = led_back(start(client, next=target))
    assert client.get(f"{back}&{urlencode({'next': target})}")["Location"] == "/"


def test_who_is_refused_still_gets_to_where_they_wanted_to_go(provider: IdentityProvider) -> None:
    assert sign_in(Client(), next="/cases/")["Location"] == "/login/?next=%2Fcases%2F"


# --- Who is refused ---------------------------------------------------------------------------------


def nobody(provider: IdentityProvider) -> None:
    provider.user["email"] = "nobody@customer.example"


def unverified(provider: IdentityProvider) -> None:
    provider.user["email_verified"] = False


def verified_by_word(provider: IdentityProvider) -> None:
    provider.user["email_verified"] = "true"


def not_said_to_be_verified(provider: IdentityProvider) -> None:
    del provider.user["email_verified"]


def no_address(provider: IdentityProvider) -> None:
    del provider.user["email"]


def no_such_address(provider: IdentityProvider) -> None:
    provider.user["email"] = ["ann@customer.example"]


def nul_in_the_address(provider: IdentityProvider) -> None:
    provider.user["email"] = "ann@customer.example\x00"


def deactivated(provider: IdentityProvider) -> None:
    User.objects.filter(email="ann@customer.example").update(is_active=False)


def of_another_domain(provider: IdentityProvider) -> None:
    make_customer(email="eve@other.example", can_sign_in=True)
    provider.user["email"] = "eve@other.example"


def below_the_domain(provider: IdentityProvider) -> None:
    make_customer(email="eve@sub.customer.example", can_sign_in=True)
    provider.user["email"] = "eve@sub.customer.example"


def known_by_another_subject(provider: IdentityProvider) -> None:
    ann = User.objects.get(email="ann@customer.example")
    ann.identities.create(issuer=provider.issuer, subject="ann-0", linked_at=EPOCH, used_at=EPOCH)


def linked_and_deactivated(provider: IdentityProvider) -> None:
    ann = User.objects.get(email="ann@customer.example")
    ann.identities.create(issuer=provider.issuer, subject="ann-1", linked_at=EPOCH, used_at=EPOCH)
    deactivated(provider)


UNWELCOME = [
    nobody,
    unverified,
    verified_by_word,
    not_said_to_be_verified,
    no_address,
    no_such_address,
    nul_in_the_address,
    deactivated,
    of_another_domain,
    below_the_domain,
    known_by_another_subject,
    linked_and_deactivated,
]


def cancelled(client: Client, back: str) -> Any:
    state = parse_qs(urlsplit(back).query)["state"][0]
    return client.get("/login/oidc/callback/", {"error": "access_denied", "state": state})


def failed_there(client: Client, back: str) -> Any:
    state = parse_qs(urlsplit(back).query)["state"][0]
    return client.get("/login/oidc/callback/", {"error": "<b>x", "error_description": "y", "state": state})


def without_a_code(client: Client, back: str) -> Any:
    return client.get(back.replace("code=", "other="))


def with_a_made_up_code(client: Client, back: str) -> Any:
    return client.get(re.sub(r"code=[^&]+", "code=made-up", back))


def with_a_wrong_state(client: Client, back: str) -> Any:
    return client.get(f"{back}x")


def without_a_state(client: Client, back: str) -> Any:
    return client.get(back.partition("&state")[0])


def with_nothing(client: Client, back: str) -> Any:
    return client.get("/login/oidc/callback/")


def too_late(client: Client, back: str) -> Any:
    with transaction.atomic():
        session = client.session
        states = session["socialaccount_states"]
        session["socialaccount_states"] = {
            name: (state, at - 601, issuer) for name, (state, at, issuer) in states.items()
        }
        session.save()
    return client.get(back)


BROKEN = [
    cancelled,
    failed_there,
    without_a_code,
    with_a_made_up_code,
    with_a_wrong_state,
    without_a_state,
    with_nothing,
    too_late,
]


def answers_to(provider: IdentityProvider) -> dict[str, Any]:
    """What a visitor sees of each refusal; what happened to make it is undone afterwards."""
    seen = {}
    for change in UNWELCOME:
        with transaction.atomic():
            provider.user = dict(ANN)
            change(provider)
            before = links()
            client = Client()
            seen[change.__name__] = page_after(client, sign_in(client))
            assert (links(), is_in(client)) == (before, False), change.__name__
            transaction.set_rollback(True)
    provider.user = dict(ANN)
    for how in BROKEN:
        client = Client()
        seen[how.__name__] = page_after(client, how(client, led_back(start(client))))
        assert not is_in(client), how.__name__
    return seen


def test_every_refusal_is_answered_alike_and_leaves_nothing(
    provider: IdentityProvider, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    seen = answers_to(provider)
    assert seen == dict.fromkeys(seen, seen["nobody"])
    status, location, page = seen["nobody"]
    assert (status, location, REFUSED in page) == (302, "/login/", True)
    assert (links(), Notice.objects.count()) == ([], 0)
    assert "ann" not in caplog.text.replace("cannot", "")


def test_an_answer_of_the_provider_counts_once(provider: IdentityProvider, ann: User) -> None:
    client = Client()
    back = led_back(start(client))
    assert client.get(back)["Location"] == "/"
    client.post("/logout/")
    assert_refused(client, client.get(back))


def test_an_answer_of_the_provider_counts_in_its_own_browser_only(
    provider: IdentityProvider, ann: User
) -> None:
    back = led_back(start(Client()))
    victim = Client()
    start(victim)
    assert_refused(victim, victim.get(back))


def test_a_code_of_another_browser_is_refused_by_its_verifier(provider: IdentityProvider, ann: User) -> None:
    stolen = parse_qs(urlsplit(led_back(start(Client()))).query)["code"][0]
    client = Client()
    mine = led_back(start(client))
    assert_refused(client, client.get(re.sub(r"code=[^&]+", f"code={stolen}", mine)))
    verifiers = [form.get("code_verifier", "") for form in provider.forms_at("/token")]
    assert [len(verifier) >= 43 for verifier in verifiers] == [True]


def test_a_callback_by_post_is_refused(provider: IdentityProvider, ann: User) -> None:
    client = Client()
    assert client.post(led_back(start(client))).status_code == 405
    assert not is_in(client)


# --- Once linked ------------------------------------------------------------------------------------


def test_a_person_whose_address_changed_at_the_provider_signs_in_by_subject(
    provider: IdentityProvider, ann: User
) -> None:
    sign_in(Client())
    provider.user = {"sub": "ann-1", "email": "ann.married@customer.example", "email_verified": False}
    make_customer(email="ann.married@customer.example")
    client = Client()
    sign_in(client)
    assert client.get("/profile/").context["user"] == ann


def test_another_subject_with_the_same_address_is_refused_until_staff_remove_the_link(
    provider: IdentityProvider, ann: User, mailoutbox: list[Any]
) -> None:
    first = Client()
    sign_in(first)
    provider.user["sub"] = "ann-2"
    client = Client()
    assert_refused(client, sign_in(client))
    assert links() == [("ann@customer.example", provider.issuer, "ann-1")]

    root = Client()
    root.force_login(make_superuser())
    page = f"/admin/accounts/identity/{Identity.objects.get().pk}/delete/"
    assert root.post(page, {"post": "yes"}).status_code == 302
    assert not is_in(first)
    assert LogEntry.objects.filter(action_flag=3).count() == 1
    sign_in(client)
    assert is_in(client)
    assert links() == [("ann@customer.example", provider.issuer, "ann-2")]
    send_due(machine_now())
    assert [mail.subject for mail in mailoutbox] == [
        "Signing in through your company was set up for you",
        "Signing in through your company was removed for you",
        "Signing in through your company was set up for you",
    ]


def test_who_is_deactivated_is_let_in_by_the_same_link_only_when_they_may_sign_in_again(
    provider: IdentityProvider,
) -> None:
    ann = make_person(email="ann@customer.example")
    sign_in(Client())
    root = make_superuser()
    for is_active in (False, True):
        set_sign_in(ann, is_active=is_active, actor=root, now=EPOCH)
        client = Client()
        sign_in(client)
        assert is_in(client) is is_active
    assert links() == [("ann@customer.example", provider.issuer, "ann-1")]


def test_a_domain_that_is_no_longer_named_signs_nobody_in(
    provider: IdentityProvider, ann: User, settings: Any
) -> None:
    sign_in(Client())
    settings.PORTAL_OIDC_DOMAINS = ["staff.example"]
    client = Client()
    assert_refused(client, sign_in(client))


def test_an_address_that_was_given_up_signs_nobody_in(provider: IdentityProvider, ann: User) -> None:
    sign_in(Client())
    facts = {"name": "Ann", "language": "en", "time_zone": "", "actor": make_superuser(), "now": EPOCH}
    change_person(ann, email="new@customer.example", **facts)
    client = Client()
    assert_refused(client, sign_in(client))
    provider.user["email"] = "new@customer.example"
    sign_in(client)
    assert client.get("/profile/").context["user"] == ann


def test_another_provider_is_linked_anew(provider: IdentityProvider, ann: User, settings: Any) -> None:
    sign_in(Client())
    with running() as other:
        other.user = dict(ANN)
        settings.PORTAL_OIDC_ISSUER = other.issuer
        settings.PORTAL_OIDC_ORIGINS = origins(other.issuer, [])
        client = Client()
        sign_in(client)
    assert is_in(client)
    assert [issuer for _email, issuer, _subject in links()] == [provider.issuer, other.issuer]


def test_a_person_sees_that_they_are_linked(provider: IdentityProvider, ann: User) -> None:
    client = Client()
    client.force_login(ann)
    assert "Customer Inc." not in client.get("/security/").content.decode()
    sign_in(Client())
    assert "Customer Inc." in client.get("/security/").content.decode()


# --- Second factors ---------------------------------------------------------------------------------


def test_the_provider_does_not_spare_the_code(provider: IdentityProvider, ann: User) -> None:
    give_app(ann)
    client = Client()
    assert (sign_in(client, next="/cases/")["Location"], is_in(client)) == ("/login/code/", False)
    assert client.post("/login/code/", {"code": code_now()})["Location"] == "/cases/"
    assert is_in(client)


@pytest.mark.parametrize("of_staff", [True, False])
def test_who_must_have_a_second_factor_is_led_to_setting_one_up(
    provider: IdentityProvider, settings: Any, of_staff: bool
) -> None:
    settings.PORTAL_MFA_REQUIRED = ["staff", "administrators"]
    if of_staff:
        make_agent(email="ann@customer.example")
    else:
        make_administrator(email="ann@customer.example")
    client = Client()
    sign_in(client)
    for path in ("/", "/cases/", "/admin/", "/profile/"):
        assert client.get(path)["Location"] == "/security/"
    # Without a password there is nothing to confirm with: the sign-in itself was the confirmation.
    page = client.get("/security/app/").content.decode()
    secret = re.search(r'class="key">(\w+)<', page)[1]  # type: ignore[index]
    assert client.post("/security/app/", {"code": code_now(secret)}).status_code == 302
    assert Authenticator.objects.filter(user__email="ann@customer.example").exists()
    assert client.get("/profile/").status_code == 200


def test_signing_in_through_the_provider_does_not_spare_the_password_before_what_matters(
    provider: IdentityProvider, ann: User
) -> None:
    client = Client()
    sign_in(client)
    assert client.get("/security/app/")["Location"].startswith("/reauthenticate/")
