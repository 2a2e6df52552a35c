"""Tickets that were opened before have no clocks: their follower begins where the journal stands."""

from django.db import migrations


def begin_here(apps, schema_editor):
    head = apps.get_model("journal", "Head").objects.filter(id=1).first()
    if head and head.position:
        apps.get_model("journal", "Reader").objects.get_or_create(
            name="promises", defaults={"position": head.position}
        )


class Migration(migrations.Migration):

    dependencies = [
        ("deadlines", "0001_initial"),
        ("journal", "0002_order_subject"),
    ]

    operations = [migrations.RunPython(begin_here, migrations.RunPython.noop)]
