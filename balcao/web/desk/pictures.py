"""Pictures that strangers sent: encoded anew before a browser sees them, kept once made."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from balcao.kit import images
from balcao.tickets.models import Attachment
from balcao.tickets.queries.files import content_of

_WIDEST = 2400
_TYPES = ("image/webp", "image/jpeg", "image/png")


def as_picture(row: Attachment) -> tuple[bytes, str] | None:
    """Return an attachment as a harmless picture with its media type; None if it is none, one too large, or lost."""
    for media_type in _TYPES:
        key = _key(row, media_type)
        if default_storage.exists(key):
            with default_storage.open(key, "rb") as kept:
                return kept.read(), media_type
    stored = content_of(row)
    if stored is None:
        return None
    with stored as raw:
        try:
            made = images.reencode(raw.read(), longest_side=_WIDEST)
        except images.BadPicture:
            return None
    default_storage.save(_key(row, made.media_type), ContentFile(made.content))
    return made.content, made.media_type


def _key(row: Attachment, media_type: str) -> str:
    return f"pictures/{row.sha256[:2]}/{row.sha256}.{media_type.partition('/')[2]}"
