"""Attachments as programs see them."""

from datetime import datetime

from ninja import Field, Schema

from balcao.tickets.models import Attachment


class AttachmentOut(Schema):
    """A file of a message, of a note, or uploaded for one that is still to be written."""

    id: int
    message_id: int | None
    note_id: int | None
    name: str = Field(examples=["foto.jpg"])
    media_type: str = Field(examples=["image/jpeg"])
    size: int = Field(description="Bytes.")
    sha256: str
    is_inline: bool
    verdict: str = Field(description="`safe`, `unknown` or `dangerous`: what its name and first bytes tell.")
    created_at: datetime


class AttachmentLink(AttachmentOut):
    """An attachment with where to fetch it."""

    download_url: str = Field(description="Works for five minutes without the token's secret.")


_COPIED = (
    "id",
    "message_id",
    "note_id",
    "name",
    "media_type",
    "size",
    "sha256",
    "is_inline",
    "verdict",
    "created_at",
)


def attachment_out(row: Attachment) -> AttachmentOut:
    """Return an attachment."""
    return AttachmentOut(**{name: getattr(row, name) for name in _COPIED})


def attachment_link(row: Attachment, *, url: str) -> AttachmentLink:
    """Return an attachment with its address."""
    return AttachmentLink(**attachment_out(row).model_dump(), download_url=url)
