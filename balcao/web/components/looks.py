"""How people and channels look when there is no picture: initials, a tint from the name, an icon."""

import re
import unicodedata
import zlib
from functools import lru_cache

TINTS = 6
_WORD = re.compile(r"[^\W\d_]+")

CHANNEL_ICONS = {
    "mail": "envelope-simple",
    "form": "article",
    "portal": "package",
    "phone": "phone",
    "chat": "chat-circle-dots",
    "whatsapp": "whatsapp-logo",
    "walk_in": "storefront",
    "in_person": "storefront",
    "logged": "phone",
    "letter": "file-text",
    "marketplace": "storefront",
    "consumidor_gov": "flag",
    "reclame_aqui": "flag",
    "procon": "flag",
    "sikayetvar": "flag",
    "hakem_heyeti": "flag",
    "authority": "flag",
}
IDENTITY_ICONS = {
    "email": "envelope-simple",
    "phone": "phone",
    "handle": "at",
    "account": "identification-card",
    "walk_in": "storefront",
}
_CHANNEL_COLOURS = {
    "in_person": "market",
    "walk_in": "market",
    "email": "mail",
    "portal": "form",
    "logged": "phone",
    "letter": "mail",
    "marketplace": "market",
}
_KNOWN_COLOURS = {"mail", "whatsapp", "chat", "phone", "instagram", "form", "market"}


@lru_cache(maxsize=8192)
def initials(name: str, language: str = "en") -> str:
    """Return up to two letters for a name, upper case by the language's rules; "?" when it has no letter."""
    words = _WORD.findall(name.partition("@")[0])
    letters = "".join(word[0] for word in words[:2])
    if language.startswith("tr"):
        letters = letters.replace("i", "İ").replace("ı", "I")
    return letters.upper() or "?"


@lru_cache(maxsize=8192)
def tint(name: str) -> int:
    """Return the clay tint of a name, 1 to 6: the same for the same name, always and everywhere."""
    return zlib.crc32(name.strip().casefold().encode()) % TINTS + 1


def channel_icon(kind: str) -> str:
    """Return the icon of a kind of channel or address."""
    return CHANNEL_ICONS.get(kind) or IDENTITY_ICONS.get(kind, "chats-circle")


def channel_colour(kind: str) -> str:
    """Return the colour name of a kind of channel, as the styles know it."""
    colour = _CHANNEL_COLOURS.get(kind, kind)
    return colour if colour in _KNOWN_COLOURS else "chat"


def fold(text: str) -> str:
    """Return a text for comparing as people mean it: no case, no accents, the Turkish i's all one letter."""
    plain = unicodedata.normalize("NFD", text.replace("ı", "i").replace("İ", "i"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).lower()
