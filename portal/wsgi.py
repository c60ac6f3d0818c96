"""The WSGI application that a web server serves."""

import os

import kombu.transport.redis
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

# Loaded with the process and not by the first person who files a case: it takes a second or two.
assert kombu.transport.redis

application = get_wsgi_application()
