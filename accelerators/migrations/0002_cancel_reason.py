from django.db import migrations, models
from django.db.models import F


def part_the_texts(apps, _editor):
    """What a cancelled request held as its answer was the reason for cancelling it."""
    cancelled = apps.get_model("accelerators", "EngagementRequest").objects.filter(status="cancelled")
    cancelled.update(cancel_reason=F("answer"), answer="")


class Migration(migrations.Migration):

    dependencies = [
        ('accelerators', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='engagementrequest',
            name='cancel_reason',
            field=models.TextField(blank=True, db_default='', default='', max_length=2000, verbose_name='reason for cancelling'),
        ),
        migrations.RunPython(part_the_texts, migrations.RunPython.noop),
    ]
