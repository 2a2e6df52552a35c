"""Header fields: encoded words, addresses, dates, parameters and message ids, as senders really write them."""

import binascii
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import getaddresses, parsedate_tz
from inspect import signature
from urllib.parse import unquote_to_bytes

from balcao.plugins.channels.mail.charsets import decode

# Newer releases of Python are strict unless asked not to be; older ones cannot be asked.
_LENIENT: dict[str, bool] = {"strict": False} if "strict" in signature(getaddresses).parameters else {}

_FOLDING = re.compile(rb"[\r\n]+[ \t]*")
_ENCODED_WORD = re.compile(r"=\?([^?\s]*)\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN_WORDS = re.compile(r"\?=\s+=\?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they make a name read as another one
_PLAIN_MAILBOX = re.compile(
    r'\s*(?:"((?:[^"\\<>]|\\.)*)"|([^"<>,;:@()\\]*?))\s*<\s*([^\s<>@,;()"]+@[^\s<>@,;()"]+)\s*>\s*,?\s*\Z'
)
_BARE_MAILBOX = re.compile(r"\s*([^\s<>@,;:()\"']+@[^\s<>@,;:()\"']+)\s*\Z")
_SOME_ADDRESS = re.compile(r"[^\s<>@,;:()\"'\[\]]+@[^\s<>@,;:()\"'\[\]]+")
_MESSAGE_ID = re.compile(r"<([^<>\s]+)>")
_BARE_ID = re.compile(r"[^\s<>,;\"]+@[^\s<>,;\"]+")
_PARAMETER = re.compile(r';?\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))')
_CONTINUED = re.compile(r"(.+?)\*(\d+)?(\*)?\Z")
_MOST = 100_000  # characters of one field that are looked at


def unfold(raw: bytes) -> str:
    """Return a field's value as one line of text, encoded words left as they are."""
    if b"\n" in raw or b"\r" in raw:
        raw = _FOLDING.sub(b" ", raw)
    raw = raw[:_MOST].strip()
    return raw.decode("ascii") if raw.isascii() else decode(raw)


def words(text: str) -> str:
    """Decode encoded words (RFC 2047) wherever they stand; control and direction-changing characters go."""
    if "=?" in text:
        text = _ENCODED_WORD.sub(_run, _join_words(text))
    text = _CONTROL.sub(" ", text.replace("\x00", ""))
    return text.strip() if text.isascii() else _DIRECTION.sub("", text).strip()


def _join_words(text: str) -> str:
    """Put neighbours of one character set together, as a letter may be split between them."""
    text = _BETWEEN_WORDS.sub("?==?", text)
    joined: list[str] = []
    last: tuple[str, str] | None = None
    end = 0
    for match in _ENCODED_WORD.finditer(text):
        kind = (match[1].lower(), match[2].lower())
        between = text[end : match.start()]
        if (last == kind and not between and kind[1] == "q") or (
            last == kind and not between and not joined[-1][:-2].endswith("=")
        ):
            joined[-1] = joined[-1][:-2] + match[3] + "?="
        else:
            joined += [between, match[0]]
        last, end = kind, match.end()
    return "".join([*joined, text[end:]])


def _run(match: re.Match[str]) -> str:
    label, encoding, payload = match[1], match[2].lower(), match[3]
    octets = payload.encode("utf-8", "replace")
    try:
        if encoding == "q":
            return decode(binascii.a2b_qp(octets, header=True), label)
        return decode(binascii.a2b_base64(octets + b"=" * (-len(octets.rstrip(b"=")) % 4)), label)
    except binascii.Error:
        return match[0]


def mailboxes(value: str) -> list[tuple[str, str]]:
    """Return the (name, address) pairs of an address field; addresses are in lower case, names decoded."""
    if match := _BARE_MAILBOX.match(value):
        return [("", _address(match[1]))]
    if match := _PLAIN_MAILBOX.match(value):
        name = match[2] if match[1] is None else match[1].replace("\\", "")
        return [(words(name), _address(match[3]))]
    try:
        found = getaddresses([value], **_LENIENT)
    except (RecursionError, IndexError, ValueError):  # the library stumbles over hostile nesting
        found = []
    pairs = [(words(name), _address(address)) for name, address in found if "@" in address]
    return pairs or [("", _address(found)) for found in _SOME_ADDRESS.findall(value)[:1]]


def _address(address: str) -> str:
    address = _CONTROL.sub("", _DIRECTION.sub("", address)).strip().rstrip(".>").lower()
    if address.isascii():
        return address
    local, _, domain = unicodedata.normalize("NFC", address).rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{local}@{domain}"


def addresses_in(text: str) -> list[str]:
    """Return everything in a text that reads as an address, in lower case."""
    return [_address(found) for found in _SOME_ADDRESS.findall(text)] if "@" in text else []


def message_ids(value: str) -> list[str]:
    """Return the message ids of a field in order, without their angle brackets."""
    return _MESSAGE_ID.findall(value) or _BARE_ID.findall(value)


def moment(value: str) -> datetime | None:
    """Read a Date field; a missing zone is taken as UTC, an impossible date is none."""
    try:
        parts = parsedate_tz(words(value))
        if parts is None:
            return None
        when = datetime(*parts[:6], tzinfo=UTC)
        return datetime.fromtimestamp(when.timestamp() - (parts[9] or 0), tz=UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split a field such as Content-Type into its value (lower case) and its parameters (RFC 2231 put together)."""
    head, _, rest = value.partition(";")
    main, _, stray = head.strip().partition(" ")  # a forgotten semicolon
    rest = rest if "=" not in stray else f"{stray};{rest}"
    if not rest:
        return main.lower(), {}
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for match in _PARAMETER.finditer(rest):
        name = match[1].lower()
        content = match[3].strip() if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])
        if "*" in name and (split := _CONTINUED.match(name)):
            pieces.setdefault(split[1], []).append((int(split[2] or 0), bool(split[3]) or split[2] is None, content))
        else:
            plain.setdefault(name, content)
    for name, found in pieces.items():
        plain[name] = _extended(found)
    return main.lower(), plain


def _extended(pieces: Iterable[tuple[int, bool, str]]) -> str:
    label, octets = "", b""
    for number, encoded, content in sorted(pieces):
        piece = content
        if encoded and number == 0 and piece.count("'") >= 2:  # noqa: PLR2004 - charset'language'text
            label, _, piece = piece.split("'", 2)
        octets += unquote_to_bytes(piece) if encoded else piece.encode("utf-8", "replace")
    return decode(octets, label)


class Head:
    """The header fields of a whole mail, quick to look up."""

    def __init__(self, fields: Iterable[tuple[str, bytes]]) -> None:
        self._values: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._values.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def all(self, name: str) -> list[str]:
        """Return the unfolded values of a field in order, top first."""
        return [unfold(value) for value in self._values.get(name, ())]

    def first(self, name: str) -> str:
        """Return the first value of a field, or an empty string."""
        values = self._values.get(name)
        return unfold(values[0]) if values else ""

    def names(self) -> Iterable[str]:
        """Return the field names, each once, in order."""
        return self._values.keys()

    def mailboxes(self, *names: str) -> list[tuple[str, str]]:
        """Return the (name, address) pairs of these fields, each address once."""
        found: dict[str, str] = {}
        for name in names:
            for value in self.all(name):
                for label, address in mailboxes(value):
                    found.setdefault(address, label)
        return [(label, address) for address, label in found.items()]
