"""Photos that customers send for a field of their process: they stand in a message of theirs, and in the field."""

from datetime import datetime

from django.db import transaction

from balcao.processes.actions.moving import hold
from balcao.processes.models import FieldFile, Process
from balcao.tickets.models import Attachment, Message


@transaction.atomic
def adopt_photos(*, process: Process, field: str, message: Message, now: datetime) -> list[int]:
    """Note that the files of a customer's message are for a field; return what stands in it then, old files first.

    The same message again changes nothing. The field itself is filled with the way that is taken (`forward`, `fill`).
    """
    process = hold(process.pk)
    rows = [
        FieldFile(process=process, field=field, attachment=row, at=now)
        for row in Attachment.objects.filter(message=message).order_by("pk")
    ]
    FieldFile.objects.bulk_create(rows, ignore_conflicts=True)
    given = process.files.filter(field=field).order_by("pk").values_list("attachment_id", flat=True)
    return list(dict.fromkeys([*(process.fields.get(field) or []), *given]))
