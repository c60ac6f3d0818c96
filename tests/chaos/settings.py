"""The embedded run's settings for a run of chaos; a canary comes in as one more app."""

import os

from portal.settings import *  # noqa: F403 -- settings are a module's names
from portal.settings import INSTALLED_APPS

if os.environ.get("CHAOS_CANARY"):
    INSTALLED_APPS += ["tests.chaos.canaries.CanaryConfig"]
