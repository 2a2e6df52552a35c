"""Storing attachments: under a name that says nothing, once per content."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from balcao.kit.db import insert
from balcao.kit.files import judge
from balcao.ports.channel import File
from balcao.staff.models import Agent
from balcao.tickets.actions.holding import keep_in_place
from balcao.tickets.models import Attachment, Message, Note, Ticket


def storage_key(sha256: str) -> str:
    """Return where a content is stored; the same content is stored once."""
    return f"attachments/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def put(content: bytes) -> tuple[str, str]:
    """Store a content before its row is written; return its SHA-256 and where it stands."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = storage_key(sha256)
    if default_storage.exists(key):
        if default_storage.size(key) == len(content):
            return sha256, key
        default_storage.delete(key)  # its writer died over it
    default_storage.save(key, ContentFile(content))
    return sha256, key


def unsaved_attachment(file: File, *, at: datetime) -> Attachment:
    """Store a file's content and return its row, still to be saved with its message."""
    sha256, key = put(file.content)
    judged = judge(name=file.name, media_type=file.media_type, content=file.content)
    return Attachment(
        name=judged.name[:255],
        media_type=judged.media_type[:120],
        size=len(file.content),
        sha256=sha256,
        storage_key=key,
        content_id=file.content_id[:255],
        is_inline=file.inline,
        verdict=judged.verdict,
        reason=judged.reason,
        created_at=at,
    )


def attach(*, message: Message, files: tuple[File, ...], at: datetime) -> list[Attachment]:
    """Store the files of a message that came in."""
    rows = [unsaved_attachment(file, at=at) for file in files]
    for row in rows:
        row.message = message
        insert(row)
    return rows


def upload(*, ticket: Ticket, agent: Agent, file: File, now: datetime, mode: str = "reply") -> Attachment:
    """Store a file that an agent adds to what they are writing."""
    row = unsaved_attachment(file, at=now)
    row.uploader, row.upload_ticket, row.upload_mode = agent, ticket, mode
    with transaction.atomic():
        keep_in_place()  # from here nobody forgets a content (`uploads`)
        put(file.content)  # costs a look, unless it was forgotten right before
        row.save()
    return row


def adopt_uploads(
    *, ids: list[int], agent: Agent, message: Message | None = None, note: Note | None = None
) -> list[Attachment]:
    """Give an agent's own uploads to the message or note that was written; others' ids are ignored."""
    mine = Attachment.objects.filter(pk__in=ids, uploader=agent, message__isnull=True, note__isnull=True)
    mine = mine.filter(upload_ticket=(message or note).ticket) if message or note else mine.none()  # type: ignore[union-attr]
    rows = list(mine)
    for row in rows:
        row.message, row.note = message, note
    Attachment.objects.bulk_update(rows, ["message", "note"])
    return rows
