"""The mail channel as the core sees it: carried by `transport`, understood by `parse`."""

from dataclasses import replace

from balcao.plugins.channels.mail.cloud import NOT_UNDERSTOOD, UNREAD
from balcao.plugins.channels.mail.parse import understand
from balcao.plugins.channels.mail.raw import seal
from balcao.plugins.channels.mail.transport import Transport
from balcao.ports.channel import Connection, Inbound, RawEnvelope, Unreadable


class Mail(Transport):
    """E-mail, in and out."""

    def clean(self, raw: RawEnvelope) -> RawEnvelope:
        """Take card numbers out of a raw mail before it is stored."""
        body = seal(raw.body)
        return raw if body is raw.body else replace(raw, body=body)

    def parse(self, raw: RawEnvelope, connection: Connection) -> Inbound:
        """Understand one mail, or raise `Unreadable`."""
        if raw.source == UNREAD:
            raise Unreadable(NOT_UNDERSTOOD)
        return understand(raw, connection)
