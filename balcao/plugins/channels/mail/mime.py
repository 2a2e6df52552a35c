"""The parts of a mail. One tolerant pass over the bytes; every part knows where it stands in them.

Written here and not taken from a library because every step needs the same tolerant answer: a mail with broken base64,
a forgotten blank line or an unclosed part is read, and card numbers are taken out of single parts of the raw bytes.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from balcao.plugins.channels.mail.charsets import decode
from balcao.plugins.channels.mail.headers import parameters, unfold

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)(?:\r?\n|\Z)")
_LINE = re.compile(rb"[^\r\n]*(?:\r?\n|\r|\Z)")
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n)*[ \t]*")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")
_BLANK = re.compile(rb"\r?\n")
_BASE64_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_NO_BASE64_SPACED = re.compile(rb"[a-z]{2,} [a-z]{2,} |[,.!?] ")
_UUENCODED = re.compile(rb"(?m)^begin [0-7]{3,4} [^\r\n]*\r?\n(.*?)^end\r?$", re.DOTALL)
_GUESSED_BOUNDARY = re.compile(rb"(?:\A|\n)--([^\s\-][^\r\n]{2,68}?)[ \t]*\r?\n[!-9;-~]+:")
_DEEPEST = 60
_MOST_PARTS = 25_000

UNNAMED = "text/plain"


@dataclass(slots=True)
class Part:
    """One part: its header fields, where its body stands, and the parts it holds."""

    source: bytes = field(repr=False)
    fields: list[tuple[str, bytes]]
    start: int  # of the body
    end: int
    media_type: str = UNNAMED
    options: dict[str, str] = field(default_factory=dict)  # the parameters of Content-Type
    inside: str = ""  # the media type of the part that holds this one
    children: list["Part"] = field(default_factory=list)

    def raw(self, name: str) -> list[str]:
        """Return the unfolded values of a header field, in order."""
        return [unfold(value) for found, value in self.fields if found == name]

    def header(self, name: str) -> str:
        """Return the first value of a header field, or an empty string."""
        for found, value in self.fields:
            if found == name:
                return unfold(value)
        return ""

    def encoding(self) -> str:
        """Return the transfer encoding in lower case."""
        return self.header("content-transfer-encoding").partition(";")[0].strip(' "').lower()

    def content(self) -> bytes:
        """Return the body with its transfer encoding undone, as far as it can be."""
        return undo(self.source[self.start : self.end], self.encoding())

    def text(self) -> str:
        """Return the body as text."""
        return decode(self.content(), self.options.get("charset", ""))

    def leaves(self) -> Iterator["Part"]:
        """Yield every part that holds no others, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if part.children:
                waiting.extend(reversed(part.children))
            else:
                yield part


def undo(octets: bytes, encoding: str) -> bytes:
    """Undo a transfer encoding; what cannot be undone comes back as it is."""
    if encoding == "base64":
        return _base64(octets)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(octets)
    if "uue" in encoding and (match := _UUENCODED.search(octets)):
        return _uu(match[1])
    return octets


def _base64(octets: bytes) -> bytes:
    if _NO_BASE64_SPACED.search(octets[:2000]):
        return octets  # plain words under a wrong label
    strays = octets.translate(None, _BASE64_LETTERS)
    if strays:
        if len(strays) > len(octets) // 10:
            return octets
        octets = octets.translate(None, strays)
    for tail in (b"", b"=", b"==", b"A=="):
        try:
            return binascii.a2b_base64(octets + tail)
        except binascii.Error:
            continue
    return octets


def _uu(lines: bytes) -> bytes:
    found = []
    for line in lines.splitlines():
        try:
            found.append(binascii.a2b_uu(line))
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                found.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                continue
    return b"".join(found)


def read_fields(source: bytes, position: int, end: int) -> tuple[list[tuple[str, bytes]], int]:
    """Read header fields from `position`; return them and where the body begins."""
    fields: list[tuple[str, bytes]] = []
    start = position
    while position < end:
        if blank := _BLANK.match(source, position):
            return fields, min(blank.end(), end)
        found = None if source.startswith(b"--", position) else _FIELD.match(source, position)
        if found is not None:
            fields.append((found[1].decode("latin-1").lower(), found[2]))
            position = found.end()
            continue
        line = _LINE.match(source, position)
        after = line.end() if line else end
        if not _is_junk(source, position, after, first=position == start):
            return fields, position
        position = after
    return fields, min(position, end)


def _is_junk(source: bytes, position: int, after: int, *, first: bool) -> bool:
    """Tell a stray line among header fields (a mailbox's "From " line, a broken fold) from the body's first line."""
    if first:
        return source.startswith((b"From ", b">From "), position)
    return not source.startswith(b"--", position) and _FIELD.match(source, after) is not None


def beginning(source: bytes) -> int:
    """Return where a mail's first header field stands: behind a byte order mark and blank lines."""
    match = _LEADING.match(source)
    return match.end() if match else 0


def split(source: bytes) -> Part:
    """Take a mail apart; never fails, whatever the bytes are."""
    if b"\n" not in source and b"\r" in source:
        source = source.replace(b"\r", b"\n")
    source_end = len(source)
    fields, start = read_fields(source, beginning(source), source_end)
    root = _part(source, fields, start, source_end, inside="")
    if root.media_type.startswith("multipart/"):
        _Splitter(source, root).run()
    return root


def _part(source: bytes, fields: list[tuple[str, bytes]], start: int, end: int, *, inside: str) -> Part:
    default = "message/rfc822" if inside == "multipart/digest" else UNNAMED
    part = Part(source=source, fields=fields, start=start, end=end, media_type=default, inside=inside)
    if value := part.header("content-type"):
        media_type, part.options = parameters(value)
        if _MEDIA_TYPE.fullmatch(media_type):
            part.media_type = media_type
        elif "name" in part.options or part.header("content-disposition"):
            part.media_type = "application/octet-stream"
    return part


class _Splitter:
    """Walks over the boundary lines of a multipart mail once, keeping the open parts on a stack."""

    def __init__(self, source: bytes, root: Part) -> None:
        self.source = source
        self.open: list[tuple[bytes, Part]] = []  # (boundary, multipart part)
        self.level: dict[bytes, int] = {}  # boundary -> its place in `open`
        self.leaf: Part | None = None
        self.count = 0
        self._push(root)

    def run(self) -> None:
        """Find the parts between the boundary lines."""
        source, position = self.source, max(self.open[0][1].start - 1, 0) if self.open else len(self.source)
        while self.open and self.count < _MOST_PARTS:
            at = position if position == 0 and source.startswith(b"--") else source.find(b"\n--", position) + 1
            if at == 0 and not source.startswith(b"--"):
                break
            line = _LINE.match(source, at)
            position = line.end() - 1 if line else len(source)
            if line:
                self._meet(line[0][2:].rstrip(), at, line.end())
            if position <= at:
                break
        for _, part in self.open:
            part.end = len(source)

    def _meet(self, line: bytes, at: int, after: int) -> None:
        level = self.level.get(line)
        closing = level is None and line.endswith(b"--")
        if closing:
            level = self.level.get(line[:-2])
        if level is None or (self.leaf is not None and at < self.leaf.start):
            return
        self._close(level, at)
        if closing:
            self._pop(level)
            return
        self._pop(level + 1)
        holder = self.open[level][1]
        fields, start = read_fields(self.source, after, len(self.source))
        child = _part(self.source, fields, start, len(self.source), inside=holder.media_type)
        holder.children.append(child)
        self.count += 1
        self.leaf = child
        if child.media_type.startswith("multipart/") and len(self.open) < _DEEPEST:
            self._push(child)

    def _close(self, level: int, at: int) -> None:
        end = at - 1 if at else 0
        if end and self.source[end - 1 : end] == b"\r":
            end -= 1
        for part in [self.leaf, *(part for _, part in self.open[level + 1 :])]:
            if part is not None:
                part.end = max(part.start, end)
        self.leaf = None

    def _push(self, part: Part) -> None:
        boundary = part.options.get("boundary", "").strip().encode("utf-8", "replace")
        if not boundary:
            guessed = _GUESSED_BOUNDARY.search(self.source, part.start, min(part.end, part.start + 20_000))
            boundary = guessed[1] if guessed else b""
        if boundary and (boundary not in self.level):
            self.level[boundary] = len(self.open)
            self.open.append((boundary, part))

    def _pop(self, level: int) -> None:
        for boundary, _ in self.open[level:]:
            self.level.pop(boundary, None)
        del self.open[level:]
