"""The words of the journal."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ActorKind(StrEnum):
    """Who did it."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    TOKEN = "token"  # noqa: S105 - a word, no secret


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who did it; `id` is the agent's, customer's or API token's, 0 for the system."""

    kind: ActorKind
    id: int = 0


SYSTEM = Actor(ActorKind.SYSTEM)


class SubjectKind(StrEnum):
    """What an entry can be about."""

    TICKET = "ticket"
    CUSTOMER = "customer"
    AGENT = "agent"
    CHANNEL = "channel"
    SHOP = "shop"
    TEAM = "team"
    ENVELOPE = "envelope"
    ORDER = "order"
    ENDPOINT = "endpoint"  # of webhooks
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that an entry is about."""

    kind: SubjectKind
    id: int


@dataclass(frozen=True, slots=True)
class Said:
    """All that a sealed entry says, as the chain holds it; personal values by their digest only."""

    position: int
    at: str  # ISO 8601, UTC
    name: str
    actor: tuple[str, int]
    shop: int
    about: tuple[tuple[str, int], ...]  # sorted
    facts: Mapping[str, Any]
    personal: str
