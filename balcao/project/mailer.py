"""Reads BALCAO_SMTP_URL into Django's settings for mail of the installation itself."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from balcao.kit.env import BadSetting

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
_TIMEOUT = 20  # seconds


def mailer_settings(url: str, *, outbox: Path) -> dict[str, Any]:
    """Return settings for smtp://, smtp+tls:// (STARTTLS) or smtps://; without a URL mails become files in `outbox`."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": outbox}
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise BadSetting("BALCAO_SMTP_URL must start with smtp://, smtp+tls:// or smtps://.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": _TIMEOUT,
    }
