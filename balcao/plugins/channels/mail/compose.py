"""Writing a mail: from an `Outbound` to its bytes, the same bytes each time it is given the same date."""

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import encoders
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, quote
from io import BytesIO

from balcao.kit.guards import UnsafeHeader, safe_header
from balcao.plugins.channels.mail import faults
from balcao.ports.channel import File, Outbound, Party

_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
_LINE = 76
_LINK = re.compile(r"\bhttps?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


@dataclass(frozen=True, slots=True)
class Sender:
    """The mailbox that a mail leaves from."""

    address: str
    plus_addressing: bool = False


def composed(outbound: Outbound, sender: Sender, *, date: datetime) -> bytes:
    """Return the mail with CRLF line ends; raise ChannelError (permanent) for an address or header that cannot be."""
    body = _body(outbound)
    headers = _headers(outbound, sender, date)
    head = "".join(f"{name}: {_unbroken(name, value)}\r\n" for name, value in headers)
    written = BytesIO()
    BytesGenerator(written, mangle_from_=False, policy=compat32.clone(linesep="\r\n")).flatten(body)
    return head.encode() + written.getvalue()


def _headers(outbound: Outbound, sender: Sender, date: datetime) -> Iterable[tuple[str, str]]:
    yield "Date", format_datetime(date)
    yield "From", _mailbox(Party(outbound.to[0].kind, sender.address, outbound.sender_name))
    yield "To", _joined(map(_mailbox, outbound.to), ", ")
    if outbound.copied:
        yield "Cc", _joined(map(_mailbox, outbound.copied), ", ")
    if (reply_to := reply_address(sender, outbound.reply_token)) != sender.address:
        yield "Reply-To", _mailbox(Party(outbound.to[0].kind, reply_to, outbound.sender_name))
    yield "Subject", _words("Subject", outbound.subject)
    yield "Message-ID", _bracketed(outbound.external_id)
    if outbound.answers:
        yield "In-Reply-To", _bracketed(outbound.answers[0])
        yield "References", _joined((_bracketed(answered) for answered in reversed(outbound.answers)), " ")
    if outbound.language:
        yield "Content-Language", outbound.language
    if outbound.automatic:
        yield from _machine_made(outbound, sender)
    yield "MIME-Version", "1.0"


def _machine_made(outbound: Outbound, sender: Sender) -> Iterable[tuple[str, str]]:
    """Mark a mail so that no machine answers it (RFC 3834, and what Exchange and others heed)."""
    yield "Auto-Submitted", "auto-replied" if outbound.answers else "auto-generated"
    yield "X-Auto-Response-Suppress", "All"
    yield "Precedence", "auto_reply"
    yield "X-Loop", sender.address


def reply_address(sender: Sender, token: str) -> str:
    """Return where an answer is to go: the mailbox, with the conversation's token in it where that is allowed."""
    local, at, domain = sender.address.rpartition("@")
    return f"{local}+c{token}{at}{domain}" if token and sender.plus_addressing else sender.address


def ascii_address(address: str) -> str:
    """Return the address with its domain as IDNA; the part before the @ stays (SMTPUTF8 where it is not ASCII)."""
    local, at, domain = address.rpartition("@")
    if not local or not domain or re.search(r"[\s<>\0]", address):
        raise faults.fault(faults.NO_ADDRESS, "address", permanent=True)
    try:
        return f"{local}{at}{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise faults.fault(faults.NO_ADDRESS, "address", permanent=True) from error


def _mailbox(party: Party) -> str:
    """Return name and address for a header; a name that is not ASCII as encoded words."""
    address = ascii_address(party.value)
    if not party.name:
        return address
    name = f'"{quote(party.name)}"' if party.name.isascii() else Header(party.name, "utf-8", maxlinelen=_LINE).encode()
    return (
        f"{_unbroken('name', name) if party.name.isascii() else name.replace(chr(10), chr(13) + chr(10))} <{address}>"
    )


def _words(name: str, text: str) -> str:
    """Return free text for a header: as it is where it is short ASCII, else as encoded words."""
    _unbroken(name, text)
    if text.isascii() and len(name) + len(text) + 2 <= _LINE and "=?" not in text:
        return text
    encoded = Header(text, "utf-8", maxlinelen=_LINE, header_name=name).encode()
    return encoded.replace("\n", "\r\n")


def _joined(parts: Iterable[str], separator: str) -> str:
    """Join the parts of a structured header, folding between them where a line would grow too long."""
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > _LINE - 12:
            lines[-1] += separator.rstrip()
            lines.append(part)
        else:
            lines[-1] += separator + part if lines[-1] else part
    return "\r\n ".join(lines)


def _bracketed(external_id: str) -> str:
    return f"<{external_id.strip().strip('<>')}>"


def _unbroken(name: str, value: str) -> str:
    """Return the header's value; raise ChannelError for a line break that is no folding (header injection)."""
    try:
        safe_header(re.sub(r"\r\n[ \t]", "", value))
    except UnsafeHeader as error:
        raise faults.fault(faults.LINE_BREAK, "address", words=name, permanent=True) from error
    return value


def _body(outbound: Outbound) -> Message:
    """Build the parts: text beside HTML, pictures that the HTML shows with it, files after it."""
    inline = [file for file in outbound.files if file.inline and file.content_id]
    rest = [file for file in outbound.files if file not in inline]
    page: Message = _text(outbound.html or page_of(outbound.text), "html")
    if inline:
        page = _multipart("related", outbound, [page, *map(attached, inline)])
    body: Message = _multipart("alternative", outbound, [_text(outbound.text, "plain"), page])
    if rest:
        body = _multipart("mixed", outbound, [body, *map(attached, rest)])
    del body["MIME-Version"]
    return body


def _multipart(kind: str, outbound: Outbound, parts: Iterable[Message]) -> MIMEMultipart:
    """Join parts under a boundary that follows from the message's id, so that a retry sends the same bytes."""
    boundary = "=_" + hashlib.sha256(f"{kind} {outbound.external_id}".encode()).hexdigest()[:32]
    whole = MIMEMultipart(kind, boundary=boundary)
    for part in parts:
        del part["MIME-Version"]
        whole.attach(part)
    return whole


def _text(text: str, subtype: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part.set_payload(re.sub(r"\r\n?", "\n", text), _UTF8)
    return part


def attached(file: File) -> MIMEBase:
    """Build the part of a file; a name that is not ASCII goes by RFC 2231."""
    media_type = file.media_type if _MEDIA_TYPE.fullmatch(file.media_type) else "application/octet-stream"
    if media_type.startswith(("message/", "multipart/")):
        media_type = "application/octet-stream"  # base64 is not allowed in these
    part = MIMEBase(*media_type.split("/", 1))
    part.set_payload(file.content)
    encoders.encode_base64(part)
    name = _unbroken("file name", file.name)
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "inline" if file.inline else "attachment", filename=filename)
    if file.content_id:
        part["Content-ID"] = _unbroken("Content-ID", _bracketed(file.content_id))
    return part


def page_of(text: str) -> str:
    """Return the text as simple HTML: paragraphs, line breaks and links, nothing else."""
    paragraphs = re.split(r"\n{2,}", re.sub(r"\r\n?", "\n", text).strip("\n"))
    shown = "\n".join(f"<p>{'<br>'.join(map(_linked, paragraph.split(chr(10))))}</p>" for paragraph in paragraphs)
    return f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n{shown}\n</body></html>\n'


def _linked(line: str) -> str:
    """Escape a line and make its web addresses links."""
    parts, position = [], 0
    for link in _LINK.finditer(line):
        address = html.escape(link[0])
        parts += [html.escape(line[position : link.start()]), f'<a href="{address}">{address}</a>']
        position = link.end()
    return "".join([*parts, html.escape(line[position:])])
