"""Whose time it was."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from balcao.deadlines.types import PauseReason


class Bucket(StrEnum):
    """Whose time a second was, besides `department:<key>` and the parties' own names."""

    UNOWNED = "unowned"  # nobody had it
    SOLVED = "solved"  # between a solution and a reopening


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which somebody outside was waited for; until None: still."""

    reason: PauseReason
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One visit as it happened, for the accounts; its tasks run inside it and are no stays."""

    number: int
    stage: str
    owner: str  # a department's key or a `Party`
    since: datetime
    until: datetime | None = None
    due_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    is_rework: bool = False  # entered by a transition that goes back


@dataclass(frozen=True, slots=True)
class Holding:
    """A time in which a department had the ticket outside of any stage."""

    department: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """All that the accounts of one ticket are made from."""

    opened_at: datetime
    ends_at: datetime  # closed, merged into another, or now
    stays: tuple[Stay, ...] = ()
    pauses: tuple[Pause, ...] = ()  # of the ticket itself, outside of stages
    holdings: tuple[Holding, ...] = ()
    solved: tuple[tuple[datetime, datetime | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A time that belongs to exactly one bucket."""

    since: datetime
    until: datetime
    bucket: str  # "department:<key>", a `Party` or a `Bucket`
    stage: str = ""
    department: str = ""  # the stage's owner department, also while somebody outside is waited for
    visit: int = 0

    @property
    def seconds(self) -> float:
        """Return its length."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True, slots=True)
class Blame:
    """To whom a breach of the total is charged."""

    bucket: str
    stage: str = ""
    visit: int = 0
    seconds: int = 0  # what it took beyond its own limit before the total was due


@dataclass(frozen=True, slots=True)
class Bounce:
    """Work that came back at once: first -> between -> first."""

    first: str
    between: str
    visit: int  # of the coming back
