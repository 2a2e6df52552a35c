"""Whether an automatic answer may go out. Two machines that answer each other never stop, so every rule says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from balcao.ports.channel import Proof
from balcao.tickets.types import HIDDEN, MessageKind

ONE_DAY = timedelta(hours=24)
MOST_PER_SENDER = 3  # in 24 hours
_BREAKER = 5  # times the median hour
QUIET = 50  # answers an hour below which the breaker never opens: a small shop's median says nothing


@dataclass(frozen=True, slots=True)
class Asked:
    """What decides whether a message is answered automatically."""

    kind: str
    silence: str
    proof: str
    status: str
    to_ticket: int  # automatic answers this ticket has had
    to_sender: int  # and this sender, in 24 hours
    by_hour: Sequence[int]  # and everybody, in each of the last 24 hours, the newest last


def refusal(asked: Asked) -> str:
    """Return why a message gets no automatic answer, "" when it gets one; the first reason that holds."""
    reasons = {
        "machine": asked.kind != MessageKind.SAID,
        asked.silence: bool(asked.silence),
        "forged": asked.proof == Proof.FAILED,  # the answer would hit whoever really has the address
        "hidden": asked.status in HIDDEN,
        "answered": asked.to_ticket > 0,
        "sender": asked.to_sender >= MOST_PER_SENDER,
        "breaker": is_storm(asked.by_hour),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def is_storm(by_hour: Sequence[int]) -> bool:
    """Tell whether the newest hour is so far above the median one that something goes round in circles."""
    if not by_hour or by_hour[-1] < QUIET:
        return False
    return by_hour[-1] >= _BREAKER * max(median(by_hour[:-1] or [0]), 1)
