"""The support portal: settings, addresses and what joins the apps."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
