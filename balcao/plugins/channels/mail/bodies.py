"""Which parts of a mail are its words and which are files (RFC 8621, section 4.1.4)."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from balcao.kit.redact import redact_cards
from balcao.plugins.channels.mail.headers import parameters, words
from balcao.plugins.channels.mail.mime import Part, split
from balcao.ports.channel import File

_WORDS = ("text/plain", "text/html")
_MOST_FILES = 250
_LONGEST_NAME = 180
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")
_REMARK = re.compile(r"\([^()]*\)")
_SUFFIXES = {
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "image/jpeg": ".jpg",
    "text/plain": ".txt",
}


@dataclass(slots=True)
class Bodies:
    """The parts to read as plain text, those to show as HTML, and the rest."""

    plain: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)


def sort_parts(root: Part) -> Bodies:
    """Sort the leaves of a mail into words to read and files."""
    bodies = Bodies()
    holder = "multipart/mixed" if not root.children else root.media_type
    alternative = holder == "multipart/alternative"
    _sort(root.children or [root], holder, bodies, alternative=alternative, plain=True, html=True)
    return bodies


def _sort(parts: list[Part], holder: str, bodies: Bodies, *, alternative: bool, plain: bool, html: bool) -> None:
    plain_before, html_before = len(bodies.plain), len(bodies.html)
    for index, part in enumerate(parts):
        if part.children:
            inner = alternative or part.media_type == "multipart/alternative"
            _sort(part.children, part.media_type, bodies, alternative=inner, plain=plain, html=html)
        elif not _is_words(part, first=index == 0, holder=holder):
            bodies.files.append(part)
        elif holder == "multipart/alternative":
            (bodies.plain if media_type(part) == "text/plain" else bodies.html).append(part)
        else:
            html = html and not (alternative and media_type(part) == "text/plain")
            plain = plain and not (alternative and media_type(part) == "text/html")
            if plain:
                bodies.plain.append(part)
            if html:
                bodies.html.append(part)
    if holder == "multipart/alternative" and plain and html:
        _even_out(bodies, plain_before, html_before)


def _even_out(bodies: Bodies, plain_before: int, html_before: int) -> None:
    """Where an alternative offers one kind only, let it stand for the other too."""
    if len(bodies.plain) == plain_before:
        bodies.plain.extend(bodies.html[html_before:])
    elif len(bodies.html) == html_before:
        bodies.html.extend(bodies.plain[plain_before:])


def media_type(part: Part) -> str:
    """Return the part's media type; a multipart without parts is read as plain text."""
    return "text/plain" if part.media_type.startswith("multipart/") else part.media_type


def _is_words(part: Part, *, first: bool, holder: str) -> bool:
    if media_type(part) not in _WORDS or disposition(part)[0] == "attachment":
        return False
    return first or (holder != "multipart/related" and not given_name(part))


def disposition(part: Part) -> tuple[str, dict[str, str]]:
    """Return the Content-Disposition and its parameters."""
    value = part.header("content-disposition")
    return parameters(value) if value else ("", {})


def given_name(part: Part) -> str:
    """Return the file name that a part gives itself, decoded, or an empty string."""
    given = disposition(part)[1]
    return words(given.get("filename", "") or given.get("name", "") or part.options.get("name", ""))


def make_files(parts: list[Part]) -> tuple[tuple[File, ...], bool]:
    """Return the files, and whether there were so many that the rest stays in the original only."""
    found = tuple(
        _file(part, number) for number, part in enumerate(_worth_keeping(parts), start=1) if number <= _MOST_FILES
    )
    return found, len(parts) > _MOST_FILES


def _worth_keeping(parts: list[Part]) -> Iterator[Part]:
    """Leave out empty parts without a name: a boundary too many, not a file."""
    return (part for part in parts if part.end > part.start or given_name(part))


def _file(part: Part, number: int) -> File:
    where, _ = disposition(part)
    content_id = _REMARK.sub("", part.header("content-id")).strip().strip("<>").strip()
    inline = where == "inline" or (where != "attachment" and bool(content_id) and part.inside == "multipart/related")
    content = part.content()
    return File(
        name=_name(part, number, content),
        media_type=part.media_type,
        content=content,
        content_id=content_id,
        inline=inline,
    )


def _name(part: Part, number: int, content: bytes) -> str:
    suffix = _SUFFIXES.get(part.media_type) or mimetypes.guess_extension(part.media_type) or ""
    name = given_name(part)
    if not name and suffix == ".eml":
        name = words(split(content).header("subject"))
    name = _UNSAFE.sub("_", name).strip(" ._") if name not in {".", ".."} else ""
    name = redact_cards(name) or f"{part.media_type.partition('/')[0]}-{number}"
    if suffix == ".eml" and not name.lower().endswith((".eml", ".msg", ".txt")):
        name += suffix
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME:
        name = f"{stem[: _LONGEST_NAME - 12]}{dot}{ending[:10]}"
    return name if dot or not suffix else name + suffix
