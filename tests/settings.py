"""The portal's settings under test: the embedded run, in a folder that goes with the session.

DATABASE_URL and REDIS_URL are honoured; without them there is a SQLite file and no broker at all.
"""

import os
import tempfile

# Before anything is read from the environment, and stronger than a developer's own `.env`.
_folder = tempfile.mkdtemp(prefix="portal-tests-")
os.environ.update(
    PORTAL_EMBEDDED="1",
    PORTAL_VAR_DIR=_folder,
    PORTAL_INSTANCE="embedded",
    PORTAL_BASE_URL="http://127.0.0.1:8000",
    PORTAL_HTTPS="0",
    SECRET_KEY="tests-only-" + "0" * 50,
    ALLOWED_HOSTS="127.0.0.1,localhost",
    EMAIL_URL="memorymail://",
    PORTAL_PAGER_URL="",
    PORTAL_PAGER_SECRETS="",
    DEBUG="0",
    PORTAL_OIDC_ISSUER="",
    PORTAL_OIDC_CLIENT_ID="",
    PORTAL_OIDC_CLIENT_SECRET="",
    PORTAL_OIDC_NAME="",
    PORTAL_OIDC_DOMAINS="",
    PORTAL_OIDC_ORIGINS="",
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_folder}/db.sqlite3")
os.environ.setdefault("REDIS_URL", f"redis+socket://{_folder}/no-broker.sock")

from portal.settings import *  # noqa: E402, F403 -- settings are a module's names
from portal.settings import DATABASES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in a real run: several threads of one test see each other's locks.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2Hasher"]
