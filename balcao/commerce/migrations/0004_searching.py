import re

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_WORD = re.compile(r"[^\W_]+")


def fill(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Find known products by their names; their codes follow when they are next told."""
    product, word = apps.get_model("commerce", "Product"), apps.get_model("commerce", "ProductWord")
    rows = []
    for pk, search in product.objects.values_list("pk", "search").iterator(chunk_size=1000):
        rows += [word(product_id=pk, word=found[:40]) for found in dict.fromkeys(_WORD.findall(search))]
        if len(rows) > 5000:
            word.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    word.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("commerce", "0003_verification"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(db_index=True, max_length=40)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="words", to="commerce.product"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="productword",
            constraint=models.UniqueConstraint(fields=("product", "word"), name="commerce_product_word"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RemoveIndex(model_name="ledgerentry", name="commerce_ledger_asked"),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["state", "backend", "id"], name="commerce_ledger_state"),
        ),
    ]
