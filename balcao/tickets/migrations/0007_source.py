from django.db import migrations, models

from balcao.kit.db import words
from balcao.tickets.types import Source


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0006_topics_for_customers"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="source",
            field=models.CharField(blank=True, choices=words(Source), default="", max_length=16),
        ),
    ]
