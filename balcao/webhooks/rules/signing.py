"""Signatures as Standard Webhooks 1.0.0 wants them: HMAC-SHA256 over "id.timestamp.body", in base64.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # between the clocks of sender and receiver
SECRET_BYTES = 32
_LEAST, _MOST = 24, 64  # bytes of a secret


class BadSecret(ValueError):
    """A secret is not written as the specification wants it."""


def secret_of(raw: bytes) -> str:
    """Return random bytes as a secret."""
    return PREFIX + base64.b64encode(raw).decode()


def _key(secret: str) -> bytes:
    try:
        raw = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise BadSecret("A secret is whsec_ and base64.") from error
    if not _LEAST <= len(raw) <= _MOST:
        raise BadSecret(f"A secret has {_LEAST} to {_MOST} bytes.")
    return raw


def sign(*, message_id: str, at: datetime, body: bytes, secret: str) -> str:
    """Return one signature, with its version."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def headers(*, message_id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of a message, signed with each of the secrets that are valid now."""
    signatures = [sign(message_id=message_id, at=at, body=body, secret=secret) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def is_genuine(*, given: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """Tell whether a message with these headers (lower case) was signed with the secret, and not long ago."""
    stamp = given.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        return False
    at = datetime.fromtimestamp(int(stamp), tz=now.tzinfo)
    mine = sign(message_id=given.get("webhook-id", ""), at=at, body=body, secret=secret)
    matches = [hmac.compare_digest(mine.encode(), one.encode()) for one in given.get("webhook-signature", "").split()]
    return any(matches)
