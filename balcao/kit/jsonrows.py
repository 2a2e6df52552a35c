"""JSON as rows: a file's objects one after the other, each laid flat into cells; an order with lines is many rows."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TextIO

_PIECE = 1 << 18  # characters that are read at once
_LONGEST = 1 << 26  # characters of one object: beyond it the file is not what we think
_GAP = re.compile(r"[\s,]*")
_WRAPPER = re.compile(r'\s*\{\s*"[^"]*"\s*:\s*\[')  # {"orders": [
# The list of an order that holds its lines, as shop systems call it.
_LINES = frozenset({"lines", "line_items", "lineitems", "items", "products", "produtos", "itens", "linhas"})
_LINES |= {"kalemler", "urunler", "ürünler", "satirlar", "satırlar"}


class BadJson(ValueError):
    """The text is no JSON of objects."""


def objects_in(stream: TextIO, *, figure: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of an array, of an object that holds one, or of JSON lines; numbers as `figure` of text."""
    decoder = json.JSONDecoder(parse_float=figure, parse_int=figure)
    text, place = stream.read(_PIECE), 0
    wrapper = _WRAPPER.match(text)
    place = wrapper.end() if wrapper else len(text) - len(text.lstrip("\ufeff \t\r\n"))
    if text[place : place + 1] == "[":
        place += 1
    while True:
        place = _after_gap(text, place)
        found, end = _decoded(decoder, text, place)
        if found is None:
            piece = stream.read(_PIECE)
            if not piece:
                _check_end(text[place:])
                return
            text, place = text[place:] + piece, 0
            if len(text) > _LONGEST:
                raise BadJson("One object is larger than 64 MB.")
            continue
        yield found
        place = end


def _after_gap(text: str, place: int) -> int:
    gap = _GAP.match(text, place)
    return gap.end() if gap else place


def _decoded(decoder: json.JSONDecoder, text: str, place: int) -> tuple[dict[str, Any] | None, int]:
    try:
        found, end = decoder.raw_decode(text, place)
    except json.JSONDecodeError:
        return None, place
    if not isinstance(found, dict):
        raise BadJson("A list of objects is expected.")
    return found, end


def _check_end(rest: str) -> None:
    if re.fullmatch(r"[\s\]},]*", rest) is None and not re.fullmatch(r"\s*\]\s*,.*\}\s*", rest, re.DOTALL):
        raise BadJson(f"It is broken off or wrong near: {rest[:60]}")


def flat(found: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of an object: one for each of its lines, all of them with what it says of itself."""
    name = next((key for key, value in found.items() if key.casefold() in _LINES and _is_objects(value)), None)
    own = dict(_cells({key: value for key, value in found.items() if key != name}))
    if name is None:
        yield own
        return
    for line in found[name]:
        yield own | dict(_cells(line, f"{name}."))


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _cells(found: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from _cells(value, f"{before}{key}.")
        elif _is_objects(value):
            yield from _cells(value[0], f"{before}{key}.")  # of several payments and the like the first
        else:
            yield before + key, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    return value if isinstance(value, str) else str(value)
