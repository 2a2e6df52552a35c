"""Understanding a mail: from raw bytes to an `Inbound`. Pure, and never at a loss: only what is no mail is refused."""

import re
from dataclasses import dataclass

from balcao.kit.i18n import N_
from balcao.kit.redact import redact_cards, redact_html
from balcao.plugins.channels.mail.authentication import Verdict, verify
from balcao.plugins.channels.mail.bodies import Bodies, make_files, media_type, sort_parts
from balcao.plugins.channels.mail.headers import Head, addresses_in, message_ids, moment, words
from balcao.plugins.channels.mail.mime import Part, split
from balcao.plugins.channels.mail.nature import judge
from balcao.plugins.channels.mail.raw import fingerprint
from balcao.plugins.channels.mail.reply.lines import Line, read_lines, write_lines
from balcao.plugins.channels.mail.reply.markup import read_html
from balcao.plugins.channels.mail.reply.plain import cut
from balcao.plugins.channels.mail.reply.signs import is_forward_subject
from balcao.ports.channel import Connection, IdentityKind, Inbound, Party, Proof, RawEnvelope, Unreadable

NOBODY = "unknown@sender.invalid"  # who wrote a mail that names no sender

EMPTY = N_("The mail is empty.")
NO_MAIL = N_("This is no mail: it has no header and its bytes are no text.")

_TOKEN = re.compile(r"\+c([a-z0-9][a-z0-9._]{5,200})@", re.IGNORECASE)
_TAG = re.compile(r"\[#((?:[A-Za-z]{1,10}-)?\d{1,15})\]")
_ADDRESSED = (
    "to",
    "cc",
    "bcc",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-forwarded-to",
    "resent-to",
    "apparently-to",
    "x-rcpt-to",
)
_STUB = re.compile(r"html|view (?:this|the|it)|visualiz|görüntüle|not support|não suporta|destekle", re.IGNORECASE)
_LONGEST_STUB = 300
_QUOTES_IN_HTML = (
    "<blockquote", "gmail_quote", "yahoo_quoted", "divrplyfwdmsg", "appendonsend", "border-top:solid",
    "mail-editor-reference",
)  # fmt: skip
_GARBAGE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_MOST_PEOPLE = 200
_MOST_ANSWERS = 60
_LONGEST_SUBJECT = 1000


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a mail: new ones, all, and the HTML as it came."""

    new: str
    full: str
    html: str


def understand(raw: RawEnvelope, connection: Connection) -> Inbound:
    """Understand one mail, or raise `Unreadable` when it is none."""
    root = split(raw.body)
    _refuse_garbage(root)
    head = Head(root.fields)
    senders = _senders(head)
    sender = senders[0]
    own = frozenset(party.value.lower() for party in connection.own)
    verdict = _verify(root, connection, senders)
    subject = redact_cards(words(head.first("subject"))[:_LONGEST_SUBJECT])
    bodies = sort_parts(root)
    spoken = _read_words(bodies, subject)
    judgement = judge(
        root, head, sender=sender[1], subject=subject, text=spoken.full, own=own, failed=verdict.proof is Proof.FAILED
    )
    files, more_files = make_files(bodies.files)
    mark = fingerprint(raw.body, root.start)
    external_id = next(iter(message_ids(head.first("message-id"))), f"{mark[:40]}@no-message-id.invalid")
    return Inbound(
        external_id=external_id,
        fingerprint=mark,
        nature=judgement.nature,
        sender=_party(sender) if sender[1] != NOBODY else _nobody(sender[0], external_id),
        subject=subject,
        text=spoken.new,
        full_text=spoken.full,
        html=spoken.html,
        sent_at=moment(head.first("date")) if "date" in head else None,
        reply_to=_reply_to(head, sender[1]),
        recipients=_parties(head.mailboxes("to", "bcc")),
        copied=_parties(head.mailboxes("cc")),
        answers=_answers(head),
        reply_tokens=_reply_tokens(head),
        ticket_tag=match[1] if (match := _TAG.search(subject)) else "",
        proof=verdict.proof,
        proof_detail=verdict.detail,
        files=files,
        report=judgement.report,
        silence=judgement.silence,
        warnings=tuple(_warnings(senders, verdict, more_files=more_files)),
    )


def _refuse_garbage(root: Part) -> None:
    """Raise `Unreadable` for what is no mail: nothing at all, or bytes without a header that are no text either."""
    if root.fields:
        return
    content = root.source[root.start : root.end]
    if not content.strip():
        raise Unreadable(EMPTY)
    text = content[:4000].decode("utf-8", "replace")
    if b"\x00" in content[:4000] or len(_GARBAGE.findall(text)) > len(text) // 20:
        raise Unreadable(NO_MAIL)


# People


def _senders(head: Head) -> list[tuple[str, str]]:
    """Return who wrote: all From addresses, or the next best field, or nobody."""
    for name in ("from", "sender", "reply-to", "return-path", "x-envelope-from"):
        found = head.mailboxes(name)
        if found:
            return found[:_MOST_PEOPLE] if name == "from" else found[:1]
    return [(words(head.first("from"))[:200], NOBODY)]


def _party(pair: tuple[str, str]) -> Party:
    name, address = pair
    return Party(
        kind=IdentityKind.EMAIL, value=address[:320], name="" if name.lower() == address else redact_cards(name[:200])
    )


def _nobody(name: str, external_id: str) -> Party:
    """Return the sender of a mail that names none: a person of this mail only, lest all of them become one."""
    return Party(kind=IdentityKind.WALK_IN, value=external_id[:320], name=redact_cards(name))


def _parties(pairs: list[tuple[str, str]]) -> tuple[Party, ...]:
    return tuple(_party(pair) for pair in pairs[:_MOST_PEOPLE])


def _reply_to(head: Head, sender: str) -> Party | None:
    found = [pair for pair in head.mailboxes("reply-to") if pair[1] != sender]
    return _party(found[0]) if found else None


def _verify(root: Part, connection: Connection, senders: list[tuple[str, str]]) -> Verdict:
    trusted = getattr(connection.config, "authserv_id", "")
    return verify(root.fields, trusted=trusted, address=senders[0][1], several=len(senders) > 1)


def _warnings(senders: list[tuple[str, str]], verdict: Verdict, *, more_files: bool) -> list[str]:
    name, address = senders[0]
    named = [found for found in addresses_in(name) if found != address]
    facts = (
        ("several-senders", len(senders) > 1),
        ("no-sender", address == NOBODY),
        ("name-holds-address", bool(named)),
        ("failed-authentication", verdict.proof is Proof.FAILED),
        ("too-many-files", more_files),
    )
    return [code for code, holds in facts if holds]


# Where it belongs


def _answers(head: Head) -> tuple[str, ...]:
    """Return the ids that the mail answers, nearest first: In-Reply-To, then References from last to first."""
    found = [name for value in head.all("in-reply-to") for name in message_ids(value)]
    found += [name for value in reversed(head.all("references")) for name in reversed(message_ids(value))]
    return tuple(dict.fromkeys(found[:_MOST_ANSWERS]))


def _reply_tokens(head: Head) -> tuple[str, ...]:
    found = [token.lower() for name in _ADDRESSED for value in head.all(name) for token in _TOKEN.findall(value)]
    return tuple(dict.fromkeys(found))


# Words


def _read_words(bodies: Bodies, subject: str) -> _Words:
    html = "\n".join(part.text() for part in bodies.html if media_type(part) == "text/html")
    html = redact_html(html) if html else ""
    lines = _lines(bodies.plain)
    is_plain = any(media_type(part) == "text/plain" for part in bodies.plain)
    if html and (_is_blank(lines) or (is_plain and _is_stub(lines))):
        lines = read_html(html)
        is_plain = False
    forwarded = is_forward_subject(subject)
    new = cut(lines, forwarded=forwarded)
    full_text = write_lines(lines)
    if is_plain and html and not forwarded and len(new) == len(lines) and _quotes(html):
        marked = read_html(html)
        fewer = cut(marked)
        new = fewer if len(fewer) < len(marked) else new
    full = redact_cards(full_text)
    return _Words(new=full if new is lines else redact_cards(write_lines(new)), full=full, html=html)


def _quotes(html: str) -> bool:
    """Tell whether the markup says that something is quoted."""
    lowered = html.lower().replace(" ", "")
    return any(sign in lowered for sign in _QUOTES_IN_HTML)


def _lines(parts: list[Part]) -> list[Line]:
    """Return the lines of the parts that are read as words."""
    lines: list[Line] = []
    for part in parts:
        if lines:
            lines.append(Line(""))
        if media_type(part) == "text/html":
            lines += read_html(part.text())
        else:
            text = part.text()
            lines += read_lines(_unflow(text, part) if part.options.get("format", "").lower() == "flowed" else text)
    return lines


def _unflow(text: str, part: Part) -> str:
    """Join the lines of format=flowed (RFC 3676) into paragraphs; quote depths and signature marks stay apart."""
    joined: list[str] = []
    delete = part.options.get("delsp", "").lower() == "yes"
    open_prefix: str | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        prefix = line[: len(line) - len(line.lstrip(">"))]
        content = line[len(prefix) :].removeprefix(" ")
        flowing = content.endswith(" ") and content != "-- "
        if open_prefix == prefix and content != "-- ":
            joined[-1] += content
        else:
            joined.append(f"{prefix} {content}" if prefix else content)
        if flowing and delete:
            joined[-1] = joined[-1][:-1]
        open_prefix = prefix if flowing else None
    return "\n".join(joined)


def _is_blank(lines: list[Line]) -> bool:
    return all(line.blank for line in lines)


def _is_stub(lines: list[Line]) -> bool:
    """Tell whether the plain part merely says that the mail should be read as HTML."""
    text = " ".join(line.text for line in lines if not line.blank)
    return len(text) < _LONGEST_STUB and bool(_STUB.search(text)) and "html" in text.lower()
