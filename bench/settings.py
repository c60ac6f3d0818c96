"""The portal's settings as deployed, for measuring: PostgreSQL, no demo, no DEBUG, no other machine."""

import os
import tempfile
from pathlib import Path

VAR = Path(tempfile.mkdtemp(prefix="portal-bench-"))
# Before anything is read from the environment, and stronger than a developer's own `.env`.
os.environ.update(
    PORTAL_EMBEDDED="0",
    PORTAL_VAR_DIR=str(VAR),
    PORTAL_INSTANCE="bench",
    PORTAL_BASE_URL="http://127.0.0.1:8000",
    PORTAL_HTTPS="0",
    SECRET_KEY="bench-only-" + "0" * 50,
    ALLOWED_HOSTS="127.0.0.1",
    DEBUG="0",
    # The measured people sign in without one: what is compared is pages.
    PORTAL_MFA_REQUIRED="",
    PORTAL_REQUIRE_VERIFIED_EMAIL="0",
    LOG_LEVEL="ERROR",
    # Waking the sender costs next to nothing and needs no server here; beat wakes it anyway.
    REDIS_URL="memory://",
)
os.environ.setdefault("DATABASE_URL", "postgres://root@127.0.0.1:5432/postgres")

from portal.settings import *  # noqa: E402, F403 -- settings are a module's names
from portal.settings import STORAGES, TEMPLATES  # noqa: E402 -- as above

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
# Nothing is collected here: addresses of static files need no manifest.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
