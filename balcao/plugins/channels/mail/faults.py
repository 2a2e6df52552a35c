"""What went wrong with a mail server, said so that a shop owner knows what to do.

The first line of a fault is a message id to translate; a second line, where there is one, holds the server's own words.
"""

import re
import socket
import ssl

from balcao.kit.i18n import N_
from balcao.ports.channel import ChannelError

NO_HOST = N_("No server is named yet. Enter its name, for instance imap.example.com.")
UNKNOWN_HOST = N_("There is no server of this name. Check it for typing errors.")
CLOSED = N_("The server does not answer on this port. Check the port, and that a firewall lets us through.")
SLOW = N_("The server did not answer in time. It is tried again by itself.")
CERTIFICATE = N_("The server's certificate is not valid for this name. Use the name that the provider gives.")
NOT_TLS = N_(
    "The server does not speak TLS on this port. Choose STARTTLS, or the port for TLS (993 for IMAP, 465 for SMTP)."
)
NO_STARTTLS = N_("The server offers no STARTTLS on this port. Choose TLS and its port (993 for IMAP, 465 for SMTP).")
LOST = N_("The connection to the server broke off. It is tried again by itself.")
LOGIN = N_("The server refuses the login. Check the user name and the password.")
LOGIN_GOOGLE = N_(
    "Google refuses the login. Choose 'Google account' as login, or make an app password in the security settings."
)
LOGIN_MICROSOFT = N_("Microsoft accepts no passwords here any more. Choose 'Microsoft account' as login.")
LOGIN_APP = N_("This provider wants an app password. Make one in the security settings of the account.")
CONSENT = N_("The account no longer lets us in. Connect it again.")
FOLDER = N_("The server has no folder of this name. Check its name in the mail program.")
FAILED = N_("The server could not do it.")
NO_ADDRESS = N_("This is no e-mail address.")
NO_OWN_ADDRESS = N_("This mailbox has no e-mail address of its own yet. Give it one in its settings.")
LINE_BREAK = N_("A line break is not allowed here.")

_HINTS = (
    (re.compile(r"(^|\.)(gmail|google|googlemail)\.com$"), LOGIN_GOOGLE),
    (re.compile(r"(^|\.)(outlook|office365|office|hotmail|live)\.com$"), LOGIN_MICROSOFT),
    (re.compile(r"(^|\.)(yahoo|aol|yandex|icloud|me|mail\.me)\.(com|com\.br|com\.tr|ru)$"), LOGIN_APP),
)


def fault(hint: str, code: str, *, words: object = "", permanent: bool = False) -> ChannelError:
    """Build the error: a hint for people, then the server's words on a line of their own."""
    said = readable(words)
    return ChannelError(f"{hint}\n{said}" if said else hint, permanent=permanent, code=code)


def readable(words: object) -> str:
    """Return what a server said as one printable line of at most 200 characters."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def connection_fault(error: OSError | EOFError) -> ChannelError:
    """Tell why no connection came about or why it broke."""
    if isinstance(error, socket.gaierror):
        return fault(UNKNOWN_HOST, "connect")
    if isinstance(error, ssl.SSLCertVerificationError):
        return fault(CERTIFICATE, "tls", words=error.verify_message)
    if isinstance(error, ssl.SSLError):
        return fault(NOT_TLS, "tls", words=error.reason or "")
    if isinstance(error, TimeoutError):
        return fault(SLOW, "connect")
    if isinstance(error, ConnectionRefusedError):
        return fault(CLOSED, "connect")
    return fault(LOST, "connect", words=error)


def login_fault(host: str, words: object) -> ChannelError:
    """Tell why a login was refused, with what the provider of this host wants."""
    hint = next((hint for pattern, hint in _HINTS if pattern.search(host.lower())), LOGIN)
    return fault(hint, "auth", words=words)
