"""Trying the settings of a mailbox step by step, so that the first thing that fails says what to do."""

import contextlib
import smtplib
import socket
from collections.abc import Callable, Generator, Iterator

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from balcao.kit.i18n import N_
from balcao.plugins.channels.mail import faults, imap_session, smtp
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.cursor import folder_names
from balcao.plugins.channels.mail.oauth import Tokens
from balcao.ports.channel import ChannelError, Connection

Step = tuple[str, bool, str]
_Deeds = Generator[tuple[str, Callable[[], object]], None, None]

FIND_IN = N_("Find the IMAP server")
CONNECT_IN = N_("Connect to the IMAP server")
LOGIN_IN = N_("Log in to read mail")
FOLDERS = N_("Open the folders")
FIND_OUT = N_("Find the SMTP server")
CONNECT_OUT = N_("Connect to the SMTP server")
LOGIN_OUT = N_("Log in to send mail")
PROVIDER = N_("Settings of the mail provider")
NO_PROVIDER = N_("Choose the mail provider and enter its API key.")
NO_HOOK_SECRET = N_("Enter the webhook signing key or a webhook login: without one, anybody could send us mail.")


def checked(connection: Connection, tokens: Tokens) -> list[Step]:
    """Return what was tried, whether it worked and what to do; each way stops at its first failure."""
    config: MailConfig = connection.config
    steps: list[Step] = []
    if config.incoming == "imap":
        steps += _until_failure(_reading(connection, tokens))
    if config.outgoing == "smtp":
        steps += _until_failure(_sending(connection, tokens))
    if "provider" in (config.incoming, config.outgoing):
        steps.append(_provider(config))
    return steps


def _until_failure(deeds: _Deeds) -> Iterator[Step]:
    with contextlib.closing(deeds):
        for name, deed in deeds:
            if fault := _fault_of(deed):
                yield name, False, str(fault)
                return
            yield name, True, ""


def _fault_of(deed: Callable[[], object]) -> ChannelError | None:
    try:
        deed()
    except ChannelError as error:
        return error
    except OSError as error:
        return faults.connection_fault(error)
    except IMAPClientError as error:
        return faults.fault(faults.FAILED, "protocol", words=error)
    return None


def _reading(connection: Connection, tokens: Tokens) -> _Deeds:
    config: MailConfig = connection.config
    opened: list[IMAPClient] = []
    yield FIND_IN, lambda: _find(config.imap_host, config.imap_port)
    yield CONNECT_IN, lambda: opened.append(imap_session.connect(config))
    client = opened[0]
    try:
        yield LOGIN_IN, lambda: imap_session.log_in(client, connection, tokens)
        yield FOLDERS, lambda: _open_folders(client, config)
    finally:
        with contextlib.suppress(IMAPClientError, OSError):
            client.shutdown()


def _sending(connection: Connection, tokens: Tokens) -> _Deeds:
    config: MailConfig = connection.config
    opened: list[smtplib.SMTP] = []
    yield FIND_OUT, lambda: _find(config.smtp_host, config.smtp_port)
    yield CONNECT_OUT, lambda: opened.append(smtp.connect(config))
    try:
        yield LOGIN_OUT, lambda: smtp.log_in(opened[0], connection, tokens)
    finally:
        opened[0].close()


def _find(host: str, port: int) -> None:
    if not host:
        raise faults.fault(faults.NO_HOST, "connect")
    socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _open_folders(client: IMAPClient, config: MailConfig) -> None:
    for folder in folder_names(config.folders):
        imap_session.opened(client, folder)


def _provider(config: MailConfig) -> Step:
    if not config.provider or (config.outgoing == "provider" and not config.provider_key):
        return PROVIDER, False, NO_PROVIDER
    if config.incoming == "provider" and not (config.provider_secret or config.provider_login):
        return PROVIDER, False, NO_HOOK_SECRET
    return PROVIDER, True, ""
