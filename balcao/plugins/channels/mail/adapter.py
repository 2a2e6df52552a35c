"""The mail channel as the core sees it: carried by `transport`, understood by `parse`."""

from dataclasses import replace

from balcao.plugins.channels.mail.cloud import NOT_UNDERSTOOD, UNREAD
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.parse import understand
from balcao.plugins.channels.mail.raw import seal
from balcao.plugins.channels.mail.transport import Transport
from balcao.ports.channel import Connection, IdentityKind, Inbound, Party, RawEnvelope, Unreadable


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
        return _unsigned(understand(raw, _knowing_aliases(connection)), connection)


def _knowing_aliases(connection: Connection) -> Connection:
    """Return the connection with all addresses of the mailbox among our own."""
    config: MailConfig = connection.config
    named = [address.strip() for address in [config.address, *config.aliases.split(",")]]
    added = tuple(Party(IdentityKind.EMAIL, address) for address in named if "@" in address)
    return replace(connection, own=tuple(dict.fromkeys([*connection.own, *added])))


def _unsigned(inbound: Inbound, connection: Connection) -> Inbound:
    """Name our mailbox where a mail went to its signed address, lest an answer to all goes to ourselves."""
    local, _, domain = connection.config.address.lower().rpartition("@")

    def plain(party: Party) -> Party:
        there, _, at = party.value.lower().rpartition("@")
        is_ours = local and at == domain and there.startswith(f"{local}+c")
        return replace(party, value=connection.config.address) if is_ours else party

    recipients, copied = (tuple(dict.fromkeys(map(plain, found))) for found in (inbound.recipients, inbound.copied))
    return replace(inbound, recipients=recipients, copied=copied)
