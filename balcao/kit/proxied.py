"""Addresses under which the live server shows pictures from elsewhere: signed, so that nobody else makes us fetch."""

from django.core import signing

PATH = "/live/picture/"
LASTS = 600  # seconds; who still reads the page then asks for the pictures once more

_SALT = "remote-picture"


def proxied(url: str) -> str:
    """Return the address of our own under which the picture at a URL is shown."""
    return PATH + signing.dumps(url, salt=_SALT, compress=True)


def original(token: str) -> str | None:
    """Return the URL that an address of ours stands for; None if we did not sign it, or too long ago."""
    try:
        return str(signing.loads(token, salt=_SALT, max_age=LASTS))
    except signing.BadSignature:
        return None
