"""Telling spam from people without asking anybody else: pure functions, a score with its reasons.

Nothing is ever refused because of the score: what looks like spam is stored as spam, where people can find it.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from balcao.kit.crypto import check_token, sign_token
from balcao.plugins.channels.form.config import FormConfig

SPAM_FROM = 0.6
_PURPOSE = "form"

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_MARKUP_LINK = re.compile(r"\[url[=\]]|<a\s+href", re.IGNORECASE)
_MANY_LINKS = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What the guard looks at in one submission."""

    token: str = ""
    trap: str = ""  # the field that people do not see; programs fill it in
    work: str = ""
    name: str = ""
    text: str = ""
    recent_of_address: int = 0  # messages of this e-mail address in the last hour, this one not counted
    recent_of_network: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much a submission looks like spam, from 0, and why."""

    score: float
    reasons: tuple[str, ...]

    @property
    def is_spam(self) -> bool:
        """Tell whether it is to be stored as spam."""
        return self.score >= SPAM_FROM


def new_token(*, key: str, now: datetime) -> str:
    """Return what a form carries unseen: when it was shown, a random part, and our signature over both."""
    shown, nonce = f"{int(now.timestamp()):x}", secrets.token_hex(8)
    return f"{shown}.{nonce}.{sign_token(shown, nonce, key=key, purpose=_PURPOSE)}"


def shown_at(token: str, *, key: str) -> datetime | None:
    """Return when the form with this token was shown; None for a token that we did not sign."""
    shown, _, rest = token.partition(".")
    nonce, _, signature = rest.partition(".")
    if not signature or not check_token(signature, shown, nonce, key=key, purpose=_PURPOSE):
        return None
    return datetime.fromtimestamp(int(shown, 16), UTC)


def has_worked(token: str, work: str, *, bits: int) -> bool:
    """Tell whether SHA-256 over token, colon and work begins with so many zero bits (hashcash)."""
    digest = hashlib.sha256(f"{token}:{work}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - bits) == 0


def judge(facts: Facts, *, config: FormConfig, key: str, now: datetime) -> Verdict:
    """Weigh a submission; one strong reason is enough, weak ones add up."""
    found = [
        *_by_token(facts, config, key, now),
        *_by_rate(facts, config),
        *_by_words(facts),
    ]
    return Verdict(round(sum(weight for weight, _ in found), 2), tuple(reason for _, reason in found))


def _by_token(facts: Facts, config: FormConfig, key: str, now: datetime) -> Iterator[tuple[float, str]]:
    if facts.trap.strip():
        yield 1.0, "trap-filled"
    shown = shown_at(facts.token, key=key)
    if shown is None:
        yield 1.0, "form-not-ours"
        return
    seconds = (now - shown).total_seconds()
    if config.least_seconds and seconds < config.least_seconds:
        yield 0.7, "too-fast"
    if seconds > config.most_hours * 3600:
        yield 0.3, "form-too-old"
    if config.work_bits and not has_worked(facts.token, facts.work, bits=config.work_bits):
        yield 0.7, "work-not-done"


def _by_rate(facts: Facts, config: FormConfig) -> Iterator[tuple[float, str]]:
    if facts.recent_of_address >= config.per_address:
        yield 0.7, "many-of-address"
    if facts.recent_of_network >= config.per_network:
        yield 0.7, "many-of-network"


def _by_words(facts: Facts) -> Iterator[tuple[float, str]]:
    if _MARKUP_LINK.search(facts.text):
        yield 0.6, "links-as-markup"
    if _LINK.search(facts.name):
        yield 0.6, "link-as-name"
    if len(_LINK.findall(facts.text)) >= _MANY_LINKS:
        yield 0.4, "many-links"
