"""Pictures come out anew: same look, upright, nothing hidden in them."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from balcao.kit.images import BadPicture, reencode, thumbnail


def picture(image_format: str = "PNG", size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object) -> bytes:
    image = Image.new(mode, size, color=200 if mode in {"L", "P", "1", "I"} else None)  # type: ignore[arg-type] - None is black
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    "image_format, media_type",
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/png"),
        ("BMP", "image/png"),
        ("TIFF", "image/png"),
    ],
)
def test_each_kind_becomes_one_that_browsers_show(image_format: str, media_type: str) -> None:
    shown = reencode(picture(image_format))
    assert (shown.media_type, shown.width, shown.height) == (media_type, 40, 20)
    assert opened(shown.content).get_format_mimetype() == media_type  # type: ignore[attr-defined] - set on opened files


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "I;16", "F", "YCbCr"])
def test_each_mode_of_colour_is_read(mode: str) -> None:
    image_format = {"CMYK": "JPEG", "YCbCr": "JPEG", "F": "TIFF", "I": "TIFF"}.get(mode, "PNG")
    assert reencode(picture(image_format, mode=mode)).width == 40


def test_transparency_stays() -> None:
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    assert opened(reencode(out.getvalue()).content).getpixel((0, 0)) == (255, 0, 0, 0)
    assert opened(reencode(picture("GIF", mode="P", transparency=200)).content).getpixel((0, 0))[3] == 0  # type: ignore[index] - RGBA


def test_place_and_camera_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ana"
    exif.get_ifd(0x8825)[1] = "N"
    taken = picture("JPEG", exif=exif, comment=b"secret comment", icc_profile=b"secret profile")
    assert b"Camera of Ana" in taken
    shown = reencode(taken).content
    assert b"Camera" not in shown
    assert b"secret" not in shown
    assert not opened(shown).getexif()


def test_texts_in_a_png_are_gone() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "secret", zip=False)
    assert b"secret" not in reencode(picture(pnginfo=text)).content


def test_what_follows_the_picture_is_gone() -> None:
    assert b"<script>" not in reencode(picture() + b"<script>alert(1)</script>").content


def test_a_picture_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    shown = reencode(picture("JPEG", exif=exif))
    assert (shown.width, shown.height) == (20, 40)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
def test_a_thumbnail_keeps_the_shape_and_never_grows(image_format: str) -> None:
    small = thumbnail(picture(image_format, size=(960, 480)))
    assert (small.width, small.height) == (480, 240)
    assert thumbnail(picture(image_format)).width == 40


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Image.new("P", (4, 4), color) for color in (1, 2)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(reencode(out.getvalue()).content), "n_frames", 1) == 1


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("width, height", [(6325, 6325), (40_000_001, 1), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_not_decoded(width: int, height: int) -> None:
    with pytest.raises(BadPicture):
        reencode(png_that_claims(width, height))


def test_the_limit_itself_is_allowed() -> None:
    assert reencode(picture(size=(40, 20)), largest_pixels=800).width == 40
    with pytest.raises(BadPicture, match="pixels"):
        reencode(picture(size=(40, 20)), largest_pixels=799)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n",
        b"%PDF-1.7",
        picture()[:60],
        png_that_claims(10, 10),
        picture("ICO", size=(16, 16)),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(BadPicture):
        reencode(content)


@settings(max_examples=150)
@given(
    st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF"]),
    st.integers(0, 300),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_picture_is_shown_or_refused(image_format: str, place: int, damage: bytes) -> None:
    content = picture(image_format)
    place %= len(content)
    with suppress(BadPicture):
        reencode(content[:place] + damage + content[place + len(damage) :])
