"""Sessions with an IMAP server: connecting, logging in, and keeping one open between two uses."""

import contextlib
import os
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.oauth import Tokens
from balcao.ports.channel import Connection

_TIMEOUT = SocketTimeout(connect=15, read=90)
_KEPT_SECONDS = 600  # a session unused for longer is opened anew


def connect(config: MailConfig) -> IMAPClient:
    """Open an encrypted connection as the settings say; raise ChannelError with what to do."""
    if not config.imap_host:
        raise faults.fault(faults.NO_HOST, "connect")
    try:
        client = IMAPClient(
            config.imap_host,
            config.imap_port,
            ssl=config.imap_security == "tls",
            ssl_context=ssl.create_default_context() if config.imap_security == "tls" else None,
            timeout=_TIMEOUT,
        )
    except (OSError, EOFError) as error:
        raise faults.connection_fault(error) from error
    except IMAPClientError as error:
        raise faults.fault(faults.LOST, "connect", words=error) from error
    client.normalise_times = False  # aware times, not the local clock's
    if config.imap_security == "starttls":
        _encrypt(client)
    return client


def _encrypt(client: IMAPClient) -> None:
    try:
        client.starttls(ssl.create_default_context())
    except (OSError, EOFError) as error:
        client.shutdown()
        raise faults.connection_fault(error) from error
    except IMAPClientError as error:
        client.shutdown()
        raise faults.fault(faults.NO_STARTTLS, "tls", words=error) from error


def log_in(client: IMAPClient, connection: Connection, tokens: Tokens) -> None:
    """Log in with the password or with an access token, which is renewed once if it is refused."""
    config: MailConfig = connection.config
    name = config.username or config.address
    try:
        if config.login == "password":
            _with_password(client, name, config.password)
        else:
            _with_token(client, name, connection, tokens)
    except LoginError as error:
        raise faults.login_fault(config.imap_host, error) from error
    except (IMAPClientError, OSError, EOFError) as error:
        raise understood(error) from error


def _with_password(client: IMAPClient, name: str, password: str) -> None:
    if (name + password).isascii():
        client.login(name, password)
    else:
        client.plain_login(name, password)  # LOGIN has no charset, SASL PLAIN is UTF-8


def _with_token(client: IMAPClient, name: str, connection: Connection, tokens: Tokens) -> None:
    try:
        client.oauth2_login(name, tokens.access(connection))
    except LoginError:
        client.oauth2_login(name, tokens.access(connection, anew=True))


def understood(error: Exception) -> Exception:
    """Return the ChannelError for what the library raised in the midst of a session."""
    if isinstance(error, IMAPClientAbortError):
        return faults.fault(faults.LOST, "connect", words=error)
    if isinstance(error, OSError | EOFError):
        return faults.connection_fault(error)
    return faults.fault(faults.FAILED, "protocol", words=error)


def opened(client: IMAPClient, folder: str, *, writable: bool = False) -> Mapping[bytes, Any]:
    """Open a folder, read-only unless flags are to be set; raise ChannelError if it does not exist."""
    try:
        answer: Mapping[bytes, Any] = client.select_folder(folder, readonly=not writable)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise faults.fault(faults.FOLDER, "refused", words=f"{folder}: {error}") from error
    if b"UIDVALIDITY" not in answer:
        raise faults.fault(faults.FAILED, "protocol", words=f"{folder}: UIDVALIDITY")
    return answer


class Sessions:
    """One open session per thread, kept for the next use of the same mailbox, so that waiting and fetching share it."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._here = threading.local()

    @contextlib.contextmanager
    def open(self, connection: Connection) -> Iterator[IMAPClient]:
        """Lend a logged-in client; library errors come out as ChannelError and end the session."""
        client = self._kept(connection) or self._fresh(connection)
        try:
            yield client
        except (IMAPClientError, OSError, EOFError) as error:
            _drop(client)
            raise understood(error) from error
        except BaseException:
            _drop(client)
            raise
        self._here.kept = (os.getpid(), connection.config, client, time.monotonic())

    def close(self) -> None:
        """End the session that this thread keeps."""
        kept = self._here.__dict__.pop("kept", None)
        if kept is not None and kept[0] == os.getpid():
            _drop(kept[2], politely=True)

    def _fresh(self, connection: Connection) -> IMAPClient:
        client = connect(connection.config)
        try:
            log_in(client, connection, self._tokens)
        except BaseException:
            _drop(client)
            raise
        return client

    def _kept(self, connection: Connection) -> IMAPClient | None:
        kept = self._here.__dict__.pop("kept", None)
        if kept is None or kept[0] != os.getpid():
            return None  # another process's connection: not ours to close
        _pid, config, client, used = kept
        if config == connection.config and time.monotonic() - used < _KEPT_SECONDS:
            with contextlib.suppress(IMAPClientError, OSError, EOFError):
                client.noop()
                return client
        _drop(client)
        return None


def _drop(client: IMAPClient, *, politely: bool = False) -> None:
    with contextlib.suppress(IMAPClientError, OSError, EOFError):
        if politely:
            client.logout()
            return
    with contextlib.suppress(IMAPClientError, OSError, EOFError):
        client.shutdown()
