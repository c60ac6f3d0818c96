"""The Celery application: it wakes work that the database already knows to be due.

Nothing is scheduled for later in the broker (DESIGN 2): no ETA, no countdown, no result backend.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
