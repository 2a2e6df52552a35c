"""How often tags are used."""

from django.db import connection

from balcao.tickets.models import Tag, Ticket

MOST_COUNTED = 1000


def tag_uses() -> list[tuple[Tag, int]]:
    """Return all tags by name, each with how many tickets have it; no further than one above `MOST_COUNTED`."""
    used = Ticket.tags.through._meta.db_table  # noqa: SLF001 - Django's public-by-custom options
    tags = Tag._meta.db_table  # noqa: SLF001 - the same
    some = f"SELECT 1 FROM {used} WHERE {used}.tag_id = {tags}.id LIMIT %s"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, (SELECT count(*) FROM ({some}) AS counted) FROM {tags}", [MOST_COUNTED + 1])  # noqa: S608
        counts = dict(cursor.fetchall())
    return [(tag, counts.get(tag.pk, 0)) for tag in Tag.objects.order_by("name")]
