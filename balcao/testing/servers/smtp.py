"""A throw-away SMTP server that records what it is sent and, when told, puts it into mailboxes of an IMAP server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from balcao.testing.servers.imap import ImapServer
from balcao.testing.servers.running import free_port


@dataclass(frozen=True)
class ReceivedMail:
    """One mail as the server got it."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class SmtpSink:
    """What the server got, and what it answers."""

    port: int
    host: str = "127.0.0.1"
    received: list[ReceivedMail] = field(default_factory=list)
    refusal: str | None = None  # an answer such as "451 4.3.0 Later, please" instead of taking the mail
    mailboxes: ImapServer | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer the end of a mail (a name that aiosmtpd looks for)."""
        if self.refusal is not None:
            return self.refusal
        raw = envelope.original_content or b""
        self.received.append(ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), raw))
        if self.mailboxes is not None:
            for recipient in envelope.rcpt_tos:
                self.mailboxes.deliver(recipient, raw)
        return "250 2.0.0 Taken"


@contextmanager
def smtp(mailboxes: ImapServer | None = None) -> Iterator[SmtpSink]:
    """Run an SMTP server while the block lasts; with `mailboxes` each recipient's mail lands in its inbox."""
    sink = SmtpSink(port=free_port(), mailboxes=mailboxes)
    controller = Controller(sink, hostname=sink.host, port=sink.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
