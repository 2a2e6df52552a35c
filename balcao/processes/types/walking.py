"""Virtual tickets: how a walk through a blueprint would go."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One stay of a simulated walk: how long it lasts (None: its whole limit) and the way out of it ("": none)."""

    transition: str = ""
    seconds: int | None = None  # in the stage's own time


@dataclass(frozen=True, slots=True)
class SimulatedVisit:
    """One stay of a virtual ticket."""

    stage: str
    entered_at: datetime
    due_at: datetime | None  # None at an end
    left_at: datetime | None  # None at an end, or if its calendar never opens
    is_late: bool
    total_due_at: datetime | None  # as it stands on leaving
    total_used_seconds: int = 0  # up to leaving, of the total's own time


@dataclass(frozen=True, slots=True)
class Simulation:
    """A virtual ticket's way through a blueprint."""

    visits: tuple[SimulatedVisit, ...]
    total_due_at: datetime | None  # None: never due
    ended_at: datetime | None  # None: the walk stops before an end
    total_used_seconds: int  # of the total's own time
    breached_at: datetime | None  # the due instant of the total, if that passed
    forecast_at: datetime | None  # when it would end if what is left took its whole limits


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may still come if every stage left takes its whole limit on the longest way."""

    ends_at: datetime | None  # None: a calendar never opens
    total_seconds: int  # of the total's own time; 0 for stages that stop it
