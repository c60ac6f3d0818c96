"""The Celery application: it wakes work that the database already knows to be due.

Nothing is scheduled for later in the broker (DESIGN 2): no ETA, no countdown, no result backend.
"""

import os

import kombu.transport.redis
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# A worker whose broker is lost while a message waits in it would try to give that back through the lost
# connection, and end with an error (Kombu 5.7). Nothing is missed: the next wake-up is on its way.
kombu.transport.redis.Channel.do_restore = False

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
