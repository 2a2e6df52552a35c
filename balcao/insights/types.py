"""The words of the numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from balcao.deadlines.types import ClockKind
from balcao.tickets.types import Kind


class Span(StrEnum):
    """How far back a board looks."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, slots=True)
class StageFigures:
    """What the stays in one stage took that were left within a span of time."""

    blueprint: int
    stage: str
    department: int | None  # None: somebody outside
    outside: str
    stays: int
    late: int
    lasted: int  # seconds as they passed, all stays together
    waited: int  # of that, in which somebody outside was waited for
    used: int  # open seconds
    limits: int  # open seconds they were allowed, together
    again: int  # stays that came back to it

    @property
    def own(self) -> int:
        """Return the seconds that were the department's own."""
        return self.lasted - self.waited


@dataclass(frozen=True, slots=True)
class DepartmentFigures:
    """How a department kept its limits, and what it owes now."""

    department: int | None
    stays: int
    late: int
    own: int  # seconds
    open_now: int
    late_now: int

    @property
    def kept(self) -> float | None:
        """Return the share of stays that were left in time, 0 to 1; None where there were none."""
        return (self.stays - self.late) / self.stays if self.stays else None


@dataclass(frozen=True, slots=True)
class Owed:
    """A stay that is late or due soon: who must do what by when."""

    visit: int
    ticket: int  # its number
    stage: str
    version: int
    department: int | None
    outside: str
    assignee: str
    due_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How one kind of promise was kept for one kind of matter, of those that ended within a span of time."""

    kind: Kind | None  # None: nobody said what the matter is
    clock: ClockKind
    ended: int
    late: int
    lasted: timedelta  # as time passed, all of them together

    @property
    def kept(self) -> float:
        """Return the share that was kept, 0 to 1."""
        return (self.ended - self.late) / self.ended

    @property
    def average(self) -> timedelta:
        """Return what one of them took on the average, as time passed."""
        return self.lasted / self.ended
