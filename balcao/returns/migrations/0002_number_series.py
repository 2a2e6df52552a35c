from django.db import migrations


def begin(apps, schema_editor):
    """Let the series be there, so that two first returns at once need not both make it."""
    apps.get_model("returns", "NumberSeries").objects.get_or_create(id=1, defaults={"last": 10_000})


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
