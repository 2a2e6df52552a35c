from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0005_held_open"),
    ]

    operations = [
        migrations.AddField(
            model_name="topic",
            name="for_customers",
            field=models.BooleanField(default=False),
        ),
    ]
