from typing import Any

from django.db import migrations

from balcao.kit.fulltext import FullText


def create(apps: Any, schema_editor: Any) -> None:
    FullText("tickets_search").create()


def drop(apps: Any, schema_editor: Any) -> None:
    FullText("tickets_search").drop()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
