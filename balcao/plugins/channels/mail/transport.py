"""The ways in and out of the mail channel: IMAP and webhooks in, SMTP and providers' APIs out."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from balcao.kit.i18n import N_
from balcao.plugins.channels.mail import cloud, cloud_send, faults, folder, oauth, smtp
from balcao.plugins.channels.mail.checking import checked
from balcao.plugins.channels.mail.compose import Sender, composed
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.imap import Mailbox
from balcao.plugins.channels.mail.imap_session import Sessions
from balcao.ports.channel import Batch, ChannelError, Connection, HookAnswer, IdentityKind, Limits, Outbound, Receipt
from balcao.ports.hooks import HookRequest

NOTHING_OUT = N_("This mailbox is set up to send nothing.")


class Transport:
    """What carries mail; understanding it is the adapter's other half."""

    kind: ClassVar[str] = "mail"
    identity_kind: ClassVar[IdentityKind] = IdentityKind.EMAIL
    Config: ClassVar[type[Any]] = MailConfig

    def __init__(self, *, tokens: oauth.Tokens | None = None) -> None:
        self._tokens = tokens or oauth.Tokens()
        self._sessions = Sessions(self._tokens)
        self._mailbox = Mailbox(self._sessions)

    def limits(self, connection: Connection) -> Limits:
        """Say what may be mailed: everything, where this mailbox sends at all."""
        sends = connection.config.outgoing != "none"
        return Limits(starts=sends, replies=sends)

    def new_id(self, connection: Connection) -> str:
        """Mint a Message-ID without brackets, `c.<random>@domain`."""
        domain = connection.config.address.rpartition("@")[2] or "balcao.invalid"
        return f"c.{secrets.token_hex(16)}@{domain if domain.isascii() else domain.encode('idna').decode()}"

    def send(self, outbound: Outbound, connection: Connection, *, handing_over: Callable[[], None]) -> Receipt:
        """Send by SMTP or through the provider, as the settings say."""
        config: MailConfig = connection.config
        if config.outgoing == "none":
            raise ChannelError(NOTHING_OUT, permanent=True, code="refused")
        if not config.address:
            raise faults.fault(faults.NO_OWN_ADDRESS, "address", permanent=True)
        mail = composed(outbound, Sender(config.address, config.plus_addressing), date=datetime.now(UTC))
        to, copied = [party.value for party in outbound.to], [party.value for party in outbound.copied]
        if config.outgoing == "folder":
            return folder.deliver(config, outbound, mail, handing_over=handing_over)
        if config.outgoing == "provider":
            return cloud_send.deliver(config, outbound, mail, handing_over=handing_over)
        is_silent = outbound.automatic and config.empty_sender
        detail = smtp.deliver(
            connection,
            self._tokens,
            envelope_sender="" if is_silent else config.address,
            to=to,
            copied=copied,
            mail=mail,
            handing_over=handing_over,
        )
        return Receipt(outbound.external_id, detail)

    def fetch(self, connection: Connection, cursor: Mapping[str, Any], *, only: Sequence[str] = ()) -> Batch:
        """Fetch from the mailbox what came after the cursor, or the mails named."""
        return self._mailbox.fetch(connection, cursor, only=only)

    def inventory(self, connection: Connection, cursor: Mapping[str, Any]) -> Iterator[str]:
        """Name the mails that the server holds within what was read."""
        return self._mailbox.inventory(connection, cursor)

    def listen(self, connection: Connection, cursor: Mapping[str, Any], *, seconds: float) -> bool:
        """Wait for new mail."""
        return self._mailbox.listen(connection, cursor, seconds=seconds)

    def hang_up(self) -> None:
        """Close the connection that this thread keeps open between two fetches."""
        self._sessions.close()

    def receive(self, request: HookRequest, connection: Connection) -> HookAnswer:
        """Take a provider's webhook: mails that came in, and what became of ours."""
        return cloud.received(request, connection.config)

    def check(self, connection: Connection) -> Sequence[tuple[str, bool, str]]:
        """Try server names, connections, encryption, logins and folders, each way as far as it goes."""
        return checked(connection, self._tokens)

    def consent_url(self, connection: Connection, *, redirect_uri: str, state: str, verifier: str) -> str:
        """Return the page of Google or Microsoft on which the account's owner lets us in."""
        if connection.config.login == "password":
            return ""
        return oauth.consent_url(connection.config, redirect_uri=redirect_uri, state=state, verifier=verifier)

    def consented(self, connection: Connection, *, redirect_uri: str, code: str, verifier: str) -> Mapping[str, str]:
        """Turn the consent's code into the refresh token to keep."""
        return self._tokens.exchange(connection.config, redirect_uri=redirect_uri, code=code, verifier=verifier)
