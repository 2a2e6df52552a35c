"""Sending by SMTP, with the instant marked from which a mail may have left."""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from balcao.kit.i18n import N_
from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.compose import ascii_address
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.oauth import Tokens, xoauth2
from balcao.ports.channel import ChannelError, Connection

REFUSED = N_("The mail server refuses this mail.")
RECIPIENT = N_("The mail server refuses this address.")
TOO_LARGE = N_("The mail is larger than the mail server takes.")
NO_UTF8 = N_("The mail server cannot write to addresses with letters outside a-z before the @.")
LATER = N_("The mail server asks to try later.")
UNANSWERED = N_("The connection broke right after the mail was handed over: it may have left.")

_TIMEOUT = 30.0
_FINAL_TIMEOUT = 150.0  # the server may scan the mail before it answers; less than a dispatch is leased for
_GO_AHEAD = 354
_NO_LOGIN = "-"


def deliver(
    connection: Connection,
    tokens: Tokens,
    *,
    envelope_sender: str,
    to: Sequence[str],
    copied: Sequence[str],
    mail: bytes,
    handing_over: Callable[[], None],
) -> str:
    """Hand one mail over; return what is worth telling of it. Raise ChannelError, uncertain if no answer came."""
    with session(connection, tokens) as server:
        refused = _addressed(server, envelope_sender, to, copied, size=len(mail))
        answer = _handed_over(server, mail, handing_over)
    return "; ".join([*refused, answer])[:500]


@contextlib.contextmanager
def session(connection: Connection, tokens: Tokens) -> Iterator[smtplib.SMTP]:
    """Open an encrypted, logged-in session; what breaks in it comes out as ChannelError."""
    server = connect(connection.config)
    try:
        log_in(server, connection, tokens)
        yield server
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
    except smtplib.SMTPResponseException as error:
        raise answer_fault(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _broken(error) from error
    finally:
        server.close()


def connect(config: MailConfig) -> smtplib.SMTP:
    """Connect and encrypt as the settings say; raise ChannelError with what to do."""
    if not config.smtp_host:
        raise faults.fault(faults.NO_HOST, "connect")
    name = config.address.rpartition("@")[2] or "localhost"
    name = name if name.isascii() else "localhost"
    try:
        if config.smtp_security == "tls":
            return smtplib.SMTP_SSL(
                config.smtp_host, config.smtp_port, name, timeout=_TIMEOUT, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, name, timeout=_TIMEOUT)
    except (smtplib.SMTPException, OSError) as error:
        raise _broken(error) from error
    if config.smtp_security == "starttls":
        _encrypt(server)
    return server


def _encrypt(server: smtplib.SMTP) -> None:
    try:
        server.starttls(context=ssl.create_default_context())
    except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException) as error:
        server.close()
        raise faults.fault(faults.NO_STARTTLS, "tls") from error
    except (smtplib.SMTPException, OSError) as error:
        server.close()
        raise _broken(error) from error


def log_in(server: smtplib.SMTP, connection: Connection, tokens: Tokens) -> None:
    """Log in as the settings say; raise ChannelError if the server refuses."""
    config: MailConfig = connection.config
    name = config.smtp_username or config.username or config.address
    if config.smtp_username == _NO_LOGIN:
        return
    try:
        if config.login == "password" or config.smtp_password:
            server.login(name, config.smtp_password or config.password)
        else:
            _with_token(server, name, connection, tokens)
    except smtplib.SMTPAuthenticationError as error:
        raise login_fault(config, error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise faults.fault(faults.LOGIN, "auth", words=error) from error


def login_fault(config: MailConfig, error: smtplib.SMTPAuthenticationError) -> ChannelError:
    """Tell a login that is refused from a server that is merely busy (RFC 4954: 454, 421)."""
    if error.smtp_code in (421, 451, 454):
        return answer_fault(error.smtp_code, error.smtp_error)
    return faults.login_fault(config.smtp_host, error.smtp_error)


def _with_token(server: smtplib.SMTP, name: str, connection: Connection, tokens: Tokens) -> None:
    server.ehlo_or_helo_if_needed()
    try:
        server.auth("XOAUTH2", _Answering(xoauth2(name, tokens.access(connection))))
    except smtplib.SMTPAuthenticationError:
        server.auth("XOAUTH2", _Answering(xoauth2(name, tokens.access(connection, anew=True))))


class _Answering:
    """The client's part of XOAUTH2: the token first, nothing when the server explains its refusal (a challenge)."""

    def __init__(self, token_response: str) -> None:
        self._token_response = token_response

    @overload
    def __call__(self, challenge: None = None, /) -> str | None: ...
    @overload
    def __call__(self, challenge: bytes, /) -> str: ...
    def __call__(self, challenge: bytes | None = None, /) -> str | None:
        return self._token_response if challenge is None else ""


def _addressed(
    server: smtplib.SMTP, envelope_sender: str, to: Sequence[str], copied: Sequence[str], *, size: int
) -> list[str]:
    """Name sender and recipients; return the refused ones among the copies. One refused in To stops the mail."""
    server.ehlo_or_helo_if_needed()
    options = _options(server, [envelope_sender, *to, *copied], size=size)
    code, words = server.mail(ascii_address(envelope_sender) if envelope_sender else "", options)
    if code >= 400:  # noqa: PLR2004 - SMTP reply codes
        raise answer_fault(code, words)
    refused = []
    for address in dict.fromkeys([*to, *copied]):
        code, words = server.rcpt(ascii_address(address))
        if 400 <= code < 500 or (code >= 500 and address in to):  # noqa: PLR2004
            raise answer_fault(code, words, hint=RECIPIENT, kind="address")
        if code >= 500:  # noqa: PLR2004
            refused.append(f"{address}: {code} {faults.readable(words)}")
    return refused


def _options(server: smtplib.SMTP, addresses: Sequence[str], *, size: int) -> list[str]:
    """Return the options of MAIL FROM; raise ChannelError where the server cannot take this mail at all."""
    options = []
    if server.has_extn("size"):
        most = int(server.esmtp_features["size"] or 0)
        if 0 < most < size:
            raise faults.fault(TOO_LARGE, "size", words=f"{size} > {most}", permanent=True)
        options.append(f"SIZE={size}")
    if not all(address.rpartition("@")[0].isascii() for address in addresses):
        if not server.has_extn("smtputf8"):
            raise faults.fault(NO_UTF8, "address", permanent=True)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        server.command_encoding = "utf-8"
    return options


def _handed_over(server: smtplib.SMTP, mail: bytes, handing_over: Callable[[], None]) -> str:
    """Send the mail, mark the instant before its last line, and read the answer."""
    code, words = server.docmd("DATA")
    if code != _GO_AHEAD:
        raise answer_fault(code, words)
    server.send(re.sub(rb"(?m)^\.", b"..", mail.rstrip(b"\r\n") + b"\r\n"))
    handing_over()
    try:
        if server.sock is not None:
            server.sock.settimeout(_FINAL_TIMEOUT)
            # Else the last line waits 40 ms for the receipt of the one before it (Nagle, delayed ACK).
            server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.send(b".\r\n")
        code, words = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        raise ChannelError(UNANSWERED, permanent=True, code="uncertain", uncertain=True) from error
    if code >= 400:  # noqa: PLR2004
        raise answer_fault(code, words)
    return f"{code} {faults.readable(words)}"


def answer_fault(code: int, words: bytes | str, *, hint: str = REFUSED, kind: str = "refused") -> ChannelError:
    """Tell what an answer of the server means: 4xx is to be tried again, 5xx is not (RFC 5321, RFC 3463)."""
    said = f"{code} {faults.readable(words)}"
    if re.search(r"\b5\.3\.4\b", said) or code == 552:  # noqa: PLR2004
        return faults.fault(TOO_LARGE, "size", words=said, permanent=True)
    if code < 500:  # noqa: PLR2004
        return faults.fault(LATER, "rate", words=said)
    if code in (530, 534, 535):
        return faults.fault(faults.LOGIN, "auth", words=said)
    return faults.fault(hint, kind, words=said, permanent=True)


def _broken(error: Exception) -> ChannelError:
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return faults.connection_fault(error)
    if isinstance(error, smtplib.SMTPConnectError):
        return answer_fault(error.smtp_code, error.smtp_error)
    return faults.fault(faults.LOST, "connect", words=error)
