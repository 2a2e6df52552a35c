"""A shop's colour: whether words can be read on it and in it (WCAG 2.2, 1.4.3)."""

import re

READABLE = 4.5  # contrast of words
_COLOUR = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")
_STEPS = 50
_LINEAR = 0.04045  # below it sRGB is a straight line (IEC 61966-2-1)
_DARK = 0.2  # luminance of a ground on which words must be light
WHITE, INK, PAPER, NIGHT = "#ffffff", "#14161f", "#faf8f4", "#20232e"


def _channels(colour: str) -> tuple[int, int, int]:
    match = _COLOUR.fullmatch(colour)
    if match is None:
        raise ValueError(f"{colour!r} is no colour like #2347a8.")
    return int(match[1], 16), int(match[2], 16), int(match[3], 16)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 to 1 (WCAG 2.2, definition)."""
    shares = (value / 255 for value in _channels(colour))
    red, green, blue = (v / 12.92 if v <= _LINEAR else ((v + 0.055) / 1.055) ** 2.4 for v in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def words_on(colour: str) -> str:
    """Return the colour of words on this one: white where that can be read, else ink."""
    return WHITE if contrast(colour, WHITE) >= READABLE else INK


def readable(colour: str, *, on: str) -> str:
    """Return the colour itself, or the nearest shade of it in which words can be read on a ground."""
    towards = WHITE if luminance(on) < _DARK else "#000000"
    for step in range(_STEPS + 1):
        shade = _mixed(colour, towards, step / _STEPS)
        if contrast(shade, on) >= READABLE:
            return shade
    return towards


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
