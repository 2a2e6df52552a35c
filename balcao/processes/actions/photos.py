"""Photos for the fields of a process: they stand in a note on the ticket, and in the field."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from balcao.processes.models import FieldFile, Process
from balcao.staff.models import Agent
from balcao.tickets.actions.files import adopt_uploads
from balcao.tickets.actions.noting import add_note
from balcao.tickets.models import Attachment

UPLOAD_MODE = "stage"  # of files that were added to a form of a process


@transaction.atomic
def keep_photos(
    *, process: Process, field: str, title: str, uploads: Sequence[int], agent: Agent, now: datetime
) -> list[int]:
    """Keep an agent's own uploads for a field; return its files, those it had before first."""
    if uploads:
        note = add_note(ticket=process.ticket, text=title, agent=agent, now=now, upload_ids=uploads)
        adopt_uploads(ids=list(uploads), agent=agent, note=note)  # the note may be one of just before, with others
        kept = Attachment.objects.filter(note=note, pk__in=uploads, uploader=agent)
        rows = [FieldFile(process=process, field=field, attachment=one, note=note, at=now) for one in kept]
        FieldFile.objects.bulk_create(rows, ignore_conflicts=True)
    files = FieldFile.objects.filter(process=process, field=field).order_by("pk")
    return list(files.values_list("attachment_id", flat=True))
