"""The label of a return as a PDF: one half to stick on the parcel, one half to put into it.

Plain values and words in the customer's language go in, bytes come out; the same label gives the same bytes, so that a
label that was sent can be made again instead of being kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import segno

if TYPE_CHECKING:
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

_FONTS = Path(__file__).parent.parent / "fonts"
_REGULAR, _BOLD = "BalcaoLabel", "BalcaoLabelBold"
_FILES = {_REGULAR: "label-regular.ttf", _BOLD: "label-bold.ttf"}
_MM = 72 / 25.4
_PAGE = (210 * _MM, 297 * _MM)  # A4; the upper half is A5, lying
_EDGE = 14 * _MM
_WIDTH = _PAGE[0] - 2 * _EDGE
_MIDDLE = _PAGE[1] / 2
_QR = 34 * _MM
_BARS = 22 * _MM  # high
_LEADING = 1.35
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One line of what comes back, as it is printed."""

    quantity: int
    name: str
    sku: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LabelWords:
    """What is printed around the facts, in the customer's language."""

    language: str  # BCP 47
    title: str
    sender: str
    receiver: str
    order: str  # "Order 1001"
    use_by: str  # "Please send it by 27 March"; "" without such a day
    cut: str
    inside: str  # the heading of the lower half
    steps: tuple[str, ...]
    more: str  # "The other items stand on the next page."


@dataclass(frozen=True, slots=True)
class Label:
    """Everything that a label says."""

    number: str  # as it is scanned
    words: LabelWords
    sender: tuple[str, ...]
    receiver: tuple[str, ...]
    lines: tuple[LabelLine, ...]


def pdf(label: Label) -> bytes:
    """Return the label as a PDF of one page; more lines than fit go on further pages."""
    from reportlab.pdfgen.canvas import Canvas

    for font in _FILES:
        _loaded(font)
    out = BytesIO()
    canvas = Canvas(out, pagesize=_PAGE, invariant=1, lang=label.words.language)
    canvas.setTitle(f"{label.words.title} {label.number}")
    canvas.setAuthor(next(iter(label.receiver), ""))
    _outside(canvas, label)
    _fold(canvas, label.words.cut)
    left = _inside(canvas, label)
    while left:
        canvas.showPage()
        left = _rows(canvas, left, top=_PAGE[1] - _EDGE, bottom=_EDGE)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def _loaded(font: str) -> "TTFont":
    """Return one of our fonts, known to the library from here on."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    face = TTFont(font, str(_FONTS / _FILES[font]))
    pdfmetrics.registerFont(face)
    return face


# --- The half that is stuck on the parcel -----------------------------------------------------------------------------


def _outside(canvas: "Canvas", label: Label) -> None:
    top = _PAGE[1] - _EDGE
    _qr(canvas, label.number, right=_PAGE[0] - _EDGE, top=top)
    column = _WIDTH - _QR - 8 * _MM
    y = _text(canvas, label.words.title, top, size=11, width=column)
    y = _text(canvas, label.number, y - 2 * _MM, size=26, width=column, font=_BOLD)
    y = _text(canvas, label.words.order, y - 1 * _MM, size=11, width=column)
    _text(canvas, label.words.use_by, y, size=11, width=column, font=_BOLD)
    _bars(canvas, label.number, bottom=_MIDDLE + 10 * _MM)
    y = top - _QR - 6 * _MM
    half = _WIDTH / 2 - 4 * _MM
    _address(canvas, label.words.sender, label.sender, y, x=_EDGE, width=half, size=10)
    _address(canvas, label.words.receiver, label.receiver, y, x=_EDGE + half + 8 * _MM, width=half, size=13)


def _address(
    canvas: "Canvas", heading: str, lines: Sequence[str], y: float, *, x: float, width: float, size: float
) -> None:
    y = _text(canvas, heading, y, size=9, width=width, x=x)
    for line in lines:
        y = _text(canvas, line, y, size=size, width=width, x=x, font=_BOLD if size > 10 else _REGULAR)  # noqa: PLR2004


def _qr(canvas: "Canvas", content: str, *, right: float, top: float) -> None:
    """Draw the code module by module, so that it is as sharp as the printer."""
    code = segno.make_qr(content, error="q")
    modules = [list(row) for row in code.matrix_iter(border=4)]
    size = _QR / len(modules)
    for place, row in enumerate(modules):
        for column, is_dark in enumerate(row):
            if is_dark:
                canvas.rect(right - _QR + column * size, top - (place + 1) * size, size, size, stroke=0, fill=1)


def _bars(canvas: "Canvas", content: str, *, bottom: float) -> None:
    from reportlab.graphics.barcode.code128 import Code128

    module = 0.5 * _MM
    bars = Code128(content, barHeight=_BARS, barWidth=module, quiet=1, lquiet=10 * module, rquiet=10 * module)
    bars.drawOn(canvas, (_PAGE[0] - bars.width) / 2, bottom + 6 * _MM)
    canvas.setFont(_REGULAR, 11)
    canvas.drawCentredString(_PAGE[0] / 2, bottom, content)


def _fold(canvas: "Canvas", words: str) -> None:
    canvas.saveState()
    canvas.setDash(3, 3)
    canvas.setStrokeGray(0.5)
    canvas.line(_EDGE, _MIDDLE, _PAGE[0] - _EDGE, _MIDDLE)
    canvas.restoreState()
    _text(canvas, words, _MIDDLE - 1 * _MM, size=8, width=_WIDTH)


# --- The half that is put into it -------------------------------------------------------------------------------------


def _inside(canvas: "Canvas", label: Label) -> list[LabelLine]:
    """Draw the lower half and return the lines that found no place there."""
    y = _text(canvas, f"{label.words.inside} · {label.number}", _MIDDLE - 10 * _MM, size=14, width=_WIDTH, font=_BOLD)
    y -= 2 * _MM
    for place, step in enumerate(label.words.steps, start=1):
        y = _text(canvas, f"{place}. {step}", y, size=10, width=_WIDTH)
    left = _rows(canvas, label.lines, top=y - 4 * _MM, bottom=_EDGE + 6 * _MM)
    if left:
        _text(canvas, label.words.more, _EDGE + 5 * _MM, size=10, width=_WIDTH)
    return left


def _rows(canvas: "Canvas", lines: Sequence[LabelLine], *, top: float, bottom: float) -> list[LabelLine]:
    """Draw lines as far as there is room, and return the others."""
    y = top
    for place, line in enumerate(lines):
        told = " · ".join(part for part in (line.name, line.sku, line.reason) if part)
        wrapped = _wrapped(told, size=10, width=_WIDTH - 14 * _MM)
        height = len(wrapped) * 10 * _LEADING + 1.5 * _MM
        if y - height < bottom and place:
            return list(lines[place:])
        canvas.setFont(_BOLD, 10)
        canvas.drawRightString(_EDGE + 9 * _MM, y - 10, f"{line.quantity} ×")
        for words in wrapped:
            y = _text(canvas, words, y, size=10, width=_WIDTH, x=_EDGE + 13 * _MM)
        y -= 1.5 * _MM
    return []


# --- Words ------------------------------------------------------------------------------------------------------------


def _text(
    canvas: "Canvas", text: str, y: float, *, size: float, width: float, x: float = _EDGE, font: str = _REGULAR
) -> float:
    """Write words below a height, wrapped, and return how far down they go."""
    canvas.setFont(font, size)
    for line in _wrapped(text, size=size, width=width, font=font):
        canvas.drawString(x, y - size, line)
        y -= size * _LEADING
    return y


def _wrapped(text: str, *, size: float, width: float, font: str = _REGULAR, most: int = 6) -> list[str]:
    """Return a text in lines that fit; a word that is too long by itself is cut."""
    from reportlab.lib.utils import simpleSplit

    return [
        part
        for line in islice(simpleSplit(_printable(text, font), font, size, width), most)
        for part in _cut(line, font, size, width)
    ]


def _cut(line: str, font: str, size: float, width: float) -> list[str]:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    parts, part = [], ""
    for letter in line:
        if part and stringWidth(part + letter, font, size) > width:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part] if part else parts


def _printable(text: str, font: str) -> str:
    """Return the text with a mark for every letter that the typeface does not have."""
    glyphs = _loaded(font).face.charToGlyph
    return "".join(letter if ord(letter) in glyphs else _UNKNOWN for letter in " ".join(text.split()))
