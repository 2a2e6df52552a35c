"""How sure we are of the customer, from the evidence that the server itself has (the verification ladder).

A level belongs to one conversation, or one visit to the customer's own pages, and ends. What an agent believes lifts
nobody above plausible.
"""

from datetime import datetime, timedelta

from balcao.commerce.types import Level
from balcao.ports.channel import Proof

CODE_LASTS = timedelta(minutes=10)
LINK_LASTS = timedelta(hours=24)
VISIT_LASTS = timedelta(hours=12)
CONVERSATION_LASTS = timedelta(hours=72)  # a mail is answered after a weekend, too
MOST_TRIES = 5  # codes typed for one challenge
MOST_SENT = 3  # challenges for one account within `SENT_WITHIN`
SENT_WITHIN = timedelta(hours=1)

_NEVER_MASKED = 1  # the first letter stays, so that its owner knows the address


def level_of(*, proof: str, is_theirs: bool, is_named: bool = False, evidence: Level = Level.CLAIMED) -> Level:
    """Return the level at which a conversation stands for an order.

    `proof` is how far the channel vouches for the sender of the last message (`ports.channel.Proof`); `is_theirs` tells
    whether the sender's address is a key that the order's account had; `is_named` whether they named the order;
    `evidence` is the highest level that the server saw in this conversation and that still counts.
    """
    if proof == Proof.FAILED:
        return Level.CLAIMED  # somebody pretends: what was seen before was not seen of them
    if is_theirs and (proof == Proof.PROVEN or is_named):
        return max(Level.PLAUSIBLE, evidence)
    return evidence


def lasts(*, is_visit: bool) -> timedelta:
    """Return how long a level counts once it was reached."""
    return VISIT_LASTS if is_visit else CONVERSATION_LASTS


def code_ends(began_at: datetime) -> datetime:
    """Return until when a code may be typed that was sent, or asked for, at a moment."""
    return began_at + CODE_LASTS


def had_before(since: datetime | None, *, began_at: datetime) -> bool:
    """Tell whether a key was the account's before a conversation or visit began: who has just changed it, may be it."""
    return since is None or since < began_at


def masked(address: str) -> str:
    """Return an e-mail address as it may be shown to whoever is not verified: "m***@g***.com"."""
    local, _, domain = address.rpartition("@")
    name, _, end = domain.rpartition(".")
    return f"{local[:_NEVER_MASKED]}***@{name[:_NEVER_MASKED]}***.{end}" if local and name else "***"
