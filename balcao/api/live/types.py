"""The words of live pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Close(IntEnum):
    """Why the server ends a connection; the page goes to the login on the first, stays away on the second."""

    LOGGED_OUT = 4401
    WRONG_ORIGIN = 4403
    TOO_MANY = 4429
    TOO_SLOW = 4408
    BAD_MESSAGE = 4400


class Mode(StrEnum):
    """What somebody does at a ticket."""

    READING = "reading"
    REPLY = "reply"
    NOTE = "note"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Sight:
    """What an agent may see; connections with equal sight get the same messages."""

    shops: frozenset[int]
    every_shop: bool = False
    reads_journal: bool = False

    def sees_shop(self, shop: int) -> bool:
        """Tell whether something of this shop may be shown."""
        return self.every_shop or shop in self.shops

    def overlaps(self, other: "Sight") -> bool:
        """Tell whether two agents have a shop in common."""
        return self.every_shop or other.every_shop or not self.shops.isdisjoint(other.shops)


@dataclass(frozen=True, slots=True)
class Viewer:
    """An agent who looks at a live page."""

    agent: int
    name: str
    sight: Sight
    session: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent at the counter."""

    agent: int
    name: str
    is_away: bool
    sight: Sight


@dataclass(frozen=True, slots=True)
class Deed:
    """What an agent does at a ticket."""

    agent: int
    name: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Sealed:
    """A journal entry as it travels: encoded once, whoever gets it."""

    position: int
    name: str
    shop: int
    about: Mapping[str, tuple[int, ...]]
    text: str  # JSON
