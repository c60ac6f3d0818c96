"""The table of the cache is made with all others, so that sign-in throttles work from the first request."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_cache_works_in_a_database_that_was_only_migrated():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE work_cache")
    call_command("migrate", "work", "0001", verbosity=0)
    call_command("migrate", "work", verbosity=0)

    cache.set("tries", 3)

    assert cache.get("tries") == 3
