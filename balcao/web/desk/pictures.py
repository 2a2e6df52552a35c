"""Pictures that strangers sent: decoded and encoded anew before a browser sees them, kept once made."""

import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from balcao.kit.proxied import proxied
from balcao.tickets.models import Attachment

_MOST_PIXELS = 40_000_000
_WIDEST = 2400
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def as_picture(row: Attachment) -> tuple[bytes, str] | None:
    """Return an attachment as a harmless WebP; None if it is no picture, or one that is too large."""
    key = f"pictures/{row.sha256[:2]}/{row.sha256}.webp"
    if default_storage.exists(key):
        with default_storage.open(key, "rb") as kept:
            return kept.read(), "image/webp"
    with default_storage.open(row.storage_key, "rb") as raw:
        made = encoded_anew(raw.read())
    if made is None:
        return None
    default_storage.save(key, ContentFile(made))
    return made, "image/webp"


def encoded_anew(raw: bytes) -> bytes | None:
    """Decode a picture and encode its pixels anew, without anything else that was in the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((_WIDEST, _WIDEST * 4))
                made = io.BytesIO()
                upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in image.info else "RGB").save(
                    made, "WEBP", quality=85, method=2
                )
                return made.getvalue()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def remote_address(address: str) -> str | None:
    """Return where a picture from elsewhere is shown through our proxy, so that its sender learns nothing."""
    if not address.lower().startswith(("http://", "https://")):
        return None
    return proxied(address)
