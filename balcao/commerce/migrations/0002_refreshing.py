import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("commerce", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wanted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("order", "order"), ("product", "product"), ("customer", "customer")], max_length=8
                    ),
                ),
                ("ref", models.CharField(max_length=120)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "backend",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="wanted", to="commerce.backend"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["backend", "due_at", "id"],
                        name="commerce_wanted_due",
                    ),
                    models.Index(
                        condition=models.Q(("due_at__isnull", True)), fields=["asked_at"], name="commerce_wanted_done"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("backend", "kind", "ref"), name="commerce_wanted_once")
                ],
            },
        ),
    ]
