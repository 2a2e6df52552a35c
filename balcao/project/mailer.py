"""Reads BALCAO_SMTP_URL: how mail of the installation itself (invitations, password resets, notices) leaves."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from balcao.kit.env import BadSetting

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class Mailer:
    """Django's mail settings by plainer names."""

    backend: str
    host: str = ""
    port: int = 0
    name: str = ""
    password: str = ""
    upgrades_to_tls: bool = False
    starts_with_tls: bool = False


def mailer(url: str) -> Mailer:
    """Return the mailer for smtp://, smtp+tls:// (STARTTLS) or smtps://; without a URL mails become files."""
    if not url:
        return Mailer("django.core.mail.backends.filebased.EmailBackend")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise BadSetting("BALCAO_SMTP_URL must start with smtp://, smtp+tls:// or smtps://.")
    return Mailer(
        "django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname or "localhost",
        port=parts.port or _PORTS[parts.scheme],
        name=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        upgrades_to_tls=parts.scheme == "smtp+tls",
        starts_with_tls=parts.scheme == "smtps",
    )
