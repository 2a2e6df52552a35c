"""Bring the default topics into every installation: new ones, and those that were there before."""

from typing import Any

from django.db import migrations

from balcao.tickets.actions.topics import default_topics, plant


def bring(apps: Any, schema_editor: Any) -> None:
    plant(apps.get_model("tickets", "Topic"), default_topics())


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_topics_and_promises")]

    operations = [migrations.RunPython(bring, migrations.RunPython.noop)]
