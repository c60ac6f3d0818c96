"""The plain table whose one row lets history be changed. No model: a test flush leaves it alone."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            "CREATE TABLE history_unlock (token varchar(32) NOT NULL PRIMARY KEY, reason varchar(200) NOT NULL)",
            "DROP TABLE history_unlock",
        ),
    ]
