"""Pictures of strangers, decoded and written anew, so that nothing but the picture is left of the file."""

import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, ImageOps

LARGEST_PIXELS = 40_000_000
_READ = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_WRITTEN = {"PNG": "PNG", "GIF": "PNG", "BMP": "PNG", "TIFF": "PNG", "JPEG": "JPEG", "WEBP": "WEBP"}
_THUMBNAIL = 480  # pixels of its longer side
_PLAIN_MODES = {"RGB", "RGBA", "L", "LA"}


class BadPicture(ValueError):
    """The bytes are no picture of a kind that is shown, or it is too large to decode."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is safe to show inline."""

    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


def reencode(content: bytes, *, longest_side: int | None = None, largest_pixels: int = LARGEST_PIXELS) -> Picture:
    """Return the picture as PNG, JPEG or WebP, turned upright, without any metadata; raise `BadPicture`.

    Only the first frame of an animation is kept; `longest_side` scales a larger picture down.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=_READ) as image:
                return _written(_decoded(image, longest_side, largest_pixels), _WRITTEN[image.format or "PNG"])
    except BadPicture:
        raise
    except Exception as error:
        # Decoders of damaged files raise nearly anything: SyntaxError, struct.error, ZeroDivisionError, MemoryError.
        raise BadPicture("This file cannot be shown as a picture.") from error


def thumbnail(content: bytes) -> Picture:
    """Return a small upright copy of a picture; raise `BadPicture`."""
    return reencode(content, longest_side=_THUMBNAIL)


def _decoded(image: Image.Image, longest_side: int | None, largest_pixels: int) -> Image.Image:
    if image.width * image.height > largest_pixels:
        raise BadPicture(f"This picture has more than {largest_pixels // 1_000_000} million pixels.")
    if longest_side:
        image.draft("RGB", (longest_side, longest_side))  # a JPEG decodes faster when little of it is wanted
    upright = ImageOps.exif_transpose(image)
    if longest_side:
        upright.thumbnail((longest_side, longest_side))
    return _plain(upright)


def _plain(image: Image.Image) -> Image.Image:
    if image.mode in _PLAIN_MODES:
        return image
    has_transparency = "transparency" in image.info or image.mode in {"PA", "RGBa", "La"}
    return image.convert("RGBA" if has_transparency else "RGB")


def _written(image: Image.Image, image_format: str) -> Picture:
    # A new image takes over the pixels and nothing else: no EXIF, XMP, comment, profile or text chunk.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = io.BytesIO()
    if image_format == "JPEG":
        bare.convert("RGB" if bare.mode in {"RGBA", "LA"} else bare.mode).save(out, "JPEG", quality=85, optimize=True)
    else:
        bare.save(out, image_format, quality=85)
    return Picture(out.getvalue(), f"image/{image_format.lower()}", bare.width, bare.height)
