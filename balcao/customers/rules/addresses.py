"""What is known of one address: its spellings, its proof, its bounces, and the names that come with it."""

import hashlib
import secrets
from datetime import datetime, timedelta

from balcao.customers.types import IdentityKind, Spelling
from balcao.kit.emails import BadAddress, duplicate_hint_key, is_role_address, normalise_email
from balcao.kit.phones import BadPhone, PhoneKind, parse_phone
from balcao.kit.searchtext import fold

PHONE_PROOF_LASTS = timedelta(days=180)  # numbers are given to other people
PROOF_FRESH_FOR = timedelta(days=1)  # a proof is not written anew more often

_HINTING = "@gmail.com"  # where several spellings are one mailbox
# Domains that stand between a shop and a person: the address is the channel's, not the person's.
_RELAYS = (
    "privaterelay.appleid.com",
    "marketplace.amazon.com",
    "marketplace.amazon.com.br",
    "marketplace.amazon.com.tr",
    "members.ebay.com",
    "mozmail.com",
    "duck.com",
)

LONGEST = 320  # of an address, as the tables hold it
LONGEST_NAME = 200

SOFT_BOUNCES = 3
SOFT_BOUNCE_WINDOW = timedelta(days=7)


def is_proven(kind: str, proven_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether control of an address is shown at this time: a silent phone's proof expires."""
    if proven_at is None:
        return False
    return kind != IdentityKind.PHONE or now - proven_at <= PHONE_PROOF_LASTS


def soft_bounces(*, count: int, first_at: datetime | None, now: datetime) -> tuple[int, datetime]:
    """Count one more temporary failure within the window: how many now, and since when."""
    if first_at is None or now - first_at > SOFT_BOUNCE_WINDOW:
        return 1, now
    return count + 1, first_at


def spelling(*, kind: str, value: str, region: str) -> Spelling:
    """Return how an address is kept. What cannot be understood is kept as it was written: nobody is turned away."""
    text = clean_text(value)
    if kind == IdentityKind.WALK_IN and not text:
        text = secrets.token_hex(8)  # a person at the counter who left no address: each is another one
    if kind == IdentityKind.EMAIL:
        return _email(text)
    if kind == IdentityKind.PHONE:
        return _phone(text, region=region)
    return Spelling(_fitting(text), _fitting(text))


def _email(text: str) -> Spelling:
    try:
        value = normalise_email(text)
    except BadAddress:
        value = _fitting(text.lower())
    hint_key = duplicate_hint_key(value)
    return Spelling(value, value, hint_key if hint_key.endswith(_HINTING) else "")


def _phone(text: str, *, region: str) -> Spelling:
    try:
        phone = parse_phone(text, region=region)
    except BadPhone:
        return Spelling(_fitting(text), _fitting(text))
    return Spelling(phone.e164, phone.match_key)


def _fitting(text: str) -> str:
    """Keep an overlong address within its column, and still apart from any other."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 65] + "~" + hashlib.sha256(text.encode()).hexdigest()


def is_complete(*, kind: str, value: str) -> bool:
    """Tell whether an address as it is kept can be written to, as far as its form says."""
    try:
        if kind == IdentityKind.EMAIL:
            return "." in normalise_email(value).rpartition("@")[2]
        if kind == IdentityKind.PHONE:
            return bool(parse_phone(value, region="ZZ"))
    except (BadAddress, BadPhone):
        return False
    return bool(value)


def is_shared(*, kind: str, value: str, match_key: str) -> bool:
    """Tell whether an address says nothing about a person: a role's, a relay's, a company's."""
    if kind == IdentityKind.PHONE:
        return match_key.startswith(f"{PhoneKind.COMPANY}:")
    if kind != IdentityKind.EMAIL:
        return False
    return is_role_address(value) or value.rpartition("@")[2].endswith(_RELAYS)


def clean_text(text: str) -> str:
    """Return a text on one line, without control characters."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())


def clean_name(name: str, *, value: str) -> str:
    """Return a writer's name as it may be shown; one that is merely the address again is none."""
    text = clean_text(name).strip("'\" ")
    return "" if text.lower() == value.lower() else text[:LONGEST_NAME]


def name_keys(name: str) -> tuple[str, str]:
    """Return a folded name, and the same with its last word in front, so that a surname is found by its beginning."""
    words = fold(name).split()
    surname_first = [words[-1], *words[:-1]] if len(words) > 1 else []
    return " ".join(words)[:LONGEST_NAME], " ".join(surname_first)[:LONGEST_NAME]
