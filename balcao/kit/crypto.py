"""Sealing secrets for the database, signing what travels through other hands, and random tokens."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_SIGNATURE_LENGTH = 10  # base32 characters, 50 bits: short enough for the local part of an address


class CannotUnseal(ValueError):
    """A sealed text is damaged, or was sealed with a key that is no longer known."""


def seal(text: str, *, key: str | Sequence[str], purpose: str = "seal") -> str:
    """Encrypt a text with the first of the keys, for one purpose only (Fernet: AES-128-CBC, HMAC-SHA256)."""
    return _fernet(_keys(key), purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, key: str | Sequence[str], purpose: str = "seal") -> str:
    """Decrypt a sealed text with whichever of the keys fits; raise `CannotUnseal` if none does."""
    try:
        return _fernet(_keys(key), purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise CannotUnseal("The stored secret cannot be read: the secret key of this installation changed.") from error


def sign_token(*parts: object, key: str, purpose: str = "token") -> str:
    """Return ten lower-case base32 characters of HMAC-SHA256 over the parts; folding of case does not harm them."""
    message = "|".join(str(part).replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    digest = hmac.digest(derive(key, purpose=purpose), message.encode(), "sha256")
    return base64.b32encode(digest).decode()[:_SIGNATURE_LENGTH].lower()


def check_token(signature: str, *parts: object, key: str | Sequence[str], purpose: str = "token") -> bool:
    """Tell in constant time whether the signature of the parts was made with one of the keys."""
    given = signature.lower().encode()
    matches = [hmac.compare_digest(given, sign_token(*parts, key=one, purpose=purpose).encode()) for one in _keys(key)]
    return any(matches)


def random_token(size: int = 32) -> str:
    """Return a URL-safe random text of `size` random bytes."""
    return secrets.token_urlsafe(size)


def random_code(digits: int = 6) -> str:
    """Return a random number of so many digits, for a person to type."""
    return f"{secrets.randbelow(10**digits):0{digits}}"


@lru_cache(maxsize=256)
def derive(key: str, *, purpose: str) -> bytes:
    """Derive 32 bytes from a secret for one purpose (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"balcao {purpose}".encode()).derive(key.encode())


def _keys(key: str | Sequence[str]) -> tuple[str, ...]:
    keys = (key,) if isinstance(key, str) else tuple(key)
    if not all(keys) or not keys:
        raise ValueError("A secret key is empty.")
    return keys


@lru_cache(maxsize=64)
def _fernet(keys: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derive(key, purpose=purpose))) for key in keys])
