"""Shared macros get a key by which processes name them."""

from typing import Any

from django.db import migrations, models

from balcao.automation.rules.steps import free_key


def name_them(apps: Any, schema_editor: Any) -> None:
    macros = apps.get_model("automation", "Macro").objects
    taken: set[str] = set()
    for macro in macros.filter(agent=None).order_by("pk"):
        macro.key = free_key(macro.name, taken)
        taken.add(macro.key)
        macro.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [
        ("automation", "0002_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="macro", name="key", field=models.SlugField(blank=True, default="", max_length=60)
        ),
        migrations.RunPython(name_them, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="macro",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True), fields=("key",), name="automation_macro_key"
            ),
        ),
    ]
