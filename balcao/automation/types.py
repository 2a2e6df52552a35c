"""The words of macros."""

from dataclasses import dataclass
from enum import StrEnum


class Deed(StrEnum):
    """What one step of a macro does."""

    TAG = "tag"
    ASSIGN = "assign"
    STATUS = "status"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the deed and what it needs (ids, or a word of the tickets module)."""

    do: Deed
    add: tuple[int, ...] = ()  # tags
    remove: tuple[int, ...] = ()
    agent_id: int | None = None
    to_me: bool = False
    team_id: int | None = None
    status: str = ""
    days: int | None = None  # with status "waiting": back after so many days
    priority: str = ""


class BadStep(ValueError):
    """A step of a macro cannot be read; the message says which and why."""
