"""Every setting of the portal, read once from the environment (and from `.env` beside `manage.py`).

Each variable read here stands in `.env.example` with its meaning; a test compares the two.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import oidc_settings
from portal.notices.pager_settings import PAGED, faults_of

# Types such as ModelAdmin[Case] are written in the source: Django has to allow that before apps load.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- What kind of run this is -----------------------------------------------------------------------

# The embedded run (`make run`): demo data, demo bar, movable clock. Never set it in a deployment.
PORTAL_EMBEDDED = env.bool("PORTAL_EMBEDDED", default=False)
DEBUG = env.bool("DEBUG", default=False)
# Everything that a run writes: database, mail folder, uploads, sockets, locks.
VAR_DIR = Path(env.str("PORTAL_VAR_DIR", default=str(BASE_DIR / "var")))

SECRET_KEY = env.str("SECRET_KEY", default="embedded-run-only-" + "0" * 40 if PORTAL_EMBEDDED else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set SECRET_KEY to a long random text, or start the demo with `make run`.")
# Former keys, newest first: what they signed or locked away (second factors) can still be read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if PORTAL_EMBEDDED else [])
# Links in mail start here; the address of a request is never trusted for that.
PORTAL_BASE_URL = env.str("PORTAL_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
# Names this installation: a database adopted by another one sends no mail (SPEC 2.2).
PORTAL_INSTANCE = env.str("PORTAL_INSTANCE", default="embedded" if PORTAL_EMBEDDED else "")

# --- Apps, from the lowest layer to the highest -----------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "portal.accounts",
    "portal.audit",
    "portal.work",
    "portal.notices",
    "portal.files",
    "entitlements",
    "cases",
    "accelerators",
    "portal.front",
    *(["portal.demo"] if PORTAL_EMBEDDED else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    # For its OpenID Connect; its tables stay empty, and none of its addresses exists (docs/decisions/0018).
    "allauth.socialaccount",
    "crispy_forms",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.front.middleware.refuse_other_methods",
    "portal.front.middleware.refuse_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.speak_as_the_viewer",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.front.middleware.say_why_signed_out",
    "portal.front.middleware.SecondFactorFirst",
    "portal.front.middleware.keep_private_pages_private",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.front.context.frame",
                *(["portal.demo.context.demo_bar"] if PORTAL_EMBEDDED else []),
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal"
CRISPY_TEMPLATE_PACK = "portal"
CRISPY_FAIL_SILENTLY = False

# --- Database, cache, files -------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Write-ahead log with immediate transactions: writers queue instead of failing (DESIGN 6).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA journal_size_limit=27103364;"
            "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Nobody waits for ever for somebody else's row, and no process that froze keeps one (0: no limit).
    _limits_in_seconds = {
        "lock_timeout": env.int("DATABASE_LOCK_SECONDS", default=5),
        "statement_timeout": env.int("DATABASE_STATEMENT_SECONDS", default=30),
        "idle_in_transaction_session_timeout": env.int("DATABASE_IDLE_SECONDS", default=60),
    }
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = " ".join(
        f"-c {name}={seconds}s" for name, seconds in _limits_in_seconds.items()
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The cache slows down floods of the sign-in pages and holds nothing that may not be lost; it lives in the
# database, so that no broker is needed to sign in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "work_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    # Uploads: never under a served folder; downloads pass a guarded view (SPEC 6).
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "files"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if PORTAL_EMBEDDED
            else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        )
    },
}
# In the embedded run files are served from where they lie, without a collecting step.
WHITENOISE_USE_FINDERS = PORTAL_EMBEDDED
WHITENOISE_AUTOREFRESH = PORTAL_EMBEDDED
FILE_UPLOAD_PERMISSIONS = 0o600
# A request is ten files of 20 MB and its text at most (SPEC 6); more is refused before it is read.
PORTAL_MAX_REQUEST_BYTES = 10 * 20_971_520 + 2_097_152
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_097_152
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- People and sign-in -----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.SessionBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
# In characters.
SHORTEST_PASSWORD = 12
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": SHORTEST_PASSWORD},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.front.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Nobody signs up, so allauth has nothing to verify: who is made or changed by staff proves the address by the
# link for a new password, before the first sign-in.
ACCOUNT_EMAIL_VERIFICATION = "none"
PORTAL_REQUIRE_VERIFIED_EMAIL = env.bool("PORTAL_REQUIRE_VERIFIED_EMAIL", default=not PORTAL_EMBEDDED)
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
# allauth's own generator notes a person's address in a second list, which goes on signing them in by it
# after it was changed; Django's knows the one address only.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 -- a class
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "reset_password": "portal.front.forms.ResetForm",
    "reset_password_from_key": "portal.front.forms.NewPasswordForm",
    "change_password": "portal.front.forms.PasswordChangeForm",
}
# What is guessed (passwords, codes) and requests for a new password count in a table that outlives every
# cache: `portal.front.throttles`. These only slow down who asks for pages by the hundred.
ACCOUNT_RATE_LIMITS = {
    "login": "100/15m/ip",
    "login_failed": None,
    "reset_password": None,
    "reset_password_from_key": "20/15m/ip",
    "change_password": "10/15m/user",
    "reauthenticate": "10/15m/user",
}
# Whose sign-in needs a second factor beside the password: "staff", "administrators" (of accounts), or both.
PORTAL_MFA_REQUIRED = env.list(
    "PORTAL_MFA_REQUIRED", default=[] if PORTAL_EMBEDDED else ["staff", "administrators"]
)
if unknown := set(PORTAL_MFA_REQUIRED) - {"staff", "administrators"}:
    raise ImproperlyConfigured(f"PORTAL_MFA_REQUIRED: staff, administrators or both, not {sorted(unknown)}.")
MFA_ADAPTER = "portal.front.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_COUNT = 10
# Ten digits rather than eight: they are guessed at the same pace as codes that live for half a minute.
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "authenticate": "portal.front.second_factor.CodeForm",
    "reauthenticate": "portal.front.second_factor.CodeAgainForm",
    "activate_totp": "portal.front.second_factor.AppForm",
    "add_webauthn": "portal.front.second_factor.NewPasskeyForm",
    "edit_webauthn": "portal.front.second_factor.PasskeyNameForm",
    "authenticate_webauthn": "portal.front.second_factor.PasskeyForm",
    "reauthenticate_webauthn": "portal.front.second_factor.PasskeyAgainForm",
}
# Sessions end on the server: after so many minutes without use, and so many hours after signing in.
SESSION_ENGINE = "portal.accounts.sessions"
PORTAL_SESSION_IDLE_MINUTES = env.int("PORTAL_SESSION_IDLE_MINUTES", default=720 if PORTAL_EMBEDDED else 120)
PORTAL_SESSION_IDLE_MINUTES_STAFF = env.int(
    "PORTAL_SESSION_IDLE_MINUTES_STAFF", default=720 if PORTAL_EMBEDDED else 30
)
SESSION_COOKIE_AGE = int(timedelta(hours=env.int("PORTAL_SESSION_HOURS", default=12)).total_seconds())
if min(PORTAL_SESSION_IDLE_MINUTES, PORTAL_SESSION_IDLE_MINUTES_STAFF, SESSION_COOKIE_AGE) < 1:
    raise ImproperlyConfigured(
        "PORTAL_SESSION_IDLE_MINUTES, the same of staff and PORTAL_SESSION_HOURS: 1 or more."
    )

# Sign-in through a company's own provider: all five, or none. It answers for addresses of these domains only.
PORTAL_OIDC_ISSUER = env.str("PORTAL_OIDC_ISSUER", default="")
PORTAL_OIDC_CLIENT_ID = env.str("PORTAL_OIDC_CLIENT_ID", default="")
PORTAL_OIDC_CLIENT_SECRET = env.str("PORTAL_OIDC_CLIENT_SECRET", default="")
PORTAL_OIDC_NAME = env.str("PORTAL_OIDC_NAME", default="")
PORTAL_OIDC_DOMAINS = [domain.strip().lower() for domain in env.list("PORTAL_OIDC_DOMAINS", default=[])]
oidc_settings.check(
    issuer=PORTAL_OIDC_ISSUER,
    client_id=PORTAL_OIDC_CLIENT_ID,
    client_secret=PORTAL_OIDC_CLIENT_SECRET,
    name=PORTAL_OIDC_NAME,
    domains=PORTAL_OIDC_DOMAINS,
)
# Browsers hold a form, and where its answer leads, to `form-action`: the sign-in page allows these origins.
PORTAL_OIDC_ORIGINS = oidc_settings.origins(PORTAL_OIDC_ISSUER, env.list("PORTAL_OIDC_ORIGINS", default=[]))
SOCIALACCOUNT_ADAPTER = "portal.front.identity_provider.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# Seconds for which the provider may be silent: a sign-in asks it four times at most.
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- Language and time ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("nl", "Nederlands"), ("ja", "日本語")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Security headers -------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.front.errors.csrf_failure"
# Over plain HTTP on loopback (the embedded run) a browser would drop secure cookies.
PORTAL_HTTPS = env.bool("PORTAL_HTTPS", default=not PORTAL_EMBEDDED)
SESSION_COOKIE_SECURE = PORTAL_HTTPS
# Passkeys belong to an address with HTTPS; on loopback the embedded run has none.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PORTAL_EMBEDDED and not PORTAL_HTTPS
CSRF_COOKIE_SECURE = PORTAL_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if PORTAL_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PORTAL_HTTPS else "csrftoken"
SECURE_SSL_REDIRECT = PORTAL_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^health/clock$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PORTAL_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PORTAL_HTTPS
SECURE_HSTS_PRELOAD = PORTAL_HTTPS
# Set it only behind a proxy that overwrites X-Forwarded-Proto and adds the visitor to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
if env.bool("PORTAL_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The sign-in's throttles count by the address that the proxy saw, not by the proxy's own.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- Mail -------------------------------------------------------------------------------------------

# smtp://user:password@host:port, smtp+tls://…, or filemail:///folder; the embedded run writes to a folder.
vars().update(env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}"))
if vars()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "portal.notices.smtp.EmailBackend"
# A mail server that does not answer must not hold the sender for ever.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("PORTAL_MAIL_FROM", default="Support <no-reply@portal.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Pager (SPEC 2.2) -------------------------------------------------------------------------------

# Where what wakes staff is posted, once for each event; empty: there is no pager.
PORTAL_PAGER_URL = env.str("PORTAL_PAGER_URL", default="")
# Each signs every page: while one replaces another there are two.
PORTAL_PAGER_SECRETS = [secret.strip() for secret in env.list("PORTAL_PAGER_SECRETS", default=[])]
PORTAL_PAGER_KINDS = [kind.strip() for kind in env.list("PORTAL_PAGER_KINDS", default=list(PAGED))]
# Seconds for each step of a connection; a pager that does not answer must not hold up the pages after it.
PORTAL_PAGER_TIMEOUT = 5
for fault in faults_of(
    PORTAL_PAGER_URL, PORTAL_PAGER_SECRETS, PORTAL_PAGER_KINDS, may_be_plain=PORTAL_EMBEDDED
):
    raise ImproperlyConfigured(fault)

# --- Celery (DESIGN 2) ------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# Early: a worker that acknowledges a task after its broker was lost and came back ends with an error
# (Kombu 5.7). A task lost with its worker costs nothing: the next one is due within the interval.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_DEFAULT_QUEUE = "clock"
# The worker writes its log as the web processes do.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# Seconds in UTC, no crontab: daylight saving cannot skip or repeat a tick. An unserved tick expires.
PORTAL_TICK_SECONDS = env.int("PORTAL_TICK_SECONDS", default=60)
PORTAL_SEND_SECONDS = env.int("PORTAL_SEND_SECONDS", default=15)
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "portal.work.tick",
        "schedule": float(PORTAL_TICK_SECONDS),
        "options": {"queue": "clock", "expires": max(PORTAL_TICK_SECONDS - 1, 1)},
    },
    "send": {
        "task": "portal.notices.send",
        "schedule": float(PORTAL_SEND_SECONDS),
        "options": {"queue": "mail", "expires": max(PORTAL_SEND_SECONDS - 1, 1)},
    },
    "holidays": {
        "task": "entitlements.holidays",
        "schedule": 3600.0,
        "options": {"queue": "clock", "expires": 3599},
    },
}

if PORTAL_PAGER_URL:
    # Without a pager nobody has to serve its queue.
    CELERY_BEAT_SCHEDULE["page"] = {
        "task": "portal.notices.page",
        "schedule": float(PORTAL_SEND_SECONDS),
        "options": {"queue": "pager", "expires": max(PORTAL_SEND_SECONDS - 1, 1)},
    }

# --- Limits per person and hour (SPEC 6) ------------------------------------------------------------

PORTAL_LIMITS_PER_HOUR = {
    "case": env.int("PORTAL_LIMIT_CASES", default=20),
    "reply": env.int("PORTAL_LIMIT_REPLIES", default=60),
    "upload": env.int("PORTAL_LIMIT_UPLOADS", default=100),
    "invitation": env.int("PORTAL_LIMIT_INVITATIONS", default=20),
    "export": env.int("PORTAL_LIMIT_EXPORTS", default=20),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.front.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.security.DisallowedHost": {"handlers": [], "propagate": False}},
}

LANGUAGE_NAMES = dict(LANGUAGES)
SITE_NAME = _("Experience Cloud Support")
