"""What the environment decides, what is refused without it, and what a deployment is made of."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import oidc_settings

pytestmark = pytest.mark.once("every process of these tests has an environment of its own")

ROOT = Path(__file__).resolve().parents[1]
DEPLOYED = {
    "SECRET_KEY": "k7-" + "abcdefghij0123456789" * 4,
    "ALLOWED_HOSTS": "support.example.com",
    "PORTAL_BASE_URL": "https://support.example.com",
    "PORTAL_INSTANCE": "production",
    "DATABASE_URL": "postgres://portal:secret@127.0.0.1:5432/portal",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.com:587",
}


def read_by_settings() -> set[str]:
    """The names of all variables that settings.py asks the environment for."""
    tree = ast.parse((ROOT / "portal" / "settings.py").read_text("utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.func.attr != "read_env"
    }


def manage(*arguments: str, env: dict[str, str], code: str = "") -> subprocess.CompletedProcess[str]:
    """Run manage.py, or code after django.setup(), with these variables and no others of ours."""
    ours = read_by_settings() | {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    # Stronger than a developer's own `.env`, which would otherwise bring the embedded run.
    environment = {**inherited, "PORTAL_EMBEDDED": "0", **env}
    script = f"import django; django.setup()\n{code}" if code else ""
    if script:
        environment["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    command = [sys.executable, "-c", script] if script else [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, check=False, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def empty(tmp_path) -> dict[str, str]:
    """A deployment's environment over a SQLite file that does not exist yet."""
    return {**DEPLOYED, "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3", "PORTAL_VAR_DIR": str(tmp_path)}


def test_every_variable_stands_in_the_example_and_nothing_else_does():
    example = (ROOT / ".env.example").read_text("utf-8")
    named = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", example, flags=re.MULTILINE)

    assert sorted(named) == sorted(read_by_settings())


def test_a_deployment_passes_djangos_own_checks_without_a_warning(tmp_path):
    checked = manage(
        *("check", "--deploy", "--fail-level", "WARNING"), env={**DEPLOYED, "PORTAL_VAR_DIR": str(tmp_path)}
    )

    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout + checked.stderr


def test_a_deployment_speaks_https_only_and_binds_its_cookies_to_its_host():
    asked = manage(
        env=DEPLOYED,
        code=(
            "from django.conf import settings\n"
            "from django.test import Client\n"
            "client = Client(headers={'host': 'support.example.com'})\n"
            "plain = client.get('/login/?next=/cases/')\n"
            "print(plain.status_code, plain['Location'])\n"
            "page = client.get('/healthz', secure=True)\n"
            "print(page.status_code, page['Strict-Transport-Security'])\n"
            "for kind in ('SESSION', 'CSRF'):\n"
            "    facts = ('NAME', 'SECURE', 'HTTPONLY', 'SAMESITE', 'PATH', 'DOMAIN')\n"
            "    print(*[getattr(settings, f'{kind}_COOKIE_{fact}') for fact in facts])\n"
        ),
    )

    assert asked.stdout.split("\n")[:4] == [
        "301 https://support.example.com/login/?next=/cases/",
        "200 max-age=31536000; includeSubDomains; preload",
        "__Host-session True True Lax / None",
        "__Host-csrf True True Lax / None",
    ], asked.stderr


@pytest.mark.parametrize(
    ("behind", "trusted"), [("false", "0 None"), ("true", "1 ('HTTP_X_FORWARDED_PROTO', 'https')")]
)
def test_forwarded_headers_count_only_behind_a_proxy(behind, trusted):
    asked = manage(
        env={**DEPLOYED, "PORTAL_BEHIND_PROXY": behind},
        code=(
            "from django.conf import settings\n"
            "print(settings.ALLAUTH_TRUSTED_PROXY_COUNT, settings.SECURE_PROXY_SSL_HEADER)\n"
        ),
    )

    assert asked.stdout.strip() == trusted, asked.stderr


def test_a_deployment_without_a_secret_key_is_refused():
    refused = manage(
        "check",
        env={name: value for name, value in DEPLOYED.items() if name != "SECRET_KEY"} | {"SECRET_KEY": ""},
    )

    assert refused.returncode == 1
    assert "Set SECRET_KEY to a long random text" in refused.stderr


def test_a_deployment_has_neither_demo_app_nor_its_addresses_nor_its_commands():
    asked = manage(
        env=DEPLOYED,
        code=(
            "from django.apps import apps\n"
            "from django.core.management import get_commands\n"
            "from django.urls import get_resolver\n"
            "print(apps.is_installed('portal.demo'))\n"
            "print(sorted(name for name in get_commands() if 'demo' in name))\n"
            "addresses = [str(each.pattern) for each in get_resolver().url_patterns]\n"
            "print([address for address in addresses if 'demo' in address])\n"
        ),
    )

    assert asked.stdout.split("\n")[:3] == ["False", "[]", "[]"], asked.stderr


def test_a_freshly_migrated_database_of_a_deployment_has_nobody_in_it(empty):
    migrated = manage("migrate", "--verbosity", "0", env=empty)
    counted = manage(
        env=empty,
        code=(
            "from cases.models import Case\n"
            "from entitlements.models import License, Product\n"
            "from portal.accounts.models import Account, Region, User\n"
            "from portal.work.models import InstanceMark\n"
            "print([m.objects.count() for m in (User, Account, License, Case, InstanceMark)])\n"
            "print(Product.objects.exists(), Region.objects.exists())\n"
        ),
    )

    assert migrated.returncode == 0, migrated.stderr
    assert counted.stdout.split("\n")[:2] == ["[0, 0, 0, 0, 0]", "True True"], counted.stderr


def test_the_one_command_start_is_refused_in_a_deployment(empty, tmp_path):
    refused = manage("up", env=empty)

    assert refused.returncode == 1
    assert "it needs PORTAL_EMBEDDED=1" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_adopted_by_its_name_once(empty):
    manage("migrate", "--verbosity", "0", env=empty)

    unnamed = manage("adopt_database", env={**empty, "PORTAL_INSTANCE": ""})
    adopted = manage("adopt_database", env=empty)
    again = manage("adopt_database", env=empty)

    assert (unnamed.returncode, adopted.returncode, again.returncode) == (1, 0, 0)
    assert "PORTAL_INSTANCE" in unnamed.stderr
    assert "now belongs to production" in adopted.stdout
    assert "already" in again.stdout


def test_static_files_are_collected_under_names_that_change_with_them(empty, tmp_path):
    collected = manage("collectstatic", "--noinput", "--verbosity", "0", env=empty)

    assert collected.returncode == 0, collected.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()
    assert not (ROOT / "static" / "staticfiles.json").exists()


def test_a_deployment_asks_staff_and_administrators_for_a_second_factor_and_ends_sessions(empty):
    code = (
        "from django.conf import settings as s\n"
        "print(s.PORTAL_MFA_REQUIRED, s.PORTAL_SESSION_IDLE_MINUTES, s.PORTAL_SESSION_IDLE_MINUTES_STAFF,"
        " s.SESSION_COOKIE_AGE, s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN)"
    )
    assert manage(env=empty, code=code).stdout == "['staff', 'administrators'] 120 30 43200 False\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"PORTAL_MFA_REQUIRED": "staff,everybody"},
        {"PORTAL_SESSION_IDLE_MINUTES": "0"},
        {"PORTAL_SESSION_IDLE_MINUTES_STAFF": "-1"},
        {"PORTAL_SESSION_HOURS": "0"},
    ],
)
def test_a_sign_in_setting_that_makes_no_sense_is_refused(empty, wrong):
    refused = manage("check", env=empty | wrong)
    assert refused.returncode != 0
    assert next(iter(wrong)).removesuffix("_STAFF") in refused.stderr


# --- Sign-in through a provider ---------------------------------------------------------------------

PROVIDER = {
    "PORTAL_OIDC_ISSUER": "https://login.example/company",
    "PORTAL_OIDC_CLIENT_ID": "portal",
    "PORTAL_OIDC_CLIENT_SECRET": "secret",
    "PORTAL_OIDC_NAME": "Example Inc.",
    "PORTAL_OIDC_DOMAINS": "customer.example, Staff.example",
}


def test_a_deployment_with_a_provider_passes_djangos_own_checks(empty):
    more = {"PORTAL_OIDC_ORIGINS": "https://sso.example:8443"}
    asked = manage(
        env=empty | PROVIDER | more,
        code=(
            "from django.conf import settings as s\n"
            "from django.core.management import call_command\n"
            "call_command('check', deploy=True, fail_level='WARNING')\n"
            "print(s.PORTAL_OIDC_DOMAINS, s.PORTAL_OIDC_ORIGINS, s.SOCIALACCOUNT_STORE_TOKENS)\n"
        ),
    )

    assert asked.stdout.split("\n")[-2] == (
        "['customer.example', 'staff.example'] ['https://login.example', 'https://sso.example:8443'] False"
    ), asked.stderr


@pytest.mark.parametrize("left_out", PROVIDER)
def test_a_provider_that_is_set_in_part_is_refused(empty, left_out):
    refused = manage("check", env=empty | PROVIDER | {left_out: ""})

    assert refused.returncode == 1
    assert f"set {left_out}, or none." in refused.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        {"PORTAL_OIDC_ISSUER": "http://login.example"},
        {"PORTAL_OIDC_ISSUER": "login.example"},
        {"PORTAL_OIDC_ISSUER": "https://"},
        {"PORTAL_OIDC_ISSUER": "https://user:secret@login.example"},
        {"PORTAL_OIDC_ISSUER": "https://login.example; script-src *"},
        {"PORTAL_OIDC_ISSUER": "https://login.example *"},
        {"PORTAL_OIDC_ISSUER": "https://login.example/?tenant=1"},
        {"PORTAL_OIDC_ISSUER": "https://login.example/#here"},
        {"PORTAL_OIDC_ISSUER": f"https://login.example/{'a' * 180}"},
        {"PORTAL_OIDC_DOMAINS": "*"},
        {"PORTAL_OIDC_DOMAINS": "customer.example,"},
        {"PORTAL_OIDC_DOMAINS": "ann@customer.example"},
        {"PORTAL_OIDC_DOMAINS": "*.customer.example"},
        {"PORTAL_OIDC_DOMAINS": "com"},
        {"PORTAL_OIDC_ORIGINS": "https://sso.example/path"},
        {"PORTAL_OIDC_ORIGINS": "sso.example"},
        {"PORTAL_OIDC_ORIGINS": "*"},
        {"PORTAL_OIDC_ORIGINS": "https://sso.example; script-src *"},
    ],
    ids=str,
)
def test_a_provider_that_cannot_be_meant_is_refused(wrong):
    said = {**PROVIDER, "PORTAL_OIDC_ORIGINS": "", **wrong}
    domains, others = (said[f"PORTAL_OIDC_{name}"].split(",") for name in ("DOMAINS", "ORIGINS"))
    with pytest.raises(ImproperlyConfigured, match=next(iter(wrong))):
        check_provider(said, domains, [other for other in others if other])


def check_provider(said, domains, others):
    """What settings.py does with the environment, without a process for each."""
    oidc_settings.check(
        issuer=said["PORTAL_OIDC_ISSUER"],
        client_id=said["PORTAL_OIDC_CLIENT_ID"],
        client_secret=said["PORTAL_OIDC_CLIENT_SECRET"],
        name=said["PORTAL_OIDC_NAME"],
        domains=[domain.strip().lower() for domain in domains],
    )
    oidc_settings.origins(said["PORTAL_OIDC_ISSUER"], others)


def test_an_origin_without_a_provider_is_refused(empty):
    refused = manage("check", env=empty | {"PORTAL_OIDC_ORIGINS": "https://sso.example"})

    assert refused.returncode == 1
    assert "PORTAL_OIDC_ORIGINS" in refused.stderr


def test_a_provider_on_loopback_may_speak_plainly():
    check_provider(PROVIDER | {"PORTAL_OIDC_ISSUER": "http://127.0.0.1:9000"}, ["customer.example"], [])


SECRET = "x" * 32


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"PORTAL_PAGER_URL": "https://pager.example/"}, "set both for a pager, or neither"),
        ({"PORTAL_PAGER_SECRETS": SECRET}, "set both for a pager, or neither"),
        ({"PORTAL_PAGER_URL": "http://127.0.0.1:1/", "PORTAL_PAGER_SECRETS": SECRET}, "an https:// address"),
        ({"PORTAL_PAGER_KINDS": "p1_filed,everything"}, "not everything"),
    ],
)
def test_a_pager_that_is_half_set_is_refused_in_a_sentence(empty, wrong, said):
    refused = manage("check", env=empty | wrong)
    assert (refused.returncode, said in refused.stderr) == (1, True)


def test_the_pager_is_woken_where_there_is_one(empty):
    code = (
        "from django.conf import settings as s\n"
        "print(s.CELERY_BEAT_SCHEDULE.get('page'), s.PORTAL_PAGER_SECRETS)"
    )
    is_set = {"PORTAL_PAGER_URL": "https://pager.example/", "PORTAL_PAGER_SECRETS": f"{SECRET}, {SECRET}"}
    assert manage(env=empty, code=code).stdout == "None []\n"
    assert manage(env=empty | is_set, code=code).stdout == (
        "{'task': 'portal.notices.page', 'schedule': 15.0, 'options': {'queue': 'pager', 'expires': 14}} "
        f"['{SECRET}', '{SECRET}']\n"
    )
