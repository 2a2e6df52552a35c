"""Taking card numbers out of a raw mail before anything is stored, and its fingerprint, taken before that."""

import binascii
import hashlib
import re
from collections.abc import Iterator

from balcao.kit.redact import redact_cards, redact_html
from balcao.plugins.channels.mail.charsets import decode
from balcao.plugins.channels.mail.headers import unfold, words
from balcao.plugins.channels.mail.mime import Part, beginning, read_fields, split

FINGERPRINT_FIELD = "X-Balcao-Fingerprint"

_OWN_NAME = FINGERPRINT_FIELD.lower().encode("ascii")
_OWN_FIELD = re.compile(rb"(?im)^x-balcao-fingerprint[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n|\Z)")
_TRUSTED_FIELD = re.compile(rb"X-Balcao-Fingerprint: ([0-9a-f]{64})\r?\n")
_NO_DIGITS = bytes(octet for octet in range(256) if octet not in b"0123456789")
_WIDE_DIGIT = re.compile(rb"\xef\xbc[\x90-\x99]|&#")
_FEWEST = 13  # digits of a card
_DIGITS_NEAR = re.compile(rb"\d(?:[ ._/-]{0,2}\d){12}")
_ENCODED_RUN = re.compile(rb"=\?[^?\s]*\?[bBqQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]*\?[bBqQ]\?[^?\s]*\?=)*")
_LONGEST_RUN = 50_000
_WORD_LENGTH = 15  # characters of one encoded word
_REDACTED = ("text/", "message/")
_DEEPEST = 12  # mails within mails; below, they are read as plain text
_LINE_LENGTH = 57  # octets of a base64 line


def fingerprint(body: bytes, start: int | None = None) -> str:
    """Return the SHA-256 of all below a mail's header (from `start`), line ends and the last blank lines aside."""
    if match := _TRUSTED_FIELD.match(body):
        return match[1].decode("ascii")
    if start is None:
        _, start = read_fields(body, beginning(body), len(body))
    return hashlib.sha256(body[start:].replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest()


def redact_raw(body: bytes, *, depth: int = 0) -> bytes:
    """Redact card numbers in a raw mail's header and its text parts; only parts that change are written anew."""
    if not _may_hold_card(body):
        return body
    root = split(body)
    edits = sorted([*_part_edits(root, depth), *_header_edits(body)])
    for start, end, content in reversed(edits):
        body = body[:start] + content + body[end:]
    return body


def seal(body: bytes) -> bytes:
    """Return the mail as it may be stored: cards redacted, and then its true fingerprint in a first header field."""
    if _TRUSTED_FIELD.match(body):  # done before: a mail from outside begins with its receiver's own fields
        return body
    if _OWN_NAME in body[: _header_end(body)].lower():  # nobody else may say what the fingerprint was
        body = _OWN_FIELD.sub(b"", body)
    redacted = redact_raw(body)
    if redacted == body:
        return body
    return f"{FINGERPRINT_FIELD}: {fingerprint(body)}\r\n".encode("ascii") + redacted.lstrip(b"\r\n")


def _header_end(body: bytes) -> int:
    """Return about where the header ends, at the latest."""
    ends = [at for at in (body.find(b"\n\n"), body.find(b"\r\n\r\n")) if at >= 0]
    return min(ends, default=len(body))


def _may_hold_card(body: bytes) -> bool:
    """Tell quickly whether a card can stand anywhere: enough digits, or text that is encoded."""
    lowered = body[:200_000].lower()
    return b"base64" in lowered or b"=?" in lowered or b"utf-16" in lowered or b"utf-7" in lowered or _has_digits(body)


def _part_edits(root: Part, depth: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, new content) for every text part that holds a card."""
    for part in root.leaves():
        if not part.media_type.startswith(_REDACTED) and not part.media_type.startswith("multipart/"):
            continue
        octets = part.content()
        if part.media_type == "message/rfc822" and depth < _DEEPEST:
            redacted = redact_raw(octets, depth=depth + 1)
            if redacted != octets:
                yield part.start, part.end, _encode(redacted, part.encoding())
            continue
        charset = part.options.get("charset", "")
        if not _has_digits(octets) and _is_plain(charset):
            continue
        text = decode(octets, charset)
        redacted_text = redact_html(text) if part.media_type == "text/html" else redact_cards(text)
        if redacted_text != text:
            yield part.start, part.end, _encode(_octets(redacted_text, charset), part.encoding())


def _has_digits(octets: bytes) -> bool:
    """Tell whether there are digits enough for a card; what is not ASCII may hold others than 0 to 9."""
    return len(octets.translate(None, _NO_DIGITS)) >= _FEWEST or _WIDE_DIGIT.search(octets) is not None


def _is_plain(charset: str) -> bool:
    """Tell whether digits are the same octets in this character set as in ASCII."""
    return not charset.lower().startswith(("utf-16", "utf-32", "utf-7", "ucs"))


def _octets(text: str, charset: str) -> bytes:
    """Write text in its own character set, the mask as asterisks where that set has none."""
    for name in (charset or "utf-8", "utf-8"):
        for mask in ("•", "*"):
            try:
                return text.replace("•", mask).encode(name)
            except (LookupError, UnicodeError):
                continue
    return text.encode("utf-8", "replace")


def _encode(octets: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        pieces = range(0, len(octets), _LINE_LENGTH)
        return b"".join(binascii.b2a_base64(octets[at : at + _LINE_LENGTH]) for at in pieces).rstrip(b"\n")
    if encoding == "quoted-printable":
        return binascii.b2a_qp(octets, istext=True)
    return octets


def _header_edits(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield edits for header fields, file names among them, that hold a card in the clear or encoded."""
    begin = beginning(body)
    _, start = read_fields(body, begin, len(body))
    head = body[begin:start]
    redacted = _redact_header(head)
    if redacted != head:
        yield begin, start, redacted


def _redact_header(head: bytes) -> bytes:
    if _DIGITS_NEAR.search(head):
        text = head.decode("latin-1")
        head = redact_cards(text).replace("•", "*").encode("latin-1", "replace")
    return _ENCODED_RUN.sub(_redact_words, head) if b"=?" in head else head


def _redact_words(match: re.Match[bytes]) -> bytes:
    """Redact a run of encoded words, as a card may be split between them."""
    if len(match[0]) > _LONGEST_RUN:
        return match[0][:_LONGEST_RUN].rpartition(b"=?")[0] or b" "
    text = words(unfold(match[0]))
    redacted = redact_cards(text)
    if redacted == text:
        return match[0]
    pieces = (redacted[at : at + _WORD_LENGTH] for at in range(0, len(redacted), _WORD_LENGTH))
    encoded = (binascii.b2a_base64(piece.encode("utf-8"), newline=False) for piece in pieces)
    return b"\r\n ".join(b"=?utf-8?b?" + piece + b"?=" for piece in encoded)
